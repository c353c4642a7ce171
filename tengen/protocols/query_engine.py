"""The analysis engine: many queries at once, those of higher priority first, one line of JSON each way.

`receive` takes a line and may answer at once; `step` searches a little and says what is done. Source of the
dialogue: KataGo, "Parallel Analysis Engine".
"""

import heapq
import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

import tengen
from tengen.agents.search import SearchAgent
from tengen.core.errors import InvalidParameter, TengenError
from tengen.games.game import Game, RecordGame
from tengen.games.go import Go
from tengen.protocols.kata_rules import Json
from tengen.protocols.queries import Asked, Fields, WrongField, parse_query
from tengen.protocols.query_answer import answer, echo, no_results
from tengen.protocols.searching import Pool, capacity, make_pool

BATCH = 128
"""Positions that are searched at once, unless somebody says otherwise."""

IDLE_POOLS = 4
"""Pools without work that are kept for the next queries like those before."""


@dataclass(slots=True)
class Running:
    """A position that is being searched."""

    asked: Asked
    pool: Pool
    number: int
    agent: SearchAgent
    began: float
    reported: float
    stopped: bool = False


class QueryEngine:
    """Answers queries about one game, for Go about all sizes and rules of it."""

    def __init__(
        self, game: Game, load: Callable[[Game], object], write: Callable[[str], None], *, batch: int = BATCH
    ) -> None:
        """`load` makes the agent for a game; InvalidParameter if it does not search or the game is not compiled."""
        if not isinstance(game, RecordGame):
            raise InvalidParameter(f"{game.name} has no compiled rules, which queries need")
        if batch < 1:
            raise InvalidParameter(f"batch={batch} is not accepted: 1 or more")
        self.game = game
        self.batch = batch
        self._load = load
        self._write = write
        self._agents: dict[object, SearchAgent] = {}
        self._waiting: list[tuple[int, int, Asked]] = []
        self._arrivals = 0
        self._running: list[Running] = []
        self._pools: dict[object, Pool] = {}
        self._agent(game)

    @property
    def busy(self) -> bool:
        """Whether something is left to search."""
        return bool(self._waiting or self._running)

    # ---- what is heard

    def receive(self, line: str) -> None:
        """Takes a line: a query or an action. Whatever is wrong with it is answered."""
        if not line.strip():
            return
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            self.say({"error": "this line is no JSON"})
            return
        if not isinstance(fields, dict):
            self.say({"error": "a query is a JSON object"})
            return
        name: Fields = {"id": fields["id"]} if isinstance(fields.get("id"), str) else {}
        try:
            if "action" in fields:
                self._act(fields)
            else:
                self._ask(fields)
        except WrongField as error:
            self.say({"error": str(error), "field": error.field, **name})
        except TengenError as error:
            self.say({"error": str(error), **name})
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self.say({"error": f"internal error: {type(error).__name__}: {error}", **name})

    def _ask(self, fields: Fields) -> None:
        agent = self._agent(self.game)
        assert isinstance(self.game, RecordGame)
        parsed = parse_query(fields, self.game, agent.config)
        for field, warning in parsed.warnings:
            self.say({"warning": warning, "field": field, "id": fields["id"]})
        for asked in parsed.asked:
            heapq.heappush(self._waiting, (-asked.priority, self._arrivals, asked))
            self._arrivals += 1

    def _act(self, fields: Fields) -> None:
        action = fields["action"]
        if not isinstance(fields.get("id"), str):
            raise WrongField("id", "id must be a string")
        if action == "query_version":
            self.say(echo(fields, version=tengen.__version__, git_hash="<omitted>", name="Tengen"))
        elif action == "clear_cache":
            in_use = {id(running.pool) for running in self._running}
            self._pools = {key: pool for key, pool in self._pools.items() if id(pool) in in_use}
            self.say(echo(fields))
        elif action in ("terminate", "terminate_all"):
            name = fields.get("terminateId")
            if action == "terminate" and not isinstance(name, str):
                raise WrongField("terminateId", "terminateId must be a string")
            turns = fields.get("turnNumbers")
            if turns is not None and not isinstance(turns, list):
                raise WrongField("turnNumbers", "turnNumbers must be a list of whole numbers")
            self.say(echo(fields))
            self._terminate(name if action == "terminate" else None, turns)
        else:
            raise WrongField("action", "action must be query_version, clear_cache, terminate or terminate_all")

    def _terminate(self, name: Json, turns: list[Json] | None) -> None:
        def meant(asked: Asked) -> bool:
            return (name is None or asked.id == name) and (turns is None or asked.turn in turns)

        ended = sorted(entry for entry in self._waiting if meant(entry[2]))
        self._waiting = [entry for entry in self._waiting if not meant(entry[2])]
        heapq.heapify(self._waiting)
        for _, _, asked in ended:
            self.say(no_results(asked))
        for running in self._running:
            running.stopped |= meant(running.asked)
        for running in [running for running in self._running if running.stopped]:
            self._end(running)

    # ---- what is searched

    def step(self) -> None:
        """Fills free places by priority, searches a little, and says what is done."""
        self._fill()
        for pool in list({id(running.pool): running.pool for running in self._running}.values()):
            mine = {running.number: running for running in self._running if running.pool is pool}
            try:
                done = pool.advance()
            except TengenError as error:
                for running in mine.values():
                    self._fail(running, error)
                continue
            for number in done:
                self._end(mine[number])
        now = time.monotonic()
        for running in list(self._running):
            asked = running.asked
            if asked.seconds is not None and now - running.began >= asked.seconds:
                self._end(running, wait=True)
            elif asked.every is not None and now - running.reported >= asked.every:
                found = running.pool.find(running.number)
                if found is not None and found.visits:
                    self.say(answer(asked, found, running.agent, during=True))
                running.reported = now

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self.batch:
            asked = self._waiting[0][2]
            try:
                agent = self._agent(asked.game)
                pool = self._pool(agent, asked)
                if not pool.has_room():
                    return  # what comes later has no right to be searched before it
                heapq.heappop(self._waiting)
                now = time.monotonic()
                self._running.append(Running(asked, pool, pool.place(asked), agent, now, now))
            except TengenError as error:
                if self._waiting and self._waiting[0][2] is asked:
                    heapq.heappop(self._waiting)
                self.say({"error": str(error), "id": asked.id, "turnNumber": asked.turn})

    def _end(self, running: Running, *, wait: bool = False) -> None:
        """Says what was found in the end; with `wait`, not before anything was."""
        found = running.pool.find(running.number)
        if found is None and wait:
            return
        self._running.remove(running)
        try:
            if found is None:
                self.say(no_results(running.asked))
            else:
                self.say(answer(running.asked, found, running.agent, during=False))
        finally:
            running.pool.release(running.number)

    def _fail(self, running: Running, error: TengenError) -> None:
        self._running.remove(running)
        running.pool.release(running.number)
        self.say({"error": str(error), "id": running.asked.id, "turnNumber": running.asked.turn})

    def _agent(self, game: Game) -> SearchAgent:
        """The agent for a game; for Go one a size, since positions bring their rules with them."""
        key = game.size if isinstance(game, Go) else game.text
        if key not in self._agents:
            agent = self._load(game)
            if not isinstance(agent, SearchAgent):
                raise InvalidParameter("queries are answered by an agent that searches, such as uct:sims=1000")
            agent.config = replace(agent.config, policy="uct" if agent.config.policy == "uct" else "puct", reuse=True)
            self._agents[key] = agent
        return self._agents[key]

    def _pool(self, agent: SearchAgent, asked: Asked) -> Pool:
        key = (id(agent), capacity(asked.visits), replace(asked.config, simulations=1))
        if key not in self._pools:
            in_use = {id(running.pool) for running in self._running}
            idle = [known for known, pool in self._pools.items() if id(pool) not in in_use]
            for known in idle[: max(0, len(idle) - IDLE_POOLS + 1)]:
                del self._pools[known]
            self._pools[key] = make_pool(agent, asked, batch=self.batch, seed=0)
        return self._pools[key]

    def say(self, fields: dict[str, Json]) -> None:
        """Says an object on one line."""
        self._write(json.dumps(fields, separators=(",", ":")))
