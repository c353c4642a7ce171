"""Tengen's baselines, learning."""

from typing import Any

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("tengen", "torch", "gymnasium", "ale-py", "numpy")


def learn(*, method: str, environment: str, settings: dict[str, Any], chunk: int) -> Work:
    """Environment steps of a method at work, past its first batches."""
    import torch

    from tengen.baselines.methods import learner_class
    from tengen.baselines.run import defaults_for
    from tengen.baselines.settings import with_values

    torch.set_num_threads(1)
    kind = learner_class(method)
    learner = kind(environment, with_values(defaults_for(kind, environment), settings), 1)
    while learner.steps < settings.get("learning_starts", 0) + chunk:
        learner.advance()

    def work() -> Counts:
        before = learner.steps
        while learner.steps < before + chunk:
            learner.advance()
        return {"steps": learner.steps - before}

    return work
