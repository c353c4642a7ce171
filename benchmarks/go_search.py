"""Search with an evaluator that costs nothing (all moves alike, value 0): tree and rules, 9x9 Go.

Tengen, mctx and OpenSpiel's search in Python have the rules of Go in the loop; LightZero's compiled trees
are measured without any rules, which flatters them. With 64 simulations and 82 equal moves a PUCT search
hardly goes below the root; the cases with 800 simulations are the fuller measure.
"""

from benchmarks.cases import Case, Contender
from benchmarks.command import run

PACKAGE = "benchmarks.contenders"
SIZE = 9
ACTIONS = SIZE * SIZE + 1
LIGHTZERO_HINT = "not installed (pip install --no-deps lightzero)"


def case(batch: int, simulations: int, *, with_openspiel: bool = False) -> Case:
    """The case of `batch` games searched at once."""
    size = {"batch": batch, "simulations": simulations}

    def ours(policy: str) -> Contender:
        settings = {"size": SIZE, **size, "policy": policy}
        return Contender(name=f"Tengen {policy}", entry=f"{PACKAGE}.tengen_:free_search", settings=settings)

    def mctx(policy: str, against: str) -> Contender:
        return Contender(
            name=f"mctx {policy}_muzero_policy" if policy == "gumbel" else "mctx muzero_policy",
            entry=f"{PACKAGE}.pgx_:free_search",
            settings={"size": SIZE, **size, "policy": policy},
            against=f"Tengen {against}",
            target=20.0 if simulations == 64 else None,
            note="rules of Pgx",
        )

    def lightzero(tree: str, against: str) -> Contender:
        return Contender(
            name=f"LightZero {tree} tree",
            entry=f"{PACKAGE}.lightzero:{tree}_tree",
            settings={"actions": ACTIONS, **size},
            against=f"Tengen {against}",
            target=8.0 if simulations == 64 else None,
            note="no rules",
            missing_hint=LIGHTZERO_HINT,
        )

    contenders = [
        ours("gumbel"),
        ours("puct"),
        mctx("gumbel", "gumbel"),
        mctx("muzero", "puct"),
        lightzero("gumbel", "gumbel"),
        lightzero("muzero", "puct"),
    ]
    if with_openspiel:
        contenders.append(
            Contender(
                name="OpenSpiel MCTSBot in Python",
                entry=f"{PACKAGE}.openspiel:free_search_python",
                settings={"size": SIZE, "simulations": simulations},
                against="Tengen puct",
            )
        )
    return Case(
        name=f"free search Go 9x9, batch {batch}, {simulations} simulations", unit="simulations", contenders=contenders
    )


CASES = [
    case(1, 64, with_openspiel=True),
    case(32, 64),
    case(256, 64),
    case(1, 800, with_openspiel=True),
    case(32, 800),
]

if __name__ == "__main__":
    run("go_search", "search with a free evaluator on the empty 9x9 board, one core", CASES)
