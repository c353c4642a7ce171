"""The analysis engine: queries in, answers out, by priority."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tengen.agents.search import SearchAgent
from tengen.core.errors import InvalidParameter
from tengen.games.game import Game
from tengen.games.registry import make
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import NetworkEvaluator
from tengen.protocols.query_engine import QueryEngine
from tengen.protocols.query_server import serve
from tests.nets.test_evaluator import trained_a_little

EVALUATORS: dict[str, NetworkEvaluator] = {}


def network(game: Game) -> SearchAgent:
    if game.name not in EVALUATORS:
        net = trained_a_little(NetConfig.for_game(game, blocks=1, channels=8))
        EVALUATORS[game.name] = NetworkEvaluator(net, engine="torch-float32")
    return SearchAgent(game, EVALUATORS[game.name], SearchConfig(simulations=20), seed=1)


def rollouts(game: Game) -> SearchAgent:
    return SearchAgent(game, Rollouts(), SearchConfig(policy="uct", simulations=40), seed=1)


class Talk:
    """An engine, and what it has said."""

    def __init__(self, load: Callable[[Game], object] = network, game: str = "go:size=5", batch: int = 4) -> None:
        self.said: list[dict[str, Any]] = []
        self.engine = QueryEngine(make(game), load, lambda line: self.said.append(json.loads(line)), batch=batch)

    def say(self, **fields: Any) -> None:
        self.engine.receive(json.dumps(fields))

    def finish(self) -> list[dict[str, Any]]:
        while self.engine.busy:
            self.engine.step()
        return self.said

    def ask(self, **fields: Any) -> dict[str, Any]:
        """The last answer to one query."""
        self.say(**fields)
        return self.finish()[-1]


def go(name: str = "a", moves: list[list[str]] | None = None, **more: Any) -> dict[str, Any]:
    """A query as KataGo's clients send it."""
    usual = {"id": name, "moves": moves or [], "rules": "tromp-taylor", "komi": 7.5, "boardXSize": 5, "boardYSize": 5}
    return usual | more


KATRAIN: list[dict[str, Any]] = [
    {"id": "QUERY:1", "action": "query_version"},
    {
        "id": "QUERY:2",
        "rules": "chinese",
        "priority": 1000,
        "analyzeTurns": [2],
        "maxVisits": 25,
        "komi": 7.5,
        "boardXSize": 5,
        "boardYSize": 5,
        "includeOwnership": True,
        "includeMovesOwnership": False,
        "includePolicy": True,
        "initialStones": [["B", "B2"], ["B", "D4"]],
        "initialPlayer": "W",
        "moves": [["W", "C3"], ["B", "D2"]],
        "overrideSettings": {"maxTime": 300.0, "reportAnalysisWinratesAs": "BLACK", "wideRootNoise": 0.04},
        "reportDuringSearchEvery": 0.0,
    },
    {"id": "QUERY:3", "action": "terminate", "terminateId": "QUERY:2"},
]


def test_katrains_dialogue() -> None:
    talk = Talk()
    talk.say(**KATRAIN[0])
    assert talk.said.pop()["version"]
    talk.say(**KATRAIN[1])
    assert talk.said.pop()["field"] == "overrideSettings"  # a warning about wideRootNoise
    said = talk.finish()
    assert {part["id"] for part in said} == {"QUERY:2"}
    assert [part["isDuringSearch"] for part in said] == [True] * (len(said) - 1) + [False]
    assert len(said) > 5
    last = said[-1]
    assert last["turnNumber"] == 2
    first = last["moveInfos"][0]
    assert set(first) >= {
        "move",
        "visits",
        "winrate",
        "scoreLead",
        "scoreMean",
        "prior",
        "order",
        "pv",
        "lcb",
        "utility",
        "utilityLcb",
    }
    assert first["pv"][0] == first["move"]
    assert sum(info["visits"] for info in last["moveInfos"]) == last["rootInfo"]["visits"] == 25
    assert set(last["rootInfo"]) >= {"winrate", "scoreLead", "visits", "utility", "currentPlayer", "rawWinrate"}
    assert last["rootInfo"]["currentPlayer"] == "W"
    policy = last["policy"]
    assert len(policy) == 26
    assert [policy[point] for point in (16, 8, 12, 18)] == [-1] * 4  # B2, D4, C3 and D2 are taken
    assert sum(share for share in policy if share > 0) == pytest.approx(1.0, abs=1e-3)
    assert len(last["ownership"]) == 25
    talk.say(**KATRAIN[2])
    assert talk.said[-1] == KATRAIN[2]


def test_values_are_told_from_the_side_that_is_asked_for() -> None:
    query = go(moves=[["B", "C3"]], includeOwnership=True)
    sides = {}
    for side in ("BLACK", "WHITE", "SIDETOMOVE"):
        sides[side] = Talk().ask(**query, overrideSettings={"reportAnalysisWinratesAs": side})
    usual = Talk().ask(**query)
    assert sides["WHITE"] == sides["SIDETOMOVE"]  # White is to move
    assert sides["BLACK"] == usual
    for black, white in zip(usual["moveInfos"], sides["WHITE"]["moveInfos"], strict=True):
        assert black["winrate"] == pytest.approx(1 - white["winrate"], abs=1e-5)
        assert black["scoreLead"] == pytest.approx(-white["scoreLead"], abs=1e-4)
        assert black["lcb"] >= black["winrate"]
        assert white["lcb"] <= white["winrate"]
    np.testing.assert_allclose(usual["ownership"], [-point for point in sides["WHITE"]["ownership"]], atol=1e-5)


def test_every_turn_is_answered_once() -> None:
    talk = Talk()
    moves = [["B", "C3"], ["W", "B2"], ["B", "D2"], ["W", "pass"]]
    talk.say(**go(moves=moves, analyzeTurns=[0, 1, 2, 3, 4]))
    said = talk.finish()
    assert sorted(part["turnNumber"] for part in said) == [0, 1, 2, 3, 4]
    players = {part["turnNumber"]: part["rootInfo"]["currentPlayer"] for part in said}
    assert players == {0: "B", 1: "W", 2: "B", 3: "W", 4: "B"}


def test_a_position_is_the_same_by_stones_or_by_moves_but_for_its_past() -> None:
    by_stones = Talk().ask(**go(initialStones=[["B", "C3"], ["W", "B2"]], initialPlayer="B", maxVisits=1))
    by_moves = Talk().ask(**go(moves=[["B", "C3"], ["W", "B2"]], maxVisits=1))
    assert by_stones["rootInfo"]["currentPlayer"] == by_moves["rootInfo"]["currentPlayer"] == "B"


def test_handicap_stones_give_white_what_the_rules_say() -> None:
    stones = [["B", "B2"], ["B", "D4"], ["B", "C3"]]
    engine = Talk().engine
    found = {}
    for rules in ("tromp-taylor", "chinese", "aga"):
        engine.receive(json.dumps(go(rules=rules, initialStones=stones, initialPlayer="W")))
        found[rules] = engine._waiting.pop()[2].game.komi  # type: ignore[attr-defined]
    assert found == {"tromp-taylor": 7.5, "chinese": 10.5, "aga": 9.5}


def test_only_allowed_moves_are_looked_at() -> None:
    allowed = [{"player": "B", "moves": ["C3", "D3"], "untilDepth": 1}]
    found = Talk().ask(**go(allowMoves=allowed))
    assert {info["move"] for info in found["moveInfos"]} == {"C3", "D3"}
    avoided = [{"player": "B", "moves": ["C3", "D3", "pass"], "untilDepth": 1}]
    found = Talk().ask(**go(avoidMoves=avoided, maxVisits=60))
    assert not {info["move"] for info in found["moveInfos"]} & {"C3", "D3", "pass"}


def test_a_thousand_queries_are_answered_in_order_of_priority() -> None:
    talk = Talk(batch=32)
    random = np.random.default_rng(5)
    priorities = random.integers(-20, 20, 1000).tolist()
    for number, priority in enumerate(priorities):
        talk.say(**go(str(number), maxVisits=3, priority=priority))
    said = talk.finish()
    assert sorted(int(part["id"]) for part in said) == list(range(1000))
    assert all(len(part["moveInfos"]) > 0 for part in said)
    order = [(-priorities[int(part["id"])], int(part["id"])) for part in said]
    expected = sorted(order)
    # all take as long, so that whoever begins before is done before, or with him, in the batch of 32
    for begin in range(0, 1000, 32):
        assert sorted(order[begin : begin + 32]) == expected[begin : begin + 32]


def test_what_is_urgent_comes_first_though_it_was_asked_last() -> None:
    talk = Talk(batch=1)
    for name, priority in (("a", 0), ("b", 0), ("c", 5), ("d", -1)):
        talk.say(**go(name, priority=priority))
    talk.say(**go("e", moves=[["B", "C3"]], analyzeTurns=[0, 1], priorities=[1, 9]))
    told = [(part["id"], part["turnNumber"]) for part in talk.finish()]
    assert told == [("e", 1), ("c", 0), ("e", 0), ("a", 0), ("b", 0), ("d", 0)]


def test_what_is_terminated_says_what_is_known() -> None:
    talk = Talk(batch=1)
    talk.say(**go("running", maxVisits=5000))
    talk.say(**go("waiting", moves=[["B", "C3"]], analyzeTurns=[0, 1]))
    for _ in range(20):
        talk.engine.step()
    talk.say(id="t1", action="terminate", terminateId="waiting", turnNumbers=[1])
    assert talk.said == [
        {"id": "t1", "action": "terminate", "terminateId": "waiting", "turnNumbers": [1]},
        {"id": "waiting", "isDuringSearch": False, "noResults": True, "turnNumber": 1},
    ]
    talk.say(id="t2", action="terminate", terminateId="running")
    assert talk.said[-1]["id"] == "running"
    assert 0 < talk.said[-1]["rootInfo"]["visits"] < 5000
    talk.say(id="t3", action="terminate_all")
    assert talk.said[-1]["noResults"]
    assert not talk.engine.busy


def test_time_ends_a_search() -> None:
    found = Talk().ask(**go(maxVisits=100000, overrideSettings={"maxTime": 0.2}))
    assert 0 < found["rootInfo"]["visits"] < 100000


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"id": 3}, "id", "id must be a string"),
        ({"moves": [["B", "Z9"]]}, "moves", "move 0, Z9"),
        ({"moves": [["B", "C3"], ["W", "C3"]]}, "moves", "move 1, C3: illegal move"),
        ({"moves": "C3"}, "moves", "list of pairs"),
        ({"boardYSize": 7}, "boardYSize", "square"),
        ({"boardXSize": 40, "boardYSize": 40}, "komi", "size=40"),
        ({"rules": "mahjong"}, "rules", "unknown rule set"),
        ({"komi": "many"}, "komi", "komi must be a number"),
        ({"komi": 7.3}, "komi", "komi=7.3"),
        ({"analyzeTurns": [4]}, "analyzeTurns", "turn 4 is not one of 0 to 0"),
        ({"maxVisits": 0}, "maxVisits", "maxVisits must be 1 to"),
        ({"priorities": [1, 2]}, "priorities", "as many as analyzeTurns"),
        ({"includePolicy": "yes"}, "includePolicy", "true or false"),
        ({"allowMoves": [{"player": "B", "moves": ["Z3"]}]}, "allowMoves", "Z3"),
        ({"overrideSettings": {"reportAnalysisWinratesAs": "ME"}}, "overrideSettings", "one of BLACK"),
        ({"action": "dance"}, "action", "action must be"),
        ({"initialStones": [["B", "C3"], ["W", "C3"]]}, "initialStones", "named twice"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], field: str, message: str) -> None:
    talk = Talk()
    talk.engine.receive(json.dumps(go() | fields))
    assert len(talk.said) == 1
    assert talk.said[0]["field"] == field
    assert message in talk.said[0]["error"]
    assert talk.said[0].get("id") == (None if field == "id" else "a")
    assert not talk.engine.busy


def test_a_line_that_is_no_query_is_an_error_and_the_next_is_heard() -> None:
    talk = Talk()
    for line in ("{", "[]", "3", '{"id": "x"', "[" * 100000):
        talk.engine.receive(line)
    assert [set(part) for part in talk.said] == [{"error"}] * 5
    assert talk.ask(**go())["id"] == "a"


def test_what_is_not_there_is_warned_of() -> None:
    talk = Talk()
    talk.say(**go(rules="japanese", rootPolicyTemperature=1.5, speed=3))
    assert {part["field"] for part in talk.said} == {"rules", "rootPolicyTemperature", "speed"}
    assert all("warning" in part and part["id"] == "a" for part in talk.said)
    assert talk.finish()[-1]["moveInfos"]


def test_boards_of_other_sizes_are_searched_too() -> None:
    talk = Talk()
    talk.say(**go("small"))
    talk.say(**go("big", boardXSize=7, boardYSize=7, includePolicy=True))
    said = {part["id"]: part for part in talk.finish()}
    assert len(said["big"]["policy"]) == 50
    assert said["small"]["moveInfos"]


def test_another_game_is_asked_about_in_its_own_notation() -> None:
    talk = Talk(game="tictactoe")
    found = talk.ask(id="t", moves=["b2", "a1"], includePolicy=True, includePVVisits=True, maxVisits=200)
    assert found["rootInfo"]["currentPlayer"] == "first"
    assert len(found["policy"]) == 7
    first = found["moveInfos"][0]
    assert len(first["pv"]) == len(first["pvVisits"])
    assert "ownership" not in found
    found = talk.ask(id="u", position="XX./OO./...", moves=[])
    assert found["moveInfos"][0]["move"] == "c3"
    assert found["rootInfo"]["winrate"] == 1.0
    assert talk.ask(id="v", moves=["b2", "b2"])["field"] == "moves"
    assert talk.ask(id="w", position="?")["field"] == "position"


def test_agents_without_a_network_answer_one_after_another() -> None:
    talk = Talk(rollouts)
    for name in ("a", "b"):
        talk.say(**go(name, moves=[["B", "C3"]], includeOwnership=True, komi=-30))
    said = talk.finish()
    assert [part["id"] for part in said] == ["a", "b"]
    assert said[0]["rootInfo"]["visits"] == 40
    assert sum(said[0]["ownership"]) > 0  # Black's, as the middle is his
    assert said[0]["rootInfo"]["scoreLead"] > 0  # whatever becomes of the stones


def test_who_does_not_search_cannot_be_asked() -> None:
    with pytest.raises(InvalidParameter, match="an agent that searches"):
        Talk(lambda game: object())


def test_all_is_answered_before_the_end_of_input_ends_the_engine() -> None:
    talk = Talk()
    lines = "".join(json.dumps(go(str(number))) + "\n" for number in range(5))
    serve(talk.engine, io.StringIO(lines))
    assert sorted(part["id"] for part in talk.said) == ["0", "1", "2", "3", "4"]


def test_the_program_answers_queries(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from tengen.cli import main

    query = json.dumps(go(maxVisits=8)) + "\n"
    done = CliRunner().invoke(main, ["analyze", "go:size=5", "--queries", "--agent", "uct:sims=8"], input=query)
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert answers[-1]["rootInfo"]["visits"] == 8
