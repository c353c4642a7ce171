"""A table that tests sit at: scripted agents, a screen without a terminal, and pictures of it."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from textual.pilot import Pilot

from tengen.agents.agent import Agent
from tengen.agents.load import load_agent
from tengen.core.errors import EngineError
from tengen.games.game import Game, RecordGame
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.mcts.result import SearchResult
from tengen.terminal.table.app import TableApp
from tengen.terminal.table.canvas import Look
from tengen.terminal.table.places import Place
from tengen.terminal.table.sitting import Sitting
from tengen.terminal.table.table import Table

GOLDEN = Path(__file__).parent / "terminal" / "golden"
SMALL, WIDE = (80, 24), (160, 50)

Play = Callable[["Sat"], Awaitable[None]]


class Scripted(Agent):
    """Plays moves that are written down, then the first legal one, and says that it has searched."""

    def __init__(self, game: Game, moves: Sequence[str] = (), *, value: float = 0.1, failures: int = 0) -> None:
        self.game, self.text = game, "scripted"
        self.moves, self.value, self.failures = list(moves), value, failures
        self.heard: list[int] = []
        self.closed = False

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self.heard = []

    def notify(self, state: State, action: int, after: State) -> None:
        assert self.game.is_legal(state, action)
        self.heard.append(action)

    def act(self, state: State) -> int:
        if self.failures:
            self.failures -= 1
            raise EngineError("the engine gave no answer in time")
        legal = self.game.legal_actions(state)
        text = self.moves.pop(0) if self.moves else ""
        if text == "resign":
            return -1
        action = self.game.parse_action(state, text) if text else int(legal[0])
        self.thought = found(self.game, action, self.value)
        return action

    def close(self) -> None:
        self.closed = True


def found(game: Game, action: int, value: float) -> SearchResult:
    """What a search would say that has looked at one move a hundred times."""
    visits = np.zeros((1, game.num_actions), np.int32)
    visits[0, action] = 100
    q = np.where(visits > 0, value, 0.0).astype(np.float32)
    policy = (visits / 100).astype(np.float32)
    unknown = np.full(visits.shape, np.inf, np.float32)
    values = np.array([value], np.float32)
    return SearchResult(
        np.array([action], np.int32), visits, policy, policy, q, values, values, -unknown, unknown, [[action]]
    )


class Sat:
    """A person at the table: what he presses, and what he sees."""

    def __init__(self, app: TableApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def table(self) -> Table:
        return self.app.table

    @property
    def sitting(self) -> Sitting:
        return self.app.table.sitting

    @property
    def message(self) -> str:
        return self.app.table.message

    async def settle(self) -> None:
        """Waits until nobody is at work."""
        for _ in range(3000):
            await self.pilot.pause(0)
            if not self.table.busy:
                break
            await asyncio.sleep(0.01)
        await self.pilot.pause(0)

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Types a line."""
        await self.press(*("space" if each == " " else each for each in text), "enter")

    async def click(self, *places: Place) -> None:
        """Clicks places of the board."""
        for place in places:
            x, y = self.spot(place)
            await self.pilot.click("#board", offset=(x, y))
            await self.settle()

    def spot(self, place: Place) -> tuple[int, int]:
        """The first spot of the board at which a place is found."""
        board = self.app.view.board
        assert board.scene is not None
        left, top = board._origin()
        for y in range(board.size.height):
            for x in range(board.size.width):
                if board.painter.place_at(x - left, y - top, board.cell, board.scene) == place:
                    return x + board.cell[0] // 2 * (board.cell[0] > 2), y
        raise AssertionError(f"{place} is nowhere")

    def played(self) -> list[str]:
        """The moves so far."""
        return [self.sitting.game.action_to_text(turn.before, turn.action) for turn in self.sitting.turns]

    def text(self) -> str:
        """All that is on the screen, without colours."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def picture(self) -> str:
        """The screen as SVG, without what differs from run to run."""
        svg = re.sub(r"terminal-\d+", "terminal", self.app.export_screenshot(simplify=True))
        svg = re.sub(r"@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)
        return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def sit(
    game: str,
    play: Play,
    *,
    moves: Sequence[str] = (),
    people: Iterable[int] = (0,),
    size: tuple[int, int] = SMALL,
    look: Look | None = None,
    agent: str = "",
    load: Callable[[str, RecordGame], Agent] | None = None,
    time_control: str = "",
    line: Sequence[str] = (),
    value: float = 0.1,
) -> Sat:
    """Sits down and plays; without `agent`, against one that plays `moves`."""
    from tengen.agents.time_control import parse_time_control

    made = make(game)
    assert isinstance(made, RecordGame)
    look = look or Look()

    def usual(text: str, game: RecordGame) -> Agent:
        return load_agent(text, game, seed=1) if agent else Scripted(game, moves, value=value)

    sitting = Sitting(made, people, seed=1)
    for text in line:
        sitting.play(made.parse_action(sitting.state, text))

    def table(tell: Callable[..., None]) -> Table:
        return Table(
            sitting,
            agent or "random",
            tell=tell,
            analyst=agent or "uct:sims=1000",
            load=load or usual,
            time_control=parse_time_control(time_control) if time_control else None,
            ascii_only=not look.unicode,
        )

    async def scenario() -> Sat:
        app = TableApp(table, look)
        async with app.run_test(size=size) as pilot:
            sat = Sat(app, pilot)
            try:
                await sat.settle()
                await play(sat)
            finally:
                app.table.close()
        return sat

    return asyncio.run(scenario())


def check_picture(name: str, picture: str) -> None:
    """Compares a picture with the golden one; `TENGEN_GOLDEN=renew` writes it, and fails so that somebody looks."""
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("TENGEN_GOLDEN") == "renew":
        path.parent.mkdir(exist_ok=True)
        changed = not path.exists() or path.read_text() != picture
        path.write_text(picture)
        assert not changed, f"{path} was written anew: look at it"
        return
    assert path.exists(), f"{path} is missing: TENGEN_GOLDEN=renew writes it"
    assert picture == path.read_text(), f"the screen is not that of {path}: TENGEN_GOLDEN=renew writes it anew"
