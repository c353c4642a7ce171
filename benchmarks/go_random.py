"""Uniformly random games of Go to the end: two passes or 2 * size^2 plies.

A pass is one of the uniformly drawn moves and own eyes are filled, in all contenders; suicide is forbidden
except in sgfmill, whose games are longer. They differ in what repeats: Tengen forbids it (positional
superko), OpenSpiel and Pgx end the game, sgfmill knows the simple ko alone.
"""

from benchmarks.cases import Case, Contender
from benchmarks.command import run

PACKAGE = "benchmarks.contenders"


def case(size: int, *, chunk: int, batches: list[int], target: float) -> Case:
    """The case of one board size; `chunk` games of Tengen take well under a second."""

    def peer(name: str, entry: str, *, target: float | None = None, note: str = "", **settings: int) -> Contender:
        return Contender(
            name=name,
            entry=f"{PACKAGE}.{entry}",
            settings=({"game": f"go(board_size={size})"} if name == "OpenSpiel" else {"size": size}) | settings,
            against="Tengen",
            target=target,
            note=note,
        )

    rules = f"go:size={size},superko=positional,suicide=false"
    ours = Contender(name="Tengen", entry=f"{PACKAGE}.tengen_:random_games", settings={"game": rules, "chunk": chunk})
    peers = [
        peer("OpenSpiel", "openspiel:random_games_cpp", target=target, note="C++ loop", chunk=max(1, chunk // 10)),
        peer("OpenSpiel", "openspiel:random_games_python", note="a call a step", chunk=max(1, chunk // 20)),
        *(peer("Pgx", "pgx_:random_games", note=f"batch {batch}", batch=batch) for batch in batches),
        peer("sgfmill", "sgfmill_:random_games", note="plain Python", chunk=max(1, chunk // 200)),
    ]
    return Case(name=f"random Go {size}x{size}", unit="games", contenders=[ours, *peers])


# On a CPU a larger batch buys Pgx nothing; on 19x19 one of 64 would take 20 s for each chunk.
CASES = [
    case(9, chunk=2000, batches=[1, 64], target=6.0),
    case(19, chunk=200, batches=[1], target=10.0),
]

if __name__ == "__main__":
    run("go_random", "uniformly random games of Go to the end, one core", CASES)
