"""The methods by name. A method is one file in this folder and one line here."""

import importlib

from tengen.baselines.run import Learner
from tengen.core.errors import unknown

METHODS = {
    "a2c": "tengen.baselines.a2c:A2C",
    "double-dqn": "tengen.baselines.dqn:DoubleDQN",
    "dqn": "tengen.baselines.dqn:DQN",
    "evolution": "tengen.baselines.evolution:Evolution",
    "q-learning": "tengen.baselines.q_learning:QLearning",
    "reinforce": "tengen.baselines.reinforce:Reinforce",
}
"""Where each method's learner is; imported when first asked for. Value iteration, which learns nothing, is apart."""


def learner_class(method: str) -> type[Learner]:
    """The class of a method's learner; UnknownName if there is none."""
    if method not in METHODS:
        raise unknown("method", method, [*METHODS, "value-iteration"])
    module, _, name = METHODS[method].partition(":")
    found: type[Learner] = getattr(importlib.import_module(module), name)
    return found
