"""The position that a GUI describes, followed move by move, and an agent that follows it."""

from dataclasses import dataclass

from tengen.agents.agent import Agent
from tengen.core.errors import InvalidPosition, TengenError
from tengen.games.game import RecordGame
from tengen.games.rules import State
from tengen.protocols.engine_line import PositionText, shorten


@dataclass(frozen=True, slots=True)
class Step:
    """One move on the way to the position."""

    before: State
    action: int
    after: State


class Position:
    """Where a game stands, and how it came there."""

    def __init__(self, game: RecordGame, patient: RecordGame, text: PositionText, known: "Position | None" = None):
        """Reads a position's text; TengenError says what is wrong with it.

        `patient` has rules under which no draw ends the game by itself: a GUI may play on where `game` is over,
        and then its rules hold. From `known`, the position before, the moves that both have are taken.
        """
        self.game = game
        self._patient = patient
        self.text = text
        shared = 0
        if known is not None and known.game == game and known.text.start == text.start:
            if known.text.moves == text.moves[: len(known.text.moves)]:
                shared = len(known.text.moves)
        if known is not None and shared:
            start, steps, state = known.start, list(known.steps), known.state
        else:
            state = game.initial_state() if text.start == "startpos" else game.parse_position(text.start)
            start = state = self._settled(state)
            steps = []
        self.start: State = start
        self.steps: list[Step] = steps
        self.state: State = state
        for number, word in enumerate(text.moves[shared:], shared + 1):
            before = self.state
            if game.is_over(before):
                raise InvalidPosition(f"move {number}, {shorten(word)}, comes after the end of the game")
            try:
                action = game.parse_action(before, word[:32])
            except TengenError as error:
                raise InvalidPosition(f"move {number}: {shorten(str(error), quoted=False)}") from None
            self.state = self._settled(game.apply(before, action))
            self.steps.append(Step(before, action, self.state))

    def _settled(self, state: State) -> State:
        """A position in which there is something to play: a drawn one, its past forgotten, if it has moves."""
        if not self.game.is_over(state):
            return state
        text = self.game.position_to_text(state)
        for rules in (self.game, self._patient):
            try:
                again = rules.parse_position(text)
            except TengenError:
                continue
            if again.dtype == self.game.dtype and not self.game.is_over(again):
                return again
        return state


class Follower:
    """Lets an agent follow positions that jump: what cannot be told as a next move is told as a new game."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._told: Position | None = None

    def follow(self, position: Position) -> None:
        """Brings the agent to a position."""
        told = self._told
        if told is None or not _continues(position, told):
            self.agent.new_game(position.start)
            known = 0
        else:
            known = len(told.steps)
        for step in position.steps[known:]:
            self.agent.notify(step.before, step.action, step.after)
        self._told = position

    def forget(self) -> None:
        """The next position is of a new game."""
        self._told = None


def _continues(position: Position, told: Position) -> bool:
    known = len(told.steps)
    if known > len(position.steps) or told.start.tobytes() != position.start.tobytes():
        return False
    return all(a is b or a.action == b.action for a, b in zip(told.steps, position.steps, strict=False))
