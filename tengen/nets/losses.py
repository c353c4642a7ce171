"""What a network is trained towards, and how far off it is."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from tengen.nets.network import SCORE_SCALE, NetOutput


class Targets(NamedTuple):
    """What B positions should have been judged to be, each from the side of its player to move. float32."""

    policy: Tensor
    """[B, A] probabilities, 0 for illegal actions."""
    policy_weight: Tensor
    """[B]: how much each policy counts; 0 where it was no product of a full search."""
    outcome: Tensor
    """[B, 3] probabilities of win, draw, loss; [B, ATOMS] of returns, see `two_hot`."""
    score: Tensor | None = None
    """[B]: final lead in points, komi counted; None for a game without points."""
    ownership: Tensor | None = None
    """[B, H, W]: 1 where the point ended with the player to move, -1 with the other, 0 with nobody."""
    score_weight: Tensor | None = None
    """[B]: how much score and ownership count; 0 where a game was cut short and its end says nothing of them."""
    legal: Tensor | None = None
    """bool [B, A]: if given, illegal actions are left out of the softmax."""
    reply: Tensor | None = None
    """[B, A] probabilities of what is played next."""
    reply_weight: Tensor | None = None
    """[B]: 0 where nothing is."""
    near: Tensor | None = None
    """[B, K]: the value at each horizon, in [-1, 1]."""

    def to(self, device: torch.device) -> "Targets":
        """The same on a device."""
        moved = {name: part.to(device) for name, part in self._asdict().items() if part is not None}
        return Targets(**moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossWeights:
    """What each loss counts in the total."""

    policy: float = 1.0
    value: float = 1.0
    ownership: float = 0.5
    score: float = 0.25
    reply: float = 0.15
    near: float = 0.2


class Losses(NamedTuple):
    """Means over a batch, scalar tensors."""

    total: Tensor
    """Weighted sum, to be minimised; its policy term is the cross-entropy."""
    policy: Tensor
    """Kullback-Leibler divergence from the policy's target: cross-entropy less the target's entropy."""
    value: Tensor
    """Kullback-Leibler divergence from the outcome's target, which is the cross-entropy of win, draw, loss."""
    ownership: Tensor
    """Binary cross-entropy, mean over points."""
    score: Tensor
    """Huber loss in units of 20 points."""
    reply: Tensor
    """Cross-entropy of the reply."""
    near: Tensor
    """Squared error of the near values, sum over horizons."""


def two_hot(returns: Tensor, atoms: Tensor) -> Tensor:
    """The distribution [B, ATOMS] on the two neighbouring atoms with the mean `returns` [B]; beyond them the last one.

    As in MuZero (Schrittwieser et al. 2020, appendix F).
    """
    last = len(atoms) - 1
    span = (atoms[-1] - atoms[0]).clamp(min=1e-12)
    place = ((returns - atoms[0]) / span * last).clamp(0, last)
    left = place.floor().long().clamp(max=last - 1)
    found = torch.zeros(len(returns), len(atoms))
    found.scatter_(1, left[:, None], (1 + left - place)[:, None])
    found.scatter_(1, left[:, None] + 1, (place - left)[:, None])
    return found


def losses(output: NetOutput, targets: Targets, weights: LossWeights | None = None) -> Losses:
    """How far `output` is from `targets`. Positions count equally, policies by their weight."""
    weights = weights or LossWeights()
    logits = output.policy
    if targets.legal is not None:
        logits = logits.masked_fill(~targets.legal, -1e9)
    crossing = -(targets.policy * functional.log_softmax(logits, dim=1)).sum(dim=1)
    with torch.no_grad():
        entropy = -torch.xlogy(targets.policy, targets.policy).sum(dim=1)
        share = targets.policy_weight / targets.policy_weight.sum().clamp(min=1e-9)
    policy = (share * crossing).sum()
    value = -(targets.outcome * functional.log_softmax(output.outcome, dim=1)).sum(dim=1).mean()
    value = value + torch.xlogy(targets.outcome, targets.outcome).sum(dim=1).mean()
    ownership = score = reply = near = torch.zeros_like(value)
    scored = None
    if targets.score_weight is not None:
        scored = targets.score_weight / targets.score_weight.sum().clamp(min=1e-9)
    if output.ownership is not None and targets.ownership is not None:
        # sigmoid(2 z) = (1 + tanh z) / 2
        owned = functional.binary_cross_entropy_with_logits(
            2 * output.ownership, 0.5 + 0.5 * targets.ownership, reduction="none"
        ).mean(dim=(1, 2))
        ownership = owned.mean() if scored is None else (scored * owned).sum()
    if output.score is not None and targets.score is not None:
        missed = functional.smooth_l1_loss(output.score, targets.score / SCORE_SCALE, reduction="none")
        score = missed.mean() if scored is None else (scored * missed).sum()
    if output.reply is not None and targets.reply is not None and targets.reply_weight is not None:
        missed = -(targets.reply * functional.log_softmax(output.reply, dim=1)).sum(dim=1)
        reply = (targets.reply_weight * missed).sum() / targets.reply_weight.sum().clamp(min=1e-9)
    if output.near is not None and targets.near is not None:
        near = functional.mse_loss(torch.tanh(output.near), targets.near, reduction="none").sum(dim=1).mean()
    total = weights.policy * policy + weights.value * value
    total = total + weights.ownership * ownership + weights.score * score
    total = total + weights.reply * reply + weights.near * near
    return Losses(total, (policy - (share * entropy).sum()).detach(), value, ownership, score, reply, near)
