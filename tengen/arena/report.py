"""A match for people, when it is over."""

from collections.abc import Iterator

from rich.console import Console

from tengen.arena.names import short_names
from tengen.arena.rating import Ratings
from tengen.arena.result import MatchResult
from tengen.arena.tables import crosstable, pairs_table, ratings_table

FEW_PAIRS = 10
"""More pairs of agents are told by the crosstable alone."""

FEW_FORFEITS = 10
"""More are not told one by one."""


def show_match(result: MatchResult, console: Console, *, anchor: str | None = None) -> None:
    """Prints the ratings, the score of each pair, and all that one should know before believing them."""
    ratings = result.ratings(anchor=anchor)
    console.print(ratings_table(result, ratings, anchor))
    if len(result.agents) > 2:
        console.print(crosstable(result, ratings))
    if len(result.agents) * (len(result.agents) - 1) // 2 <= FEW_PAIRS:
        console.print(pairs_table(result))
    for line in remarks(result, ratings):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def remarks(result: MatchResult, ratings: Ratings) -> Iterator[str]:
    """What one should know beside the tables, a line each."""
    for place, (name, text) in enumerate(zip(short_names(result.agents), result.agents, strict=True), 1):
        if name != text:
            yield f"{place} is {text}"
    if result.sprt is not None:
        test = result.sprt
        verdict = {
            "H1": f"at least {test.elo1:g} Elo stronger",
            "H0": f"at most {test.elo0:g} Elo stronger",
            None: "open",
        }
        yield (
            f"SPRT {test.elo0:g},{test.elo1:g}: LLR {result.ratio:.2f} of ({test.lower:.2f}, {test.upper:.2f}) after "
            f"{int(result.pair_scores().sum())} pairs: {verdict[result.verdict]}"
        )
    if len(result.agents) == 2 and result.games:
        first = ratings.difference(0, 1)
        if first is not None:
            yield f"1 against 2: {round(first.elo):+d} Elo ({first.low:+.0f} … {first.high:+.0f})"
    if ratings.first_move is not None:
        move = ratings.first_move
        yield f"Moving first is worth {move.elo:+.0f} Elo ({move.low:+.0f} … {move.high:+.0f})."
    if ratings.drawn is not None:
        drawn = ratings.drawn
        yield f"Between equals {100 * drawn.value:.0f} % are drawn ({100 * drawn.low:.0f} … {100 * drawn.high:.0f} %)."
    if ratings.prior:
        yield "Somebody scored everything against the rest: one drawn game was added to each pair to rate at all."
    yield from warnings(result, ratings)
    idle = [result.agents[group[0]] for group in ratings.groups if len(group) == 1]
    if idle:
        yield f"Without any game and so without a rating: {', '.join(idle)}"
    yield from _forfeits(result)
    for name in result.failing:
        yield f"Failed in every game that it played: {name}. Does `tengen arena --check-engine` accept it?"
    for game in result.disputes[:FEW_FORFEITS]:
        yield f"The rules decided, but: {game.dispute} ({game.first} against {game.second}, opening {game.opening})"


def warnings(result: MatchResult, ratings: Ratings) -> Iterator[str]:
    """Why the ratings may mislead, a line each."""
    names = short_names(result.agents)
    linked = [group for group in ratings.groups if len(group) > 1]
    if len(linked) > 1:
        groups = "; ".join(" + ".join(names[place] for place in group) for group in linked)
        yield f"No games link these groups, their ratings cannot be compared: {groups}"
    if result.repeated:
        yield (
            f"{result.repeated} of {len(result.games)} games are copies of another: they tell nothing new. "
            "Give openings (--openings, --opening-plies) or agents that vary."
        )


def _forfeits(result: MatchResult) -> Iterator[str]:
    """Each game that was forfeited, or if there are many the first of each agent and kind."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for game in result.forfeits:
        loser = (game.first, game.second)[game.forfeit or 0]
        said = f"Forfeit ({game.termination}): {loser}, opening {game.opening}: {game.fault}"
        kinds.setdefault((loser, game.termination), []).append(said)
    few = len(result.forfeits) <= FEW_FORFEITS
    for lines in kinds.values():
        yield from lines if few else lines[:1]
        if not few and len(lines) > 1:
            yield f"  and {len(lines) - 1} more of this kind"
