"""The fast rules of Go against the slow board, over random games under all rule sets."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tengen.games.go import Go
from tengen.games.go.observation import PLANES
from tests.go.slow_board import SlowGo

RULE_SETS = [(superko, suicide) for superko in ("positional", "situational", "simple") for suicide in (False, True)]
PASS_SELDOM = 12
"""One move in so many is a pass where other moves are legal, so that games get long and positions return."""


def replay(size: int, rule_set: tuple[str, bool], seed: int) -> None:
    """One random game on both boards, compared before every move."""
    superko, suicide = rule_set
    game = Go(size=size, superko=superko, suicide=suicide, komi=0.5)
    slow = SlowGo(size, superko, suicide)
    state = game.initial_state()
    generator = np.random.default_rng(seed)
    while slow.passes < 2 and len(slow.history) <= game.max_plies:
        assert "".join(".XO"[stone] for stone in game.board(state).ravel()) == "".join(slow.board)
        assert game.player(state) == "XO".index(slow.to_move)
        assert game.captures(state) == (slow.captures["X"], slow.captures["O"])
        legal = slow.legal()
        assert game.legal_actions(state).tolist() == legal
        compare_planes(game, slow, state, legal)
        choices = legal if generator.integers(PASS_SELDOM) == 0 or len(legal) == 1 else legal[:-1]
        action = int(generator.choice(choices))
        slow.play(action)
        state = game.apply(state, action)
    assert game.is_over(state)
    score, ownership = game.final_score(state)
    assert ownership.ravel().tolist() == slow.owners()
    assert score == sum(slow.owners()) - 0.5
    assert game.returns(state)[0] == np.sign(score)


def compare_planes(game: Go, slow: SlowGo, state: np.void, legal: list[int]) -> None:
    """Stones, liberties, forbidden points and captured points as the slow board sees them."""
    planes = dict(zip(PLANES, game.observe(state).reshape(len(PLANES), -1), strict=True))
    emptied = [slow.emptied_by(age) for age in (1, 2)]
    for point, symbol in enumerate(slow.board):
        own = symbol == slow.to_move
        assert planes["on board"][point] == 1
        assert planes["own stones"][point] == own
        assert planes["opponent's stones"][point] == (symbol != "." and not own)
        assert planes["empty points where the mover may not play"][point] == (symbol == "." and point not in legal)
        assert planes["points emptied by the last move"][point] == (point in emptied[0])
        assert planes["points emptied by the move before it"][point] == (point in emptied[1] - emptied[0])
        count = 0 if symbol == "." else slow.liberties(slow.board, point)
        for name, shown in (("1 liberty", 1), ("2 liberties", 2), ("3 or more liberties", 3)):
            has = symbol != "." and min(count, 3) == shown
            assert planes[f"own stones with {name}"][point] == (has and own)
            assert planes[f"opponent's stones with {name}"][point] == (has and not own)


@given(size=st.sampled_from([1, 2, 3, 5]), rule_set=st.sampled_from(RULE_SETS), seed=st.integers(0, 2**32))
@example(size=5, rule_set=("positional", True), seed=0)
@example(size=9, rule_set=("positional", False), seed=1)
@example(size=9, rule_set=("situational", True), seed=2)
def test_random_games_are_judged_alike_by_the_slow_board(size: int, rule_set: tuple[str, bool], seed: int) -> None:
    replay(size, rule_set, seed)
