"""Openings as a network would play them: moves drawn by its policy, so that games are varied but sensible."""

from collections.abc import Iterator

import numpy as np

from tengen.agents.text import parse_agent
from tengen.arena.openings import Opening, Openings, walks
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game, RecordGame
from tengen.games.registry import as_seen_by
from tengen.games.rules import State


class PolicyPlies(Openings):
    """So many moves drawn by what a network expects to be played, nobody passing."""

    def __init__(self, game: Game, agent: str, plies: int, *, temperature: float = 1.0) -> None:
        """`agent` names a network; its probabilities count as their power 1 / temperature."""
        from tengen.nets.checkpoint import load_checkpoint
        from tengen.nets.evaluator import NetworkEvaluator

        parsed = parse_agent(agent)
        if parsed.kind != "network":
            raise InvalidParameter(f"openings are drawn by the policy of a network, which {agent!r} is not")
        if plies < 1:
            raise InvalidParameter("openings by a network's policy need a number of plies, 1 or more")
        if not temperature > 0.0:
            raise InvalidParameter(f"a temperature is above 0, not {temperature:g}")
        self.agent, self.plies, self.temperature = parsed.text, plies, temperature
        checkpoint = load_checkpoint(parsed.source, game)
        # float32 on one thread: the same openings on every machine, as near as can be
        self._evaluator = NetworkEvaluator(checkpoint.network, engine="torch-float32", device="cpu")
        self._seen = as_seen_by(game, checkpoint.game_text)

    def draw(self, game: Game, seed: int) -> Iterator[Opening]:
        return walks(game, self.plies, self._choose, seed=seed)

    def settings(self) -> object:
        return {"policy": self.agent, "plies": self.plies, "temperature": self.temperature}

    def _choose(self, state: State, choices: list[int], random: np.random.Generator) -> int:
        from tengen.nets.raw import raw_output

        assert isinstance(self._seen, RecordGame)
        chances = raw_output(self._evaluator, self._seen, self._seen.stack([state])).policy[0, choices]
        if chances.max() <= 0.0:  # it would pass, and nothing else
            return choices[int(random.integers(len(choices)))]
        weights = (chances / chances.max()).astype(np.float64) ** (1.0 / self.temperature)
        return choices[int(random.choice(len(choices), p=weights / weights.sum()))]
