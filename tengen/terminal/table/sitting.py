"""The game on the table: its moves, those taken back, the one that is looked at, who sits where, and how it ended."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from tengen.core.errors import IllegalMove, InvalidParameter
from tengen.core.files import write_bytes
from tengen.core.random import stream
from tengen.games.game import RecordGame
from tengen.games.rules import CHANCE, State
from tengen.records.formats import format_of
from tengen.records.record import GameRecord, MoveNote

HUMAN = "human"


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One move of the game, and what chance made of it."""

    player: int
    action: int
    before: State
    outcomes: tuple[tuple[State, int], ...]
    """Where chance moved then, and what happened."""
    after: State
    reward: float
    note: MoveNote

    def plies(self) -> list[tuple[State, int, State]]:
        """(before, action, after) of the action and of each outcome, as agents are told of them."""
        befores = [self.before, *(state for state, _ in self.outcomes)]
        actions = [self.action, *(outcome for _, outcome in self.outcomes)]
        return list(zip(befores, actions, [*befores[1:], self.after], strict=True))


@dataclass(frozen=True, slots=True)
class Ending:
    """An end that is not on the board."""

    loser: int
    why: Literal["resignation", "time"]


class Sitting:
    """One game; moves that were taken back can be played again until another one is made."""

    def __init__(
        self,
        game: RecordGame,
        people: Iterable[int],
        *,
        start: State | None = None,
        line: Sequence[int] = (),
        notes: Sequence[MoveNote] = (),
        seed: int = 0,
    ) -> None:
        """`start` is where the game begins; `line` are the moves that it has already, `notes` what is known of them."""
        self.game = game
        self.people = frozenset(people)
        self._random = stream(seed, "table")
        self.start = self._settled(game.initial_state() if start is None else start)
        self.turns: list[Turn] = []
        self.undone: list[Turn] = []
        """Moves taken back, the next one last."""
        self.ending: Ending | None = None
        self.looking: int | None = None
        """The ply that is looked at; None is where the game stands."""
        self._values: dict[int, tuple[Turn | None, float]] = {}
        for place, action in enumerate(line):
            self.play(action, notes[place] if place < len(notes) else MoveNote())
            value = self.turns[-1].note.value
            if value is not None:
                self.judge(place, value)

    def _settled(self, state: State) -> State:
        """Lets chance move until a player does."""
        while self.game.player(state) == CHANCE:
            state = self.game.apply(state, self.game.sample_outcome(state, self._random))
        return state

    # Where the game stands

    @property
    def state(self) -> State:
        """The position of the game."""
        return self.turns[-1].after if self.turns else self.start

    @property
    def ply(self) -> int:
        """The ply that is looked at."""
        return len(self.turns) if self.looking is None else self.looking

    @property
    def shown(self) -> State:
        """The position that is looked at."""
        return self.position(self.ply)

    @property
    def last(self) -> Turn | None:
        """The move that led to the position that is looked at."""
        return self.turns[self.ply - 1] if self.ply else None

    def position(self, ply: int) -> State:
        """The position after so many plies."""
        return self.turns[ply - 1].after if ply else self.start

    @property
    def mover(self) -> int:
        """Who is to move in the game; below 0 where nobody is."""
        return self.game.player(self.state)

    @property
    def alone(self) -> bool:
        """Whether it is a game for one."""
        return self.game.num_players == 1

    def is_over(self) -> bool:
        """Whether the game has ended, by resignation or time too."""
        return self.ending is not None or self.game.is_over(self.state)

    def is_persons_turn(self) -> bool:
        """Whether a person is to move."""
        return not self.is_over() and self.mover in self.people

    @property
    def total(self) -> float:
        """The rewards up to the position that is looked at."""
        return sum(turn.reward for turn in self.turns[: self.ply])

    # Moves

    def play(self, action: int, note: MoveNote | None = None) -> Turn:
        """Plays an action for whoever is to move and lets chance move; IllegalMove if the rules forbid it."""
        if self.is_over():
            raise IllegalMove("the game is over")
        before = self.state
        after, reward, _ = self.game.step(before, action)
        outcomes = []
        while self.game.player(after) == CHANCE:
            outcome = self.game.sample_outcome(after, self._random)
            outcomes.append((after, outcome))
            after, more, _ = self.game.step(after, outcome)
            reward += more
        turn = Turn(self.mover, action, before, tuple(outcomes), after, reward, note or MoveNote())
        self.turns.append(turn)
        self.undone.clear()
        self.looking = None
        return turn

    def undo(self) -> None:
        """Takes an ending back, or moves until a person is to move again; one move where no person plays."""
        if self.looking is not None and self.looking < len(self.turns):
            self._back_to(self.looking)
        elif self.ending is not None:
            self.ending = None
        else:
            keep = len(self.turns) - 1
            while self.people and keep >= 0 and self.turns[keep].player not in self.people:
                keep -= 1
            if keep < 0:
                raise InvalidParameter("there is no move of yours to take back")
            self._back_to(keep)

    def _back_to(self, ply: int) -> None:
        self.ending = None
        self.undone += reversed(self.turns[ply:])
        del self.turns[ply:]
        self.looking = None

    def redo(self) -> None:
        """Plays moves again that were taken back, until a person is to move; with what chance did then."""
        if not self.undone:
            raise InvalidParameter("there is no move to play again")
        self.turns.append(self.undone.pop())
        while self.undone and self.people and self.mover not in self.people:
            self.turns.append(self.undone.pop())
        self.looking = None

    def look(self, ply: int) -> None:
        """Looks at the position after so many plies; the game stays as it is."""
        ply = max(0, min(ply, len(self.turns)))
        self.looking = None if ply == len(self.turns) else ply

    def end(self, loser: int, why: Literal["resignation", "time"]) -> None:
        """Somebody gives up, or his flag falls."""
        if self.is_over():
            raise InvalidParameter("the game is over")
        self.ending = Ending(loser, why)
        self.looking = None

    def annotate(self, note: MoveNote) -> None:
        """Says more of the last move."""
        self.turns[-1] = replace(self.turns[-1], note=note)

    # Values

    def judge(self, ply: int, value: float) -> None:
        """Notes the value of the position after so many plies, for the player to move there."""
        turn = self.turns[ply - 1] if ply else None
        mover = self.game.player(self.position(ply))
        self._values[ply] = (turn, -value if mover == 1 else value)

    def value(self, ply: int) -> float | None:
        """What is known of the value of a position, for player 0; the result where the game is over."""
        if not self.alone and self.game.is_over(self.position(ply)):
            return float(self.game.returns(self.position(ply))[0])
        if self.ending is not None and ply == len(self.turns):
            return 2.0 * self.ending.loser - 1.0
        turn, value = self._values.get(ply, (None, math.nan))
        known = (turn is None) if ply == 0 else turn is not None and turn.after is self.turns[ply - 1].after
        return value if known and not math.isnan(value) else None

    # The end and the file

    def name(self, player: int) -> str:
        """A player's name."""
        return self.game.player_names[player].capitalize()

    def result(self) -> str:
        """How the game ended, in a line."""
        if self.ending is not None:
            how = "resigned" if self.ending.why == "resignation" else "has no time left"
            return f"{self.name(1 - self.ending.loser)} wins: {self.name(self.ending.loser)} {how}"
        why = self.game.termination(self.state)
        if self.alone:
            total = sum(turn.reward for turn in self.turns)
            return f"return {round(total, 6) + 0.0:g} after {len(self.turns)} steps: {why}"
        first = float(self.game.returns(self.state)[0])
        points = f" by {abs(self.game.final_score(self.state)[0]):g}" if self.game.has_score else ""
        why = "" if why == "game over" else f": {why}"
        return f"drawn{why}" if first == 0 else f"{self.name(0 if first > 0 else 1)} wins{points}{why}"

    def record(self, players: tuple[str, str]) -> GameRecord:
        """The game as a record; an unfinished one has no result."""
        game = self.game
        result, score, termination = math.nan, 0.0, ""
        if self.ending is not None:
            result, termination = 2.0 * self.ending.loser - 1.0, self.ending.why
        elif game.is_over(self.state):
            result, termination = float(game.returns(self.state)[0]), game.termination(self.state)
            score = game.final_score(self.state)[0] if game.has_score else 0.0
        start = game.position_to_text(self.start)
        noted = any(turn.note != MoveNote() for turn in self.turns)
        return GameRecord(
            game=game.text,
            actions=np.array([turn.action for turn in self.turns], np.int32),
            result=result,
            score=score,
            start="" if start == game.position_to_text(game.initial_state()) else start,
            termination=termination,
            players=players,
            notes=tuple(turn.note for turn in self.turns) if noted else (),
        )

    def save(self, path: Path, players: tuple[str, str]) -> None:
        """Writes the game in the format that the file's name asks for: `.sgf`, `.pgn`, `.kif`, `.csa`."""
        form = format_of(path, self.game.name)
        try:
            write_bytes(path, form.write([self.record(players)]))
        except OSError as error:
            raise InvalidParameter(f"{path} cannot be written: {error.strerror or error}") from None

    def film(self, path: Path) -> None:
        """Writes the game as pictures that move, where it has pictures: `.gif`, `.mp4`."""
        from tengen.terminal.film import SUFFIXES, Film
        from tengen.terminal.pictures import picture_of
        from tengen.terminal.watch import rate_of

        if path.suffix.lower() not in SUFFIXES:
            raise InvalidParameter(f"{path} is not accepted: a game for one is saved as {' or '.join(SUFFIXES)}")
        film = Film(rate=rate_of(self.game))
        for state in (self.start, *(turn.after for turn in self.turns)):
            picture = picture_of(self.game, state)
            if picture is None:
                raise InvalidParameter(f"{self.game.text} has no pictures that a film could show")
            film.add(picture)
        try:
            film.save(path)
        except OSError as error:
            raise InvalidParameter(f"{path} cannot be written: {error.strerror or error}") from None
