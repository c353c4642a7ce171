import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.protocols.engine_info import EngineInfo
from tengen.protocols.engine_score import centipawns, shogi_score, value_of, value_of_shogi_score


def heard(*lines: str) -> tuple[float | None, int | None, int | None, list[str]]:
    info = EngineInfo()
    for line in lines:
        info.hear(line)
    return None if info.value is None else round(info.value, 2), info.depth, info.nodes, info.moves


def test_the_last_word_on_the_best_line_counts() -> None:
    assert heard(
        "info depth 3 score cp 10 nodes 50 pv a b",
        "info depth 4 seldepth 9 multipv 1 score cp 100 nodes 90 time 3 pv c d e",
        "info depth 4 multipv 2 score cp -50 nodes 95 pv x",
        "info depth 5 score cp 900 lowerbound nodes 99 pv y",
        "info depth 6 currmove z",
        "info string score cp 5 pv nothing",
    ) == (0.54, 4, 99, ["c", "d", "e"])


@pytest.mark.parametrize(
    ("score", "value"),
    [("mate 3", 1.0), ("mate -2", -1.0), ("mate 0", -1.0), ("mate +", 1.0), ("mate -", -1.0), ("cp 0", 0.0)],
)
def test_a_mate_is_certain(score: str, value: float) -> None:
    assert heard(f"info depth 1 score {score}")[0] == value


@given(
    st.lists(
        st.sampled_from(
            [
                "info",
                "score",
                "cp",
                "mate",
                "depth",
                "nodes",
                "pv",
                "multipv",
                "1",
                "-5",
                "+",
                "x",
                "99999999999999999999",
            ]
        )
    )
)
def test_rubbish_harms_nobody(words: list[str]) -> None:
    value, depth, nodes, moves = heard(" ".join(["info", *words]))
    assert value is None or -1.0 <= value <= 1.0
    assert (depth or 0) >= 0 and (nodes or 0) >= 0 and len(moves) <= 32  # noqa: PT018


@given(st.integers(-3000, 3000))
def test_values_and_centipawns_are_each_other_s_inverse(score: int) -> None:
    assert centipawns(value_of(score)) == pytest.approx(score, abs=1)
    assert shogi_score(value_of_shogi_score(score)) == pytest.approx(score, abs=1)


def test_a_score_in_shogi_is_worth_the_chance_that_shogi_programs_give_it() -> None:
    info = EngineInfo(value_of_shogi_score)
    info.hear("info depth 8 score cp 600 pv 7g7f")
    assert (1 + (info.value or 0)) / 2 == pytest.approx(0.7310586)
    assert [shogi_score(value) for value in (0.0, 1.0, -1.0)] == [0, 30_000, -30_000]
