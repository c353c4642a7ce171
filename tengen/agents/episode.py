"""One player alone: a game step by step, chance moving by itself in between."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tengen.agents.agent import Agent
from tengen.core.errors import InvalidParameter
from tengen.core.random import stream
from tengen.games.game import Game
from tengen.games.rules import CHANCE, State


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An action and what chance made of it."""

    before: State
    action: int
    outcomes: tuple[tuple[State, int], ...]
    """Where chance moved then, and what happened."""
    after: State
    """Where the player moves again, or the game is over."""
    reward: float
    """Of the action and of what chance did."""

    def plies(self) -> Iterator[tuple[State, int, State]]:
        """(before, action, after) of the action and of each outcome, as agents are told of them."""
        befores = [self.before, *(state for state, _ in self.outcomes)]
        actions = [self.action, *(outcome for _, outcome in self.outcomes)]
        afters = [*befores[1:], self.after]
        return zip(befores, actions, afters, strict=True)

    @property
    def all_actions(self) -> list[int]:
        """The action, then what chance did."""
        return [self.action, *(outcome for _, outcome in self.outcomes)]


class Episode:
    """A game of one player that goes on step by step; the same seed has the same chances."""

    def __init__(self, game: Game, *, seed: int, number: int = 0, start: State | None = None) -> None:
        """`number` tells the episodes of one seed apart; `start` begins elsewhere, where chance may move first."""
        if game.num_players != 1:
            raise InvalidParameter(f"{game.name} is no game for one")
        self.game = game
        self._random = stream(seed, "episode", number)
        self.opening: tuple[int, ...] = ()
        """What chance did before the first step, from `initial_state` or `start` on."""
        self.start = self._begin(start)
        self.state = self.start
        self.total = 0.0
        """Rewards so far, not discounted."""
        self.length = 0
        """Steps so far."""

    def _begin(self, start: State | None) -> State:
        state = self.game.initial_state() if start is None else start
        if start is None and self.game.player(state) != CHANCE:
            return self.game.sample_start(self._random)
        opening = []
        while self.game.player(state) == CHANCE:
            opening.append(self.game.sample_outcome(state, self._random))
            state = self.game.apply(state, opening[-1])
        self.opening = tuple(opening)
        return state

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return self.game.is_over(self.state)

    def play(self, action: int) -> Step:
        """Plays an action and lets chance move; IllegalMove if the rules forbid it."""
        before = self.state
        state, reward, _ = self.game.step(before, action)
        outcomes = []
        while self.game.player(state) == CHANCE:
            outcome = self.game.sample_outcome(state, self._random)
            outcomes.append((state, outcome))
            state, more, _ = self.game.step(state, outcome)
            reward += more
        step = Step(before, action, tuple(outcomes), state, reward)
        self.state = state
        self.total += reward
        self.length += 1
        return step

    def back(self, step: Step) -> None:
        """Takes back the last step."""
        self.state = step.before
        self.total -= step.reward
        self.length -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an episode ended."""

    total: float
    """The return: the sum of its rewards, not discounted."""
    steps: int
    ending: str
    """Why it ended: as the game says, `gave up`, or `limit` where it was stopped from outside."""
    truncated: bool
    """Whether a limit of the game's cut it off."""
    seconds: float
    """Thinking time."""
    longest: float
    """The longest thought, seconds."""


def tell(agent: Agent, step: Step) -> None:
    """Tells an agent of a step."""
    for before, action, after in step.plies():
        agent.notify(before, action, after)


def play_episode(
    episode: Episode,
    agent: Agent,
    *,
    seed: int | None,
    limit: int | None = None,
    on_step: Callable[[Step], None] | None = None,
    ask: Callable[[State], int] | None = None,
) -> Outcome:
    """Lets an agent play an episode to its end, or for `limit` steps; `ask` asks it in another way than `act`."""
    game, ask = episode.game, ask or agent.act
    agent.new_game(episode.state, seed=seed)
    seconds = longest = 0.0
    ending = ""
    while not episode.over:
        if limit is not None and episode.length >= limit:
            ending = "limit"
            break
        began = time.monotonic()
        action = ask(episode.state)
        spent = time.monotonic() - began
        seconds, longest = seconds + spent, max(longest, spent)
        if action == -1:
            ending = "gave up"
            break
        step = episode.play(action)
        tell(agent, step)
        if on_step is not None:
            on_step(step)
    return Outcome(
        total=episode.total,
        steps=episode.length,
        ending=ending or game.termination(episode.state),
        truncated=game.is_truncated(episode.state),
        seconds=seconds,
        longest=longest,
    )
