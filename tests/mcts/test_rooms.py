"""The lecture's rooms: a search for an optimal action in every square."""

import json

import pytest

from oracles import oracle
from tengen.agents.load import load_agent
from tengen.games.registry import make

ROOMS = (
    "rn-deterministic-r-0.04-g1",
    "rn-stochastic-r-2.0-g1",
    "rn-stochastic-r-0.1-g1",
    "rn-stochastic-r-0.04-g1",
    "rn-stochastic-r0.01-g0.99",
    "rn-stochastic-r0.01-g0.999",
    "rn-stochastic-r0.01-g0.9",
)


@pytest.mark.parametrize("steps", [0, 1000])
@pytest.mark.parametrize("name", ROOMS)
def test_uct_chooses_an_optimal_action_in_every_square(name: str, steps: int) -> None:
    lines = oracle("gridworld/robot_room.jsonl").read_text().splitlines()
    room = next(found for found in map(json.loads, lines) if found["id"] == name)
    rows = [list(row) for row in room["rows"]]
    for x, y, reward in room["terminals"]:
        rows[len(rows) - y][x - 1] = "G" if reward > 0 else "P"
    drawn = "/".join("".join(row) for row in rows)
    game = make(
        f"gridworld:{drawn},living={room['living_reward']},slip={room['noise']},discount={room['gamma']},steps={steps}"
    )
    for seed in range(2):
        agent = load_agent("uct:sims=5000", game, seed=seed)
        for x, y, best in room["optimal_actions"]:
            state = game.parse_position(f"{x},{y}")
            agent.new_game(state, seed=seed)
            action = agent.act(state)
            assert game.action_to_text(state, action) in best, (x, y)
