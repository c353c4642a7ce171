"""The search over a batch of positions: select, advance, evaluate, absorb."""

import math
import time
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter, unknown
from tengen.core.random import kernel_seeds, stream
from tengen.games.emulated import EmulatedGame
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.mcts import free, graph, line, lines, root, wave
from tengen.mcts.config import SearchConfig
from tengen.mcts.emulated import EmulatedStates, must_replay
from tengen.mcts.evaluator import Evaluator, RememberingEvaluator, Rollouts, Uniform
from tengen.mcts.forest import EDGE, GUMBEL, NO_NODE, NODE, PUCT, UCT, Forest, Settings, allocate
from tengen.mcts.gumbel import HALVING_COLUMNS
from tengen.mcts.leaf_queue import LeafQueue
from tengen.mcts.lines import Line
from tengen.mcts.result import SearchResult
from tengen.mcts.states import RecordStates, make_leaves
from tengen.mcts.summary import Summary, empty_summary, summarise

POLICIES = {"puct": PUCT, "uct": UCT, "gumbel": GUMBEL}

Positions: TypeAlias = Any
"""An array of records, or a sequence of situations of an emulated game."""

SNAPSHOT = 1 << 14
"""Bytes that a snapshot of an emulated game is taken to have, where memory is planned."""

REUSED_BUDGETS = 4
"""With reuse a tree has room for so many moves' simulations; one that is still fuller begins anew."""


class Search:
    """B trees searched in lockstep. Rows never influence each other."""

    def __init__(
        self,
        game: RecordGame | EmulatedGame,
        evaluator: Evaluator | Rollouts,
        config: SearchConfig,
        *,
        batch: int = 1,
        seed: int = 0,
    ) -> None:
        if batch < 1:
            raise InvalidParameter(f"batch={batch}: a search has at least one row")
        if config.policy not in POLICIES:
            raise unknown("search policy", config.policy, POLICIES)
        self.game = game
        self.evaluator = evaluator
        """May be replaced between runs; trees that another evaluator has grown are not kept."""
        self.config = config
        self.batch = batch
        self.evaluations = 0
        """Leaves judged so far; the caller may set it back, as the next."""
        self.seconds_in_evaluator = 0.0
        self.line_is_closed = False
        """Whether the last variation of a single position leads to a proven node, such as the end of the game."""
        self._seeds = kernel_seeds(stream(seed, "search"), batch)
        self._grower: Evaluator | Rollouts = evaluator
        self._capacity = 0
        self._forest: Forest | None = None
        alone, compiled = game.num_players == 1, isinstance(game, RecordGame)
        self._open = alone and (config.open_loop or (isinstance(game, EmulatedGame) and must_replay(game)))
        self._shared = alone and compiled and self._free and config.transpositions and not self._open
        self._solver = config.solver and not (game.has_chance or self._shared or self._open)
        self._nodes_each = 2 if game.has_chance and not self._open else 1
        one_leaf = config.leaves <= 1 or config.policy == "gumbel" or alone or game.has_chance
        self._most_legal = game.max_legal or game.num_actions
        self._leaves = make_leaves(
            batch, 1 if one_leaf else config.leaves, game.num_actions, self._most_legal, game.observation_shape
        )
        self._may_wait = one_leaf and compiled and not self._open
        self._queue = LeafQueue(self._leaves)
        self._halving = np.zeros((batch, HALVING_COLUMNS), np.int32)
        self._states: RecordStates | EmulatedStates
        if isinstance(game, EmulatedGame):
            playouts = self._playouts if self._free else None
            self._states = EmulatedStates(
                game,
                batch,
                open_loop=self._open,
                playouts=playouts,
                plies=config.rollout_plies,
                seed=seed,
            )
        else:
            self._states = RecordStates(game, open_loop=self._open)

    def run(self, states: Positions, *, simulations: int | NDArray[np.int32] | None = None) -> SearchResult:
        """Searches `states` [rows <= B] (not changed); finished games are left alone.

        They are an array of records, or a sequence of situations of an emulated game. `simulations` overrides the
        config; as an array [rows] it is each row's own number. With `config.reuse` a tree whose root is still
        `states[row]` goes on.
        """
        wanted = np.atleast_1d(np.asarray(self.config.simulations if simulations is None else simulations, np.int32))
        if (least := int(wanted.min())) < 1:
            raise InvalidParameter(f"simulations={least}: a search has at least one")
        if self._free and len(wanted) > 1:
            raise InvalidParameter("without a network all rows have the same number of simulations")
        self._states.check(states)
        summary = self._grow(states, np.broadcast_to(wanted, len(states)))
        assert self._forest is not None
        variations = self._variations(self._forest, summary.action) if len(states) == 1 else []
        return SearchResult(*summary, variations)

    @property
    def seconds_in_snapshots(self) -> float:
        """Time that saving and restoring an emulated game took so far."""
        return self._states.seconds if isinstance(self._states, EmulatedStates) else 0.0

    @property
    def _free(self) -> bool:
        """Whether no network is asked."""
        return isinstance(self.evaluator, Uniform | Rollouts)

    @property
    def _playouts(self) -> int:
        return self.evaluator.playouts if isinstance(self.evaluator, Rollouts) else 0

    def restrict(self, state: State, actions: Sequence[int]) -> None:
        """Begins the only tree anew at `state`, with no root actions but `actions`, which must be legal."""
        self.forget()
        none = np.zeros(1, np.int32)
        self._grow(self.game.stack([state]) if isinstance(self.game, RecordGame) else [state], none)
        allowed = np.zeros(self.game.num_actions, np.bool_)
        allowed[list(actions)] = True
        assert self._forest is not None
        if lines.restrict_root(self._forest, 0, allowed) != len(set(actions)):
            self.forget()
            raise InvalidParameter("a search can be restricted to legal actions only")

    def forget(self) -> None:
        """Drops all trees."""
        if self._forest is not None:
            self._forest.node_count[:] = 0

    @property
    def capacity(self) -> int:
        """Nodes that a tree has room for."""
        if self._forest is not None:
            return self._forest.nodes_per_tree
        return self._nodes_for(self.config.simulations)

    @property
    def room(self) -> int:
        """Simulations for which the first tree has room."""
        return (self.capacity - self.nodes) // self._nodes_each

    def _nodes_for(self, simulations: int) -> int:
        return 1 + simulations * self._nodes_each * (REUSED_BUDGETS if self.config.reuse else 1)

    @property
    def nodes(self) -> int:
        """Nodes of the first tree."""
        return 0 if self._forest is None else int(self._forest.node_count[0])

    @property
    def visits(self) -> int:
        """Simulations through the root of the first tree."""
        return int(self._forest.nodes["visits"][0]) if self._forest is not None and self.nodes else 0

    @property
    def solved(self) -> bool:
        """Whether the value of the first tree's root is proven, so that no simulation could tell more."""
        return bool(self.nodes) and self._is_solved(0)

    def _is_solved(self, index: int) -> bool:
        assert self._forest is not None
        node = self._forest.nodes[index]
        return bool(node["lower"] == node["upper"])

    def depth(self) -> int:
        """Plies from the root of the first tree to its deepest node."""
        if self._forest is None:
            return 0
        return int(lines.depth_of_tree(self._forest, 0, self._places))

    def lines(self, result: SearchResult, most: int = 1) -> list[Line]:
        """Up to `most` lines of the first tree, after a run that found `result`, the best first: the quickest win, the
        chosen action, or the longest defence."""
        first = int(result.action[0])
        if self._forest is None or first < 0:
            return []
        lines.measure_proofs(self._forest, 0, self._places)
        return lines.read_lines(self._forest, first, most, self._places)

    def _grow(self, states: Positions, simulations: NDArray[np.int32]) -> Summary:
        """Searches with so many simulations [rows]; 0 only expands the roots."""
        rows, count = len(states), int(simulations.max(initial=0))
        if rows > self.batch:
            raise InvalidParameter(f"{rows} positions for a search of {self.batch} rows")
        forest = self._room_for(max(count, self.config.simulations))
        settings = self._settings()
        fresh = self._fresh(forest, states, count)
        summary = empty_summary(rows, self.game.num_actions)
        if self._free and isinstance(self._states, RecordStates):
            self.evaluations += self._run_freely(states, self._states, forest, fresh, count, settings, summary)
        else:
            self._run_waves(states, forest, fresh, simulations, settings)
            summarise(forest, rows, settings, self._seeds, summary)
        return summary

    def _run_freely(
        self,
        given: Positions,
        states: RecordStates,
        forest: Forest,
        fresh: NDArray[np.bool_],
        count: int,
        settings: Settings,
        summary: Summary,
    ) -> int:
        """The search in one kernel; returns how many leaves were judged."""
        begin: tuple[Any, ...] = (given, states.array, forest, fresh, count, self._halving)
        plies = self.config.rollout_plies
        end: tuple[Any, ...] = (self._playouts, plies, states.spare, states.scratch, settings, self._seeds, summary)
        if self._shared:
            arguments = (*begin, self._table, self._names, self._path, self._places, *end)
            return graph.search_graph(*arguments)
        if self._open:
            arguments = (*begin, self._places, *end)
            return line.search_lines(*arguments)
        return free.search_freely(*begin, *end)

    def advance(self, actions: NDArray[np.int32]) -> None:
        """Tells which action was played in each tree [rows]: its subtree becomes the tree; -1 drops the tree.

        What chance has done is told in the same way. Trees that share positions are not kept.
        """
        if self._forest is None:
            return
        if self.config.reuse and not self._shared:
            self._states.keep(self._forest, np.asarray(actions, np.int32), self._places)
        else:
            self._forest.node_count[: len(actions)] = 0

    def _room_for(self, simulations: int) -> Forest:
        """The forest, made anew where it is too small. Trees searched one after another share room for states."""
        batch, most_legal = self.batch, self._most_legal
        if self._forest is None or simulations > self._capacity:
            per_tree = self._nodes_for(simulations)
            if per_tree * batch * most_legal >= 2**31:
                raise InvalidParameter(
                    f"{simulations} simulations in {batch} rows of {most_legal} actions are too many for one search"
                )
            self._capacity = simulations
            self._forest = allocate(batch, most_legal, per_tree)
            self._places = np.empty(per_tree, np.int32)
            if self._shared:
                self._table = np.empty(batch * graph.table_size(per_tree), np.int32)
                self._names = np.empty(batch * per_tree, np.uint64)
                self._path = np.empty(per_tree, np.int32)
        one_by_one = self._free and not self.config.reuse and not self._open and isinstance(self._states, RecordStates)
        if self._states.reserve(self._forest.nodes_per_tree * (1 if one_by_one else batch)):
            self._forest.node_count[:] = 0
        return self._forest

    def _settings(self) -> Settings:
        config = self.config
        limit = 1.0 if self.game.num_players == 2 else math.inf
        return Settings(
            policy=POLICIES[config.policy],
            c_init=float(config.c_init),
            c_base=float(config.c_base),
            c_uct=float(config.c_uct),
            c_proof=float(config.c_proof) if self.game.num_players == 2 and self._solver else 0.0,
            fpu_reduction=float(config.fpu_reduction),
            root_fpu_reduction=float(config.root_fpu_reduction),
            forced_playouts=float(config.forced_playouts),
            considered=int(config.considered),
            gumbel_scale=float(config.gumbel_scale),
            c_visit=float(config.c_visit),
            c_scale=float(config.c_scale),
            dirichlet_alpha=float(config.dirichlet_alpha),
            dirichlet_fraction=float(config.dirichlet_fraction),
            temperature=float(config.temperature),
            c_lcb=float(config.c_lcb) if config.policy == "puct" and config.temperature <= 0.0 else 0.0,
            virtual_loss=float(config.virtual_loss),
            solver=self._solver,
            flat=self._free,
            full=self._shared,
            bounded=self.game.num_players == 2,
            floor=-limit,
            ceiling=limit,
        )

    def _fresh(self, forest: Forest, states: Positions, simulations: int) -> NDArray[np.bool_]:
        """Which rows [rows] begin a new tree."""
        rows = len(states)
        if not self.config.reuse or self._grower is not self.evaluator:
            forest.node_count[:] = 0
            self._grower = self.evaluator
            return np.ones(rows, np.bool_)
        known = forest.node_count[:rows] > 0
        known &= forest.node_count[:rows] + simulations * self._nodes_each <= forest.nodes_per_tree
        return ~(known & self._states.known(forest, states))

    def _run_waves(
        self,
        states: Positions,
        forest: Forest,
        fresh: NDArray[np.bool_],
        simulations: NDArray[np.int32],
        settings: Settings,
    ) -> None:
        rows = len(states)
        remaining = simulations.copy()
        chosen = self._leaves.chosen
        self._states.begin(states, forest, fresh, self._leaves, settings)
        if isinstance(self.evaluator, RememberingEvaluator) and self._may_wait:
            assert isinstance(self._states, RecordStates)  # of compiled rules
            self._run_queue(self.evaluator, self._states, forest, remaining, settings)
            return
        self._evaluate(forest, rows, settings)
        root.prepare_roots(forest, np.arange(rows, dtype=np.int32), remaining, self._halving, settings, self._seeds)
        while wave.select(forest, rows, remaining, self._halving, chosen, settings, self._seeds):
            self._evaluate(forest, rows, settings)

    def _run_queue(
        self,
        evaluator: RememberingEvaluator,
        states: RecordStates,
        forest: Forest,
        left: NDArray[np.int32],
        settings: Settings,
    ) -> None:
        """Waves in which a tree whose leaf is not remembered waits until it is judged; begins with all roots chosen."""
        leaves, rows = self._leaves, len(left)
        queue = self._queue
        queue.begin(left)
        self._ask(evaluator, states, forest, left, settings)
        while True:
            turn = ((left > 0) & ~queue.waiting[:rows]).astype(np.int32)
            if turn.any() and not queue.full():
                left -= turn
                wave.select(forest, rows, turn, self._halving, leaves.chosen, settings, self._seeds)
                left[turn > 0] = 0  # nothing was chosen: the root is solved
                self._ask(evaluator, states, forest, left, settings)
            elif queue.waiting.any():
                began = time.perf_counter()
                queue.judge(evaluator, left)
                self.seconds_in_evaluator += time.perf_counter() - began
                self._absorb_queued(forest, left, settings)
            else:
                return

    def _ask(
        self,
        evaluator: RememberingEvaluator,
        states: RecordStates,
        forest: Forest,
        left: NDArray[np.int32],
        settings: Settings,
    ) -> None:
        """Advances to the chosen leaves; absorbs those that need no judgement, the others wait."""
        states.advance(forest, len(left), self._leaves, settings, self._seeds, apart=True)
        began = time.perf_counter()
        self.evaluations += self._queue.put(evaluator, len(left))
        self.seconds_in_evaluator += time.perf_counter() - began
        self._absorb_queued(forest, left, settings)

    def _absorb_queued(self, forest: Forest, left: NDArray[np.int32], settings: Settings) -> None:
        """Absorbs the chosen leaves, and prepares the roots that are among them."""
        self._absorb(forest, len(left), self._queue.logits, self._queue.values, settings)
        roots = self._leaves.chosen[: len(left), 0] == np.arange(len(left)) * forest.nodes_per_tree
        if roots.any():
            trees = np.flatnonzero(roots).astype(np.int32)
            root.prepare_roots(forest, trees, left, self._halving, settings, self._seeds)

    def _evaluate(self, forest: Forest, rows: int, settings: Settings) -> None:
        """Advances to the chosen leaves, has them judged in one batch and absorbs the judgement."""
        leaves = self._leaves
        count = self._states.advance(forest, rows, leaves, settings, self._seeds)
        logits, values = leaves.logits[:count], leaves.values[:count]
        self.evaluations += count
        if count and not self._free:
            assert not isinstance(self.evaluator, Rollouts)
            began = time.perf_counter()
            logits, values = self.evaluator(leaves.observations[:count], leaves.legal[:count])
            self.seconds_in_evaluator += time.perf_counter() - began
        self._absorb(forest, rows, logits, values, settings)

    def _absorb(
        self,
        forest: Forest,
        rows: int,
        logits: NDArray[np.float32],
        values: NDArray[np.float32],
        settings: Settings,
    ) -> None:
        """Expands the chosen leaves that were judged and backs all up."""
        leaves = self._leaves
        if not wave.absorb(
            forest, rows, leaves.chosen, leaves.slots, logits, values, leaves.moves, leaves.counts, settings
        ):
            raise FloatingPointError("the evaluator returned a logit or a value that is not a finite number")

    def _variations(self, forest: Forest, chosen: NDArray[np.int32]) -> list[list[int]]:
        """The principal variation of each row: the chosen action, then the most visited."""
        variations = []
        for row, action in enumerate(chosen.tolist()):
            line: list[int] = []
            child = NO_NODE
            node = forest.nodes[row * forest.nodes_per_tree]
            passed = set()
            while action >= 0 and child not in passed:
                line.append(action)
                passed.add(child)
                first, tried = int(node["first_edge"]), int(node["tried"])
                place = first + forest.actions[first : first + node["edges"]].tolist().index(action)
                child = int(forest.edges["child"][place]) if len(line) == 1 or place < first + tried else NO_NODE
                action = -1
                if child != NO_NODE and forest.nodes["tried"][child] > 0:
                    node = forest.nodes[child]
                    first, tried = int(node["first_edge"]), int(node["tried"])
                    action = int(forest.actions[first + int(np.argmax(forest.edges["visits"][first : first + tried]))])
            if self._open and self.game.has_chance:
                line = line[:1]  # what comes later depends on what chance does
            self.line_is_closed = child != NO_NODE and self._is_solved(child)
            variations.append(line)
        return variations


def nodes_within(memory: int, game: RecordGame | EmulatedGame) -> int:
    """How many nodes of a tree take about `memory` bytes, within what a tree can number."""
    most_legal = game.max_legal or game.num_actions
    edges = min(most_legal, 24 + most_legal // 8)  # about what a node has, were all expanded
    state = game.dtype.itemsize if isinstance(game, RecordGame) else SNAPSHOT
    bytes_of_a_node = state + NODE.itemsize + edges * (EDGE.itemsize + 8)
    return max(1000, min(memory // bytes_of_a_node, (2**31 - 2**24) // most_legal))


def search(
    game: RecordGame | EmulatedGame,
    state: State,
    evaluator: Evaluator | Rollouts,
    config: SearchConfig,
    *,
    seed: int = 0,
) -> SearchResult:
    """Searches one position: a SearchResult of one row."""
    states = game.stack([state]) if isinstance(game, RecordGame) else [state]
    return Search(game, evaluator, config, batch=1, seed=seed).run(states)
