"""The agent behind a UCI or USI session: loaded when first needed, searched as `go` asks, its thoughts told."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from tengen.agents.agent import Agent, Clock
from tengen.agents.clock import seconds_for_move
from tengen.agents.control import Control, Limits
from tengen.agents.search import SearchAgent
from tengen.agents.thinking import Thought
from tengen.core.errors import EngineError, InvalidParameter, TengenError
from tengen.games.game import Game, RecordGame, as_counted, perft
from tengen.games.rules import State
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Uniform
from tengen.mcts.lines import Line
from tengen.protocols.engine_line import Go, PositionText
from tengen.protocols.engine_options import Options
from tengen.protocols.engine_position import Follower, Position
from tengen.protocols.engine_score import chances

RESIGN = -1

DEEPEST_PERFT = 50

TELL_CHANGE = 0.2
TELL_ANYWAY = 1.0
"""Seconds between two reports of a search, if what it expects has changed, and if not."""

PROOF_SEARCH = SearchConfig(policy="uct", solver=True, reuse=True, c_proof=1.0)
"""How mates are looked for: nothing is judged, proofs alone steer."""


class Host(Protocol):
    """The session that a player belongs to: its options, how it speaks, what its protocol has."""

    options: Options

    @property
    def hash_option(self) -> str: ...
    @property
    def hash_megabytes(self) -> int: ...
    @property
    def clocks(self) -> tuple[str, str]: ...
    @property
    def position_keyword(self) -> str: ...
    @property
    def resigns(self) -> bool: ...
    def resign_threshold(self, usual: float) -> float: ...
    def score(self, value: float) -> int: ...
    def mate_score(self, plies: int, won: bool) -> str: ...
    def say(self, line: str) -> None: ...
    def tell(self, message: str) -> None: ...


class EnginePlayer:
    """Lets an agent play under one game's rules; the session is told what it thinks."""

    def __init__(self, session: Host, game: RecordGame, patient: RecordGame, load: Callable[[Game], Agent]) -> None:
        self.game = game
        self._patient = patient
        self._session = session
        self._load = load
        self._follower: Follower | None = None
        self._solver: SearchAgent | None = None

    @property
    def _memory(self) -> int:
        return self._session.hash_megabytes << 20

    def prepare(self) -> Agent:
        """The agent, loaded and warm."""
        if self._follower is None:
            agent = self._load(self.game)
            start = self.game.initial_state()
            if isinstance(agent, SearchAgent):
                agent.stream(self._memory)
                self._warm(agent, start)
            agent.new_game(start)
            self._follower = Follower(agent)
        return self._follower.agent

    def _warm(self, agent: SearchAgent, start: State) -> None:
        """Loads every kernel that a search and what is told of it need."""
        control = Control()
        control.limits = Limits(nodes=2)
        for thought in agent.think(start, control):
            agent.lines(thought)
            agent.depth()
        action = int(thought.result.action[0])
        agent.notify(start, action, self.game.apply(start, action))

    def position(self, text: PositionText, known: Position | None) -> Position:
        """The position that a text describes."""
        return Position(self.game, self._patient, text, known)

    def forget(self, *, memory_too: bool = False) -> None:
        """The next position is of a new game; with `memory_too` the tree's size is what the options say now."""
        self._solver = None
        if self._follower is not None:
            self._follower.forget()
            if memory_too and isinstance(self._follower.agent, SearchAgent):
                self._follower.agent.stream(self._memory)

    def close(self) -> None:
        """Frees the agent; the next use loads it again."""
        if self._follower is not None:
            self._follower.agent.close()
        self._follower = self._solver = None

    # Thinking

    def think(self, position: Position, go: Go, control: Control) -> tuple[str | None, str | None]:
        """The move to play and the reply to ponder on; no move resigns, or there is none."""
        agent = self.prepare()
        if self.game.is_over(position.state):
            score = "mate 0" if self.game.returns(position.state).any() else "cp 0"
            self._session.say(f"info depth 0 score {score}")
            control.wait()
            return None, None
        assert self._follower is not None
        self._follower.follow(position)
        if isinstance(agent, SearchAgent):
            if go.mate is not None:
                agent = self.solver(position.state)
            return self._search(agent, position, go, control)
        try:
            clock = self._clock(position, go)
            if clock is not None:
                agent.set_clock(clock)
            action = agent.act(position.state)
        except EngineError:
            self.close()  # the next use starts the engine anew
            raise
        control.wait()
        return None if action == RESIGN else self.game.action_to_text(position.state, action), None

    def solver(self, state: State) -> SearchAgent:
        """A search for forced wins from `state`."""
        if self._solver is None:
            self._solver = SearchAgent(self.game, Uniform(), PROOF_SEARCH, text="solver", seed=0)
            self._solver.stream(self._memory)
        self._solver.new_game(state)
        return self._solver

    def _search(
        self, agent: SearchAgent, position: Position, go: Go, control: Control
    ) -> tuple[str | None, str | None]:
        state, options = position.state, self._session.options
        actions = self._first_moves(position, go)
        control.limits = self._limits(agent, position, go)
        most = 1 if go.mate is not None else options.number("MultiPV")
        found = self.watch(agent, state, control, actions, most)
        lines = agent.lines(found, most)
        best = lines[0].actions[0]
        if not (go.infinite or go.searchmoves or go.mate is not None or options.flag("UCI_AnalyseMode")):
            decided = agent.decide(found.result)
            if decided == RESIGN and self._session.resigns:
                return None, None
            if decided != RESIGN and not agent.solved():
                best = decided
        if go.mate is not None and not any(line.plies is not None and line.lower >= 1.0 for line in lines):
            self._session.tell("no mate was found")
        ponder = next((line.actions[1] for line in lines if line.actions[0] == best and len(line.actions) > 1), None)
        after = None if ponder is None else self.game.apply(state, best)
        reply = None if ponder is None else self.game.action_to_text(after, ponder)
        return self.game.action_to_text(state, best), reply

    def watch(
        self, agent: SearchAgent, state: State, control: Control, actions: list[int] | None = None, most: int = 1
    ) -> Thought:
        """Lets an agent think until its limits, or until it is stopped, and tells of it; the last thought."""
        agent.play = replace(agent.play, resign=self._session.resign_threshold(agent.play.resign))
        began = told = time.monotonic()
        expected: list[int] = []
        last = None
        for last in agent.think(state, control, actions):
            now, line = time.monotonic(), last.result.variations[0]
            changed = line[:1] != expected[:1] or len(line) > len(expected)
            if now - told > (TELL_CHANGE if changed else TELL_ANYWAY):
                told, expected = now, line
                self._tell(agent, state, last, most, now - began)
        assert last is not None
        if agent.is_full() and not agent.solved():
            self._session.tell(f"the tree is full: more {self._session.hash_option} is more room")
        control.wait()
        self._tell(agent, state, last, most, time.monotonic() - began)
        return last

    def _tell(self, agent: SearchAgent, state: State, thought: Thought, most: int, seconds: float) -> None:
        common = (
            f"nodes {thought.simulations} nps {round(thought.simulations / max(thought.seconds, 1e-3))} "
            f"hashfull {round(1000 * agent.fullness())} time {round(1000 * seconds)}"
        )
        depth = agent.depth()
        for place, line in enumerate(agent.lines(thought, most), 1):
            moves = " ".join(self.moves(state, line.actions))
            self._session.say(
                f"info depth {len(line.actions)} seldepth {max(depth, len(line.actions))} multipv {place} "
                f"score {self._score(line)} {common} pv {moves}"
            )

    def _score(self, line: Line) -> str:
        if line.plies is None:
            score = f"cp {self._session.score(line.value)}"
        else:
            score = f"mate {self._session.mate_score(line.plies, line.lower >= 1.0)}"
        if self._session.options.flag("UCI_ShowWDL"):
            won, drawn, lost = chances(line.value, exact=line.lower == line.upper)
            score += f" wdl {won} {drawn} {lost}"
        return score

    def moves(self, state: State, actions: list[int]) -> list[str]:
        """A line of actions in the game's notation."""
        texts = []
        for action in actions:
            texts.append(self.game.action_to_text(state, action))
            state = self.game.apply(state, action)
        return texts

    def _first_moves(self, position: Position, go: Go) -> list[int] | None:
        """The root actions that `searchmoves` allows; None allows all."""
        actions, wrong = [], ""
        for word in go.searchmoves:
            try:
                actions.append(self.game.parse_action(position.state, word[:32]))
            except TengenError as error:
                wrong = wrong or f"searchmoves: {error}"
        if wrong:
            self._session.tell(wrong if actions else "searchmoves names no legal move: all are searched")
        return sorted(set(actions)) or None

    # Limits

    def _clock(self, position: Position, go: Go) -> Clock | None:
        """The clock of the side to move, if one was told."""
        numbers = go.numbers
        side = self._session.clocks[self.game.player(position.state)]
        if f"{side}time" not in numbers and "byoyomi" not in numbers:
            return None
        return Clock(
            main=numbers.get(f"{side}time", 0) / 1000,
            increment=numbers.get(f"{side}inc", 0) / 1000,
            byoyomi=numbers.get("byoyomi", 0) / 1000,
            periods=1 if "byoyomi" in numbers else 0,
            stones=numbers.get("movestogo", 0),
        )

    def _limits(self, agent: SearchAgent, position: Position, go: Go) -> Limits:
        numbers, options = go.numbers, self._session.options
        lag = options.number("Move Overhead") / 1000
        nodes = max(1, numbers["nodes"]) if "nodes" in numbers else None
        depth = max(1, numbers["depth"]) if "depth" in numbers else None
        times = []
        if "movetime" in numbers:
            times.append(max(numbers["movetime"] / 2000, numbers["movetime"] / 1000 - lag))
        clock = self._clock(position, go)
        if clock is not None:
            times.append(seconds_for_move(clock, lag))
            if agent.play.seconds is not None:
                times.append(agent.play.seconds)
        own = options.number("Simulations")
        if nodes is None and depth is None and not times and go.mate is None:
            if agent.play.seconds is not None:
                times.append(agent.play.seconds)
            elif not own:
                nodes = agent.config.simulations
        if own and go.mate is None:
            nodes = own if nodes is None else min(nodes, own)
        return Limits(
            nodes=nodes,
            seconds=min(times) if times else None,
            depth=depth,
            economical=clock is not None and "movetime" not in numbers,
        )

    # Other answers

    def perft(self, position: Position, depth: int, control: Control) -> None:
        """Counts the move sequences of `depth` plies, first move by first move, as Stockfish does."""
        if not 1 <= depth <= DEEPEST_PERFT:
            raise InvalidParameter(f"go perft counts from 1 to {DEEPEST_PERFT} plies")
        total = 0
        game, state = as_counted(self.game, position.state)
        for action in game.legal_actions(state).tolist():
            if control.stopped:
                self._session.tell("perft was stopped")
                return
            count = perft(game, game.apply(state, action), depth - 1)
            total += count
            self._session.say(f"{game.action_to_text(state, action)}: {count}")
        self._session.say("")
        self._session.say(f"Nodes searched: {total}")

    def show(self, position: Position) -> None:
        """Draws the position."""
        state = position.state
        for line in self.game.draw(state).splitlines():
            self._session.say(line)
        self._session.say(f"{self._session.position_keyword.capitalize()}: {self.game.position_to_text(state)}")
        legal = " ".join(self.game.action_to_text(state, int(action)) for action in self.game.legal_actions(state))
        self._session.say(f"Legal moves: {legal or self.game.termination(state)}")
