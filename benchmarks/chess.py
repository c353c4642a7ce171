"""Chess: perft with the last ply counted in bulk, and uniformly random games to the end.

Contenders count to the depth that suits their speed: a rate is leaves for each CPU second. Random games end by the
rules of each: Tengen and OpenSpiel by mate, stalemate, threefold repetition, fifty moves and insufficient material,
python-chess (its quick tests alone) without repetitions.
"""

from benchmarks.cases import Case, Contender
from benchmarks.command import run

PACKAGE = "benchmarks.contenders"
START = "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1"
KIWIPETE = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1"
NO_ENGINE = "not installed (apt install stockfish fairy-stockfish)"


def perft(name: str, fen: str, *, depth: int) -> Case:
    """Perft of one position; `depth` is Tengen's, one less OpenSpiel's and python-chess's, one more Stockfish's."""

    def engine(shown: str, program: str, depth: int, target: float) -> Contender:
        return Contender(
            name=shown,
            entry=f"{PACKAGE}.engine:perft",
            settings={"program": program, "prelude": ["uci"], "position": f"fen {fen}", "depth": depth},
            against="Tengen",
            target=target,
            note=f"depth {depth}",
            missing_hint=NO_ENGINE,
        )

    return Case(
        name=f"perft {name}",
        unit="leaves",
        contenders=[
            Contender(
                name="Tengen",
                entry=f"{PACKAGE}.tengen_:perft",
                settings={"game": "chess", "position": fen, "depth": depth},
                note=f"depth {depth}",
            ),
            engine("Stockfish", "stockfish", depth + 1, 0.2),
            engine("Fairy-Stockfish", "fairy-stockfish", depth, 2.5),
            Contender(
                name="OpenSpiel",
                entry=f"{PACKAGE}.openspiel:perft",
                settings={"game": "chess", "position": fen, "depth": depth - 1},
                against="Tengen",
                target=6.0,
                note=f"depth {depth - 1}, a call a node",
            ),
            Contender(
                name="python-chess",
                entry=f"{PACKAGE}.python_chess:perft",
                settings={"position": fen, "depth": depth - 1},
                against="Tengen",
                target=40.0,
                note=f"depth {depth - 1}",
            ),
        ],
    )


RANDOM = Case(
    name="random games",
    unit="games",
    contenders=[
        Contender(name="Tengen", entry=f"{PACKAGE}.tengen_:random_games", settings={"game": "chess", "chunk": 500}),
        Contender(
            name="OpenSpiel",
            entry=f"{PACKAGE}.openspiel:random_games_cpp",
            settings={"game": "chess", "chunk": 100},
            against="Tengen",
            target=8.0,
            note="C++ loop",
        ),
        Contender(
            name="OpenSpiel",
            entry=f"{PACKAGE}.openspiel:random_games_python",
            settings={"game": "chess", "chunk": 50},
            against="Tengen",
            note="a call a step",
        ),
        Contender(
            name="python-chess",
            entry=f"{PACKAGE}.python_chess:random_games",
            settings={"chunk": 10},
            against="Tengen",
        ),
    ],
)

CASES = [perft("start", START, depth=5), perft("Kiwipete", KIWIPETE, depth=4), RANDOM]

if __name__ == "__main__":
    run("chess", "perft and random games of chess, one core", CASES)
