"""`tengen arena`: what its options ask for, in games for two and for one."""

import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tengen.arena.alone import LoneResult, play_alone
from tengen.arena.game_clock import MARGIN
from tengen.arena.lone_report import lone_progress_bar, show_returns
from tengen.arena.match import names_of, play_match
from tengen.arena.report import progress_bar, show_match
from tengen.arena.result import MatchResult
from tengen.arena.sprt import parse_sprt
from tengen.arena.terms import make_terms
from tengen.core.errors import InvalidParameter, unknown
from tengen.games.game import Game

GAMES = 20
"""Of each pair, or of each agent alone, unless somebody says otherwise."""
GAMES_OF_A_TEST = 1000


def hold(
    game: Game,
    agents: Sequence[str],
    *,
    count: int | None,
    openings: int,
    sprt: str | None,
    anchor: str | None,
    out: Path | None,
    workers: int | None,
    seed: int | None,
    time: str | None = None,
    times: Sequence[tuple[str, str]] = (),
    nodes: int | None = None,
    margin: float | None = None,
    batch: int | None = None,
) -> MatchResult | LoneResult:
    """Plays the match, with a bar on the standard error stream while it lasts."""
    console = Console(stderr=True)
    workers = workers or os.cpu_count() or 1
    if game.num_players == 1:
        for option, given in (
            *(("--sprt", sprt), ("--anchor", anchor), ("--opening-plies", openings), ("--time", time)),
            *(("--time-of", times), ("--nodes", nodes), ("--margin", margin), ("--batch", batch)),
        ):
            if given:
                raise InvalidParameter(f"{game.name} is a game for one, whose agents play alone: no {option}")
        games = count or GAMES
        with lone_progress_bar(console, games * len(agents)) as on_lone:
            return play_alone(game, agents, games=games, seed=seed, workers=workers, out=out, on_game=on_lone)
    test = None if sprt is None else parse_sprt(sprt)
    games = count or (GAMES if test is None else GAMES_OF_A_TEST)
    if anchor is not None and anchor not in agents:
        raise unknown("agent of this match", anchor, agents)
    margin = MARGIN if margin is None else margin
    terms = make_terms(names_of(agents), time=time, times=times, nodes=nodes, margin=margin, batch=batch)
    with progress_bar(console, games * len(agents) * (len(agents) - 1) // 2) as on_game:
        return play_match(
            game,
            agents,
            games=games,
            openings=openings,
            seed=seed,
            workers=workers,
            sprt=test,
            terms=terms,
            out=out,
            on_game=on_game,
        )


def as_json(result: MatchResult | LoneResult, anchor: str | None) -> dict[str, object]:
    """What programs read."""
    return result.to_json() if isinstance(result, LoneResult) else result.to_json(anchor=anchor)


def show(result: MatchResult | LoneResult, anchor: str | None) -> None:
    """Prints what people read."""
    if isinstance(result, LoneResult):
        show_returns(result, Console())
    else:
        show_match(result, Console(), anchor=anchor)
