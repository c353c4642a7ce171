"""`tengen arena`: what its options ask for, in games for two and for one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tengen.arena.alone import LoneResult, play_alone
from tengen.arena.book import Order, read_book
from tengen.arena.live import MatchScreen
from tengen.arena.lone_report import lone_progress_bar, show_returns
from tengen.arena.match import names_of, play_match, schedule_of
from tengen.arena.openings import Openings, RandomPlies
from tengen.arena.report import show_match
from tengen.arena.result import MatchResult
from tengen.arena.sprt import parse_sprt
from tengen.arena.terms import TimeWishes
from tengen.core.errors import InvalidParameter, unknown
from tengen.games.game import Game

GAMES = 20
"""Of each pair, or of each agent alone, unless somebody says otherwise."""
GAMES_OF_A_MEETING = 2
"""Of each meeting in a Swiss tournament."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningWishes:
    """How games begin."""

    book: Path | None = None
    order: Order = "random"
    plies: int = 0
    """Random plies; with a book or a policy how many of theirs."""
    policy: str | None = None
    """The agent whose network's policy draws them."""
    temperature: float = 1.0

    def openings(self, game: Game) -> Openings:
        """Where they come from; InvalidParameter where the wishes do not fit together."""
        if self.book is not None and self.policy is not None:
            raise InvalidParameter("openings come from a book or from a network's policy, not from both")
        if self.book is not None:
            return read_book(self.book, game, plies=self.plies, order=self.order)
        if self.policy is not None:
            from tengen.arena.policy_openings import PolicyPlies

            return PolicyPlies(game, self.policy, self.plies, temperature=self.temperature)
        return RandomPlies(self.plies)


def hold(
    game: Game,
    agents: Sequence[str],
    *,
    count: int | None = None,
    openings: OpeningWishes | None = None,
    gauntlet: int | None = None,
    rounds: int | None = None,
    sprt: str | None = None,
    anchor: str | None = None,
    out: Path | None = None,
    png: Path | None = None,
    workers: int | None = None,
    seed: int | None = None,
    time: TimeWishes | None = None,
) -> MatchResult | LoneResult:
    """Plays the match, shown on the standard error stream while it lasts."""
    console = Console(stderr=True)
    workers = workers or os.cpu_count() or 1
    openings = openings or OpeningWishes()
    time = time or TimeWishes()
    if game.num_players == 1:
        wishes = {
            "--sprt": sprt,
            "--anchor": anchor,
            "--opening-plies": openings.plies,
            "--openings": openings.book,
            "--opening-policy": openings.policy,
            "--gauntlet": gauntlet,
            "--rounds": rounds,
            "--png": png,
            "--time": time.time,
            "--time-of": time.times,
            "--nodes": time.nodes,
            "--margin": time.margin,
            "--batch": time.batch,
        }
        for option, given in wishes.items():
            if given:
                raise InvalidParameter(f"{game.name} is a game for one, whose agents play alone: no {option}")
        games = count or GAMES
        with lone_progress_bar(console, games * len(agents)) as on_lone:
            return play_alone(game, agents, games=games, seed=seed, workers=workers, out=out, on_game=on_lone)
    test = None if sprt is None else parse_sprt(sprt)
    many = count
    if many is None and test is None:
        many = GAMES if rounds is None else GAMES_OF_A_MEETING
    if anchor is not None and anchor not in agents:
        raise unknown("agent of this match", anchor, agents)
    names = names_of(agents)
    if len(agents) < 2:
        raise InvalidParameter("an arena needs at least two agents")
    total = schedule_of(names, games=many, gauntlet=gauntlet, rounds=rounds).total
    with MatchScreen(console, names, total=total, anchor=anchor) as screen:
        result = play_match(
            game,
            agents,
            games=many,
            openings=openings.openings(game),
            gauntlet=gauntlet,
            rounds=rounds,
            seed=seed,
            workers=workers,
            sprt=test,
            terms=time.terms(names),
            out=out,
            on_game=screen.on_game,
            on_start=screen.on_start,
        )
    png = out / "ratings.png" if png is None and out is not None else png
    if png is not None and result.games:
        from tengen.arena.picture import draw_ratings

        draw_ratings(result, png, anchor=anchor)
    return result


def as_json(result: MatchResult | LoneResult, anchor: str | None) -> dict[str, object]:
    """What programs read."""
    return result.to_json() if isinstance(result, LoneResult) else result.to_json(anchor=anchor)


def show(result: MatchResult | LoneResult, anchor: str | None) -> None:
    """Prints what people read."""
    if isinstance(result, LoneResult):
        show_returns(result, Console())
    else:
        show_match(result, Console(), anchor=anchor)
