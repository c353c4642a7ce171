"""Counts of legal move sequences against published ones."""

import json
from collections.abc import Iterator

import chess
import pytest

from oracles import oracle
from tengen import make, perft
from tengen.games.game import RecordGame, divide

PURE = make("chess")
PURE960 = make("chess:chess960=true")
FEW = 3_000_000
MANY = 10_000_000_000


def counts(name: str, low: int, high: int) -> Iterator[tuple[str, int, int]]:
    """Positions with a depth and its count, for counts above `low` and up to `high`."""
    for line in oracle(f"chess/{name}").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            fen, *operations = line.split(";")
            for operation in operations:
                word, _, value = operation.strip().partition(" ")
                if word[:1] == "D" and low < int(value) <= high:
                    yield fen.strip(), int(word[1:]), int(value)


def check(name: str, low: int, high: int) -> None:
    game = PURE960 if "960" in name else PURE
    seen = 0
    for fen, depth, expected in counts(name, low, high):
        assert perft(game, game.parse_position(fen), depth) == expected, (fen, depth)
        seen += 1
    assert seen


SUITES = ["perft_standard.epd", "perftsuite.epd", "perft_tricky.epd", "perft_chess960.epd"]


@pytest.mark.parametrize("name", SUITES)
def test_move_sequences_are_as_many_as_published(name: str) -> None:
    check(name, 0, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITES)
def test_long_move_sequences_are_as_many_as_published(name: str) -> None:
    check(name, FEW, MANY)


@pytest.mark.slow
def test_the_longest_of_all_counts_is_as_published() -> None:
    check("perft_chess960.epd", MANY, 10**12)


def test_each_first_move_has_its_share() -> None:
    for case in json.loads(oracle("chess/perft_divide.json").read_text()).values():
        assert divide(PURE, PURE.parse_position(case["fen"]), case["depth"]) == case["divide"]


def test_every_position_of_chess_counts_the_same_under_chess960() -> None:
    for fen, depth, expected in counts("perftsuite.epd", 0, 20_000):
        assert perft(PURE960, PURE960.parse_position(fen), depth) == expected, (fen, depth)


def test_counts_know_no_draws_whatever_the_rules_of_the_game() -> None:
    game = make("chess")
    assert isinstance(game, RecordGame)
    for fen in ("8/8/8/3k4/8/3K4/8/8 w - - 0 1", "8/8/4k3/3Nn3/3nN3/4K3/8/8 w - - 99 80"):
        state, board = game.parse_position(fen), chess.Board(fen)
        for depth in (1, 2, 3):
            assert perft(game, state, depth) == sum(divide(game, state, depth).values()) == leaves(board, depth)


def leaves(board: chess.Board, depth: int) -> int:
    total = 0
    for move in board.legal_moves:
        board.push(move)
        total += 1 if depth == 1 else leaves(board, depth - 1)
        board.pop()
    return total
