"""The games by name. A game is one file in this folder and one line here."""

import importlib

from tengen.core.errors import InvalidParameter, MissingExtra, unknown
from tengen.games.game import Game

GAMES = {
    "atari": "tengen.games.atari:Atari",
    "breakout": "tengen.games.breakout:Breakout",
    "chess": "tengen.games.chess:Chess",
    "go": "tengen.games.go:Go",
    "gym": "tengen.games.gym:Gym",
    "gridworld": "tengen.games.gridworld:Gridworld",
    "shogi": "tengen.games.shogi:Shogi",
    "tictactoe": "tengen.games.tictactoe:TicTacToe",
}
"""Where each game's class is; imported when first asked for."""


def names() -> list[str]:
    """The names of all games."""
    return sorted(GAMES)


def available() -> tuple[list[Game], list[str]]:
    """Every game by its defaults, and what keeps the others from being played here: a library that is missing."""
    games, missing = [], []
    for name in names():
        try:
            games.append(make(name))
        except MissingExtra as error:
            missing.append(f"{name}: {error}")
    return games, missing


def game_class(name: str) -> type[Game]:
    """The class of a game; UnknownName if there is none."""
    if name not in GAMES:
        raise unknown("game", name, GAMES)
    module, _, attribute = GAMES[name].partition(":")
    found: type[Game] = getattr(importlib.import_module(module), attribute)
    return found


def as_seen_by(game: Game, other: str) -> Game:
    """`game` with the view of `other`, a text of the same game: what a network trained on `other` can look at."""
    if not game.view_parameters:
        return game
    view = make(other).parameters
    return type(game)(**game.parameters | {name: view[name] for name in game.view_parameters})


def make(text: str, **parameters: object) -> Game:
    """The game that a text such as `go:size=9,komi=7` names; keyword parameters override the text's.

    The first may stand without its name where the game has a `variant`: `gridworld:robot,slip=0`.
    """
    name, _, rest = text.partition(":")
    kind = game_class(name.strip())
    given: dict[str, object] = {}
    for place, pair in enumerate(filter(None, (part.strip() for part in rest.split(",")))):
        key, equals, value = pair.partition("=")
        if not equals and place == 0 and kind.variant:
            key, value = kind.variant, pair
        elif not equals:
            raise InvalidParameter(f"{pair!r} in {text!r} is no parameter: write name=value")
        given[key.strip()] = value.strip()
    given |= parameters
    known = kind.defaults()
    for key in given:
        if key not in known and key not in kind.aliases:
            raise unknown(f"parameter of {kind.name}", key, [*known, *kind.aliases])
    return kind(**given)
