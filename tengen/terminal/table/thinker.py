"""An agent at work on a thread of its own: it follows the game, thinks in pieces, and can be told to stop."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tengen.agents.agent import Agent, Clock
from tengen.agents.clock import seconds_for_move
from tengen.agents.control import Control, Limits
from tengen.agents.search import SearchAgent
from tengen.core.errors import InvalidParameter, TengenError
from tengen.games.rules import State
from tengen.mcts.result import SearchResult
from tengen.terminal.play import BESIDE
from tengen.terminal.table.sitting import Turn

TELL_EVERY = 0.15
"""Seconds between two reports of one search."""
MEMORY = 256 << 20
"""Bytes of the tree of an analysis."""
HINT_SECONDS = 2.0
"""The most that a hint takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is asked of an agent about the position after `turns`."""

    kind: Literal["move", "hint", "watch", "area"]
    """A move to play; a short look; a look without end; the owners of the points alone."""
    start: State
    turns: tuple[Turn, ...]
    clock: Clock | None = None
    area: bool = False
    """Whether the owners of the points are asked for too."""
    control: Control = field(default_factory=Control)

    @property
    def state(self) -> State:
        """The position."""
        return self.turns[-1].after if self.turns else self.start


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What became of a job so far."""

    job: Job | None
    """None where the agent could not be made ready."""
    kind: Literal["ready", "thought", "move", "area", "done", "failed"]
    result: SearchResult | None = None
    action: int = -1
    seconds: float = 0.0
    area: NDArray[np.float32] | None = None
    error: str = ""


class Thinker:
    """One agent, loaded on its own thread; a new job ends the one before."""

    def __init__(self, load: Callable[[], Agent], tell: Callable[[Report], None]) -> None:
        """`tell` is called on the agent's thread."""
        self._load = load
        self._tell = tell
        self._wake = threading.Condition()
        self._waiting: Job | None = None
        self._present: Job | None = None
        self._closed = False
        self._agent: Agent | None = None
        self._streams = False
        self._start: State | None = None
        self._heard: list[Turn] = []
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether there is a job that is not done."""
        return self._present is not None or self._waiting is not None

    def ask(self, job: Job) -> None:
        """Begins a job as soon as the present one has heard that it is no longer wanted."""
        with self._wake:
            if self._present is not None:
                self._present.control.stop()
            self._waiting = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name=BESIDE)
                self._thread.start()
            self._wake.notify()

    def stop(self) -> None:
        """Ends the present job; an engine of others ends when it has answered."""
        with self._wake:
            self._waiting = None
            if self._present is not None:
                self._present.control.stop()

    def close(self, seconds: float = 1.0) -> None:
        """Ends the thread and frees the agent; one that does not stop in time is left behind."""
        with self._wake:
            self._closed = True
            self._waiting = None
            if self._present is not None:
                self._present.control.stop()
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(seconds)

    # On the thread

    def _run(self) -> None:
        while True:
            with self._wake:
                self._present = None
                self._wake.wait_for(lambda: self._waiting is not None or self._closed)
                if self._closed:
                    break
                job, self._waiting = self._waiting, None
                self._present = job
            assert job is not None
            try:
                self._do(job)
            except TengenError as error:
                self._start = None  # what the agent knows of the game is in doubt: it is told anew
                self._report(Report(job, "failed", error=str(error)))
            except Exception as error:  # a defect of an agent costs a line, not the game
                self._start = None
                self._report(Report(job, "failed", error=f"{type(error).__name__}: {error}"))
        if self._agent is not None:
            self._agent.close()

    def _report(self, report: Report) -> None:
        if not self._closed:
            self._tell(report)

    def _do(self, job: Job) -> None:
        if self._agent is None:
            self._agent = self._load()
            self._warm(self._agent, job)
        agent = self._agent
        if job.kind != "move" and not self._streams:
            if not isinstance(agent, SearchAgent):
                raise InvalidParameter(f"{agent.text} gives no hints: it does not search")
            agent.stream(MEMORY)
            self._streams, self._start = True, None
        self._follow(job)
        self._report(Report(job, "ready"))
        if job.control.stopped:
            return
        if job.kind == "move":
            self._move(agent, job)
            return
        assert isinstance(agent, SearchAgent)
        if job.area:
            self._own(agent, job)
        if job.kind != "area" and not job.control.stopped:
            self._watch(agent, job)
        self._report(Report(job, "done"))

    def _warm(self, agent: Agent, job: Job) -> None:
        """Has the kernels of a search compiled, so that no move is charged with it."""
        if isinstance(agent, SearchAgent) and agent.config.policy != "gumbel" and not agent.game.is_over(job.state):
            control = Control()
            control.limits = Limits(nodes=2)
            agent.new_game(job.state)
            for _ in agent.think(job.state, control):
                pass

    def _follow(self, job: Job) -> None:
        """Tells the agent what it does not know of the game yet."""
        assert self._agent is not None
        known = len(self._heard)
        if self._start is not job.start or not _begins(self._heard, job.turns):
            self._start, self._heard, known = None, [], 0
            self._agent.new_game(job.start)
            self._start = job.start
        for turn in job.turns[known:]:
            for before, action, after in turn.plies():
                self._agent.notify(before, action, after)
            self._heard.append(turn)

    def _move(self, agent: Agent, job: Job) -> None:
        began = time.monotonic()
        if job.clock is not None:
            agent.set_clock(job.clock)
        legal = agent.game.legal_actions(job.state)
        result: SearchResult | None = None
        if len(legal) == 1:
            action = int(legal[0])
        elif isinstance(agent, SearchAgent) and agent.config.policy != "gumbel":
            job.control.limits = limits_of(agent, job.clock)
            result = self._watch(agent, job)
            if job.control.stopped:
                return
            action = agent.decide(result)
        else:  # Gumbel's rules plan the whole search ahead; engines of others think as they like
            action = agent.act(job.state)
            result = agent.thought
            if job.control.stopped:
                return
        self._report(Report(job, "move", result, action, time.monotonic() - began))

    def _watch(self, agent: SearchAgent, job: Job) -> SearchResult:
        """Thinks until the job's limits, or until it is stopped, and tells of it."""
        control = job.control
        if job.kind == "hint":
            control.limits = Limits(nodes=max(200, agent.config.simulations), seconds=HINT_SECONDS)
        elif job.kind == "watch":
            control.infinite = True
        told = 0.0
        thought = None
        for thought in agent.think(job.state, control):
            if time.monotonic() - told > TELL_EVERY and not control.stopped:
                told = time.monotonic()
                self._report(Report(job, "thought", thought.result, seconds=thought.seconds))
        assert thought is not None
        if not control.stopped:
            self._report(Report(job, "thought", thought.result, seconds=thought.seconds))
        return thought.result

    def _own(self, agent: Agent, job: Job) -> None:
        from tengen.agents.ownership import ownership

        self._report(Report(job, "area", area=ownership(agent, agent.game, job.state)))


def _begins(heard: list[Turn], turns: tuple[Turn, ...]) -> bool:
    """Whether a game begins with the moves that were heard."""
    return len(heard) <= len(turns) and all(mine is yours for mine, yours in zip(heard, turns, strict=False))


def limits_of(agent: SearchAgent, clock: Clock | None) -> Limits:
    """When the agent's next move is due: by its own settings, within what the clock allows."""
    times = [] if agent.play.seconds is None else [agent.play.seconds]
    if clock is not None:
        times.append(seconds_for_move(clock))
    counted = agent.play.seconds is None and (agent.play.bounded or clock is None)
    nodes = [agent.config.simulations] if counted else []
    if clock is not None and clock.control is not None and clock.control.nodes is not None:
        nodes.append(clock.control.nodes)
    return Limits(nodes=min(nodes) if nodes else None, seconds=min(times) if times else None)
