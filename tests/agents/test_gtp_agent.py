import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tengen
from tengen.agents.gtp import GtpAgent, stones_in_order
from tengen.core.errors import EngineError
from tengen.protocols.gtp_client import GtpClient, GtpRefusal
from tengen.protocols.process import EngineCrashed, EngineIllegalMove, EngineTimeout

FAKE = f"{sys.executable} {Path(__file__).parent.parent / 'arena' / 'fake_gtp.py'}"
GNUGO = shutil.which("gnugo", path=os.environ.get("PATH", "") + ":/usr/games")
needs_gnugo = pytest.mark.skipif(GNUGO is None, reason="GNU Go is not installed")
GO5 = tengen.make("go:size=5,komi=7")


def gone(pid: int) -> bool:
    """Whether no process has this number, a zombie being one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_dialogue_with_an_engine_and_its_end() -> None:
    client = GtpClient(f"{FAKE} pass", timeout=10)
    client.start(5, 7.5)
    assert client.generate(0) == "pass"
    client.close()
    assert gone(client.process.process.pid)
    said = [line[2:] for line in client.transcript if line.startswith("> ")]
    assert said[:2] == ["protocol_version", "list_commands"]
    assert said[2:] == ["boardsize 5", "clear_board", "komi 7.5", "genmove black", "quit"]


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("hang", EngineTimeout),
        ("crash", EngineCrashed),
        ("illegal", EngineIllegalMove),
        ("nonsense", EngineIllegalMove),
    ],
)
def test_a_bad_answer_to_genmove_is_an_error_of_its_kind(mode: str, error: type[EngineError]) -> None:
    agent = GtpAgent(GO5, f"{FAKE} {mode}", timeout=0.5)
    state = GO5.apply(GO5.initial_state(), GO5.parse_action(GO5.initial_state(), "A1"))
    began = time.monotonic()
    with pytest.raises(error):
        agent.act(state)
    assert time.monotonic() - began < 10
    assert "> genmove white" in agent.transcript
    agent.close()
    assert "> genmove white" in agent.transcript


def test_output_that_is_no_gtp_is_an_error() -> None:
    agent = GtpAgent(GO5, f"{FAKE} garbage", timeout=5)
    with pytest.raises(EngineError, match="no GTP response"):
        agent.act(GO5.initial_state())
    agent.close()


def test_an_engine_that_ends_at_once_says_so() -> None:
    with pytest.raises(EngineCrashed, match="ended with status 3"):
        GtpClient(f"{FAKE} die", timeout=5).start(5, 7)


def test_a_refusal_is_not_the_end_of_the_engine() -> None:
    client = GtpClient(f"{FAKE} small", timeout=5)
    with pytest.raises(GtpRefusal, match="unacceptable size"):
        client.start(9, 7)
    client.start(5, 7)
    client.close()


def test_much_talk_on_standard_error_blocks_nobody() -> None:
    agent = GtpAgent(GO5, f"{FAKE} chatty", timeout=10)
    assert agent.act(GO5.initial_state()) == GO5.parse_move(GO5.initial_state(), "pass")
    agent.close()
    assert any(line.startswith("! thinking") for line in agent.transcript)


def test_an_engine_that_does_not_leave_is_killed() -> None:
    client = GtpClient(f"{FAKE} deaf", timeout=5)
    client.close()
    assert gone(client.process.process.pid)


def test_an_engine_killed_in_its_game_crashes_and_starts_again_with_the_next() -> None:
    agent = GtpAgent(GO5, f"{FAKE} pass", timeout=5)
    start = GO5.initial_state()
    agent.new_game(start)
    assert agent._client is not None
    agent._client.process.process.kill()
    with pytest.raises(EngineCrashed):
        agent.act(start)
    agent.new_game(start)
    assert GO5.action_to_text(start, agent.act(start)) == "pass"
    agent.close()


def boards_shown(agent: GtpAgent) -> list[str]:
    """What the engine was told of its board."""
    return [line for line in agent.transcript if line.startswith(("> play", "> clear"))]


def test_a_known_position_is_followed_and_an_unknown_one_is_set_up() -> None:
    agent = GtpAgent(GO5, f"{FAKE} pass", timeout=5)
    start = GO5.initial_state()
    one = GO5.apply(start, 3)
    two = GO5.apply(one, 7)
    agent.new_game(start)
    agent.notify(start, 3, one)
    agent.act(one)
    assert boards_shown(agent) == ["> clear_board", "> play black D5"]
    agent.act(two)
    said = boards_shown(agent)[2:]
    assert said[0] == "> clear_board"
    assert sorted(said[1:]) == ["> play black D5", "> play white C4"]
    agent.close()


@given(st.integers(0, 2**32), st.sampled_from([2, 5]), st.integers(1, 60))
def test_no_stone_is_captured_while_a_position_is_set_up(seed: int, size: int, plies: int) -> None:
    game = tengen.make("go", size=size)
    random = np.random.default_rng(seed)
    state = game.initial_state()
    for _ in range(plies):
        legal = game.legal_actions(state)
        if len(legal) == 0:
            break
        state = game.apply(state, int(random.choice(legal)))
    wanted = game.board(state)
    board = np.zeros_like(wanted)
    order = stones_in_order(wanted)
    assert len(order) == len({point for point, _ in order}) == (wanted > 0).sum()
    for point, player in order:
        board[divmod(point, size)] = player + 1
        game.position(board)  # refuses chains without liberties
    assert (board == wanted).all()


@needs_gnugo
def test_gnugo_has_the_same_board_after_a_set_up_and_after_every_move() -> None:
    game = tengen.make("go:size=7,komi=7")
    random = np.random.default_rng(1)
    state = game.initial_state()
    for _ in range(25):
        state = game.apply(state, int(random.choice(game.legal_actions(state)[:-1])))
    agent = GtpAgent(game, "gnugo --mode gtp --level 1 --chinese-rules", timeout=30)
    for _ in range(6):
        action = agent.act(state)
        if action == -1:
            break
        after = game.apply(state, action)
        agent.notify(state, action, after)
        state = after
        assert agent._client is not None
        for colour, stone in (("black", 1), ("white", 2)):
            listed = set(agent._client.ask(f"list_stones {colour}").split())
            points = np.flatnonzero(game.board(state).ravel() == stone).tolist()
            assert listed == {game.action_to_text(state, point) for point in points}
        if game.is_over(state):
            break
    agent.close()


@needs_gnugo
def test_gnugo_repeats_its_game_with_the_seed() -> None:
    first, second = (
        tengen.play_match(
            "go:size=5,komi=7", ["random", "gtp:gnugo --mode gtp --level 1 --chinese-rules"], games=2, seed=9
        )
        for _ in range(2)
    )
    assert [game.actions for game in first.games] == [game.actions for game in second.games]
