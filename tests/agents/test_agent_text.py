from pathlib import Path

import pytest

import tengen
from tengen.agents import zoo
from tengen.agents.text import parse_agent
from tengen.core.errors import InvalidParameter, TengenError, UnknownName


def test_plain_kinds_and_their_settings() -> None:
    assert parse_agent("random").kind == "random"
    uct = parse_agent("uct:sims=2000,time=1.5s,solver=off")
    assert (uct.kind, uct.settings) == ("uct", {"sims": 2000, "time": 1.5, "solver": False})
    assert parse_agent(" uct ").settings == {}


@pytest.mark.parametrize(("text", "seconds"), [("2s", 2.0), ("0.5", 0.5), ("500ms", 0.5), ("1m", 60.0), (".5s", 0.5)])
def test_times_carry_their_unit(text: str, seconds: float) -> None:
    assert parse_agent(f"uct:time={text}").settings["time"] == seconds


def test_an_engine_s_command_line_may_hold_commas_equals_signs_and_quotes(tmp_path: Path) -> None:
    found = parse_agent("gtp:sh -c 'echo a,b=c' --level=1,timeout=30")
    assert found.kind == "gtp"
    assert found.source == "sh -c 'echo a,b=c' --level=1"
    assert found.settings == {"timeout": 30.0}
    assert parse_agent("gtp:sh -c x,y=1").source == "sh -c x,y=1"


def test_a_run_stands_for_its_newest_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "mine"
    (folder / "checkpoints").mkdir(parents=True)
    for name in ("0001.safetensors", "0003.safetensors", "0002.safetensors"):
        (folder / "checkpoints" / name).write_bytes(b"")
    found = parse_agent(f"{folder},sims=50,policy=gumbel")
    assert found.source == str(folder / "checkpoints" / "0003.safetensors")
    assert found.settings == {"sims": 50, "policy": "gumbel"}


def test_a_file_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "best.safetensors").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert parse_agent("best.safetensors,leaves=4").source == "best.safetensors"


def test_the_zoo_lists_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "ZOO", tmp_path)
    with pytest.raises(UnknownName, match="no networks are installed"):
        parse_agent("zoo:go9")
    (tmp_path / "go9.safetensors").write_bytes(b"")
    assert parse_agent("zoo:go9,sims=10").source == str(tmp_path / "go9.safetensors")
    with pytest.raises(UnknownName, match=r"did you mean 'go9'.*known: go9"):
        parse_agent("zoo:go8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("randm", "did you mean 'random'"),
        ("nobody", "known: FILE.safetensors"),
        ("", "names no agent"),
        ("random:sims=3", "takes no settings"),
        ("uct:simms=3", "did you mean 'sims'"),
        ("uct:sims", "write name=value"),
        ("uct:sims=0", "a whole number from 1"),
        ("uct:sims=many", "a whole number from 1"),
        ("uct:time=0s", "a time such as"),
        ("uct:time=soon", "a time such as"),
        ("uct:temperature=-1", "a number"),
        ("uct:temperature=nan", "a number"),
        ("uct:resign=2", "from 0 to 1"),
        ("uct:solver=perhaps", "on or off"),
        ("uct:policy=puct", "unknown setting"),
        ("no/such/run", "no checkpoint or run folder no/such/run"),
        ("lost.safetensors,sims=3", "no checkpoint or run folder lost.safetensors"),
        ("gtp:", "needs a command line"),
        ("gtp:no-such-engine --level 3", "no program 'no-such-engine'"),
        ("gtp:'open", "no command line"),
        ("gtp:sh,timeout=never", "a time such as"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(TengenError, match=said) as caught:
        parse_agent(text)
    assert "\n" not in str(caught.value)


def test_an_empty_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="holds no checkpoint"):
        parse_agent(str(tmp_path))


def test_a_person_cannot_be_asked_outside_the_terminal() -> None:
    game = tengen.make("tictactoe")
    with pytest.raises(InvalidParameter, match="tengen play"):
        tengen.load_agent("human", game).act(game.initial_state())


def test_random_play_is_legal_and_repeats_with_its_seed() -> None:
    game = tengen.make("tictactoe")
    state = game.apply(game.initial_state(), 4)
    choices = [[tengen.load_agent("random", game, seed=seed).act(state) for _ in range(20)] for seed in range(20)]
    assert all(4 not in row for row in choices)
    assert {row[0] for row in choices} == {0, 1, 2, 3, 5, 6, 7, 8} or len({row[0] for row in choices}) > 4
    assert all(row == row[:1] * 20 for row in choices)


def test_engines_play_go_alone() -> None:
    with pytest.raises(InvalidParameter, match="plays go, not tictactoe"):
        tengen.load_agent("gtp:sh", tengen.make("tictactoe"))
