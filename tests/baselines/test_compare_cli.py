import json

import pytest
from click.testing import CliRunner

from tengen.cli import main


def tengen(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_a_comparison_prints_what_it_writes(tmp_path):
    words = ["compare", "gridworld:robot", "random:episodes=2", "--seeds", "1", "--out", str(tmp_path / "out")]
    result = tengen(*words)
    assert result.exit_code == 0, result.output
    assert "random:episodes=2" in result.stdout
    found = json.loads(tengen(*words, "--json").stdout)
    assert found == json.loads((tmp_path / "out" / "compare.json").read_text())
    assert found["environment"] == "gridworld:robot"
    assert {"method", "mean", "low", "high", "steps", "seconds", "steps_per_s"} <= set(found["methods"][0])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["CartPole-v1"], "name the methods to compare"),
        (["CartPole-v1", "a2c", "--ablation", "dqn"], "not both"),
        (["CartPole-v1", "--ablation", "a2c"], "unknown ablation 'a2c'"),
        (["CartPole-v1", "a3c"], "did you mean 'a2c'"),
        (["chess", "a2c"], "for two"),
        (["CartPole-v1", "a2c:hidden=many"], "hidden"),
    ],
)
def test_what_is_wrong_is_one_line(words, said, tmp_path):
    result = tengen("compare", *words, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
