"""Agents that search: with a network, or with random rollouts."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tengen.agents.agent import Agent, Clock
from tengen.agents.clock import seconds_for_move
from tengen.agents.control import Control, Limits
from tengen.agents.thinking import Thought, think
from tengen.core.errors import InvalidParameter
from tengen.games.emulated import EmulatedGame
from tengen.games.game import Game, RecordGame
from tengen.games.rules import CHANCE, State
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Evaluator, Rollouts, Uniform
from tengen.mcts.lines import Line
from tengen.mcts.result import SearchResult
from tengen.mcts.search import REUSED_BUDGETS, SNAPSHOT, Positions, Search, nodes_within

if TYPE_CHECKING:
    from tengen.nets.raw import Raw

FIRST_CHUNK = 8
"""Simulations that show how fast a search with Gumbel's rules is, which must plan them ahead."""

MAX_SIMULATIONS = 200_000
TREE_MEMORY = 2 << 30
"""What bounds one move under a time limit: simulations, and bytes of a tree that holds four moves of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySettings:
    """How a search agent plays, beside how it searches."""

    seconds: float | None = None
    """Time for a move; None plays by the number of simulations."""
    bounded: bool = True
    """Whether that number holds under a clock or a limit of nodes too; where nobody asked for it, it need not."""
    temperature: float = 0.0
    """Moves are drawn by visits ** (1 / temperature); 0 takes the search's choice."""
    temperature_plies: int = 10_000
    """The temperature holds for so many plies of a game, then it is 0."""
    resign: float = 0.0
    """Between two: resigns after three moves in a row valued below this much less than a draw; 0 plays to the end."""


class SearchAgent(Agent):
    """Plays what a tree search finds; the tree follows the game."""

    def __init__(
        self,
        game: Game,
        evaluator: Evaluator | Rollouts,
        config: SearchConfig,
        *,
        seen: Game | None = None,
        play: PlaySettings | None = None,
        text: str = "search",
        seed: int | None = None,
    ) -> None:
        """`seen` is `game` as the evaluator sees it, where its observation is another."""
        if not isinstance(game, RecordGame | EmulatedGame):
            raise InvalidParameter(f"{game.name} cannot be searched: it is neither compiled nor emulated")
        self.game: RecordGame | EmulatedGame = game
        self._seen = game if seen is None else seen
        self.evaluator = evaluator
        self.config = config
        self.play = play or PlaySettings()
        self.text = text
        self._seed = int(np.random.default_rng(seed).integers(2**31))
        self._clock: Clock | None = None
        self._speed = self._cost = 0.0
        self._nodes: int | None = None
        self._most: int | None = None
        self._restricted = False
        self._begin(self._seed)

    def _begin(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._plies = 0
        self._bad = 0
        self._new_search(seed)

    def _new_search(self, seed: int) -> None:
        assert isinstance(self._seen, RecordGame | EmulatedGame)
        self._search = Search(self._seen, self.evaluator, self.search_config(), batch=1, seed=seed)

    def search_config(self) -> SearchConfig:
        """How its searches go, within what limits a move now."""
        # pieces under a time limit build on one tree, so it is always kept; `reuse` decides across moves
        return replace(self.config, reuse=True, simulations=self._limit())

    def new_game(self, state: State, *, seed: int | None = None) -> None:
        self._begin(self._seed if seed is None else seed)

    def notify(self, state: State, action: int, after: State) -> None:
        self._plies += self.game.player(state) != CHANCE
        self._restricted = False
        self._search.advance(np.array([action if self.config.reuse else -1], np.int32))

    def set_clock(self, clock: Clock) -> None:
        self._clock = clock
        self._fit()

    def set_nodes(self, nodes: int) -> None:
        self._most = nodes
        self._fit()

    def _fit(self) -> None:
        """Makes room for as many simulations as may be made now; what the tree knew is lost where it changes."""
        if self._limit() != self._search.config.simulations:
            self._new_search(int(self._random.integers(2**31)))

    def stream(self, memory: int) -> None:
        """Prepares for `think`, with a tree of about so many bytes; a new game begins.

        Sequential halving plans all its simulations ahead, which no search can that may be stopped: PUCT takes the
        place of Gumbel's rules.
        """
        if self.config.policy == "gumbel":
            self.config = replace(self.config, policy="puct")
        self._nodes = nodes_within(memory, self.game)
        self._begin(self._seed)

    def think(self, state: State, control: Control, actions: Sequence[int] | None = None) -> Iterator[Thought]:
        """Searches `state` piece by piece, with no first moves but `actions`; `stream` comes before."""
        if actions is not None:
            self._search.restrict(state, actions)
        elif self._restricted or not self.config.reuse:
            self._search.forget()
        self._restricted = actions is not None
        for thought in think(self._search, self._only(state), control, cost=self._cost):
            self._cost = thought.cost
            yield thought

    def lines(self, thought: Thought, most: int = 1) -> list[Line]:
        """Up to `most` lines of the tree that a thought, the last one, is about; the best comes first."""
        return self._search.lines(thought.result, most)

    @property
    def seen(self) -> RecordGame:
        """The game as its evaluator sees it; only where its rules are compiled."""
        assert isinstance(self._seen, RecordGame)
        return self._seen

    def usual_limits(self) -> Limits:
        """How long a move is thought about: what the agent's text says, within what the clock and the nodes allow."""
        seconds = self._seconds()
        nodes = self.config.simulations if seconds is None or self.play.bounded else None
        if self._most is not None:
            nodes = self._most if nodes is None else min(nodes, self._most)
        return Limits(seconds=seconds, nodes=nodes)

    def leads(self, states: Sequence[State]) -> NDArray[np.float32] | None:
        """Points [B] by which the player to move leads in each state, by the network; None where none tells."""
        if isinstance(self.evaluator, Rollouts | Uniform) or not isinstance(self._seen, RecordGame):
            return None
        from tengen.nets.evaluator import NetworkEvaluator

        if not isinstance(self.evaluator, NetworkEvaluator) or not self.evaluator.config.score:
            return None
        planes = np.stack([self._seen.observe(state) for state in states])
        return self.evaluator.judge(planes)[2]

    def raw(self, state: State, *, symmetry: int = 0) -> "Raw | None":
        """What the network says of `state` without a search; None where random games are what judges."""
        if isinstance(self.evaluator, Rollouts | Uniform):
            return None
        from tengen.nets.evaluator import NetworkEvaluator
        from tengen.nets.raw import raw_output

        if not isinstance(self.evaluator, NetworkEvaluator):
            return None
        return raw_output(self.evaluator, self._seen, self._only(state), symmetry=symmetry)

    @property
    def seconds_in_snapshots(self) -> float:
        """Time that saving and restoring an emulated game took since the game began."""
        return self._search.seconds_in_snapshots

    def depth(self) -> int:
        """Plies to the deepest node of the tree."""
        return self._search.depth()

    def solved(self) -> bool:
        """Whether the value of the position is proven."""
        return self._search.solved

    def is_full(self) -> bool:
        """Whether the tree has no room for another simulation."""
        return self._search.room < max(1, self.config.leaves)

    def fullness(self) -> float:
        """How much of the tree's room is taken, from 0 to 1."""
        return self._search.nodes / self._search.capacity

    def of_several(self, rows: int, *, seed: int = 0) -> Search:
        """A search with this agent's effort of up to `rows` positions at once, of which it keeps nothing."""
        assert isinstance(self._seen, RecordGame | EmulatedGame)
        return Search(self._seen, self.evaluator, replace(self.config, reuse=False), batch=rows, seed=seed)

    def _only(self, state: State) -> Positions:
        """A batch of one position."""
        return self.game.stack([state]) if isinstance(self.game, RecordGame) else [state]

    def act(self, state: State) -> int:
        legal = self.game.legal_actions(state)
        self.thought = None
        if len(legal) == 1:
            return int(legal[0])
        self.thought = self.analyze(state)
        return self.decide(self.thought)

    def decide(self, result: SearchResult) -> int:
        """The action to play after a search, by the settings for play; -1 resigns. Once a move."""
        if self.play.resign > 0.0 and self.game.num_players == 2:
            self._bad = self._bad + 1 if float(result.value[0]) < -self.play.resign else 0
            if self._bad >= 3:
                return -1
        return self._choose(result)

    def analyze(self, state: State) -> SearchResult:
        """Searches `state` with this agent's effort."""
        states = self._only(state)
        seconds = self._seconds()
        if seconds is None:
            return self._search.run(states)
        if self.config.policy == "gumbel":  # sequential halving plans all its simulations ahead
            return self._search.run(states, simulations=self._affordable(states, seconds))
        return self._think_for(states, seconds)

    def _seconds(self) -> float | None:
        """The time for this move: what the text says, within what the clock allows."""
        allowed = None if self._clock is None else seconds_for_move(self._clock)
        if self.play.seconds is None or allowed is None:
            return allowed if self.play.seconds is None else self.play.seconds
        return min(self.play.seconds, allowed)

    def _limit(self) -> int:
        """The most simulations of one move."""
        if self._nodes is not None:
            return self._nodes // REUSED_BUDGETS
        limited = self._clock is not None or self._most is not None
        if self.play.seconds is None and (self.play.bounded or not limited):
            most = self.config.simulations
        else:
            bytes_of_a_state = self.game.dtype.itemsize if isinstance(self.game, RecordGame) else SNAPSHOT
            bytes_of_a_node = bytes_of_a_state + 40 * (self.game.max_legal or self.game.num_actions)
            most = min(MAX_SIMULATIONS, TREE_MEMORY // (4 * bytes_of_a_node))
        return most if self._most is None else min(most, self._most)

    def _think_for(self, states: Positions, seconds: float) -> SearchResult:
        """Searches for a time, in pieces that are short enough to keep it."""
        control = Control()
        control.limits = Limits(seconds=seconds, nodes=self._limit())
        for thought in think(self._search, states, control, cost=self._cost):
            self._cost = thought.cost
        return thought.result

    def _affordable(self, states: Positions, seconds: float) -> int:
        """How many simulations fit into the time, by the speed of the last search or of a short first one."""
        spent = 0.0
        if self._speed == 0.0:
            began = time.monotonic()
            self._search.run(states, simulations=FIRST_CHUNK)
            spent = time.monotonic() - began
            self._speed = FIRST_CHUNK / max(spent, 1e-6)
        return max(2, min(self._limit(), int(self._speed * (seconds - spent) * 0.9)))

    def _choose(self, result: SearchResult) -> int:
        best = int(result.action[0])
        if self.play.temperature <= 0.0 or self._plies >= self.play.temperature_plies:
            return best
        if self.game.num_players == 2 and result.lower[0, best] >= 1.0:  # a proven win is not gambled away
            return best
        weights = result.policy[0] if self.config.policy == "gumbel" else result.visits[0].astype(np.float64)
        weights = np.where(weights > 0, weights, 0.0)
        if weights.sum() <= 0:
            return best
        powers = (weights / weights.max()) ** (1.0 / self.play.temperature)
        return int(self._random.choice(len(powers), p=powers / powers.sum()))
