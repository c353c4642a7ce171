"""Games of players whose strengths are known: what ratings and tests must find out."""

from functools import lru_cache

import numpy as np

from tengen.arena.likelihood import outcome_probabilities
from tengen.arena.rating import Results, expected_score


def outcomes(difference: float, nu: float) -> np.ndarray:
    """[3]: that the first mover, who is so much stronger in Elo, wins, draws and loses."""
    found = outcome_probabilities(np.array([expected_score(difference)]), nu)
    return np.clip([each[0] for each in found], 0.0, 1.0)


def tournament(
    truth: np.ndarray, games: np.ndarray, random: np.random.Generator, *, advantage: float, nu: float
) -> Results:
    """`games` [N, N] between players of strengths `truth`, the row moving first."""
    counts = np.zeros((3, len(truth), len(truth)))
    for first, second in zip(*np.nonzero(games), strict=True):
        chances = outcomes(truth[first] - truth[second] + advantage, nu)
        counts[:, first, second] = random.multinomial(games[first, second], chances)
    return Results(*counts)


@lru_cache
def pair_chances(elo: float, nu: float, spread: float, advantage: float = 30.0) -> tuple[float, ...]:
    """[5]: of the scores of a pair of games, colours swapped, whose opening favours White by a random amount.

    elo     what the first player's score is worth
    spread  standard deviation, Elo, of what openings are worth to White beside `advantage`
    """
    steps = np.linspace(-5, 5, 201)
    weights = np.exp(-steps * steps / 2)
    openings = advantage + spread * steps

    def chances(strength: float) -> np.ndarray:
        found = np.zeros(5)
        white = outcome_probabilities(1 / (1 + 10 ** (-(openings + strength) / 400)), nu)
        black = outcome_probabilities(1 / (1 + 10 ** (-(openings - strength) / 400)), nu)[::-1]
        for one in range(3):
            for other in range(3):
                found[4 - one - other] += (weights * white[one] * black[other]).sum()
        return found / found.sum()

    low, high = -400.0, 400.0
    for _ in range(40):
        middle = (low + high) / 2
        if chances(middle) @ np.arange(5) / 4 < expected_score(elo):
            low = middle
        else:
            high = middle
    return tuple(chances(low).tolist())
