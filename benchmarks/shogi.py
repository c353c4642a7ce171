"""Shogi: perft with the last ply counted in bulk, and uniformly random games to the end.

Contenders count to the depth that suits their speed: a rate is leaves for each CPU second. Random games end when
there is no move or a position stands for the fourth time (cshogi: speaks of a draw earlier), Tengen's and cshogi's
after 1,000 plies as well, OpenSpiel's by its own rules.
"""

from benchmarks.cases import Case, Contender
from benchmarks.chess import NO_ENGINE
from benchmarks.command import run

PACKAGE = "benchmarks.contenders"
START = "lnsgkgsnl/1r5b1/ppppppppp/9/9/9/PPPPPPPPP/1B5R1/LNSGKGSNL b - 1"
MATSURI = "l6nl/5+P1gk/2np1S3/p1p4Pp/3P2Sp1/1PPb2P1P/P5GS1/R8/LN4bKL w RGgsn5p 1"
RULES = "shogi:max_plies=1000"
PRELUDE = ["usi", "setoption name UCI_Variant value shogi"]


def perft(name: str, sfen: str, *, depth: int, openspiel_depth: int = 0) -> Case:
    """Perft of one position; OpenSpiel takes no positions, so it counts from the start alone."""
    contenders = [
        Contender(
            name="Tengen",
            entry=f"{PACKAGE}.tengen_:perft",
            settings={"game": RULES, "position": sfen, "depth": depth},
            note=f"depth {depth}",
        ),
        Contender(
            name="cshogi",
            entry=f"{PACKAGE}.cshogi_:perft",
            settings={"position": sfen, "depth": depth},
            against="Tengen",
            target=0.25,
            note=f"depth {depth}, recursion in Python",
        ),
        Contender(
            name="Fairy-Stockfish",
            entry=f"{PACKAGE}.engine:perft",
            settings={"program": "fairy-stockfish", "prelude": PRELUDE, "position": f"sfen {sfen}", "depth": depth},
            against="Tengen",
            target=3.0,
            note=f"depth {depth}",
            missing_hint=NO_ENGINE,
        ),
    ]
    if openspiel_depth:
        contenders.append(
            Contender(
                name="OpenSpiel",
                entry=f"{PACKAGE}.openspiel:perft",
                settings={"game": "shogi", "position": "", "depth": openspiel_depth},
                against="Tengen",
                note=f"depth {openspiel_depth}, a call a node",
            )
        )
    return Case(name=f"perft {name}", unit="leaves", contenders=contenders)


RANDOM = Case(
    name="random games",
    unit="games",
    contenders=[
        Contender(name="Tengen", entry=f"{PACKAGE}.tengen_:random_games", settings={"game": RULES, "chunk": 200}),
        Contender(
            name="OpenSpiel",
            entry=f"{PACKAGE}.openspiel:random_games_cpp",
            settings={"game": "shogi", "chunk": 50},
            against="Tengen",
            target=8.0,
            note="C++ loop",
        ),
        Contender(
            name="OpenSpiel",
            entry=f"{PACKAGE}.openspiel:random_games_python",
            settings={"game": "shogi", "chunk": 20},
            against="Tengen",
            note="a call a step",
        ),
        Contender(
            name="cshogi",
            entry=f"{PACKAGE}.cshogi_:random_games",
            settings={"chunk": 50},
            against="Tengen",
            target=4.0,
            note="a call a step",
        ),
    ],
)

CASES = [perft("start", START, depth=4, openspiel_depth=3), perft("Matsuri", MATSURI, depth=3), RANDOM]

if __name__ == "__main__":
    run("shogi", "perft and random games of shogi, one core", CASES)
