"""Ratings of games that were played anywhere: of a PGN, SGF or shogi file, or of a match folder."""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tengen.arena.play import PlayedGame
from tengen.arena.rating import Rating, Ratings, Results, rate, tabulate
from tengen.arena.result import terms_to_json
from tengen.arena.store import GAMES, MatchFolder
from tengen.core.errors import InvalidParameter, InvalidRecord, unknown
from tengen.records.formats import FORMATS, Format
from tengen.records.text import decode_western

Seen = tuple[str, str, float]
"""Who moved first, who second, the first's result; nan where it is not known."""

_PGN_RESULTS = {"1-0": 1.0, "0-1": -1.0, "1/2-1/2": 0.0}


@dataclass(frozen=True, slots=True)
class Rated:
    """The players of some files, with their ratings."""

    players: list[str]
    results: Results
    ratings: Ratings
    left_out: int = 0
    """Games without a result or without a name."""
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Games won, drawn and lost by each player."""

    def to_json(self) -> dict[str, object]:
        """The same for programs, as `tengen rate --json` prints it."""
        return {
            "agents": [
                {
                    "agent": name,
                    "elo": round(rating.elo, 1),
                    "low": round(rating.low, 1),
                    "high": round(rating.high, 1),
                    "games": sum(self.counts[name]),
                    **dict(zip(("wins", "draws", "losses"), self.counts[name], strict=True)),
                }
                for name, rating in zip(self.players, self.ratings.players, strict=True)
            ],
            "groups": [[self.players[place] for place in group] for group in self.ratings.groups],
            "prior": self.ratings.prior,
            **terms_to_json(self.ratings, self.players),
            "left_out": self.left_out,
        }


def rate_files(paths: Sequence[str | os.PathLike[str]], *, anchor: str | None = None) -> Rated:
    """Rates all players of these files together, `anchor` at 0 or their mean; InvalidRecord says what is wrong."""
    seen = [game for path in paths for game in read_results(path)]
    games = [(first, second, result) for first, second, result in seen if first and second and not math.isnan(result)]
    games = [game for game in games if game[0] != game[1]]
    players = sorted({name for first, second, _ in games for name in (first, second)})
    if not games:
        raise InvalidRecord(f"no game of {', '.join(map(str, paths))[:200]} tells two players and a result")
    if anchor is not None and anchor not in players:
        raise unknown("player of these games", anchor, players)
    results = tabulate(players, games)
    counts = {}
    for place, name in enumerate(players):
        won = results.wins[place].sum() + results.losses[:, place].sum()
        drawn = results.draws[place].sum() + results.draws[:, place].sum()
        lost = results.losses[place].sum() + results.wins[:, place].sum()
        counts[name] = (int(won), int(drawn), int(lost))
    ratings = rate(results, anchor=None if anchor is None else players.index(anchor))
    return Rated(players, results, ratings, len(seen) - len(games), counts)


def read_results(path: str | os.PathLike[str]) -> Iterable[Seen]:
    """Who played whom with what result, of each game in a file or match folder; moves are not looked at if need not."""
    path = Path(path)
    if path.is_dir() or path.name == GAMES:
        folder = path if path.is_dir() else path.parent
        if not (folder / GAMES).exists():
            raise InvalidParameter(f"{folder} is no folder of a match: it has no {GAMES}")
        return [(game.first, game.second, game.result) for game in MatchFolder(folder).games(PlayedGame)]
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise InvalidParameter(f"{path}: games are read from match folders and files .{', .'.join(FORMATS)}")
    try:
        if suffix == "pgn":
            return list(_pgn(path.read_bytes()))
        if suffix == "sgf":
            return list(_sgf(path.read_bytes()))
        return list(_records(FORMATS[suffix], path.read_bytes()))
    except OSError as error:
        raise InvalidParameter(f"{path} cannot be read: {error.strerror}") from None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {error}") from None


def _pgn(data: bytes) -> Iterator[Seen]:
    """By the tags alone, so that games of any variant do."""
    from tengen.records.pgn_lexer import lex

    for game in lex(decode_western(data)):
        white, black = (game.tags.get(tag, "").strip().strip("?") for tag in ("White", "Black"))
        yield white, black, _PGN_RESULTS.get(game.tags.get("Result", "").strip(), math.nan)


def _sgf(data: bytes) -> Iterator[Seen]:
    """By the roots alone."""
    from tengen.records.sgf_parser import decode, parse
    from tengen.records.sgf_values import read_result

    for root in parse(decode(data)):
        yield root.simple_text("PB"), root.simple_text("PW"), read_result(root.simple_text("RE")).result


def _records(form: Format, data: bytes) -> Iterator[Seen]:
    for tree in form.read(data):
        record = tree.record()
        yield record.players[0], record.players[1], record.result


def show_rated(rated: Rated, console: Console, *, anchor: str | None = None) -> None:
    """Prints the ratings, best first, and what one should know before believing them."""
    zero = "mean 0" if anchor is None else f"{anchor} = 0"
    games = sum(map(sum, rated.counts.values())) // 2
    table = Table(title=f"{games} games, Elo with 95 % intervals ({zero})", title_justify="left")
    table.add_column("no.", justify="right")
    table.add_column("player", overflow="fold", min_width=12)
    for name in ("Elo", "95 %", "score", "games", "W-D-L", "LOS"):
        table.add_column(name, justify="right", no_wrap=True)
    order = sorted(range(len(rated.players)), key=lambda place: -rated.ratings.players[place].elo)
    likely = rated.ratings.superiority()
    for number, place in enumerate(order):
        rating, (won, drawn, lost) = rated.ratings.players[place], rated.counts[rated.players[place]]
        below = likely[place, order[number + 1]] if number + 1 < len(order) else math.nan
        table.add_row(
            str(number + 1),
            Text(rated.players[place]),
            f"{round(rating.elo):+d}",
            f"{rating.low:+.0f} … {rating.high:+.0f}",
            f"{100 * (won + drawn / 2) / (won + drawn + lost):.1f} %",
            str(won + drawn + lost),
            f"{won}-{drawn}-{lost}",
            "" if math.isnan(below) else f"{100 * below:.1f} %",
        )
    console.print(table)
    for line in remarks(rated.ratings, rated.players):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if rated.left_out:
        console.print(f"Games left out, without a result or a name: {rated.left_out}")


def remarks(ratings: Ratings, players: Sequence[str]) -> Iterator[str]:
    """What ratings rest on: first move, draws, half points that were added, groups that cannot be compared."""
    if ratings.first_move is not None:
        yield f"Moving first is worth {_elo(ratings.first_move)} Elo."
    if ratings.drawn is not None:
        share = ratings.drawn
        interval = f"{100 * share.low:.0f} … {100 * share.high:.0f}"
        yield f"Between equals {100 * share.value:.0f} % of the games are drawn ({interval})."
    if ratings.prior:
        yield "Somebody scored everything against the rest: one drawn game was added to each pair to rate at all."
    if len(ratings.groups) > 1:
        groups = "; ".join(" + ".join(players[place] for place in group) for group in ratings.groups)
        yield f"No games link these groups, their ratings cannot be compared: {groups}"


def _elo(rating: Rating) -> str:
    return f"{round(rating.elo):+d} ({rating.low:+.0f} … {rating.high:+.0f})"
