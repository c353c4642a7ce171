"""What DQN owes to its two tricks: experience replay and the target network, each switched off alone and both.

Mnih and others, "Human-level control through deep reinforcement learning", Nature 518, 2015, extended data table 3.
"""

import itertools
from dataclasses import dataclass

from tengen.baselines.curves import Comparison
from tengen.core.errors import unknown


@dataclass(frozen=True, slots=True)
class Ablation:
    """Variants of one method, and what somebody found before."""

    variants: dict[str, str]
    """Label by method text, the whole method first."""
    published: dict[str, tuple[float, ...]]
    """By environment: the scores of the variants in their order."""
    source: str
    steps: dict[str, int]
    """By environment: environment steps of a run unless one says otherwise; else the method's own number."""


ABLATIONS = {
    "dqn": Ablation(
        variants={
            "dqn": "replay and target",
            "dqn:target=false": "replay alone",
            "dqn:replay=false": "target alone",
            "dqn:replay=false,target=false": "neither",
        },
        published={
            "atari:breakout": (316.8, 240.7, 10.2, 3.2),
            "atari:riverraid": (7446.6, 4102.8, 2867.7, 1453.0),
            "atari:seaquest": (2894.4, 822.6, 1003.0, 275.8),
            "atari:space_invaders": (1088.9, 826.3, 373.2, 302.0),
        },
        source="Mnih and others, 2015",
        steps={"breakout": 300_000},
    )
}


def ablation_of(method: str) -> Ablation:
    """The ablation of a method; UnknownName if there is none."""
    if method not in ABLATIONS:
        raise unknown("ablation", method, ABLATIONS)
    return ABLATIONS[method]


def order(labels: list[str], scores: list[float]) -> str:
    """Labels from the best score to the worst, with `>` between them, `=` between equal scores."""
    places = sorted(range(len(labels)), key=lambda place: -scores[place])
    text = labels[places[0]]
    for before, place in itertools.pairwise(places):
        text += f" {'=' if scores[before] == scores[place] else '>'} {labels[place]}"
    return text


def orders(ablation: Ablation, comparison: Comparison) -> list[str]:
    """Lines that say in which order the variants came out, here and where it was published."""
    labels = list(ablation.variants.values())
    lines = [f"order found: {order(labels, [outcome.final.mean for outcome in comparison.outcomes])}"]
    game = comparison.environment.partition(",")[0]
    known = ablation.published.get("atari:breakout" if game == "breakout" else game)
    if known is not None:
        on = " on Atari's Breakout" if game == "breakout" else ""
        lines.append(f"order in {ablation.source}{on}: {order(labels, list(known))}")
    return lines
