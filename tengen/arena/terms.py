"""The terms on which agents play: their time, their nodes, how late they may be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tengen.agents.agent import Agent
from tengen.agents.load import check_nodes
from tengen.agents.time_control import TimeControl, parse_time_control
from tengen.arena.game_clock import MARGIN
from tengen.core.errors import InvalidParameter, unknown

UNLIMITED = TimeControl()
"""Nothing limits a player but what its own text says."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms agents play."""

    controls: tuple[TimeControl, ...] = ()
    """Each agent's time, in the order of the agents; empty where only their texts limit them."""
    margin: float = MARGIN
    """Seconds by which a time may be overstepped."""
    batch: int | None = None
    """Games of two agents that a worker plays at once where both may; None takes what suits."""

    def control(self, place: int) -> TimeControl:
        """One agent's time."""
        return self.controls[place] if self.controls else UNLIMITED

    def check(self, agents: Sequence[str | Agent]) -> None:
        """Raises InvalidParameter where an agent cannot keep to its terms."""
        if self.controls and len(self.controls) != len(agents):
            raise InvalidParameter(f"{len(self.controls)} time controls for {len(agents)} agents")
        if not self.margin >= 0.0:
            raise InvalidParameter(f"margin={self.margin}: seconds, 0 or above")
        for agent, control in zip(agents, self.controls, strict=False):
            if control.nodes is not None and isinstance(agent, str):
                check_nodes(agent, control.nodes)

    def settings(self) -> str | list[str] | None:
        """The time controls as JSON has them: one text for all, or one for each; None where there are none."""
        texts = [str(control) for control in self.controls]
        if not any(texts):
            return None
        return texts[0] if len(set(texts)) == 1 else texts


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWishes:
    """What somebody asks for; None where he says nothing."""

    time: str | None = None
    """A time control for all agents."""
    times: Sequence[tuple[str, str]] = ()
    """Agents by their names with controls of their own."""
    nodes: int | None = None
    margin: float | None = None
    batch: int | None = None

    def terms(self, names: Sequence[str]) -> Terms:
        """The terms of agents by their `names`; InvalidParameter where the wishes make no sense."""
        usual = UNLIMITED if self.time is None else parse_time_control(self.time)
        if self.nodes is not None:
            if usual.nodes not in (None, self.nodes):
                raise InvalidParameter(f"--nodes {self.nodes} is not what --time {self.time} says")
            usual = replace(usual, nodes=self.nodes)
        controls = dict.fromkeys(names, usual)
        for name, text in self.times:
            if name.strip() not in controls:
                raise unknown("agent of this match", name, names)
            controls[name.strip()] = parse_time_control(text)
        limited = any(control != UNLIMITED for control in controls.values())
        margin = MARGIN if self.margin is None else self.margin
        return Terms(tuple(controls.values()) if limited else (), margin, self.batch)
