"""How a game of one player is shown: its board or screen, the last step, what it has brought so far."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tengen.agents.episode import Episode, Step
from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game
from tengen.games.rules import CHANCE, State
from tengen.mcts.result import SearchResult
from tengen.terminal import boards
from tengen.terminal.blocks import in_blocks, in_shades
from tengen.terminal.pictures import ROBOT, SCREEN_ASPECT, Colour, breakout_colours, enlarged, picture_of, square_colour

if TYPE_CHECKING:
    from tengen.games.gridworld import Gridworld

CHANCES = {"gridworld": "slipped to {}", "breakout": "stuck to {}"}
"""What is said where chance did something else than the player meant."""

FACTS_COLUMNS, FACTS_LINES = 38, 12
"""What the text beside a board takes."""

VARIATION = 10
"""Moves of the expected line that are shown."""


def number(value: float) -> str:
    """A reward or a return as a person writes it."""
    return f"{round(value, 6) + 0.0:g}"


class SoloView:
    """One game on one console."""

    def __init__(self, game: Game, console: Console) -> None:
        self.game = game
        self.console = console
        self.colours = boards.has_colours(console)

    def render(self, state: State, lines: Sequence[str]) -> RenderableType:
        """The board with the lines beside it, or below it in plain text."""
        text = Text("\n".join(lines))
        if not self.colours:
            return Group(Text(), self.board(state), text)
        table = Table.grid(padding=(0, 4, 0, 0))
        table.add_row(self.board(state), text)
        return table

    def board(self, state: State) -> RenderableType:
        """The position alone."""
        columns, lines = self._room()
        if isinstance(self.game, EmulatedGame):
            picture = picture_of(self.game, state)
            if picture is None:
                return Text(self.game.draw(state))
            aspect = SCREEN_ASPECT.get(self.game.name)
            draw = in_blocks if self.colours else in_shades
            return draw(picture, columns, lines, aspect=aspect)
        if self.colours and self.game.name == "gridworld":
            return _gridworld(self.game, state, columns, lines)  # type: ignore[arg-type]
        if self.colours and self.game.name == "breakout":
            small = breakout_colours(self.game, state)  # type: ignore[arg-type]
            times = max(2, min(4, columns // small.shape[1], 2 * lines // small.shape[0] // 2 * 2))
            return in_blocks(enlarged(small, times), small.shape[1] * times, small.shape[0] * times // 2)
        return Text(self.game.draw(state), no_wrap=True)

    def _room(self) -> tuple[int, int]:
        """Columns and lines for a board: at a terminal all but the text's, elsewhere what a page has."""
        if not self.console.is_terminal:
            return min(self.console.width, 72), 30
        beside = FACTS_COLUMNS if self.colours else 0
        below = 3 if self.colours else FACTS_LINES
        return max(10, self.console.width - beside), max(6, self.console.height - below)

    def written(self, step: Step) -> str:
        """A step in words: the action, and what chance made of it where that is another."""
        words = self.game.action_to_text(step.before, step.action)
        for state, outcome in step.outcomes:
            if outcome != step.action:
                chance = CHANCES.get(self.game.name, "chance: {}")
                words += ", " + chance.format(self.game.action_to_text(state, outcome))
        return words

    def line(self, episode: Episode, step: Step) -> str:
        """A step on one line."""
        return (
            f"step {episode.length}: {self.written(step)}; reward {number(step.reward)}, return {number(episode.total)}"
        )

    def facts(self, episode: Episode, step: Step | None, thought: str = "") -> list[str]:
        """What is worth knowing besides the board."""
        lines = [self.game.text if len(self.game.text) < FACTS_COLUMNS else self.game.name, ""]
        if step is None:
            lines.append("the start" if episode.length == 0 else f"after step {episode.length}")
        else:
            lines += [f"step {episode.length}: {self.written(step)}", f"reward {number(step.reward)}"]
        lines.append(f"return {number(episode.total)}")
        return lines + (["", *thought.splitlines()] if thought else [])

    def account(self, agent: str, state: State, result: SearchResult) -> str:
        """What a search thought of its choice."""
        visits = int(result.visits[0].sum())
        said = f"{agent}: value {float(result.value[0]):+.2f} after {visits} simulations"
        line = self.variation(state, result)
        return f"{said}\nexpects {line}" if line else said

    def variation(self, state: State, result: SearchResult) -> str:
        """The line that a search expects, without what it expects of chance."""
        words: list[str] = []
        emulated = isinstance(self.game, EmulatedGame)
        for action in result.variations[0]:
            if len(words) == VARIATION:
                break
            if not emulated and not self.game.is_legal(state, action):
                break
            if emulated or self.game.player(state) != CHANCE:
                words.append(self.game.action_to_text(state, action))
            if not emulated:  # to step an emulator for a word is not worth it: its actions have the same names always
                state = self.game.apply(state, action)
        return " ".join(words)


def _gridworld(game: "Gridworld", state: State, columns: int, lines: int) -> Text:
    """Squares in colour: three lines of six columns each where there is room, else one of two."""
    rows = game.rows
    large = 6 * len(rows[0]) <= columns and 3 * len(rows) <= lines
    width, height = (6, 3) if large else (2, 1)
    place = game.place(state)
    text = Text(no_wrap=True)
    for row, line in enumerate(rows):
        for part in range(height):
            for column, symbol in enumerate(line):
                colour = square_colour(game, symbol)
                if symbol in ".#" and (row + column) % 2:
                    colour = _darker(colour)
                label = ""
                if part == height // 2:
                    if symbol not in "#.S":
                        label = f"{game.pay(symbol):+g}" if large else symbol
                    elif symbol == "S" and large:
                        label = "start"
                if (row, column) == place and part == height // 2:
                    text.append(("▐██▌" if large else "██").center(width), style=f"{_hex(ROBOT)} on {_hex(colour)}")
                else:
                    ink = "#8a867a" if symbol == "S" else "bold #ffffff"
                    text.append(label[:width].center(width), style=f"{ink} on {_hex(colour)}")
            if (row, part) != (len(rows) - 1, height - 1):
                text.append("\n")
    return text


def _darker(colour: Colour) -> Colour:
    red, green, blue = (max(0, part - 8) for part in colour)
    return red, green, blue


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
