"""Single keys at a terminal, and what they do in a game for one."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tengen.core.errors import InvalidMove, InvalidParameter
from tengen.games.game import Game
from tengen.games.rules import State

Read = Callable[[float | None], str | None]
"""The next key (`up`, `right`, `down`, `left`, `space`, `quit` or the character), or None after so many seconds."""

WORDS = {
    "up": ("up", "north", "main"),
    "right": ("right", "east"),
    "down": ("down", "south"),
    "left": ("left", "west"),
    "space": ("fire", "main"),
}
"""What the action of a key may be called."""
IDLE = ("noop", "stay", "none")
"""What doing nothing may be called: a game that has it goes on while no key is pressed."""

_SEQUENCES = {"A": "up", "B": "down", "C": "right", "D": "left"}


def actions_of_keys(game: Game, state: State) -> tuple[dict[str, int], int | None]:
    """The actions of the keys, and the action for no key, if the game has one."""
    known = {key: action for key, words in WORDS.items() if (action := _first(game, state, words)) is not None}
    return known, _first(game, state, IDLE)


def _first(game: Game, state: State, words: tuple[str, ...]) -> int | None:
    for word in words:
        try:
            return game.parse_move(state, word)
        except InvalidMove:
            continue
    return None


@contextmanager
def terminal_keys() -> Iterator[Read]:
    """The keyboard of this terminal, key by key and without an echo, until the block ends."""
    try:
        import termios
        import tty
    except ImportError:
        raise InvalidParameter("keys cannot be read one by one on this system: type the actions") from None
    if not sys.stdin.isatty():
        raise InvalidParameter("keys are read at a terminal only: type the actions")
    source = sys.stdin.fileno()
    before = termios.tcgetattr(source)
    tty.setcbreak(source)
    try:
        yield lambda seconds: _read(source, seconds)
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)


def _read(source: int, seconds: float | None) -> str | None:
    if not select.select([source], [], [], seconds)[0]:
        return None
    text = os.read(source, 32).decode(errors="replace")
    if not text or text in ("q", "\x1b", "\x04"):
        return "quit"
    if text.startswith(("\x1b[", "\x1bO")) and len(text) >= 3:
        return _SEQUENCES.get(text[-1], "")  # of several keys since the last look the newest counts
    return "space" if text[-1] == " " else text[-1].lower()
