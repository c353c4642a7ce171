"""The command line: click commands that parse, call the package and print. No logic of its own.

Everything heavy is imported inside the commands, so that `tengen --help` answers at once.
"""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

import tengen
from tengen.cli_arena import arena
from tengen.cli_compare import compare
from tengen.cli_learn import learn
from tengen.cli_rate import rate
from tengen.cli_review import review
from tengen.cli_show import show
from tengen.cli_train import bench, train
from tengen.cli_zoo import zoo
from tengen.terminal.commands import (
    JSON,
    SEED,
    FilePath,
    OneLineErrors,
    Positive,
    Whole,
    game_argument,
    interruptible,
    made,
)

if TYPE_CHECKING:
    from tengen.games.game import Game, RecordGame


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(tengen.__version__, prog_name="tengen")
def main() -> None:
    """A program learns a board game from its rules alone; then play it, pit it, read it."""


for command in (train, bench, learn, compare, arena, rate, review, show, zoo):
    main.add_command(command)


def record_game(game: "Game") -> "RecordGame":
    """The game, if its rules are compiled."""
    from tengen.core.errors import InvalidParameter
    from tengen.games.game import RecordGame

    if not isinstance(game, RecordGame):
        raise InvalidParameter(f"{game.name} has no compiled rules, which this command needs")
    return game


# ---- games, perft, analyze


@main.command()
@JSON
def games(as_json: bool) -> None:
    """What there is to play, with parameters.

    \b
    Example: tengen games
    """
    from tengen.games import registry

    known, missing = registry.available()
    if as_json:
        listed = [
            {
                "name": game.name,
                "parameters": game.parameters,
                "players": game.num_players,
                "actions": game.num_actions,
                "observation": list(game.observation_shape),
            }
            for game in known
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("game", "players", "actions", "observation", "parameters and their defaults", box=None)
    for game in known:
        shape = "x".join(map(str, game.observation_shape))
        parameters = ", ".join(
            f"{name}={str(value).lower() if isinstance(value, bool) else value}"
            for name, value in game.parameters.items()
        )
        table.add_row(game.name, str(game.num_players), str(game.num_actions), shape, parameters)
    Console().print(table)
    for line in missing:
        click.echo(line)


@main.command()
@game_argument
@click.argument("depth", type=Whole(0, 100))
@click.option("--position", metavar="TEXT", help="Count from this position, in the game's own notation.")
@click.option("--divide", "divided", is_flag=True, help="Split the count by first move.")
@JSON
def perft(
    game_text: str,
    size: str | None,
    komi: str | None,
    depth: int,
    position: str | None,
    divided: bool,
    as_json: bool,
) -> None:
    """Counts the move sequences of DEPTH plies: the usual check of a move generator.

    \b
    Example: tengen perft tictactoe 9
    """
    from tengen.games.game import divide
    from tengen.games.game import perft as count

    game = record_game(made(game_text, size, komi))
    state = game.initial_state() if position is None else game.parse_position(position)
    with interruptible():
        count(game, state, 0)  # compiles, so that only counting is timed
        if divided:
            divide(game, state, 1)
        began = time.perf_counter()
        split = divide(game, state, depth) if divided and depth > 0 else None
        nodes = count(game, state, depth) if split is None else sum(split.values())
        seconds = time.perf_counter() - began
    if as_json:
        found: dict[str, object] = {"game": game.text, "depth": depth, "nodes": nodes, "seconds": round(seconds, 6)}
        click.echo(json.dumps(found | ({"divide": split or {}} if divided else {})))
        return
    for move, leaves in (split or {}).items():
        click.echo(f"{move}: {leaves}")
    click.echo(f"{nodes} nodes at depth {depth} in {seconds:.3f} s")


@main.command()
@game_argument
@click.option("--position", metavar="TEXT", help="Analyse this position, in the game's own notation.")
@click.option("--agent", metavar="AGENT", help="Who searches.  [default: the game's network, else rollouts]")
@click.option("--top", type=Whole(1), default=10, show_default=True, help="Moves to show.")
@click.option("--queries", is_flag=True, help="Answer queries, one JSON object a line, from standard input.")
@click.option("--batch", type=Whole(1), help="With --queries: positions searched at once.  [default: 128]")
@SEED
@JSON
def analyze(
    game_text: str,
    size: str | None,
    komi: str | None,
    position: str | None,
    agent: str | None,
    top: int,
    queries: bool,
    batch: int | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """The best moves of a position: visits, prior, value for the player to move, and the line expected.

    With --queries an analysis engine for programs, in the shape of KataGo's; see docs/analysis.md.

    \b
    Example: tengen analyze tictactoe --position XO./.../... --agent uct:sims=1000
             tengen analyze go --queries --agent zoo:go9
    """
    if queries:
        from tengen.protocols.query_server import serve_standard_streams

        serve_standard_streams(made(game_text, size, komi), agent, seed=seed, batch=batch)
        return
    from tengen.agents.analysis import analyze_position, first_position

    game = made(game_text, size, komi)
    state = first_position(game, seed=seed) if position is None else game.parse_position(position)
    with interruptible():
        found = analyze_position(game, state, agent, top=top, seed=seed)
    if as_json:
        click.echo(json.dumps(found.to_json()))
        return
    click.echo(game.draw(state))
    click.echo(f"{found.player} to move, value {found.value:+.3f}; expected: {' '.join(found.variation)}")
    click.echo(f"{'move':>6} {'visits':>8} {'prior':>7} {'value':>7}")
    for move in found.moves:
        proven = f"  proven {move.proven:+g}" if move.proven is not None else ""
        written = f"  {move.written}" if move.written != move.move else ""
        click.echo(f"{move.move:>6} {move.visits:>8} {move.prior:>7.1%} {move.value:>+7.3f}{written}{proven}")


# ---- play, gtp, uci, usi


@main.command()
@game_argument
@click.option("--agent", metavar="AGENT", help="Who plays against you.  [default: the game's network, else rollouts]")
@click.option("--as", "seat", help="Your side: black, white, both or none.  [default: who begins; alone: see below]")
@click.option("--handicap", type=Whole(0), default=0, help="Go: stones of Black's on the board at the start.")
@click.option("--position", metavar="TEXT", help="Begin at this position, in the game's own notation.")
@click.option("--load", type=FilePath(exists=True), help="Go on with the first game of this file: sgf, pgn, kif, csa.")
@click.option("--episodes", type=Whole(1), help="Alone: how many games to watch.  [default: 1]")
@click.option("--limit", type=Whole(1), metavar="DECISIONS", help="Alone: stop a game after so many steps.")
@click.option("--fps", type=Positive(), help="Alone: steps shown a second, at most.")
@click.option("--fast", is_flag=True, help="Alone: show no steps, only what the games brought.")
@click.option("--save", type=FilePath(), help="Alone: film the best game, as .gif or .mp4.")
@click.option(
    "--time", "time_control", metavar="CONTROL", help="Clocks: 600, 60+0.6, 40/300, 300+5x10, 60+25/300, move=5."
)
@click.option("--plain", is_flag=True, help="Lines of text in place of the full screen.")
@SEED
def play(
    game_text: str,
    size: str | None,
    komi: str | None,
    agent: str | None,
    seat: str | None,
    handicap: int,
    position: str | None,
    load: Path | None,
    episodes: int | None,
    limit: int | None,
    fps: float | None,
    fast: bool,
    save: Path | None,
    time_control: str | None,
    plain: bool,
    seed: int | None,
) -> None:
    """Play in the terminal: against an agent, another person, or watch. In a game for one you play unless an agent
    is named; then you watch it, or with --as first may ask it for help.

    \b
    Example: tengen play go:size=9 --agent uct:sims=1000 --as black
             tengen play gridworld:robot
             tengen play atari:breakout --agent uct:sims=200 --save game.gif
    """
    from tengen.terminal import seating

    watching = seating.Watching(episodes=episodes, limit=limit, fps=fps, fast=fast, save=save)
    game = made(game_text, size, komi)
    seating.play(
        game,
        agent,
        seat,
        handicap=handicap,
        position=position,
        load=load,
        seed=seed,
        watching=watching,
        plain=plain,
        time_control=time_control,
    )


@main.command()
@click.option("--agent", metavar="AGENT", help="Who plays.  [default: the network for the board's size]")
@click.option("--game", "game_text", default="go", show_default=True, help="The rules; controllers set size and komi.")
@SEED
def gtp(agent: str | None, game_text: str, seed: int | None) -> None:
    """Be a Go engine for GoGui, Sabaki and other GTP controllers.

    \b
    Example: gogui -program "tengen gtp --agent uct:sims=2000"
    """
    from tengen.protocols.gtp_server import serve_standard_streams
    from tengen.protocols.gtp_session import GtpSession

    session = GtpSession(game_text, agent, seed=seed)
    session.check()
    serve_standard_streams(session)


ENGINE_AGENT = click.option(
    "--agent", metavar="AGENT", default="auto", help="Who plays.  [default: the game's network, else rollouts]"
)


@main.command()
@ENGINE_AGENT
@click.option("--game", "game_text", default="chess", show_default=True, help="The rules.")
@SEED
def uci(agent: str, game_text: str, seed: int | None) -> None:
    """Be a chess engine for GUIs and programs that speak UCI.

    \b
    Example: cutechess-cli -engine proto=uci cmd="tengen uci" …
    """
    from tengen.protocols.engine_server import serve_standard_streams, standard_output
    from tengen.protocols.uci_session import UciSession

    serve_standard_streams(UciSession(standard_output(), agent, game=game_text, seed=seed))


@main.command()
@ENGINE_AGENT
@click.option("--game", "game_text", default="shogi", show_default=True, help="The rules.")
@SEED
def usi(agent: str, game_text: str, seed: int | None) -> None:
    """Be a shogi engine for GUIs and programs that speak USI.

    \b
    Example: printf 'usi\\ngo nodes 1000\\n' | tengen usi
    """
    from tengen.protocols.engine_server import serve_standard_streams, standard_output
    from tengen.protocols.usi_session import UsiSession

    serve_standard_streams(UsiSession(standard_output(), agent, game=game_text, seed=seed))


# ---- export


@main.command()
@click.argument("source", metavar="RUN_OR_SHARD", type=FilePath(exists=True))
@click.argument("out", metavar="OUT", type=FilePath())
@click.option("--last", type=Whole(1), help="Only so many games, the latest.")
def export(source: Path, out: Path, last: int | None) -> None:
    """Writes the games of a run or a replay shard as text: SGF for go, PGN for chess, KIF or CSA for shogi.

    OUT.sgf, OUT.pgn or OUT.csa is one file; OUT.kif, or an OUT without such a suffix, a folder with a file a game.

    \b
    Example: tengen export runs/mine games.sgf --last 100
    """
    from tengen.records.export import export_games

    report = export_games(source, out, last=last)
    for line in report.damaged:
        click.echo(f"tengen: {line}", err=True)
    click.echo(f"{report.games} games in {out}")


if __name__ == "__main__":
    main(prog_name="tengen")
