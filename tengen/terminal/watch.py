"""Watching an agent play alone: its episodes on the screen or in lines, and what they brought."""

import time
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tengen.agents.agent import Agent
from tengen.agents.episode import Episode, Outcome, Step, play_episode
from tengen.agents.search import SearchAgent
from tengen.arena.mean import mean_interval
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game
from tengen.games.rules import State
from tengen.terminal.film import Film, check_film
from tengen.terminal.pictures import picture_of
from tengen.terminal.play import beside
from tengen.terminal.solo_view import SoloView, number

RATES = {"gridworld": 4.0, "breakout": 10.0, "atari": 15.0}
"""Steps that are shown a second, at most; Atari's is that of the machine at four frames a step."""
USUAL_RATE = 30.0


def rate_of(game: Game) -> float:
    """Steps that are shown a second unless somebody says otherwise."""
    return RATES.get(game.name, USUAL_RATE)


class Watch:
    """Episodes of one agent, watched."""

    def __init__(
        self,
        game: Game,
        agent: Agent,
        *,
        console: Console | None = None,
        episodes: int = 1,
        limit: int | None = None,
        seed: int = 0,
        start: State | None = None,
        rate: float | None = None,
        fast: bool = False,
        save: Path | None = None,
    ) -> None:
        """`limit` stops an episode after so many steps; `fast` shows no steps; `save` films the best episode."""
        self.game = game
        self.agent = agent
        self.console = console or Console(highlight=False)
        self.view = SoloView(game, self.console)
        self.episodes = episodes
        self.limit = limit
        self.seed = seed
        self.start = start
        self.rate = rate_of(game) if rate is None else rate
        self.fast = fast
        self.save = save
        self.outcomes: list[Outcome] = []
        self._films: list[tuple[float, Film]] = []
        self._next = self._last_reward = 0.0
        self._live: Live | None = None

    def run(self) -> list[Outcome]:
        """Plays all episodes, or until Ctrl-C; returns those that were finished."""
        if self.save is not None:
            check_film(self.save)
            if picture_of(self.game, Episode(self.game, seed=self.seed, start=self.start).state) is None:
                raise InvalidParameter(f"{self.game.text} has no pictures that a film could show")
        try:
            self._warm_up()
            for place in range(self.episodes):
                self._play(place)
        except KeyboardInterrupt:
            self._print("interrupted")
        if len(self.outcomes) > 1:
            self.console.print(returns_table(self.agent.text, self.game.text, self.outcomes))
        if self.save is not None and self._films:
            _, film = max(self._films, key=lambda made: made[0])
            film.save(self.save)
            self._print(f"saved {self.save}: {len(film)} pictures")
        return self.outcomes

    def _warm_up(self) -> None:
        """Compiles what the agent needs, so that no decision is charged with it."""
        state = Episode(self.game, seed=self.seed, start=self.start).state
        self.agent.new_game(state, seed=0)
        beside(lambda: self.agent.act(state))

    def _play(self, place: int) -> None:
        episode = Episode(self.game, seed=self.seed, number=place, start=self.start)
        film = Film(rate=self.rate) if self.save is not None else None
        thought = ""

        def shoot() -> None:
            picture = picture_of(self.game, episode.state) if film is not None else None
            if film is not None and picture is not None:
                film.add(picture)

        def ask(state: State) -> int:
            nonlocal thought
            action = beside(lambda: self.agent.act(state))
            result = self.agent.thought
            thought = "" if result is None else self.view.account(self.agent.text, state, result)
            return action

        def on_step(step: Step) -> None:
            shoot()
            self._show(episode, step, thought)

        shown = self.console.is_terminal and not self.console.is_dumb_terminal and not self.fast
        self._live = Live(console=self.console, auto_refresh=False, vertical_overflow="crop") if shown else None
        try:
            if self._live is not None:
                self._live.start()
            self._show(episode, None, thought)
            shoot()
            seed = int(stream(self.seed, "agent", place).integers(2**31))
            outcome = play_episode(episode, self.agent, seed=seed, limit=self.limit, on_step=on_step, ask=ask)
        finally:
            if self._live is not None:
                self._live.stop()
            if film is not None and len(film):
                self._films.append((episode.total, film))
        self.outcomes.append(outcome)
        self._print(self._summary(place, outcome), style="bold")

    def _show(self, episode: Episode, step: Step | None, thought: str) -> None:
        """Shows the position: at a terminal no faster than the rate, elsewhere a line for each step.

        Of an emulated game's many steps those have a line that bring something, and not the same as the last.
        """
        if self.fast:
            return
        if self._live is not None:
            wait = self._next - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._next = time.monotonic() + 1.0 / self.rate
            lines = self.view.facts(episode, step, thought)
            self._live.update(self.view.render(episode.state, lines), refresh=True)
            return
        emulated = isinstance(self.game, EmulatedGame)
        if step is None or (episode.over and not emulated):
            if step is not None:
                self._print(self.view.line(episode, step))
            if not emulated:
                self.console.print(self.view.board(episode.state))
        elif not emulated or step.reward not in (0.0, self._last_reward):
            self._print(self.view.line(episode, step))
        self._last_reward = 0.0 if step is None else step.reward

    def _print(self, line: str, style: str = "") -> None:
        self.console.print(Text(line, style=style), soft_wrap=True)

    def _summary(self, place: int, outcome: Outcome) -> str:
        each = outcome.seconds / max(1, outcome.steps)
        steps = f"{outcome.steps} step" + "s" * (outcome.steps != 1)
        return (
            f"episode {place + 1}: return {number(outcome.total)} after {steps}, {ending_of(outcome)}; "
            f"{each:.2g} s a decision, {outcome.longest:.2g} s at most{self._snapshots(outcome)}"
        )

    def _snapshots(self, outcome: Outcome) -> str:
        """What saving and restoring an emulator cost the last episode."""
        if not isinstance(self.game, EmulatedGame) or not isinstance(self.agent, SearchAgent) or not outcome.seconds:
            return ""
        return f", {self.agent.seconds_in_snapshots / outcome.seconds:.1%} of it for saving and restoring"


def ending_of(outcome: Outcome) -> str:
    """Why an episode ended, in words."""
    return "stopped" if outcome.ending == "limit" else outcome.ending


def returns_table(agent: str, game: str, outcomes: list[Outcome]) -> Table:
    """The episodes and their mean with its 95 % interval."""
    table = Table(title=Text(f"{agent} in {game}"), title_justify="left", box=None)
    for name in ("episode", "return", "steps", "s a decision", "at most", "ended by"):
        table.add_column(name, justify="left" if name == "ended by" else "right", no_wrap=True)
    for place, outcome in enumerate(outcomes, 1):
        each = outcome.seconds / max(1, outcome.steps)
        row = (str(place), number(outcome.total), str(outcome.steps), f"{each:.3f}", f"{outcome.longest:.3f}")
        table.add_row(*row, ending_of(outcome))
    mean, low, high = mean_interval([outcome.total for outcome in outcomes])
    steps = sum(outcome.steps for outcome in outcomes)
    each = sum(outcome.seconds for outcome in outcomes) / max(1, steps)
    longest = max(outcome.longest for outcome in outcomes)
    spread = f"95 %: {low:.4g} … {high:.4g}"
    table.add_row("mean", f"{mean:.4g}", f"{steps / len(outcomes):.1f}", f"{each:.3f}", f"{longest:.3f}", spread)
    return table
