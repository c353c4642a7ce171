"""UCT with one uniformly random game for each leaf, from the empty 9x9 board of Go; c = 1.4, no solver."""

from benchmarks.cases import Case, Contender
from benchmarks.command import run

PACKAGE = "benchmarks.contenders"


def case(simulations: int) -> Case:
    """The case of one number of simulations a move."""
    settings = {"size": 9, "simulations": simulations}
    return Case(
        name=f"UCT Go 9x9, {simulations:,} simulations",
        unit="simulations",
        contenders=[
            Contender(name="Tengen", entry=f"{PACKAGE}.tengen_:uct", settings=settings),
            Contender(
                name="OpenSpiel",
                entry=f"{PACKAGE}.openspiel:uct_cpp",
                settings=settings,
                against="Tengen",
                target=5.0,
                note="C++ MCTSBot",
            ),
        ],
    )


CASES = [case(1_000), case(10_000)]

if __name__ == "__main__":
    run("go_uct", "UCT with random rollouts on the empty 9x9 board, one core", CASES)
