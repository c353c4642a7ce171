"""What a policy is worth in a small room, exactly: the chance model's linear equations, no episode played."""

import numpy as np

from tengen.games.registry import make
from tengen.games.rules import CHANCE, OVER
from tengen.nets.policies import Policy


def exact_value(policy: Policy, text: str) -> float:
    """The expected discounted return of `policy` from the start of a record game of finitely many positions."""
    game = make(text, steps=0)
    start = game.initial_state()
    places = {game.key(start): 0}
    states = [start]
    rows = []
    for state in states:  # grows while it is walked
        row = []
        mover = game.player(state)
        if mover == CHANCE:
            outcomes = list(zip(*(part.tolist() for part in game.chance_outcomes(state)), strict=True))
        elif mover == OVER:
            outcomes = []
        else:
            outcomes = [(int(policy.act(game.observe(state)[None])[0]), 1.0)]
        for action, probability in outcomes:
            after, reward, discount = game.step(state, action)
            if game.key(after) not in places:
                places[game.key(after)] = len(states)
                states.append(after)
            row.append((places[game.key(after)], probability, reward, discount))
        rows.append(row)
    matrix, constant = np.eye(len(states)), np.zeros(len(states))
    for place, row in enumerate(rows):
        for after, probability, reward, discount in row:
            matrix[place, after] -= probability * discount
            constant[place] += probability * reward
    return float(np.linalg.solve(matrix, constant)[0])
