"""All settings of a search in one record."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """How to search. The defaults are for play; self-play sets its own."""

    simulations: int = 200
    """Evaluated leaves a move. AlphaZero trained with 800; Gumbel learns from 2 on (Danihelka et al. 2022)."""
    policy: Literal["gumbel", "puct", "uct"] = "puct"
    """How a tree is descended: Gumbel with sequential halving, PUCT (AlphaZero), or UCT (no prior)."""
    considered: int = 16
    """Gumbel: actions that sequential halving starts from (m)."""
    gumbel_scale: float = 0.0
    """Gumbel: scale of the noise on the root's logits: 1 in self-play, 0 in play."""
    c_visit: float = 50.0
    """Gumbel: sigma(q) = (c_visit + max visits) * c_scale * q, with q mapped from [-1, 1] to [0, 1]."""
    c_scale: float = 1.0
    c_init: float = 1.25
    """PUCT: exploration constant; AlphaZero's pseudocode."""
    c_base: float = 19652.0
    c_uct: float = 1.0
    """UCT: exploration constant for values in [-1, 1]."""
    c_proof: float = 0.0
    """UCT: how much a move attracts that seems easiest to prove a win by (proof numbers, see mcts/proofs.py)."""
    fpu_reduction: float = 0.2
    """PUCT: an unvisited child counts as the parent's value less this times sqrt(visited prior mass) (KataGo, lc0)."""
    root_fpu_reduction: float = 0.1
    dirichlet_alpha: float = 0.0
    """PUCT: total concentration of the root noise, shared over the legal actions; 0 is no noise. KataGo: 10.83."""
    dirichlet_fraction: float = 0.25
    forced_playouts: float = 0.0
    """PUCT: k of KataGo's forced playouts at the root, whose visits are pruned from the target; 0 is off, KataGo: 2."""
    temperature: float = 0.0
    """PUCT, UCT: the action is drawn by visits ** (1 / temperature); 0 takes the most visited. Gumbel ignores it."""
    c_lcb: float = 0.0
    """PUCT at temperature 0: the action has the best mean value less c_lcb / sqrt(visits), of those with a tenth of the
    most visits; 0 takes the most visited. A lower confidence bound, as Leela Zero and KataGo choose."""
    leaves: int = 1
    """Leaves of one tree in flight at once, held apart by virtual loss."""
    virtual_loss: float = 1.0
    solver: bool = True
    """Whether proven results (bounds on the exact value) cut and steer the search."""
    rollout_plies: int = 0
    """After so many actions a rollout is cut off, and what would follow counts nothing; 0 plays to the end."""
    transpositions: bool = False
    """One player, compiled rules, no network: whether equal positions, by their key, share a node. A position is then
    worth its best action, and where chance moves what is to be expected, in place of the mean of its simulations."""
    open_loop: bool = False
    """One player: whether nodes are sequences of actions, each simulation playing its line anew from the root.

    For chance that cannot be enumerated; forced where a game's situations cannot be restored."""
    reuse: bool = False
    """Whether `Search.advance` keeps the subtree of the action that was played."""
