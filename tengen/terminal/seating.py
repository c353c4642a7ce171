"""Who sits where before a game at the terminal: the seats, the agent, the start."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tengen.agents.load import check_agent, load_agent
from tengen.agents.time_control import parse_time_control
from tengen.agents.zoo import agent_for, usual_agent
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game, RecordGame
from tengen.games.go import Go
from tengen.games.go.handicap import handicap_points
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records.formats import read_games
from tengen.terminal.play import PlayScreen, end_thoughts
from tengen.terminal.solo import SoloScreen
from tengen.terminal.table.start import has_full_screen, sit_at_table
from tengen.terminal.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """How an agent is watched that plays alone, as options say it; None is what is usual."""

    episodes: int | None = None
    limit: int | None = None
    """Steps after which an episode is stopped."""
    fps: float | None = None
    """Steps that are shown a second, at most."""
    fast: bool = False
    """Shows no steps, only what the episodes brought."""
    save: Path | None = None
    """A film of the best episode."""


def play(
    game: Game,
    agent: str | None,
    seat: str | None,
    *,
    handicap: int = 0,
    position: str | None = None,
    load: Path | None = None,
    seed: int | None = None,
    watching: Watching | None = None,
    plain: bool = False,
    time_control: str | None = None,
) -> None:
    """Plays at the standard terminal: a game for two, or one for one person or for an agent that is watched.

    On the full screen where there is one, unless `plain`, which has no clocks.
    """
    watching = watching or Watching()
    if game.num_players == 1:
        if handicap or load is not None:
            raise InvalidParameter(f"{game.name} is a game for one: no --handicap and no --load")
        if time_control is not None:
            raise InvalidParameter(f"{game.name} is a game for one: no --time")
        play_alone(game, agent, seat, position=position, seed=seed, watching=watching, plain=plain)
        return
    if watching != Watching():
        raise InvalidParameter(
            f"{game.name} is a game for two: --episodes, --limit, --fps, --fast and --save are for games for one"
        )
    if not isinstance(game, RecordGame):
        raise InvalidParameter(f"{game.name} has no compiled rules, which a game for two needs")
    sit_down(
        game,
        agent,
        seat or "first",
        handicap=handicap,
        position=position,
        load=load,
        seed=seed,
        plain=plain,
        time_control=time_control,
    )


def play_alone(
    game: Game,
    agent: str | None,
    seat: str | None,
    *,
    position: str | None = None,
    seed: int | None = None,
    watching: Watching,
    plain: bool = False,
) -> None:
    """A person plays, or watches an agent: without a seat, the one that is named."""
    person = bool(seats(seat or ("first" if agent is None else "none"), game))
    if person and watching != Watching():
        raise InvalidParameter(
            "--episodes, --limit, --fps, --fast and --save are for watching an agent: name one, or --as none"
        )
    start = None if position is None else game.parse_position(position)
    if start is not None and game.is_over(start):
        raise InvalidParameter("the game is over in this position")
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    text = agent_for(game, agent)
    if person and game.name == "gridworld" and isinstance(game, RecordGame) and not plain and has_full_screen():
        sit_at_table(game, text, {0}, analyst=usual_agent(game).text, start=start, seed=seed)
        end_thoughts()
        return
    if person:
        check_agent(text, game)
        screen = SoloScreen(game, lambda: load_agent(text, game, seed=seed), seed=seed, start=start)
        try:
            screen.run()
        finally:
            screen.close()
        end_thoughts()
        return
    player = load_agent(text, game, seed=seed)
    try:
        Watch(
            game,
            player,
            episodes=watching.episodes or 1,
            limit=watching.limit,
            seed=seed,
            start=start,
            rate=watching.fps,
            fast=watching.fast,
            save=watching.save,
        ).run()
    finally:
        player.close()
    end_thoughts()


def sit_down(
    game: RecordGame,
    agent: str | None,
    seat: str,
    *,
    handicap: int = 0,
    position: str | None = None,
    load: Path | None = None,
    seed: int | None = None,
    plain: bool = False,
    time_control: str | None = None,
) -> None:
    """Plays at the standard terminal until the person leaves: from a position, with a handicap, or from a file on."""
    people = seats(seat, game)
    line: list[int] = []
    if load is not None:
        if position is not None or handicap:
            raise InvalidParameter("a loaded game has its own start: no --position and no --handicap with --load")
        game, start, line = loaded(load, game)
    else:
        start = game.initial_state() if position is None else game.parse_position(position)
    if handicap:
        if not isinstance(game, Go) or position is not None:
            raise InvalidParameter("a handicap is for go, on the empty board; shogi has shogi:handicap=two and others")
        start = game.setup(black=handicap_points(game.size, handicap), to_move=1)
    control = None if time_control is None else parse_time_control(time_control)
    if not plain and has_full_screen():
        text = agent_for(game, agent)
        sit_at_table(
            game, text, people, analyst=usual_agent(game).text, start=start, line=line, seed=seed, time_control=control
        )
        end_thoughts()
        return
    if control is not None:
        raise InvalidParameter("--time needs the full screen: a terminal of 80 columns and 24 lines, without --plain")
    player = load_agent(agent_for(game, agent), game, seed=seed)
    try:
        PlayScreen(game, player, people, start=start, line=line).run()
    finally:
        player.close()


def loaded(path: Path, game: RecordGame) -> tuple[RecordGame, State, list[int]]:
    """The first game of a file: under which parameters, from where, and the moves; InvalidRecord says what is wrong."""
    record = read_games(path)[0]
    found = make(record.game)
    if found.name != game.name or not isinstance(found, RecordGame):
        raise InvalidParameter(f"{path} holds a game of {found.name}, not of {game.name}")
    start = found.parse_position(record.start) if record.start else found.initial_state()
    return found, start, record.actions.tolist()


def seats(word: str, game: Game) -> frozenset[int]:
    """The players whom a person plays: by the names of the game's players, `first`, `second`, `both` or `none`."""
    known = {name.lower(): {player} for player, name in enumerate(game.player_names)}
    if game.num_players == 1:
        known |= {"first": {0}, "none": set()}
        if word.lower() not in known:
            raise InvalidParameter(f"nobody sits at {word!r}: {', '.join(known)}")
        return frozenset(known[word.lower()])
    if "white" not in known:  # Black, where it has no colours, is who begins
        known |= {"black": {0}, "white": {1}}
    if game.name == "shogi":
        known |= {"sente": {0}, "gote": {1}}
    known |= {"first": {0}, "second": {1}, "both": {0, 1}, "none": set()}
    if word.lower() not in known:
        raise InvalidParameter(f"nobody sits at {word!r}: {', '.join(known)}")
    return frozenset(known[word.lower()])
