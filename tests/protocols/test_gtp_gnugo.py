"""Whole games against GNU Go, which must see the same board after every move."""

from collections.abc import Iterator

import numpy as np
import pytest

from tengen.protocols.gtp_session import GtpSession
from tests.protocols.gnugo import GnuGo

COLUMNS = "ABCDEFGHJKLMNOPQRST"


@pytest.fixture
def gnugo() -> Iterator[GnuGo]:
    engine = GnuGo("--level", "1", "--seed", "3")
    yield engine
    engine.close()


def ask(session: GtpSession, line: str) -> str:
    answer = session.answer(line)
    assert answer.startswith("="), f"Tengen on {line!r}: {answer}"
    return answer[1:].strip()


def board_of(engine: GnuGo, size: int) -> np.ndarray:
    """The stones that GNU Go sees, [row from the bottom, column]: 1 black, -1 white."""
    board = np.zeros((size, size), int)
    for colour, stone in (("black", 1), ("white", -1)):
        for vertex in engine.ask(f"list_stones {colour}").split():
            board[int(vertex[1:]) - 1, COLUMNS.index(vertex[0])] = stone
    return board


def area(board: np.ndarray) -> int:
    """Black's area less White's: stones, and empty regions that touch one colour only."""
    size = len(board)
    lead = int(board.sum())
    seen: set[tuple[int, int]] = set(zip(*map(list, np.nonzero(board)), strict=True))
    for start in np.ndindex(size, size):
        if start in seen:
            continue
        region, touched = [start], set()
        seen.add(start)
        for row, column in region:
            for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if not (0 <= near[0] < size and 0 <= near[1] < size):
                    continue
                if board[near]:
                    touched.add(int(board[near]))
                elif near not in seen:
                    seen.add(near)
                    region.append(near)
        if len(touched) == 1:
            lead += len(region) * touched.pop()
    return lead


def play_game(gnugo: GnuGo, agent: str, *, size: int, tengen_is: str, seed: int, komi: float = 7.5) -> int:
    """One game; the boards must agree after each move, the score at the end. Returns the number of moves."""
    session = GtpSession(f"go:size={size}", agent, seed=seed)
    for line in (f"boardsize {size}", "clear_board", f"komi {komi}"):
        gnugo.ask(line)
        ask(session, line)
    passes = moves = 0
    colour = "black"
    while passes < 2 and moves < 2 * size * size - 2:
        if colour == tengen_is:
            move = ask(session, f"genmove {colour}")
            gnugo.ask(f"play {colour} {move}")
        else:
            move = gnugo.ask(f"genmove {colour}")
            if move.lower() == "resign":
                break
            ask(session, f"play {colour} {move}")
        moves += 1
        passes = passes + 1 if move.lower() == "pass" else 0
        for side in ("black", "white"):
            ours, theirs = ask(session, f"list_stones {side}"), gnugo.ask(f"list_stones {side}")
            assert sorted(ours.split()) == sorted(theirs.split()), f"after move {moves}, {colour} {move}"
        colour = "white" if colour == "black" else "black"
    lead = area(board_of(gnugo, size)) - komi
    assert ask(session, "final_score") == f"{'B' if lead > 0 else 'W'}+{abs(lead):g}"
    session.close()
    return moves


@pytest.mark.parametrize("tengen_is", ["black", "white"])
@pytest.mark.parametrize(("agent", "size"), [("random", 9), ("uct:sims=50", 5)])
def test_gnugo_agrees_on_every_board(gnugo: GnuGo, agent: str, size: int, tengen_is: str) -> None:
    assert play_game(gnugo, agent, size=size, tengen_is=tengen_is, seed=1) > 4


@pytest.mark.engine_long
@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("agent", "size"), [("random", 5), ("random", 9), ("uct:sims=50", 5), ("uct:sims=50", 9)])
def test_gnugo_agrees_in_many_games(gnugo: GnuGo, agent: str, size: int, seed: int) -> None:
    play_game(gnugo, agent, size=size, tengen_is=("black", "white")[seed % 2], seed=seed)
