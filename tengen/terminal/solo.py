"""`tengen play` for one: a person plays, chance moves by itself, an agent gives hints or takes over for a while."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tengen.agents.agent import Agent
from tengen.agents.episode import Episode, Step, tell
from tengen.core.errors import InvalidParameter, TengenError
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.terminal import boards
from tengen.terminal.film import SUFFIXES, Film
from tengen.terminal.keys import Read, actions_of_keys, terminal_keys
from tengen.terminal.pictures import picture_of
from tengen.terminal.play import Leave, ask_on, beside
from tengen.terminal.solo_view import SoloView, number
from tengen.terminal.watch import rate_of

HELP = {
    "ACTION": "do it: {example}",
    "ACTION N": "do it N times",
    "Enter": "the same again",
    "moves": "all actions",
    "keys": "play by the arrow keys and space; q comes back here",
    "undo": "take the last step back; what chance does then may be something else",
    "hint": "what the agent would do",
    "agent N": "let the agent make N steps, or one",
    "save FILE.gif": "write the steps so far as a film, .mp4 too; save FILE.svg draws the screen",
    "new": "begin again",
    "help": "this list",
    "quit": "leave (also Ctrl-D)",
}

MOST_STEPS = 10_000
"""Steps that one line may ask for."""


class SoloScreen:
    """One sitting of one person: games until the person leaves."""

    def __init__(
        self,
        game: Game,
        load: Callable[[], Agent],
        *,
        console: Console | None = None,
        ask: Callable[[str], str] | None = None,
        seed: int = 0,
        start: State | None = None,
        keys: Callable[[], AbstractContextManager[Read]] = terminal_keys,
    ) -> None:
        """`load` gives the agent, which is asked for only where the person wants its help."""
        self._keys = keys
        self.game = game
        self.console = console or Console(highlight=False)
        self.ask = ask or ask_on(self.console)
        self.view = SoloView(game, self.console)
        self.seed = seed
        self.start = start
        self._load = load
        self._agent: Agent | None = None
        self._games = 0
        self.steps: list[Step] = []
        self.episode = self._episode()

    def _episode(self) -> Episode:
        self._games += 1
        return Episode(self.game, seed=self.seed, number=self._games - 1, start=self.start)

    @property
    def agent(self) -> Agent:
        """The agent, told where the game stands."""
        if self._agent is None:
            self._agent = self._load()
            self._agent.new_game(self.episode.state)
        return self._agent

    def close(self) -> None:
        """Closes the agent."""
        if self._agent is not None:
            self._agent.close()

    def run(self) -> None:
        """Plays until the person leaves."""
        self.show()
        try:
            while True:
                if self.episode.over:
                    self.say(self.result(), style="bold")
                    while self.episode.over:
                        self.command(self.ask("new, undo, save FILE.gif or quit> "))
                else:
                    self.command(self.ask(f"{self.game.player_names[0]}> "))
        except (EOFError, KeyboardInterrupt):
            self.say("")
            self.say("good bye")
        except Leave:
            self.say("good bye")

    def command(self, line: str) -> None:
        """Does what a line asks; a mistake costs one line of explanation."""
        words = line.split()
        word, rest = (words[0].lower(), words[1:]) if words else ("", [])
        try:
            match word:
                case "":
                    if self.steps and not self.episode.over:
                        self.repeat(self.steps[-1].action, 1)
                case "quit" | "exit" | "q":
                    raise Leave
                case "help" | "?":
                    self.help()
                case "new":
                    self.new()
                case "undo":
                    self.undo()
                case "hint":
                    self.hint()
                case "moves":
                    self.say("  ".join(self.actions()))
                case "keys":
                    self.by_keys()
                case "agent":
                    self.let_play(_times(rest, "agent 10"))
                case "save":
                    self.save(line.strip()[4:].strip())
                case _:
                    self.act(words)
        except TengenError as error:
            self.say(str(error), style="red")

    def act(self, words: list[str]) -> None:
        """Plays what was typed: an action, and how often."""
        if self.episode.over:
            raise InvalidParameter(f"the game is over; {words[0][:40]!r} is none of: new, undo, save FILE.gif, quit")
        last = words[-1]
        times = 1
        if len(words) > 1 and last.isdecimal():
            times = _times([last], "N 3")
            words = words[:-1]
        self.repeat(self.game.parse_action(self.episode.state, " ".join(words)), times)

    def repeat(self, action: int, times: int) -> None:
        """Plays an action so often, or until the game is over."""
        for _ in range(times):
            if self.episode.over:
                break
            self.play(action)
        self.show()

    def play(self, action: int) -> None:
        """Plays an action and lets chance move."""
        step = self.episode.play(action)
        self.steps.append(step)
        if self._agent is not None:
            tell(self._agent, step)

    def by_keys(self) -> None:
        """Plays by single keys; where the game has an action for doing nothing, time passes without them."""
        if self.episode.over:
            raise InvalidParameter("the game is over")
        actions, idle = actions_of_keys(self.game, self.episode.state)
        if not actions:
            raise InvalidParameter(f"{self.game.text} has no actions that arrow keys could stand for")
        pause = None if idle is None else 1.0 / rate_of(self.game)
        self._clear()
        with self._keys() as read, Live(console=self.console, auto_refresh=False) as live:
            while not self.episode.over:
                step = self.steps[-1] if self.steps else None
                lines = [*self.view.facts(self.episode, step), "", f"keys: {', '.join(actions)}; q ends"]
                live.update(self.view.render(self.episode.state, lines), refresh=True)
                began = time.monotonic()
                key = read(pause)
                if key == "quit":
                    break
                if key in actions:
                    self.play(actions[key])
                elif idle is not None:
                    self.play(idle)
                if pause is not None:
                    time.sleep(max(0.0, began + pause - time.monotonic()))
        self.show()

    def let_play(self, times: int) -> None:
        """Lets the agent make some steps."""
        if self.episode.over:
            raise InvalidParameter("the game is over")
        agent = self.agent
        with self.console.status(f"{agent.text} plays"):
            for _ in range(times):
                action = beside(lambda: agent.act(self.episode.state))
                if action < 0:
                    raise InvalidParameter(f"{agent.text} gives up")
                self.play(action)
                if self.episode.over:
                    break
        self.show()

    def hint(self) -> None:
        """Says what the agent would do, and why if it searches."""
        if self.episode.over:
            raise InvalidParameter("the game is over")
        agent, state = self.agent, self.episode.state
        with self.console.status("thinking"):
            result = beside(lambda: agent.analyze(state))
            action = beside(lambda: agent.act(state)) if result is None else -1
        if result is None:
            self.say(f"{agent.text} would choose {self.game.action_to_text(state, action)}")
            return
        visits, q = result.visits[0], result.q[0]
        for best in sorted(range(self.game.num_actions), key=lambda action: -int(visits[action]))[:3]:
            if visits[best] > 0:
                name = self.game.action_to_text(state, best)
                self.say(f"{name:>9}  value {float(q[best]):+.3f}  visits {int(visits[best])}")
        self.say(f"line  {self.view.variation(state, result)}")

    def undo(self) -> None:
        """Takes the last step back."""
        if not self.steps:
            raise InvalidParameter("there is no step to take back")
        self.episode.back(self.steps.pop())
        if self._agent is not None:
            self._agent.new_game(self.episode.state)
        self.show()

    def new(self) -> None:
        """Begins another game."""
        self.steps = []
        self.episode = self._episode()
        if self._agent is not None:
            self._agent.new_game(self.episode.state)
        self.show()

    def save(self, file: str) -> None:
        """Writes the game so far as a film, or the screen as a picture."""
        if not file:
            raise InvalidParameter("save needs a file: save game.gif")
        path = Path(file).expanduser()
        if path.suffix.lower() not in (*SUFFIXES, ".svg"):
            raise InvalidParameter(f"{path} is not accepted: a game for one is saved as .gif, .mp4 or .svg")
        try:
            if path.suffix.lower() == ".svg":
                boards.export_svg(self.view.board(self.episode.state), path, title=self.game.text)
            else:
                self.film().save(path)
        except OSError as error:
            raise InvalidParameter(f"{path} cannot be written: {error.strerror or error}") from None
        self.say(f"saved {path}")

    def film(self) -> Film:
        """The game so far."""
        film = Film(rate=rate_of(self.game))
        for state in (self.episode.start, *(step.after for step in self.steps)):
            picture = picture_of(self.game, state)
            if picture is None:
                raise InvalidParameter(f"{self.game.text} has no pictures that a film could show")
            film.add(picture)
        return film

    def actions(self) -> list[str]:
        """All actions by name."""
        state = self.episode.state
        return [self.game.action_to_text(state, action) for action in self.game.legal_actions(state).tolist()]

    def help(self) -> None:
        """Lists the commands."""
        names = [self.game.action_to_text(self.episode.start, action) for action in range(self.game.num_actions)]
        example = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        for word, meaning in HELP.items():
            self.say(f"  {word:<14}{meaning.format(example=example)}")

    def result(self) -> str:
        """How the game ended."""
        why = self.game.termination(self.episode.state)
        return f"return {number(self.episode.total)} after {self.episode.length} steps: {why}"

    def say(self, line: str, style: str = "") -> None:
        """Prints one line."""
        self.console.print(Text(line, style=style), soft_wrap=True)

    def show(self) -> None:
        """Draws where the game stands; at a terminal in place of the last drawing."""
        self._clear()
        step = self.steps[-1] if self.steps else None
        self.console.print(self.view.render(self.episode.state, self.view.facts(self.episode, step)))

    def _clear(self) -> None:
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            self.console.clear()


def _times(words: list[str], example: str) -> int:
    if not words:
        return 1
    if len(words) > 1 or not words[0].isdecimal() or not 1 <= int(words[0]) <= MOST_STEPS:
        raise InvalidParameter(f"{' '.join(words)[:40]!r} is no number of steps: 1 to {MOST_STEPS}, as in {example}")
    return int(words[0])
