"""Engines whose agent nobody named: the network that ships for the board plays."""

from typing import Any

import pytest

from tengen.agents.agent import Agent
from tengen.agents.load import load_agent
from tengen.agents.search import SearchAgent
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts
from tengen.protocols import query_server
from tengen.protocols.gtp_session import GtpSession
from tengen.protocols.query_engine import QueryEngine
from tengen.protocols.uci_session import UciSession
from tengen.protocols.usi_session import UsiSession
from tests.protocols.dialogue import Session


def agent_text(session: GtpSession) -> str:
    """Who plays on the session's board."""
    agent = session.player.prepare(session.board.game)
    assert isinstance(agent, SearchAgent)
    return agent.text


def test_over_gtp_the_size_of_the_board_chooses_the_network(capsys: pytest.CaptureFixture[str]) -> None:
    session = GtpSession("go:size=5", seed=1)
    session.check()
    assert agent_text(session) == "zoo:go5"
    assert session.answer("boardsize 9").startswith("=")
    assert agent_text(session) == "zoo:go9"
    assert "trained on" not in capsys.readouterr().err
    session.answer("boardsize 19")
    assert agent_text(session) == "zoo:go9"
    assert "tengen: zoo:go9 was trained on 9x9: the nearest to 19x19 that ships\n" in capsys.readouterr().err
    session.close()
    named = GtpSession("go:size=5", "uct:sims=20", seed=1)
    named.answer("boardsize 9")
    assert agent_text(named) == "uct:sims=20"
    named.close()


@pytest.mark.parametrize(("kind", "name"), [(UciSession, "chess"), (UsiSession, "shogi")])
def test_over_uci_and_usi_the_option_auto_stands_for_it(
    kind: type[UciSession | UsiSession], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []

    def load(text: str, game: Game, **settings: Any) -> Agent:
        loaded.append(text)
        return load_agent("random", game)

    monkeypatch.setattr("tengen.agents.load.load_agent", load)
    with Session(kind, "auto") as talk:
        talk.session.check()
        declared = talk.ask(kind.protocol, until=f"^{kind.protocol}ok$")
        assert "option name Agent type string default auto" in declared
        assert f"info string the agent is zoo:{name}" in talk.ready()
        talk.say("setoption name Agent value uct:sims=10")
        assert talk.ready() == []
        talk.say("setoption name Agent value auto")
        assert talk.ready() == [f"info string the agent is zoo:{name}"]
    assert loaded == [f"zoo:{name}", "uct:sims=10", f"zoo:{name}"]


def test_queries_have_the_network_of_their_board(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(text: str, game: Game, **settings: Any) -> SearchAgent:
        return SearchAgent(game, Rollouts(), SearchConfig(policy="uct"), text=text)

    def serve(engine: QueryEngine, lines: object) -> None:
        found = [engine._agent(make("go", size=size)).text for size in (5, 9)]
        assert found == ["zoo:go5", "zoo:go9"]
        served.append(engine)

    served: list[QueryEngine] = []
    monkeypatch.setattr(query_server, "load_agent", load)
    monkeypatch.setattr(query_server, "serve", serve)
    query_server.serve_standard_streams(make("go"), None, seed=1)
    assert served
