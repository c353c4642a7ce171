"""A game judged move by move: what each move lost, which were mistakes, and how well each side played.

Win rates are (1 + value) / 2. What a move loses is the win rate of the position before it less that of the position
after it, both for the player who moved and both as the agent judges them after its search: so the loss is what the
agent would have got by its own move less what the player got. A move that the agent would have played loses nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from tengen.core.errors import IllegalMove, InvalidPosition, InvalidRecord, TengenError
from tengen.games.game import Game, RecordGame
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records.record import GameRecord
from tengen.review.opinions import Opinion, Reviewer, positions

KINDS = {"blunder": 20.0, "mistake": 10.0, "inaccuracy": 5.0}
"""Percentage points of win rate from which on a loss has this name."""
MARKS = {"blunder": "??", "mistake": "?", "inaccuracy": "?!"}

OnPly = Callable[[int, int], None]
"""Told how many positions are judged, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedMove:
    """One move and what the agent thinks of it. Win rates are percentages, for the player who moved."""

    ply: int
    """From 1."""
    player: int
    move: str
    """In the game's notation."""
    written: str
    """As people write it: SAN, KIF."""
    before: float
    """Win rate before the move, were the best one played."""
    after: float
    loss: float
    """Percentage points that the move lost; 0 for the best move."""
    kind: str
    """`inaccuracy`, `mistake`, `blunder`, or empty."""
    best: str
    best_written: str
    line: list[str]
    """What would have been better, `best` first; of mistakes of any kind."""
    points: float | None
    """Points that the move lost, where a network tells the score."""
    visits: int | None
    depth: int | None
    actions: tuple[int, ...] = ()
    """`line` as actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one player did."""

    name: str
    """The game's name of the side."""
    player: str
    """Who played it, as far as the record tells."""
    moves: int
    accuracy: float | None
    """0 to 100; None where no move was judged."""
    kinds: dict[str, int]
    average_loss: float | None
    """Percentage points a move."""
    points: float | None
    """Points lost a move, where a network tells the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A game that was reviewed, or its beginning where that was broken off."""

    game: str
    agent: str
    record: GameRecord
    moves: list[ReviewedMove] = field(default_factory=list)
    finished: bool = True

    def win_rates(self) -> list[float]:
        """Percentages for player 0: before each move that was judged, and after the last."""
        rates = [each.before if each.player == 0 else 100.0 - each.before for each in self.moves]
        if self.moves:
            last = self.moves[-1]
            rates.append(last.after if last.player == 0 else 100.0 - last.after)
        return rates

    def mistakes(self, most: int | None = None) -> list[ReviewedMove]:
        """The moves that lost too much, in their order; if there are more than `most`, the worst."""
        found = [each for each in self.moves if each.kind]
        worst = sorted(found, key=lambda each: -each.loss)[:most]
        return sorted(worst, key=lambda each: each.ply)

    def sides(self) -> list[Side]:
        """Both players' summaries."""
        names = make(self.game).player_names
        return [self._side(player, names[player]) for player in (0, 1)]

    def _side(self, player: int, name: str) -> Side:
        mine = [each for each in self.moves if each.player == player]
        points = [each.points for each in mine if each.points is not None]
        return Side(
            name=name,
            player=self.record.players[player] if player < len(self.record.players) else "",
            moves=len(mine),
            accuracy=_mean([accuracy(each.loss) for each in mine]),
            kinds={kind: sum(each.kind == kind for each in mine) for kind in KINDS},
            average_loss=_mean([each.loss for each in mine]),
            points=_mean(points),
        )

    def to_json(self, most: int | None = None) -> dict[str, object]:
        """For programs."""
        moves = [{name: said for name, said in asdict(each).items() if name != "actions"} for each in self.moves]
        return {
            "game": self.game,
            "agent": self.agent,
            "players": list(self.record.players),
            "result": None if math.isnan(self.record.result) else self.record.result,
            "finished": self.finished,
            "sides": [asdict(side) for side in self.sides()],
            "win_rates": [round(rate, 2) for rate in self.win_rates()],
            "mistakes": [each.ply for each in self.mistakes(most)],
            "moves": moves,
        }


def accuracy(loss: float) -> float:
    """How good a move was that lost so many percentage points of win rate, from 0 to 100.

    Lichess's curve, fitted to games of people: 100 for no loss, 64 for 10 points, 40 for 20
    (https://lichess.org/page/accuracy).
    """
    return min(100.0, max(0.0, 103.1668 * math.exp(-0.04354 * loss) - 3.1669))


def judge(record: GameRecord, reviewer: Reviewer, *, on_ply: OnPly | None = None) -> Review:
    """Reviews a game; interrupted by Ctrl-C it gives what is known by then."""
    game = reviewer.game
    start, actions = _line(record, game)
    states = positions(game, start, actions)
    found: list[Opinion | None] = []
    finished = True
    try:
        for opinion in reviewer.opinions(states, actions):
            found.append(opinion)
            if on_ply is not None:
                on_ply(len(found), len(states))
    except KeyboardInterrupt:
        finished = False
    known = max(0, min(len(found) - 1, len(actions)))
    moves = []
    try:
        for ply in range(known):
            moves.append(_judge_move(game, reviewer, states, actions, found, ply))
    except KeyboardInterrupt:
        finished = False
    return Review(game=game.text, agent=reviewer.text, record=record, moves=moves, finished=finished)


def _judge_move(
    game: RecordGame,
    reviewer: Reviewer,
    states: Sequence[State],
    actions: Sequence[int],
    opinions: Sequence[Opinion | None],
    ply: int,
) -> ReviewedMove:
    state, action, opinion, later = states[ply], actions[ply], opinions[ply], opinions[ply + 1]
    assert opinion is not None
    player = game.player(state)
    sign = 1.0 if later is None or game.player(states[ply + 1]) == player else -1.0
    value = float(game.returns(states[ply + 1])[player]) if later is None else sign * later.value
    before, after = 50 * (1 + opinion.value), 50 * (1 + value)
    loss = 0.0 if action == opinion.best else max(0.0, before - after)
    points = None
    if opinion.lead is not None and later is not None and later.lead is not None:
        points = 0.0 if action == opinion.best else max(0.0, opinion.lead - sign * later.lead)
    kind = next((name for name, least in KINDS.items() if loss >= least), "")
    line = reviewer.line(state, opinion) if kind else ()
    return ReviewedMove(
        ply=ply + 1,
        player=player,
        move=game.action_to_text(state, action),
        written=game.notate(state, action),
        before=round(before, 2),
        after=round(after, 2),
        loss=round(loss, 2),
        kind=kind,
        best=game.action_to_text(state, opinion.best),
        best_written=game.notate(state, opinion.best),
        line=_written(game, state, line),
        points=None if points is None else round(points, 2),
        visits=opinion.visits,
        depth=opinion.depth,
        actions=line,
    )


def _line(record: GameRecord, game: RecordGame) -> tuple[State, list[int]]:
    """The start and the actions of a record under the rules of `game`; InvalidRecord names the move that is wrong."""
    own = make(record.game)
    if own.name != game.name:
        raise InvalidRecord(f"a game of {own.name}, not of {game.name}")
    try:
        theirs = own.parse_position(record.start) if record.start else own.initial_state()
        state = game.parse_position(record.start) if record.start else game.initial_state()
    except InvalidPosition as error:
        raise InvalidRecord(f"the start: {error}") from None
    start, actions = state, []
    for number, action in enumerate(record.actions.tolist(), start=1):
        try:
            move = own.action_to_text(theirs, action)
            theirs = own.apply(theirs, action)
            actions.append(game.parse_action(state, move))
            state = game.apply(state, actions[-1])
        except IllegalMove as error:
            raise InvalidRecord(f"move {number}: {error}") from None
        except TengenError as error:
            raise InvalidRecord(f"move {number} under the rules of {game.text}: {error}") from None
    return start, actions


def _written(game: Game, state: State, line: Sequence[int]) -> list[str]:
    words = []
    for action in line:
        words.append(game.notate(state, action))
        state = game.apply(state, action)
    return words


def _mean(numbers: Sequence[float]) -> float | None:
    return round(float(np.mean(numbers)), 2) if len(numbers) else None
