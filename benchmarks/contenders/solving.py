"""One run of DQN or A2C on CartPole-v1 in a process of its own: how soon it is solved, as a line of JSON.

python -m benchmarks.contenders.solving tengen|sb3 dqn|a2c SEED
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SOLVED = 475.0
EVALUATE_EVERY = {"dqn": 2_500, "a2c": 10_000}
EPISODES, FINAL_EPISODES = 20, 100

ZOO: dict[str, dict[str, Any]] = {
    "dqn": {
        "learning_rate": 2.3e-3,
        "batch_size": 64,
        "buffer_size": 100_000,
        "learning_starts": 1_000,
        "gamma": 0.99,
        "target_update_interval": 10,
        "train_freq": 256,
        "gradient_steps": 128,
        "exploration_fraction": 0.16,
        "exploration_final_eps": 0.04,
        "policy_kwargs": {"net_arch": [256, 256]},
    },
    "a2c": {"ent_coef": 0.0},
}
"""The settings of RL Baselines3 Zoo for CartPole-v1."""

ZOO_STEPS = {"dqn": 50_000, "a2c": 500_000}


def tengen(method: str, seed: int) -> dict[str, Any]:
    """`tengen learn` with its own settings."""
    import torch

    from tengen.baselines.run import Run
    from tengen.selfplay.run import read_metrics

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        result = Run(method, "CartPole-v1", Path(folder) / "run", seed=seed).go()
        rows = read_metrics(Path(folder) / "run" / "metrics.jsonl")
    reached = [row for row in rows if row["kind"] == "evaluation" and row["mean"] >= SOLVED]
    first = reached[0] if reached else {"steps": None, "time_s": None}
    return {
        "mean": result.mean,
        "steps": result.steps,
        "seconds": result.seconds,
        "solved_after": first["steps"],
        "solved_seconds": first["time_s"],
    }


def sb3(method: str, seed: int) -> dict[str, Any]:
    """Stable-Baselines3 with the zoo's settings; evaluated as often, on as many episodes, the best policy kept."""
    import stable_baselines3
    import torch
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.evaluation import evaluate_policy

    torch.set_num_threads(1)
    kind = {"dqn": stable_baselines3.DQN, "a2c": stable_baselines3.A2C}[method]
    environments = make_vec_env("CartPole-v1", n_envs=1 if method == "dqn" else 8, seed=seed)
    others = make_vec_env("CartPole-v1", n_envs=1, seed=seed + 10_000)
    model = kind("MlpPolicy", environments, seed=seed, device="cpu", **ZOO[method])
    found: dict[str, Any] = {"solved_after": None, "solved_seconds": None}
    best: tuple[float, Any] = (-1.0, None)
    watching = 0.0

    class Watch(BaseCallback):  # type: ignore[misc, unused-ignore]
        """Evaluates now and then, off the clock."""

        def _on_step(self) -> bool:
            nonlocal best, watching
            every, copies = EVALUATE_EVERY[method], self.training_env.num_envs
            if self.num_timesteps // every == (self.num_timesteps - copies) // every:
                return True
            paused = time.perf_counter()
            mean = float(evaluate_policy(self.model, others, EPISODES)[0])
            if mean >= best[0]:
                best = (mean, {name: tensor.clone() for name, tensor in self.model.policy.state_dict().items()})
            if mean >= SOLVED and found["solved_after"] is None:
                found.update(solved_after=self.num_timesteps, solved_seconds=paused - began - watching)
            watching += time.perf_counter() - paused
            return True

    began = time.perf_counter()
    model.learn(ZOO_STEPS[method], callback=Watch())
    seconds = time.perf_counter() - began - watching
    model.policy.load_state_dict(best[1])
    mean = float(evaluate_policy(model, others, FINAL_EPISODES)[0])
    return found | {"mean": mean, "steps": model.num_timesteps, "seconds": seconds}


if __name__ == "__main__":
    who, name, number = sys.argv[1:]
    print(json.dumps({"tengen": tengen, "sb3": sb3}[who](name, int(number))))
