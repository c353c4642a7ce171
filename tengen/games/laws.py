"""The laws that every game keeps, for its tests: `check_game(game)` plays at random and raises LawBroken.

Whoever adds a game calls this first; docs/adding-a-game.md shows how. It needs no knowledge of the game.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import IllegalMove
from tengen.core.jit import kernel
from tengen.core.random import kernel_seeds, stream
from tengen.games import kernels
from tengen.games.emulated import EmulatedGame, Simulator, Situation
from tengen.games.game import Game, RecordGame
from tengen.games.registry import make
from tengen.games.rules import CHANCE, OVER, State, random_action

POSITIONS_PER_GAME = 12
"""So many positions of each game are looked at closely, the first and the last among them."""

DRAWS = 400
FEW_ACTIONS = 8
"""With so few legal actions each is missing from DRAWS uniform ones with a probability below 1e-22."""


class LawBroken(AssertionError):
    """A game does not keep its promises; the message says which and in what position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One random game."""

    states: list[State]
    """All positions, the start first."""
    actions: list[int]
    """The action from each position to the next."""
    looked_at: list[int]
    """Indices of the positions that are checked closely, ascending."""


def check_game(game: Game, *, games: int = 10, seed: int = 0) -> None:
    """Plays `games` random games and checks all laws that can be checked without knowing the rules."""
    check_frame(game)
    for number in range(games):
        generator = stream(seed, "laws", game.text, number)
        walk = random_walk(game, generator)
        for index in walk.looked_at:
            state = walk.states[index]
            if game.player(state) == CHANCE:
                continue
            for law in (check_actions, check_notation, check_observation, check_position_text):
                law(game, state)
            if isinstance(game, RecordGame):
                check_random_actions(game, state, generator)
        check_illegal_moves(game, walk, generator)
        check_end(game, walk)
        if isinstance(game, RecordGame):
            check_rewards(game, walk)
            check_replay(game, walk)
            check_rows(game, walk)
        if isinstance(game, EmulatedGame):
            check_emulation(game, walk, generator)
        if isinstance(game, RecordGame):
            if not any(game.player(state) == CHANCE for state in walk.states):
                check_symmetries(game, walk, generator)


def random_walk(game: Game, generator: np.random.Generator) -> Walk:
    """A uniformly random game from the start to its end."""
    states = [game.initial_state()]
    actions: list[int] = []
    while not game.is_over(states[-1]):
        _expect(len(actions) < game.max_plies, game, states[-1], f"a game lasts longer than {game.max_plies} plies")
        legal = _choices(game, states[-1], generator)
        _expect(len(legal) > 0, game, states[-1], "there is no legal move but the game is not over")
        actions.append(int(generator.choice(legal)))
        states.append(_after(game, states[-1], actions[-1]))
    spread = np.linspace(0, len(states) - 1, POSITIONS_PER_GAME).astype(int)
    return Walk(states=states, actions=actions, looked_at=sorted({int(index) for index in spread}))


def check_frame(game: Game) -> None:
    """The text and the pickle of a game make it again; its symmetries are permutations that begin with none."""
    state = game.initial_state()
    for twin in (make(game.text), pickle.loads(pickle.dumps(game))):
        same = twin == game and hash(twin) == hash(game) and twin.parameters == game.parameters
        _expect(same, game, state, f"{twin!r} is not the game that it was made from")
    _, height, width = game.observation_shape
    for name, size in (("points", height * width), ("actions", game.num_actions)):
        table = getattr(game.symmetries, name)
        right = table.ndim == 2 and (np.sort(table, axis=1) == np.arange(size)).all()
        _expect(right, game, state, f"symmetries.{name} are not permutations of {size}")
        _expect((table[0] == np.arange(size)).all(), game, state, f"symmetries.{name}[0] changes something")


def check_actions(game: Game, state: State) -> None:
    """Legal actions ascend, lie in range, and end only with the game."""
    legal = game.legal_actions(state)
    over = game.player(state) == OVER
    _expect(game.is_over(state) == over, game, state, "is_over and player disagree")
    _expect((game.termination(state) != "") == over, game, state, "a game has a termination only when it is over")
    _expect((len(legal) == 0) == over, game, state, f"{len(legal)} legal moves, but over is {over}")
    _expect((np.diff(legal) > 0).all(), game, state, "legal actions do not ascend")
    inside = len(legal) == 0 or (legal[0] >= 0 and legal[-1] < game.num_actions)
    _expect(inside, game, state, f"a legal action is not in 0..{game.num_actions - 1}")
    mask = np.zeros(game.num_actions, np.bool_)
    mask[legal] = True
    if isinstance(game, RecordGame):
        states, scratch = game.stack([state]), np.empty(game.num_actions, np.int32)
        found = np.empty((1, game.num_actions), np.bool_)
        kernels.legal_mask_batch(states, found, scratch)
        _expect((found[0] == mask).all(), game, state, "the mask and the list of legal actions differ")
        counted = kernels.count_actions_at(states, 0, scratch)
        _expect(counted == len(legal), game, state, f"{len(legal)} legal moves, but counted {counted}")
        bound = game.max_legal or game.num_actions
        _expect(len(legal) <= bound, game, state, f"{len(legal)} legal moves, but max_legal is {bound}")
        winning = int(kernels.winning_action_at(states, 0, scratch))
        if winning >= 0:
            _expect(winning in legal, game, state, f"the winning action {winning} is not legal")
            won = game.returns(game.apply(state, winning))[game.player(state)]
            _expect(won == 1, game, state, f"the winning action {winning} gives {won}")


def check_illegal_moves(game: Game, walk: Walk, generator: np.random.Generator) -> None:
    """An illegal move raises IllegalMove with a reason and leaves the position alone; a legal one copies it."""
    state = walk.states[int(generator.choice(walk.looked_at))]
    if game.player(state) == CHANCE:
        return
    before = _bytes(state)
    legal = set(game.legal_actions(state).tolist())
    for action in [*generator.integers(0, game.num_actions, 8).tolist(), -1, game.num_actions]:
        try:
            game.apply(state, action)
        except IllegalMove as error:
            _expect(action not in legal, game, state, f"the legal action {action} is refused: {error}")
            _expect("\n" not in str(error) and str(error) != "", game, state, "an error is not one line")
        else:
            _expect(action in legal, game, state, f"the illegal action {action} is played")
    _expect(_bytes(state) == before, game, state, "apply changes the position that it is given")


def check_notation(game: Game, state: State) -> None:
    """Each legal action has a text of its own, which is read back as that action."""
    texts = set()
    for action in game.legal_actions(state).tolist():
        text = game.action_to_text(state, action)
        texts.add(text)
        _expect(game.parse_move(state, text) == action, game, state, f"{text!r} is not read as {action}")
        _expect(game.parse_action(state, text) == action, game, state, f"{text!r} is not read as {action}")
    _expect(len(texts) == len(game.legal_actions(state)), game, state, "two legal actions have the same text")


def check_position_text(game: Game, state: State) -> None:
    """A position's text is one line that makes it again: same text, and same key and player while the game lasts."""
    text = game.position_to_text(state)
    _expect("\n" not in text, game, state, "a position's text is more than one line")
    again = game.parse_position(text)
    _expect(game.position_to_text(again) == text, game, state, f"it is read as {game.position_to_text(again)!r}")
    if not game.is_over(state):
        _expect(game.player(again) == game.player(state), game, state, "its text makes another player move")
        if isinstance(game, RecordGame):
            _expect(game.key(again) == game.key(state), game, state, "its text makes a position with another key")
    _expect(isinstance(game.draw(state), str), game, state, "it cannot be drawn")


def check_observation(game: Game, state: State) -> None:
    """Planes have the promised shape and type, are finite, and every element is written."""
    planes = game.observe(state)
    right = planes.shape == game.observation_shape and planes.dtype == np.float32
    _expect(right, game, state, f"observe gives {planes.dtype} {planes.shape}, not float32 {game.observation_shape}")
    _expect(np.isfinite(planes).all(), game, state, "a plane is not finite")
    low, high = game.observation_range
    _expect(low <= planes.min() and planes.max() <= high, game, state, f"a number is not in {low:g}..{high:g}")
    if isinstance(game, RecordGame):
        blank = np.full((1, *game.observation_shape), np.nan, np.float32)
        kernels.observe_batch(game.stack([state]), blank)
        missing = np.isnan(blank[0]).reshape(len(planes), -1).any(axis=1)
        _expect(not missing.any(), game, state, f"planes {np.flatnonzero(missing).tolist()} are not fully written")
        _expect((blank[0] == planes).all(), game, state, "observing twice gives different planes")


def check_random_actions(game: RecordGame, state: State, generator: np.random.Generator) -> None:
    """random_action draws legal actions only, and each of them where they are few."""
    legal = game.legal_actions(state)
    if len(legal) == 0:
        return
    drawn = np.empty(DRAWS, np.int32)
    states = game.stack([state])
    draw_actions(states, kernel_seeds(generator, 1), drawn, np.empty(game.num_actions, np.int32))
    _expect(np.isin(drawn, legal).all(), game, state, "random_action draws an illegal action")
    if len(legal) <= FEW_ACTIONS:
        _expect(np.isin(legal, drawn).all(), game, state, "random_action never draws one of the legal actions")
    _expect(_bytes(states[0]) == _bytes(state), game, state, "random_action changes the position")


def check_end(game: Game, walk: Walk) -> None:
    """Nobody has a result before the end; then results are -1, 0 or 1 and sum to zero between two players."""
    for index in walk.looked_at:
        returns = game.returns(walk.states[index])
        _expect(returns.shape == (game.num_players,), game, walk.states[index], "returns are not one for each player")
        if index + 1 < len(walk.states) and game.num_players == 2:
            _expect(not returns.any(), game, walk.states[index], "there is a result before the end")
    end = walk.states[-1]
    returns = game.returns(end)
    if game.num_players == 2:
        _expect(set(returns) <= {-1.0, 0.0, 1.0}, game, end, f"the result is {returns}")
        _expect(returns.sum() == 0, game, end, "the results of two players do not sum to zero")
    if isinstance(game, RecordGame) and game.has_score:
        score, ownership = game.final_score(end)
        _expect(ownership.shape == game.observation_shape[1:], game, end, "ownership is not one for each point")
        _expect(np.isin(ownership, (-1, 0, 1)).all(), game, end, "an owner is not -1, 0 or 1")
        _expect(np.sign(score) == returns[0], game, end, f"a score of {score} and a result of {returns[0]}")


def check_rewards(game: RecordGame, walk: Walk) -> None:
    """Discounts say who moves next, and the last reward has the sign of the result for whoever moved last."""
    states = game.stack(walk.states[:1])
    for ply, action in enumerate(walk.actions):
        mover = game.player(states[0])
        reward, discount = kernels.apply_at(states, 0, action)
        follower = game.player(states[0])
        _expect(np.isfinite(reward), game, states[0], f"the reward of ply {ply} is {reward}")
        _expect((discount == 0) == (follower == OVER), game, states[0], f"discount {discount} and player {follower}")
        if game.num_players == 1:
            _expect(0 <= discount <= 1, game, states[0], f"discount {discount}")
        elif follower == OVER:
            expected = float(game.returns(states[0])[mover])
            _expect(np.sign(reward) == expected, game, states[0], f"reward {reward} but result {expected}")
        elif mover >= 0 and follower >= 0:
            expected = 1.0 if mover == follower else -1.0
            _expect(discount == expected, game, states[0], f"discount {discount}: player {mover}, then {follower}")
            _expect(abs(reward) <= 1, game, states[0], f"reward {reward}")


def check_replay(game: RecordGame, walk: Walk) -> None:
    """The same actions give the same bytes, and equal positions equal keys."""
    states = game.initial_states(1)
    for ply, action in enumerate(walk.actions):
        kernels.apply_at(states, 0, action)
        same = _bytes(states[0]) == _bytes(walk.states[ply + 1])
        _expect(same, game, states[0], f"playing again differs after ply {ply}")
    _expect(game.key(states[0]) == game.key(walk.states[-1]), game, states[0], "equal positions have different keys")


def check_emulation(game: EmulatedGame, walk: Walk, generator: np.random.Generator) -> None:
    """A simulator put back to a situation, in whatever it was before, plays on as it did; rewards add up to returns."""
    total = 0.0
    for ply, action in enumerate(walk.actions):
        state, after = walk.states[ply], walk.states[ply + 1]
        total += float(game.returns(after)[0] - game.returns(state)[0])
        same = after.history.actions()[-1] == action and after.plies == ply + 1 and after.seed == state.seed
        _expect(same, game, after, f"ply {ply} is not the last of its history")
        _expect(not state.over, game, state, "a game goes on after its end")
    _expect(np.isclose(total, walk.states[-1].total), game, walk.states[-1], "rewards do not add up to the returns")
    other = game.simulator(exact=True)
    other.reset(int(generator.integers(1000)))
    for index in walk.looked_at[:-1]:
        _check_going_on(game, other, walk.states[index], walk.actions[index], walk.states[index + 1])
    other.close()


def _check_going_on(game: EmulatedGame, simulator: Simulator, state: Situation, action: int, after: Situation) -> None:
    planes = np.empty((2, *game.observation_shape), np.float32)
    simulator.restore(state.snapshot)
    for index in range(2):
        simulator.observe(planes[index])
        outcome = simulator.step(action)
        transition = game.transition(state, action, outcome, simulator)
        _expect(np.isclose(outcome.reward, after.total - state.total), game, state, f"another reward: {outcome.reward}")
        _expect(transition.discount == (0.0 if after.over else game.discount), game, state, "a wrong discount")
        ends = (after.terminated, after.truncated)
        _expect((outcome.terminated, outcome.truncated) == ends, game, state, f"another end: {outcome}")
        seen = game.observe(transition.state)
        _expect((seen == game.observe(after)).all(), game, after, "another observation after the same action")
        simulator.restore(state.snapshot)
    _expect((planes[0] == planes[1]).all(), game, state, "restoring twice shows two things")
    _expect((planes[0] == game.observe(state)).all(), game, state, "a restored simulator shows something else")


def check_rows(game: RecordGame, walk: Walk) -> None:
    """Rows of a batch do not touch each other."""
    last = walk.states[-2] if len(walk.states) > 1 else walk.states[0]
    batch = game.stack([walk.states[0], last, walk.states[-1]])
    before = [_bytes(state) for state in batch]
    if walk.actions:
        kernels.apply_at(batch, 1, walk.actions[-1])
    scratch = np.empty(game.num_actions, np.int32)
    kernels.legal_mask_batch(batch, np.empty((3, game.num_actions), np.bool_), scratch)
    kernels.observe_batch(batch, np.empty((3, *game.observation_shape), np.float32))
    for row in (0, 2):
        _expect(_bytes(batch[row]) == before[row], game, batch[row], "a move in one row changes another row")
    if walk.actions:
        _expect(_bytes(batch[1]) == before[2], game, batch[1], "a move in a batch is another than alone")


def check_symmetries(game: RecordGame, walk: Walk, generator: np.random.Generator) -> None:
    """The game played under a symmetry has the permuted legal mask and the permuted planes throughout."""
    chosen = int(generator.integers(len(game.symmetries.actions)))
    points, actions = game.symmetries.points[chosen], game.symmetries.actions[chosen]
    image_of = np.argsort(actions)
    twin = game.initial_states(1)
    for index, state in enumerate(walk.states):
        if index in walk.looked_at:
            legal = np.isin(np.arange(game.num_actions), game.legal_actions(state))
            found = np.isin(np.arange(game.num_actions), game.legal_actions(twin[0]))
            _expect((found == legal[actions]).all(), game, state, f"symmetry {chosen} has other legal moves")
            channels = game.observation_shape[0]
            planes = game.observe(state).reshape(channels, -1)[:, points]
            twins = game.observe(twin[0]).reshape(channels, -1)
            _expect((twins == planes).all(), game, state, f"symmetry {chosen} has other planes")
        if index < len(walk.actions):
            kernels.apply_at(twin, 0, int(image_of[walk.actions[index]]))


@kernel
def draw_actions(
    states: NDArray[State], seeds: NDArray[np.uint64], drawn: NDArray[np.int32], scratch: NDArray[np.int32]
) -> None:
    """Fills `drawn` with random legal actions of `states[0]`."""
    for index in range(len(drawn)):
        drawn[index] = random_action(states[0], seeds, 0, scratch)


def _choices(game: Game, state: State, generator: np.random.Generator) -> NDArray[np.int32]:
    legal = game.legal_actions(state)
    if game.player(state) == CHANCE:
        outcomes, chances = game.chance_outcomes(state)
        fair = (chances > 0).all() and abs(float(chances.sum()) - 1.0) < 1e-9
        _expect(fair, game, state, "the probabilities of chance are not positive with sum 1")
        _expect(np.array_equal(outcomes, legal), game, state, "the outcomes of chance are not the legal actions")
    return legal


def _after(game: Game, state: State, action: int) -> State:
    if not isinstance(game, RecordGame):
        return game.apply(state, action)
    states = game.stack([state])
    kernels.apply_at(states, 0, action)
    return states[0]


def _bytes(state: Any) -> bytes:
    if isinstance(state, np.void):  # field by field: what lies between them is not part of the state
        return b"".join(state[name].tobytes() for name in state.dtype.names or ())
    return pickle.dumps(state)


def _expect(kept: Any, game: Game, state: State, complaint: str) -> None:
    if not kept:
        raise LawBroken(f"{game.text}: {complaint}; position: {_show(game.position_to_text, state)}")


def _show(write: Callable[[State], str], state: State) -> str:
    try:
        return write(state)
    except Exception as error:  # the position itself may be what is broken
        return f"({error!r})"
