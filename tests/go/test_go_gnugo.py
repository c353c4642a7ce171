"""GNU Go, asked over GTP, sees the same boards, captures and legal moves."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest

from tengen.games.go import Go

GNUGO = shutil.which("gnugo", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/games")))


class GnuGo:
    """A GTP dialogue with GNU Go."""

    def __init__(self) -> None:
        assert GNUGO is not None
        self.process = subprocess.Popen(
            [GNUGO, "--mode", "gtp", "--chinese-rules", "--positional-superko", "--forbid-suicide"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str) -> str:
        """The answer to one command; an error fails the test."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()).strip():
            lines.append(line)
        answer = "".join(lines)
        assert answer.startswith("="), f"{command}: {answer}"
        return answer[1:].strip()


@pytest.fixture
def gnugo() -> Iterator[GnuGo]:
    if GNUGO is None:
        pytest.skip("gnugo is not installed")
    engine = GnuGo()
    yield engine
    engine.process.kill()
    engine.process.wait()


@pytest.mark.parametrize(("size", "seed"), [(5, 1), (5, 2), (9, 3), (9, 4), (19, 5)])
def test_gnu_go_agrees_on_every_board_of_a_random_game(gnugo: GnuGo, size: int, seed: int) -> None:
    game = Go(size=size)
    state = game.initial_state()
    generator = np.random.default_rng(seed)
    gnugo.ask(f"boardsize {size}")
    gnugo.ask("clear_board")
    while not game.is_over(state) and state["ply"] < 150:
        color = ("black", "white")[game.player(state)]
        legal = game.legal_actions(state)
        action = int(generator.choice(legal if len(legal) == 1 else legal[:-1]))
        if size < 19 or state["ply"] % 10 == 0:
            found = {game.parse_move(state, vertex) for vertex in gnugo.ask(f"all_legal {color}").split()}
            assert found - {game.pass_action} == set(legal[:-1].tolist()), game.position_to_text(state)
        gnugo.ask(f"play {color} {game.action_to_text(state, action)}")
        state = game.apply(state, action)
        for stone, name in ((1, "black"), (2, "white")):
            stones = {game.parse_move(state, vertex) for vertex in gnugo.ask(f"list_stones {name}").split()}
            assert stones == set(np.flatnonzero(game.board(state) == stone).tolist())
    assert game.captures(state) == (int(gnugo.ask("captures black")), int(gnugo.ask("captures white")))
