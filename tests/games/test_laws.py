"""Every game in the registry keeps the laws, and the laws notice games that do not."""

from typing import Any

import numpy as np
import pytest

from tengen.games import registry
from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game
from tengen.games.laws import LawBroken, check_game
from tengen.games.rules import State
from tengen.games.symmetry import Symmetries
from tengen.games.tictactoe import TicTacToe

VARIANTS = {
    "breakout": ["breakout:sticky=0,steps=40", "breakout:sticky=0.9,steps=0,discount=1"],
    "chess": [
        "chess:chess960=true,repetition=5,fifty=75",
        "chess:repetition=0,fifty=0,material=false,max_plies=400,history=1",
    ],
    "go": [
        "go:size=1",
        "go:size=2,rules=tromp-taylor,score_utility=1",
        "go:size=3,superko=simple,komi=-2.5",
        "go:size=5,rules=tromp-taylor",
        "go:size=9,rules=aga,max_plies=60",
    ],
    "gridworld": [
        "gridworld:cliff,steps=300",
        "gridworld:four-rooms,slip=1,steps=200",
        "gridworld:frozen-lake",
        "gridworld:S.P/.#./T.9,living=0.5,discount=0.5,steps=100",
        "gridworld:S/G,steps=0",
    ],
    "shogi": [
        "shogi:max_plies=64,history=8",
        "shogi:handicap=lance,max_plies=100,history=1",
        "shogi:handicap=two,max_plies=256,declaration=false",
        "shogi:handicap=ten,max_plies=300",
        "shogi:max_plies=1,tsume=true",
    ],
}


@pytest.mark.parametrize("name", registry.names())
def test_every_game_keeps_its_promises(name: str) -> None:
    game = registry.make(name)
    check_game(game, games=2 if isinstance(game, EmulatedGame) else 10, seed=7)


@pytest.mark.parametrize("text", [text for texts in VARIANTS.values() for text in texts])
def test_variants_of_a_game_keep_its_promises(text: str) -> None:
    check_game(registry.make(text), games=10, seed=11)


class DescendingMoves(TicTacToe):
    def legal_actions(self, state: State) -> Any:
        return super().legal_actions(state)[::-1]


class SharedNotation(TicTacToe):
    def action_to_text(self, state: State, action: int) -> str:
        return "a1"


class ForgetfulText(TicTacToe):
    def position_to_text(self, state: State) -> str:
        return ".../.../..."


class EndlessGame(TicTacToe):
    max_plies = 3


class WrongSymmetry(TicTacToe):
    symmetries = Symmetries(TicTacToe.symmetries.points[[0, 1]], TicTacToe.symmetries.actions[[0, 2]])


class GenerousResult(TicTacToe):
    def returns(self, state: State) -> Any:
        return np.ones(2)


class BlindObservation(TicTacToe):
    observation_shape = (4, 3, 3)


@pytest.mark.parametrize(
    "broken",
    [
        DescendingMoves,
        SharedNotation,
        ForgetfulText,
        EndlessGame,
        WrongSymmetry,
        GenerousResult,
        BlindObservation,
    ],
)
def test_a_game_that_breaks_a_law_is_caught(broken: type[Game], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tengen.games.laws.check_frame", lambda game: None)  # these are not in the registry
    with pytest.raises(LawBroken):
        check_game(broken(), games=10, seed=3)
