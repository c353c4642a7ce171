"""Writes minatar_breakout.json: games of Breakout as the package MinAtar plays them. It needs `pip install MinAtar`.

Each game has the side where the ball starts, the chosen actions and those that were done (they differ where the
last action stuck), the steps that were rewarded, whether the ball was lost, and for every observation, the first
included, four hexadecimal digits: the low half of the CRC-32 of its bits, [row, column, channel] packed.
"""

import json
import random
import zlib
from pathlib import Path

import numpy as np
from minatar import Environment

LONGEST = 500
ACTIONS = {"s": 0, "l": 1, "r": 3}
"""Our letters as MinAtar's actions: nothing, left, right."""


def digits(environment: Environment) -> str:
    return f"{zlib.crc32(np.packbits(environment.state()).tobytes()) & 0xFFFF:04x}"


def choose(environment: Environment, generator: random.Random, skill: float) -> str:
    if generator.random() >= skill:
        return generator.choice("slr")
    game = environment.env
    return "l" if game.ball_x < game.pos else "r" if game.ball_x > game.pos else "s"


def play(seed: int, *, skill: float, sticky: float) -> dict[str, object]:
    environment = Environment("breakout", sticky_action_prob=sticky)
    environment.seed(seed)
    environment.reset()
    generator = random.Random(seed)
    side = "left" if environment.env.ball_x == 0 else "right"
    chosen, done, rewarded, seen = "", "", [], digits(environment)
    lost = False
    while not lost and len(chosen) < LONGEST:
        chosen += choose(environment, generator, skill)
        reward, lost = environment.act(ACTIONS[chosen[-1]])
        done += {number: letter for letter, number in ACTIONS.items()}[environment.last_action]
        if reward:
            rewarded.append(len(chosen))
        seen += digits(environment)
    return {"side": side, "chosen": chosen, "done": done, "rewarded": rewarded, "lost": lost, "seen": seen}


if __name__ == "__main__":
    plan = [(0.0, 0.0)] * 4 + [(0.0, 0.1)] * 4 + [(0.95, 0.0)] * 6 + [(1.0, 0.0)] * 2 + [(0.98, 0.1)] * 8
    games = [play(seed, skill=skill, sticky=sticky) for seed, (skill, sticky) in enumerate(plan)]
    out = Path(__file__).with_name("minatar_breakout.json")
    out.write_text("[\n" + ",\n".join(json.dumps(game) for game in games) + "\n]\n")
