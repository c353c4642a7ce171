"""One game between two agents, whatever they do."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from tengen.agents.agent import Agent
from tengen.agents.time_control import TimeControl
from tengen.arena.game_clock import MARGIN, GameClock
from tengen.arena.terms import UNLIMITED
from tengen.core.errors import EngineError
from tengen.games.game import Game, RecordGame
from tengen.games.rules import State
from tengen.protocols.process import EngineCrashed, EngineIllegalMove, EngineTimeout
from tengen.records.record import GameRecord, MoveNote


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedGame:
    """A game of a match as it ended."""

    first: str
    """The agent that was player 0."""
    second: str
    opening: int
    """The number of the opening; the two games of a pair share it."""
    opening_plies: int
    start: str = ""
    """The position in which the game began, before the opening, in the game's own text; empty for the usual one."""
    actions: list[int]
    """All plies, the opening's first."""
    moves: list[str]
    """The same in the game's notation."""
    result: float
    """For the first agent: 1 won, 0 drawn, -1 lost."""
    score: float = 0.0
    """Points by which the first agent leads at the end; 0 where the game has none or did not end by its rules."""
    termination: str
    """Why the game ended: by the rules, as the game says, `resignation`, or why somebody forfeited it."""
    forfeit: int | None = None
    """The player who lost by a fault of its own, 0 or 1: a hang, a crash, an illegal move, a broken protocol."""
    fault: str = ""
    """What went wrong then, on one line."""
    dispute: str = ""
    """Where an engine saw another result than the rules, which decide."""
    transcript: list[str] = field(default_factory=list)
    """What the engine at fault had been told and had said."""
    seconds: tuple[float, float] = (0.0, 0.0)
    """Thinking time of each side."""
    notes: list[MoveNote] = field(default_factory=list)
    """What is known of each ply: nothing of the opening's."""

    def record(self, game: str) -> GameRecord:
        """The same as a record of `game`, its text."""
        info = {"opening": f"{self.opening}, its first {self.opening_plies} plies drawn"} if self.opening_plies else {}
        return GameRecord(
            game=game,
            actions=np.array(self.actions, np.int32),
            result=self.result,
            score=self.score,
            start=self.start,
            termination=self.termination,
            players=(self.first, self.second),
            notes=tuple(self.notes),
            info=info | {name: said for name, said in (("fault", self.fault), ("dispute", self.dispute)) if said},
        )


class Forfeit(Exception):
    """A player cannot go on, and loses."""

    def __init__(self, player: int, error: BaseException) -> None:
        super().__init__(str(error))
        self.player = player
        self.error = error


def play_game(
    game: Game,
    players: tuple[Agent, Agent],
    opening: Sequence[int],
    *,
    names: tuple[str, str],
    number: int,
    seed: int,
    start: str = "",
    controls: tuple[TimeControl, TimeControl] = (UNLIMITED, UNLIMITED),
    margin: float = MARGIN,
) -> PlayedGame:
    """Plays one game; an agent that fails or oversteps its time loses, and nothing is raised.

    opening   the first plies, which nobody chooses and no clock counts
    number    of the opening, for whoever reads the game
    start     the position in which the game begins, in its own text
    controls  each player's time; what is measured is all that it takes to get the move out of the agent
    margin    seconds by which a time may be overstepped
    """
    progress = Progress(game, start)
    resigned: int | None = None
    forfeit: Forfeit | None = None
    clock = GameClock(controls, margin=margin)
    try:
        for side, agent in enumerate(players):
            with blame(side):
                nodes = controls[side].nodes
                if nodes is not None:
                    agent.set_nodes(nodes)
                agent.new_game(progress.state, seed=seed + side)
        while not game.is_over(progress.state):
            before, note = progress.state, MoveNote()
            if len(progress.actions) < len(opening):
                action = opening[len(progress.actions)]
            else:
                side = game.player(before)
                with blame(side):
                    action, note = _move(game, players[side], before, clock)
                progress.seconds[side] += clock.last
                if action == -1:
                    resigned = side
                    break
            progress.apply(action, note)
            for side, agent in enumerate(players):
                with blame(side):
                    agent.notify(before, action, progress.state)
    except Forfeit as failure:
        forfeit = failure
    transcript = [] if forfeit is None else transcript_of(players[forfeit.player], forfeit.error)
    ended = progress.ended(names, number, len(opening), resigned=resigned, forfeit=forfeit, transcript=transcript)
    if resigned is None and forfeit is None:
        disputes = filter(None, (_dispute(agent, progress.state) for agent in players))
        return replace(ended, dispute="; ".join(disputes))
    return ended


class Progress:
    """A game that goes on."""

    def __init__(self, game: Game, start: str) -> None:
        self.game = game
        self.start = start
        self.state = game.parse_position(start) if start else game.initial_state()
        self.actions: list[int] = []
        self.moves: list[str] = []
        self.notes: list[MoveNote] = []
        self.seconds = [0.0, 0.0]

    def apply(self, action: int, note: MoveNote) -> None:
        """Plays a legal action."""
        self.moves.append(self.game.action_to_text(self.state, action))
        self.actions.append(action)
        self.notes.append(note)
        self.state = self.game.apply(self.state, action)

    def ended(
        self,
        names: tuple[str, str],
        number: int,
        opening_plies: int,
        *,
        resigned: int | None = None,
        forfeit: Forfeit | None = None,
        transcript: Sequence[str] = (),
    ) -> PlayedGame:
        """The game, which has ended by its rules unless a player has resigned or failed."""
        loser = resigned if forfeit is None else forfeit.player
        by_the_rules = loser is None
        return PlayedGame(
            first=names[0],
            second=names[1],
            opening=number,
            opening_plies=opening_plies,
            start=self.start,
            actions=self.actions,
            moves=self.moves,
            result=float(self.game.returns(self.state)[0]) if loser is None else (-1.0 if loser == 0 else 1.0),
            score=_score(self.game, self.state) if by_the_rules else 0.0,
            termination=self.game.termination(self.state) if by_the_rules else reason_of(forfeit),
            forfeit=None if forfeit is None else forfeit.player,
            fault="" if forfeit is None else fault_of(forfeit.error),
            transcript=list(transcript),
            seconds=(round(self.seconds[0], 3), round(self.seconds[1], 3)),
            notes=self.notes,
        )


def _move(game: Game, agent: Agent, state: State, clock: GameClock) -> tuple[int, MoveNote]:
    """What the agent to move does, and what is to be kept of it; EngineTimeout if its time is over."""
    side = game.player(state)
    clock.start(side)
    told = clock.clock(side)
    if told is not None:
        agent.set_clock(told)
    action = ask_for_action(game, agent, state)
    if not clock.stop():
        there_was = 0.0 if told is None else told.until_lost
        raise EngineTimeout(
            f"{agent.text} overstepped its time: {clock.last:.2f} s for a move, with {there_was:.2f} s left"
        )
    left = clock.reading(side)
    note = agent.note()
    return action, replace(note, seconds=round(clock.last, 3), left=None if left is None else round(left[0], 3))


@contextmanager
def blame(player: int) -> Iterator[None]:
    """A block of which `player` bears the faults; an interrupt is nobody's."""
    try:
        yield
    except Exception as error:
        raise Forfeit(player, error) from error


def ask_for_action(game: Game, agent: Agent, state: State) -> int:
    """What the agent does; EngineIllegalMove if the rules forbid it."""
    action = agent.act(state)
    if action != -1 and not (0 <= action < game.num_actions and game.is_legal(state, action)):
        shown = game.action_to_text(state, action) if 0 <= action < game.num_actions else str(action)
        raise EngineIllegalMove(f"{agent.text} played {shown}: {game.why_illegal(state, action)}")
    return action


def _score(game: Game, state: State) -> float:
    return game.final_score(state)[0] if isinstance(game, RecordGame) and game.has_score else 0.0


def _dispute(agent: Agent, state: State) -> str:
    """What an agent says against the result; the game is over whatever happens here."""
    try:
        return agent.dispute(state)
    except Exception as error:
        return f"{agent.text}: {fault_of(error)}"


def reason_of(forfeit: Forfeit | None) -> str:
    """What ended a game before its end, in a word or two."""
    if forfeit is None:
        return "resignation"
    if isinstance(forfeit.error, EngineTimeout):
        return "time"
    if isinstance(forfeit.error, EngineIllegalMove):
        return "illegal move"
    if isinstance(forfeit.error, EngineError) and not isinstance(forfeit.error, EngineCrashed):
        return "protocol error"
    return "crash"


def fault_of(error: BaseException) -> str:
    """An agent's error on one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, EngineError) else f"{type(error).__name__}: {text}"


def transcript_of(agent: Agent, error: BaseException) -> list[str]:
    """What there is to know about an agent's error."""
    said = list(getattr(agent, "transcript", []))
    if not isinstance(error, EngineError):
        said += "".join(traceback.format_exception(error)).splitlines()
    return said
