"""Who sits where before a game at the terminal: the seats, the agent, the start."""

from pathlib import Path

from tengen.agents.load import load_agent
from tengen.agents.text import zoo_names
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game, RecordGame
from tengen.games.go import Go
from tengen.games.go.handicap import handicap_points
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.records.formats import read_games
from tengen.terminal.play import PlayScreen


def sit_down(
    game: RecordGame,
    agent: str | None,
    seat: str,
    *,
    handicap: int = 0,
    position: str | None = None,
    load: Path | None = None,
    seed: int | None = None,
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
    player = load_agent(agent or default_agent(game), game, seed=seed)
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


def default_agent(game: Game) -> str:
    """The network that ships for a game, else rollouts."""
    for name in (f"{game.name}{game.parameters.get('size', '')}", game.name):
        if name in zoo_names():
            return f"zoo:{name}"
    return "uct:sims=1000"


def seats(word: str, game: Game) -> frozenset[int]:
    """The players whom a person plays: by the names of the game's players, `first`, `second`, `both` or `none`."""
    known = {name.lower(): {player} for player, name in enumerate(game.player_names)}
    if "white" not in known:  # Black, where it has no colours, is who begins
        known |= {"black": {0}, "white": {1}}
    if game.name == "shogi":
        known |= {"sente": {0}, "gote": {1}}
    known |= {"first": {0}, "second": {1}, "both": {0, 1}, "none": set()}
    if word.lower() not in known:
        raise InvalidParameter(f"nobody sits at {word!r}: {', '.join(known)}")
    return frozenset(known[word.lower()])
