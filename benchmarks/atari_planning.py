"""Planning on an emulator: scores of `uct`, time a decision, and how much of it goes into saving and restoring.

    python -m benchmarks.atari_planning breakout pong

What it plans with is the state of the console, not the screen: nothing to compare with players that see or learn.
"""

import argparse
import time

from tengen.agents.episode import Episode, tell
from tengen.agents.load import load_agent
from tengen.agents.search import SearchAgent
from tengen.games.registry import make

AGENT = "uct:sims=24,plies=16"
"""About 400 steps of the emulator a decision."""


def play(text: str, agent_text: str, seed: int, limit: int) -> str:
    """One episode, as a line of the table."""
    game = make(text)
    agent = load_agent(agent_text, game, seed=seed)
    assert isinstance(agent, SearchAgent)
    episode = Episode(game, seed=seed)
    agent.new_game(episode.state, seed=seed)
    thinking = longest = 0.0
    while not episode.over and episode.length < limit:
        began = time.perf_counter()
        action = agent.act(episode.state)
        spent = time.perf_counter() - began
        thinking, longest = thinking + spent, max(longest, spent)
        tell(agent, episode.play(action))
    ending = game.termination(episode.state) or "stopped"
    share = agent.seconds_in_snapshots / thinking
    return (
        f"{text:32} {seed:>4} {episode.total:>7g} {episode.length:>9} {thinking / episode.length:>8.3f}"
        f" {longest:>8.3f} {share:>10.1%}  {ending}"
    )


def main() -> None:
    """Plays and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roms", nargs="+", help="names of ROMs")
    parser.add_argument("--agent", default=AGENT)
    parser.add_argument("--skip", type=int, default=8, help="frames for which an action is held")
    parser.add_argument("--episodes", type=int, default=3)
    parser.add_argument("--limit", type=int, default=2000, help="decisions after which an episode is stopped")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.agent}, {given.skip} frames an action, no sticky actions; seconds are for each decision")
    print(f"{'game':32} {'seed':>4} {'score':>7} {'decisions':>9} {'mean s':>8} {'most s':>8} {'snapshots':>10}")
    for rom in given.roms:
        for number in range(given.episodes):
            text = f"atari:{rom},skip={given.skip},sticky=0"
            print(play(text, given.agent, given.seed + number, given.limit), flush=True)


if __name__ == "__main__":
    main()
