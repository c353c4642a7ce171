"""Entries of the zoo: a run in one small file, with a card filled from the run and from matches."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import tengen
from tengen.agents import zoo
from tengen.agents.zoo import zoo_card
from tengen.arena.match import play_match
from tengen.arena.mean import score_interval
from tengen.cli import main
from tengen.core.errors import TengenError
from tengen.nets.checkpoint import load_checkpoint, save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.network import Network
from tengen.selfplay import entry, settings
from tengen.selfplay.entry import Known, half_is_enough, make_entry
from tengen.selfplay.run import Progress, RunFolder

TTT = tengen.make("tictactoe")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that was started twice and has two checkpoints."""
    torch.manual_seed(1)
    run = RunFolder.create(tmp_path / "runs" / "ttt", settings.load("tictactoe"))
    run.add_start("tengen train tictactoe --run runs/ttt")
    run.add_start("tengen train --resume runs/ttt --minutes 4")
    for number, minutes, games in ((1, 1.0, 100), (2, 2.0, 250)):
        network = Network(NetConfig.for_game(TTT, blocks=1, channels=8))
        facts = {"minutes": minutes, "games": games, "positions": 8 * games, "evaluations": 1000 * games, "steps": 7}
        save_checkpoint(run.numbered(number), network, TTT.text, facts)
        save_checkpoint(run.current, network, TTT.text, facts)
    run.save_progress(Progress(elapsed=120.0, evaluations=250_000, checkpoint=2, starts=2))
    return run


def result_file(path: Path, agents: list[str], pairs: list[tuple[int, int, int, int, int]], **more: object) -> Path:
    """A result as `tengen arena --json` prints it; pairs are places of two agents and the counts of the first."""
    found = [
        {"first": agents[first], "second": agents[second], "wins": wins, "draws": draws, "losses": losses}
        for first, second, wins, draws, losses in pairs
    ]
    known = {"game": TTT.text, "agents": [{"agent": agent} for agent in agents], "pairs": found}
    path.write_text(json.dumps(known | more))
    return path


def test_the_newest_weights_of_a_run_become_an_entry(run: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "small.safetensors"
    path, card = make_entry("small", run.path, out=out)
    assert path == out
    loaded = load_checkpoint(out, TTT)
    assert loaded.card == card.to_json()
    assert card.command == "tengen train tictactoe --run runs/ttt\ntengen train --resume runs/ttt --minutes 4"
    assert (card.minutes, card.games, card.positions, card.evaluations) == (2.0, 250, 2000, 250_000)
    assert card.machine is not None
    assert "cores" in card.machine
    assert card.parameters == sum(p.numel() for p in loaded.network.parameters())
    assert loaded.provenance == load_checkpoint(run.current).provenance


def test_a_numbered_checkpoint_has_the_counts_of_its_time(run: RunFolder, tmp_path: Path) -> None:
    _, card = make_entry("small", run.path, checkpoint=1, out=tmp_path / "small.safetensors")
    assert (card.minutes, card.games, card.evaluations) == (1.0, 100, 100_000)
    with pytest.raises(TengenError, match=r"has no checkpoint 0007.safetensors \(there are: 0001, 0002\)"):
        make_entry("small", run.path, checkpoint=7, out=tmp_path / "other.safetensors")


def test_half_precision_saves_half_and_plays_the_same(run: RunFolder, tmp_path: Path) -> None:
    full = tmp_path / "full.safetensors"
    network = Network(NetConfig.for_game(TTT, blocks=2, channels=48))
    save_checkpoint(full, network, TTT.text, {})
    path, _ = make_entry("small", full, out=tmp_path / "small.safetensors")
    assert path.stat().st_size < 0.6 * full.stat().st_size
    kept = load_checkpoint(path).network.state_dict()
    for name, tensor in network.state_dict().items():
        assert kept[name].dtype == tensor.dtype
        assert torch.allclose(kept[name].float(), tensor.float(), rtol=1e-3, atol=1e-6)


def test_weights_that_half_precision_cannot_hold_stay_whole(tmp_path: Path) -> None:
    network = Network(NetConfig.for_game(TTT, blocks=1, channels=8))
    assert half_is_enough(network, TTT)
    with torch.no_grad():
        network.stem.conv.weight.mul_(1e-9)
        network.stem.norm.running_var.mul_(1e-18)
        network.stem.norm.eps = 0.0
    assert not half_is_enough(network, TTT)


def test_an_entry_above_the_limit_is_refused_and_nothing_is_written(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "LARGEST", 1000)
    with pytest.raises(TengenError, match=r"zoo:small would have \d+ bytes: 1000 are accepted") as caught:
        make_entry("small", run.path, out=tmp_path / "small.safetensors")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "small.safetensors").exists()


def test_results_of_matches_are_read_from_both_sides(run: RunFolder, tmp_path: Path) -> None:
    mine = f"{run.path},sims=50"
    agents = [mine, "random", "uct:sims=9"]
    pairs = [(0, 1, 5, 1, 0), (1, 0, 0, 2, 4), (1, 2, 1, 1, 1), (2, 0, 1, 0, 0)]
    result = result_file(tmp_path / "a.json", agents, pairs, command="tengen arena tictactoe …")
    _, card = make_entry("small", run.path, results=[result], out=tmp_path / "small.safetensors")
    against = {match.opponent: match for match in card.opponents}
    assert set(against) == {"random", "uct:sims=9"}
    random = against["random"]
    assert (random.games, random.wins, random.draws, random.losses) == (12, 9, 3, 0)
    assert (random.score, random.simulations, random.command) == (0.875, 50, "tengen arena tictactoe …")
    assert (random.low, random.high) == tuple(round(bound, 4) for bound in score_interval(0.875, 12))
    assert (against["uct:sims=9"].losses, against["uct:sims=9"].score) == (1, 0.0)


def test_a_card_is_kept_and_a_match_of_the_same_opponent_replaced(run: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "small.safetensors"
    first = result_file(tmp_path / "a.json", ["zoo:small", "random"], [(0, 1, 1, 0, 0)])
    second = result_file(tmp_path / "b.json", ["zoo:small", "random"], [(0, 1, 30, 0, 0)])
    make_entry("small", run.path, results=[first], out=out)
    _, card = make_entry("small", out, results=[second], known=Known(date="2026-11-26", commit="abc"), out=out)
    assert [match.games for match in card.opponents] == [30]
    assert card.opponents[0].simulations == 200
    assert (card.date, card.commit, card.evaluations) == ("2026-11-26", "abc", 250_000)


def test_a_match_s_folder_is_a_result(run: RunFolder, tmp_path: Path) -> None:
    agents = [f"{run.current},sims=4,engine=torch", "random"]
    played = play_match("tictactoe", agents, games=4, seed=1, workers=1, out=tmp_path / "match")
    _, card = make_entry("small", run.path, results=[tmp_path / "match"], out=tmp_path / "small.safetensors")
    found = played.between(*agents)
    (match,) = card.opponents
    assert (match.wins, match.draws, match.losses) == (found.wins, found.draws, found.losses)
    assert (match.games, match.simulations, match.game) == (4, 4, "tictactoe")


def test_returns_of_a_game_for_one_stand_beside_each_other(run: RunFolder, tmp_path: Path) -> None:
    agents = [
        {"agent": "random", "mean": -1.0, "low": -2.0, "high": 0.0, "games": 5, "steps": [3] * 5},
        {"agent": "zoo:small,sims=8", "mean": 1.0, "low": 0.5, "high": 1.5, "games": 5, "steps": [2, 3, 2, 3, 2]},
    ]
    result = tmp_path / "alone.json"
    result.write_text(json.dumps({"game": "gridworld:robot", "agents": agents, "pairs": []}))
    _, card = make_entry("small", run.path, results=[result], out=tmp_path / "small.safetensors")
    assert [(one.agent, one.mean, one.simulations, one.steps) for one in card.returns] == [
        ("zoo:small", 1.0, 8, 2.4),
        ("random", -1.0, None, 3.0),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Small", "{}", "is no name for the zoo"),
        ("../x", "{}", "is no name for the zoo"),
        ("small", "{", "is no result of `tengen arena --json`"),
        ("small", "[]", "is no result"),
        ("small", '{"agents": []}', "is no result|nowhere"),
        ("small", '{"agents": [{"agent": "random"}], "pairs": []}', "the network is nowhere among random"),
        ("small", '{"agents": [{"agent": "zoo:small"}, {"agent": "zoo:small,sims=3"}], "pairs": []}', "several times"),
    ],
)
def test_what_is_wrong_is_one_line(run: RunFolder, tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / "result.json").write_text(content)
    with pytest.raises(TengenError, match=said) as caught:
        make_entry(name, run.path, results=[tmp_path / "result.json"], out=tmp_path / "small.safetensors")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "small.safetensors").exists()


def test_the_interval_of_a_score_is_wilson_s() -> None:
    assert score_interval(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert score_interval(1.0, 20)[0] == pytest.approx(0.8389, abs=1e-4)
    assert score_interval(1.0, 20)[1] == pytest.approx(1.0)
    assert score_interval(0.5, 0) == (0.0, 1.0)
    widths = [np.diff(score_interval(0.9, games))[0] for games in (10, 100, 1000)]
    assert widths == sorted(widths, reverse=True)


def test_the_commands_make_list_and_show_entries(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoo, "ZOO", tmp_path / "zoo")
    monkeypatch.setattr(entry, "ZOO", tmp_path / "zoo")
    result = result_file(tmp_path / "a.json", [str(run.path), "random"], [(0, 1, 9, 1, 0)])
    done = CliRunner().invoke(main, ["zoo", "add", "small", str(run.path), "--result", str(result), "--commit", "abc"])
    assert done.exit_code == 0, done.output
    assert zoo_card("small").commit == "abc"
    assert "zoo:small" in CliRunner().invoke(main, ["zoo"]).stdout
    shown = json.loads(CliRunner().invoke(main, ["zoo", "show", "small", "--json"]).stdout)
    assert shown["opponents"][0]["wins"] == 9
    assert shown["bytes"] == (tmp_path / "zoo" / "small.safetensors").stat().st_size
    words = CliRunner().invoke(main, ["zoo", "show", "small"]).stdout
    assert "tengen train tictactoe --run runs/ttt" in words
    assert "95.0 %" in words
    page = CliRunner().invoke(main, ["zoo", "table"]).stdout
    assert "| `zoo:small` | `tictactoe` |" in page
    assert CliRunner().invoke(main, ["zoo", "show", "large"]).exit_code == 2
