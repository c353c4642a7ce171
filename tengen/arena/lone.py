"""One game of an agent that plays alone, whatever it does."""

from dataclasses import dataclass, field

from tengen.agents.agent import Agent
from tengen.agents.episode import Episode, Step, play_episode
from tengen.arena.play import Forfeit, ask_for_action, blame, fault_of, reason_of, transcript_of
from tengen.games.game import Game


@dataclass(frozen=True, slots=True)
class LoneTask:
    """A game to be played alone."""

    agent: int
    """Which agent, by its place in the list."""
    number: int
    """Games of one number have the same start and the same chances."""
    chances: int
    """The seed of starts and chances, one for the whole match."""
    seed: int
    """The agent's."""

    @property
    def pair(self) -> frozenset[int]:
        """Who plays: one alone."""
        return frozenset((self.agent,))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedAlone:
    """A game that an agent played alone, as it ended."""

    agent: str
    number: int
    result: float
    """The return: the sum of its rewards, not discounted; after a fault of those until then."""
    steps: int
    actions: list[int]
    """All plies after the start, what chance did among them."""
    termination: str
    """Why it ended: as the game says, `gave up`, or what the agent did wrong."""
    truncated: bool = False
    """Whether a limit of the game's cut it off."""
    fault: str = ""
    """What went wrong, on one line, if the agent failed."""
    transcript: list[str] = field(default_factory=list)
    """What there is to know about it."""
    seconds: float = 0.0
    """Thinking time."""


def play_lone_game(game: Game, agent: Agent, task: LoneTask, *, name: str) -> PlayedAlone:
    """Plays from the start; an agent that fails ends the game, and nothing is raised."""
    episode = Episode(game, seed=task.chances, number=task.number)
    actions: list[int] = []

    def on_step(step: Step) -> None:
        actions.extend(step.all_actions)

    try:
        with blame(0):
            outcome = play_episode(
                episode,
                agent,
                seed=task.seed,
                on_step=on_step,
                ask=lambda state: ask_for_action(game, agent, state),
            )
    except Forfeit as failure:
        return PlayedAlone(
            agent=name,
            number=task.number,
            result=round(episode.total, 9),
            steps=episode.length,
            actions=actions,
            termination=reason_of(failure),
            fault=fault_of(failure.error),
            transcript=transcript_of(agent, failure.error),
        )
    return PlayedAlone(
        agent=name,
        number=task.number,
        result=round(outcome.total, 9),
        steps=outcome.steps,
        actions=actions,
        termination=outcome.ending,
        truncated=outcome.truncated,
        seconds=round(outcome.seconds, 3),
    )
