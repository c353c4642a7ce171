"""Stable-Baselines3 (Raffin et al. 2021), learning with the settings of Tengen's baselines."""

from typing import Any

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("stable_baselines3", "gymnasium", "ale-py", "torch", "numpy")


def _environments(environment: str, count: int) -> Any:
    """Copies as Stable-Baselines3's users make them: DummyVecEnv, and for Atari its own wrappers and frame stack."""
    from stable_baselines3.common.env_util import make_atari_env, make_vec_env
    from stable_baselines3.common.vec_env import VecFrameStack

    if not environment.startswith("atari:"):
        return make_vec_env(environment, n_envs=count, seed=1)
    import ale_py
    import gymnasium

    gymnasium.register_envs(ale_py)
    rom = environment.partition(":")[2].partition(",")[0]
    name = "".join(word.capitalize() for word in rom.split("_"))
    single = {"frameskip": 1, "repeat_action_probability": 0.0}
    return VecFrameStack(make_atari_env(f"ALE/{name}-v5", n_envs=count, seed=1, env_kwargs=single), n_stack=4)


def _work(model: Any, chunk: int) -> Work:
    def work() -> Counts:
        before = model.num_timesteps
        model.learn(chunk, reset_num_timesteps=False)
        return {"steps": model.num_timesteps - before}

    return work


def dqn(*, environment: str, settings: dict[str, Any], chunk: int) -> Work:
    """DQN past its first batches."""
    import torch
    from stable_baselines3 import DQN

    torch.set_num_threads(1)
    screens = environment.startswith("atari:")
    model = DQN(
        "CnnPolicy" if screens else "MlpPolicy",
        _environments(environment, 1),
        learning_rate=settings["learning_rate"],
        buffer_size=settings["replay_size"],
        learning_starts=settings["learning_starts"],
        batch_size=settings["batch"],
        gamma=settings["discount"],
        train_freq=settings["train_every"],
        gradient_steps=settings["gradient_steps"],
        target_update_interval=settings["target_every"],
        exploration_initial_eps=settings["epsilon_first"],
        exploration_final_eps=settings["epsilon_last"],
        max_grad_norm=settings["gradient_clip"],
        policy_kwargs=None if screens else {"net_arch": settings["hidden"]},
        seed=1,
        device="cpu",
    )
    model.learn(settings["learning_starts"] + chunk)
    return _work(model, chunk)


def a2c(*, environment: str, settings: dict[str, Any], chunk: int) -> Work:
    """A2C with its defaults on `environments` copies."""
    import torch
    from stable_baselines3 import A2C

    torch.set_num_threads(1)
    policy = "CnnPolicy" if environment.startswith("atari:") else "MlpPolicy"
    model = A2C(policy, _environments(environment, settings["environments"]), seed=1, device="cpu")
    model.learn(chunk)
    return _work(model, chunk)
