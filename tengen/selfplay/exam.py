"""The exam at the end of a run: the new agent against opponents of known strength, or, alone, beside them."""

import os
from collections.abc import Iterator
from pathlib import Path

from tengen.arena.match import OnGame, play_match
from tengen.games import registry
from tengen.selfplay import solo
from tengen.selfplay.run import RunFolder
from tengen.selfplay.settings import Settings


def hold_exam(settings: Settings, run: Path, folder: Path, on_game: OnGame | None = None) -> Iterator[str]:
    """Examines the newest network of a run; yields a line about what comes, then one as each result is there.

    Two players: a match against each opponent, its games kept in `folder`. One player: the mean return of the
    network's agent and of each other over the same episodes.
    """
    exam = settings.exam
    game = registry.make(settings.game)
    if game.num_players == 1:
        yield f"exam: mean return of {exam.games} episodes, with its standard error, {exam.simulations} simulations"
        newest = RunFolder(run).current
        agents = {run.name: solo.network_chooser(newest, settings, exam.simulations, batch=exam.games, seed=1)}
        agents |= {text: solo.opponent(game, text, batch=exam.games, seed=1) for text in exam.opponents}
        seed, plies = settings.seed + 1, settings.ladder.plies
        for found in solo.measure(game, agents, episodes=exam.games, seed=seed, plies=plies):
            yield f"  {found.agent:<32} {found.mean:10.4g} ± {found.error:.2g}"
        return
    agent = f"{run},sims={exam.simulations}"
    yield f"exam: {agent} from openings of {exam.opening_plies} random plies, colours alternated"
    for opponent in exam.opponents:
        result = play_match(
            settings.game,
            [agent, opponent],
            games=exam.games,
            openings=exam.opening_plies,
            seed=settings.seed,
            workers=min(os.cpu_count() or 1, exam.games),
            out=folder / opponent.replace(":", "-").replace("=", "-").replace("/", "-"),
            on_game=on_game,
        )
        count = result.between(*result.agents)
        score = f"{count.wins} won, {count.draws} drawn, {count.losses} lost"
        yield f"  {opponent:<20} {score:<32} {count.score:6.1%}"
