"""Analysis over GTP: what Lizzie, Sabaki and other programs that know Leela Zero or KataGo say and hear."""

import json
import queue
import re
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from tengen.agents.search import SearchAgent
from tengen.games.game import Game
from tengen.games.go import Go
from tengen.mcts.config import SearchConfig
from tengen.mcts.evaluator import Rollouts
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import NetworkEvaluator
from tengen.protocols.gtp_server import serve
from tengen.protocols.gtp_session import GtpSession
from tests.nets.test_evaluator import trained_a_little

PATIENCE = 120.0


def rollouts(game: Game) -> SearchAgent:
    return SearchAgent(game, Rollouts(), SearchConfig(policy="uct", simulations=60, reuse=True), seed=1)


def network(game: Game) -> SearchAgent:
    net = trained_a_little(NetConfig.for_game(game, blocks=1, channels=8))
    evaluator = NetworkEvaluator(net, engine="torch-float32")
    return SearchAgent(game, evaluator, SearchConfig(simulations=40, reuse=True), seed=1)


def session(load: Callable[[Game], SearchAgent] = rollouts, game: str = "go:size=5") -> GtpSession:
    return GtpSession(game, load=load)


def heard(of: GtpSession, line: str) -> str:
    """All that is said to a line, the lines of an analysis and the end of the answer."""
    said: list[str] = []
    of.say = said.append
    end = of.answer(line)
    return "".join(said) + end


def moves(line: str) -> list[dict[str, str]]:
    """The `info` parts of a line, as what each says by its keys."""
    found = []
    for part in re.split(r"\binfo ", line.partition(" rootInfo")[0].partition(" ownership")[0])[1:]:
        words = part.split()
        info, key = {}, ""
        for word in words:
            if re.fullmatch(r"[a-z][A-Za-z]+", word) and word != "pass":
                key = word
                info[key] = ""
            else:
                info[key] = (info[key] + " " + word).strip()
        found.append(info)
    return found


def test_leela_zeros_analysis_tells_moves_in_shares_of_ten_thousand() -> None:
    of = session()
    of.answer("play b c3")
    answer = heard(of, "7 lz-analyze 1")
    head, line, end = answer.split("\n", 2)
    assert (head, end) == ("=7", "\n")
    told = moves(line)
    assert list(told[0]) == ["move", "visits", "winrate", "prior", "lcb", "order", "pv"]
    assert [info["order"] for info in told] == [str(number) for number in range(len(told))]
    assert all(0 <= int(info[key]) <= 10000 for info in told for key in ("winrate", "prior", "lcb"))
    assert told[0]["pv"].split()[0] == told[0]["move"]
    assert of.board.steps[-1].player == 0  # nothing was played


def test_katagos_analysis_tells_leads_the_root_and_owners() -> None:
    of = session()
    of.answer("play b c3")
    line = heard(of, "kata-analyze w 1 ownership true pvVisits true rootInfo true maxmoves 3").split("\n")[1]
    told = moves(line)
    assert len(told) == 3
    assert {"move", "visits", "utility", "winrate", "scoreMean", "scoreLead", "prior", "lcb", "order", "pv"} <= set(
        told[0]
    )
    for info in told:
        shares = list(map(int, info["pvVisits"].split()))
        assert len(shares) == len(info["pv"].split())
        assert shares[0] == int(info["visits"])
        assert float(info["lcb"]) <= float(info["winrate"]) <= 1
        assert float(info["utility"]) == pytest.approx(2 * float(info["winrate"]) - 1, abs=1e-4)
    root = line.partition("rootInfo ")[2].split()
    assert root[0] == "visits"
    owners = list(map(float, line.partition(" ownership ")[2].split()))
    assert len(owners) == 25
    assert sum(owners) < 0  # White is to move, and Black holds the middle


def test_as_many_moves_are_told_as_are_asked_for() -> None:
    of = session(network)
    line = heard(of, "kata-analyze b interval 1 minmoves 26").split("\n")[1]
    told = moves(line)
    assert len(told) == 26
    assert any(info["visits"] == "0" for info in told)
    line = heard(of, "kata-analyze b interval 1 maxmoves 2").split("\n")[1]
    assert len(moves(line)) == 2


def test_moves_can_be_avoided_and_alone_allowed() -> None:
    of = session()
    line = heard(of, "lz-analyze b 1 allow b C3,D3 1 allow w A1 1").split("\n")[1]
    assert {info["move"] for info in moves(line)} == {"C3", "D3"}
    line = heard(of, "lz-analyze b 1 avoid b C3,pass 1").split("\n")[1]
    assert not {"C3", "pass"} & {info["move"] for info in moves(line)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("lz-analyze b 1 speed", "speed wants a value"),
        ("kata-analyze b 1 speed 3", "unknown key speed"),
        ("kata-analyze b 1 ownership perhaps", "ownership is true or false"),
        ("lz-analyze b 1 avoid b C3", "avoid wants: avoid PLAYER VERTEX,VERTEX,... DEPTH"),
        ("lz-analyze b 1 allow b Z9 1", "invalid color or coordinate"),
        ("lz-analyze b 1 maxmoves many", "maxmoves not an integer"),
        ("lz-analyze b 1 maxmoves -1", "interval, minmoves and maxmoves are 0 or more"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_said(line: str, message: str) -> None:
    assert heard(session(), f"3 {line}") == f"?3 {message}\n\n"


@pytest.mark.parametrize("command", ["lz-genmove_analyze", "kata-genmove_analyze"])
def test_a_move_is_played_while_its_thoughts_are_told(command: str) -> None:
    of = session()
    answer = heard(of, f"4 {command} b 1")
    lines = answer.split("\n")
    assert lines[0] == "=4"
    assert lines[1].startswith("info move ")
    assert lines[-3].startswith("play ")
    assert lines[-2:] == ["", ""]
    vertex = lines[-3].split()[1]
    assert of.board.vertex(of.board.steps[-1].action) == vertex
    assert sum(int(info["visits"]) for info in moves(lines[-4])) >= 60
    assert of.answer("genmove w").startswith("= ")  # the same tree goes on


def test_a_random_agent_has_nothing_to_tell() -> None:
    assert heard(GtpSession("go:size=5", "random"), "lz-analyze 10") == "? the agent does not search\n\n"


def test_a_network_says_what_it_thinks_without_a_search() -> None:
    of = session(network)
    of.answer("play b c3")
    words = of.answer("kata-raw-nn 0").split()
    assert words[:3] == ["=", "symmetry", "0"]
    said = {key: float(words[words.index(key) + 1]) for key in ("whiteWin", "whiteLoss", "whiteLead", "policyPass")}
    assert said["whiteWin"] + said["whiteLoss"] == pytest.approx(1.0, abs=1e-4)
    policy = words[words.index("policy") + 1 :][:25]
    assert policy[12] == "NAN"  # the stone on C3
    assert sum(map(float, policy[:12] + policy[13:])) + said["policyPass"] == pytest.approx(1.0, abs=1e-3)
    owners = np.array(words[words.index("whiteOwnership") + 1 :], float)
    agent = of.player.settings(of.board.game)
    raw = agent.raw(of.board.state)
    assert raw is not None
    assert raw.ownership is not None
    np.testing.assert_allclose(owners, raw.ownership[0].ravel(), atol=1e-5)  # White is to move
    assert of.answer("kata-raw-nn all").count("symmetry") == 8
    assert of.answer("kata-raw-nn 9").startswith("? symmetry=9 is not accepted")
    assert session().answer("kata-raw-nn 0") == "? the agent has no network\n\n"


def test_rules_are_told_and_set_as_katago_does() -> None:
    of = session(game="go:size=5,suicide=false")
    of.answer("play b c3")
    assert json.loads(of.answer("kata-get-rules")[2:])["ko"] == "POSITIONAL"
    assert of.answer("kata-set-rules new-zealand") == "=\n\n"
    rules = json.loads(of.answer("kata-get-rules")[2:])
    assert (rules["ko"], rules["suicide"], rules["scoring"]) == ("SITUATIONAL", True, "AREA")
    assert of.answer("list_stones b") == "= C3\n\n"
    assert of.answer("kata-set-rule ko SIMPLE") == "=\n\n"
    assert of.board.game.rules.superko == "simple"
    assert of.board.game.rules.suicide
    assert of.answer('kata-set-rules {"ko": "POSITIONAL", "suicide": false}') == "=\n\n"
    assert of.board.game == Go(size=5)
    assert of.answer("kata-set-rules japanese").startswith("? not known here: territory scoring")
    assert of.answer("kata-set-rules go-bang").startswith("? unknown rule set")


def test_parameters_reach_the_search_and_outlive_another_komi() -> None:
    of = session()
    assert of.answer("kata-list-params").startswith("= maxVisits ")
    assert of.answer("kata-get-param maxVisits") == "= 60\n\n"
    assert of.answer("kata-set-param maxVisits 9") == "=\n\n"
    assert of.answer("komi 1") == "=\n\n"
    assert of.answer("kata-get-param maxVisits") == "= 9\n\n"
    lines = heard(of, "lz-genmove_analyze b 1").split("\n")
    assert sum(int(info["visits"]) for info in moves(lines[-4])) <= 9
    assert of.answer("kata-get-param maxTime") == "= 1e+20\n\n"
    assert of.answer("kata-set-param maxTime 0.5") == "=\n\n"
    assert of.answer("kata-get-param maxTime") == "= 0.5\n\n"
    assert of.answer("kata-set-param maxTime 0").startswith("? maxTime is above 0")
    assert of.answer("kata-set-param wideness 3").startswith("? unknown parameter wideness")


class Pipe:
    """Input that comes when it is put in, and output that is waited for."""

    def __init__(self) -> None:
        self.lines: queue.Queue[str] = queue.Queue()
        self.text = ""
        self.changed = threading.Condition()

    def readline(self) -> str:
        return self.lines.get()

    def write(self, text: str) -> None:
        with self.changed:
            self.text += text
            self.changed.notify_all()

    def flush(self) -> None:
        pass

    def until(self, pattern: str) -> None:
        """Waits until what was written since the last time holds the pattern, and forgets up to its end."""
        with self.changed:
            assert self.changed.wait_for(lambda: re.search(pattern, self.text), PATIENCE), (pattern, self.text)
            found = re.search(pattern, self.text)
            assert found is not None
            self.text = self.text[found.end() :]


LIZZIE = r"""
> list_commands
< =[^!]*\nlz-analyze\n[^!]*\n\n
> name
< = Tengen\n\n
> boardsize 5
< =\n\n
> komi 7.5
< =\n\n
> time_settings 0 1 1
< =\n\n
> lz-analyze 10
< =\n(info move .*\n){2}
> play B C3
< (info move .*\n)*\n=\n\n
> lz-analyze 10
< =\n(info move .*\n){2}
>
< (info move .*\n)*\n
> lz-analyze W 10
< =\n(info move .*\n){2}
> lz-genmove_analyze W 10
< (info move .*\n)*\n=\n(info move .*\n)+play [A-E]\d\n\n
> kata-analyze B 5 ownership true
< =\n(info move .* scoreLead .* ownership( -?[\d.e-]+){25}\n){2}
> undo
< (info move .*\n)*\n=\n\n
> 12 lz-analyze interval 10 avoid w C2,D3 1
< =12\n(info move .*\n){2}
> 13 quit
< (info move .*\n)*\n=13\n\n
"""


def test_lizzies_dialogue() -> None:
    pipe, of = Pipe(), session()
    served = threading.Thread(target=serve, args=(of, pipe, pipe))
    served.start()
    for line in LIZZIE.strip().splitlines():
        mark, _, rest = line.partition(" ")
        if mark == ">":
            pipe.lines.put(rest + "\n")
        else:
            pipe.until(rest)
    served.join(PATIENCE)
    assert not served.is_alive()


def test_the_end_of_input_ends_an_analysis() -> None:
    pipe, of = Pipe(), session()
    served = threading.Thread(target=serve, args=(of, pipe, pipe))
    served.start()
    pipe.lines.put("lz-analyze 5\n")
    pipe.until(r"=\n(info move .*\n){2}")
    pipe.lines.put("")
    served.join(PATIENCE)
    assert not served.is_alive()
    assert pipe.text.endswith("\n")


def test_a_line_is_answered_soon_though_an_analysis_goes_on() -> None:
    pipe, of = Pipe(), session()
    of.player.begin(of.board)
    served = threading.Thread(target=serve, args=(of, pipe, pipe))
    served.start()
    pipe.lines.put("lz-analyze 1000\n")
    pipe.until(r"=\n")
    time.sleep(0.3)
    pipe.lines.put("name\n")
    pipe.until(r"info move .*\n\n= Tengen\n\n")
    pipe.lines.put("")
    served.join(PATIENCE)
