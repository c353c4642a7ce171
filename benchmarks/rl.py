"""Environment steps a second while DQN and A2C learn, beside Stable-Baselines3: CartPole, and Breakout on screens.

Both sides have the same settings: network, batch, steps between turns of learning, optimiser, clipping. Exploration
is constant. `default` and `zoo` are Stable-Baselines3's own settings and those of its collection of tuned ones.
"""

from typing import Any

from benchmarks.cases import Case, Contender
from benchmarks.command import run

PACKAGE = "benchmarks.contenders"

SHARED: dict[str, Any] = {"epsilon_first": 0.05, "epsilon_last": 0.05, "gradient_clip": 10.0, "discount": 0.99}

DEFAULT: dict[str, Any] = SHARED | {
    "replay_size": 1_000_000,
    "learning_starts": 100,
    "train_every": 4,
    "gradient_steps": 1,
    "batch": 32,
    "target_every": 10_000,
    "learning_rate": 1e-4,
    "hidden": [64, 64],
}

ZOO: dict[str, Any] = SHARED | {
    "replay_size": 100_000,
    "learning_starts": 1_000,
    "train_every": 256,
    "gradient_steps": 128,
    "batch": 64,
    "target_every": 10,
    "learning_rate": 2.3e-3,
    "hidden": [256, 256],
}

SCREENS: dict[str, Any] = DEFAULT | {"replay_size": 10_000, "learning_starts": 100}

A2C: dict[str, Any] = {
    "environments": 8,
    "rollout": 5,
    "discount": 0.99,
    "trace": 1.0,
    "optimiser": "rmsprop",
    "learning_rate": 7e-4,
    "anneal": False,
    "epsilon": 1e-5,
    "entropy": 0.0,
    "value_weight": 0.5,
    "longest_gradient": 0.5,
    "hidden": [64, 64],
    "activation": "tanh",
}
"""Stable-Baselines3's defaults, which its side runs with, on as many copies as its own figures have."""

A2C_SCREENS: dict[str, Any] = A2C | {"activation": "relu"}


def case(name: str, method: str, environment: str, settings: dict[str, Any], chunk: int, target: float) -> Case:
    """One method in one environment, both sides."""
    given = {"method": method, "environment": environment, "settings": settings, "chunk": chunk}
    return Case(
        name=name,
        unit="steps",
        contenders=[
            Contender(name="Tengen", entry=f"{PACKAGE}.tengen_rl:learn", settings=given),
            Contender(
                name="Stable-Baselines3",
                entry=f"{PACKAGE}.sb3:{method}",
                settings={"environment": environment, "settings": settings, "chunk": chunk},
                against="Tengen",
                target=target,
            ),
        ],
    )


CASES = [
    case("DQN CartPole-v1, default", "dqn", "CartPole-v1", DEFAULT, 1024, 2.0),
    case("DQN CartPole-v1, zoo", "dqn", "CartPole-v1", ZOO, 512, 2.0),
    case("DQN Breakout", "dqn", "atari:breakout,sticky=0,lives=end", SCREENS, 40, 2.0),
    case("A2C CartPole-v1", "a2c", "CartPole-v1", A2C, 4_000, 2.0),
    case("A2C Breakout", "a2c", "atari:breakout,sticky=0,lives=end", A2C_SCREENS, 400, 1.5),
]

if __name__ == "__main__":
    run("rl", "DQN and A2C learning beside Stable-Baselines3, one core", CASES)
