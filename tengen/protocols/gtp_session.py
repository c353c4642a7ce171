"""Tengen as a GTP 2 engine: `GtpSession.answer` takes a line and gives the answer's lines.

Nothing that imports numba or torch is imported before a command needs the board or the agent, so that a
controller which asks for the name is not kept waiting.
"""

import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

import tengen
from tengen.core.errors import InvalidParameter, TengenError
from tengen.protocols import gtp_kata, gtp_stream
from tengen.protocols import gtp_line as line_format
from tengen.protocols.gtp_commands import COMMANDS, STREAMED, command
from tengen.protocols.gtp_line import Refusal, colour, integer, number

if TYPE_CHECKING:
    from tengen.games.game import Game
    from tengen.games.go import Go
    from tengen.mcts.result import SearchResult
    from tengen.protocols.gtp_board import GtpBoard
    from tengen.protocols.gtp_clock import GtpClock
    from tengen.protocols.gtp_player import AgentLoader, GtpPlayer

MAX_SIZE = 19


class GtpSession:
    """One controller's session with an agent, from its first line to `quit`."""

    def __init__(
        self,
        game: str = "go",
        agent: str | None = None,
        *,
        load: "AgentLoader | None" = None,
        seed: int | None = None,
    ) -> None:
        """`game` and `agent` are texts, None for the usual agent of the board; `load` makes one in another way."""
        self.closed = False
        self.say: Callable[[str], None] = lambda text: None
        """Is given what is said before an answer is complete."""
        self.waiting: Callable[[float], bool] = lambda seconds: True
        """Waits so long at most for another line to come; whether one is there, which ends an analysis."""
        self._game_text = game
        self._agent_text = agent
        self._load_with = load
        self._seed = seed
        self._lock = threading.RLock()
        self._board: GtpBoard | None = None
        self._player: GtpPlayer | None = None
        self._clock: GtpClock | None = None

    def answer(self, line: str) -> str:
        """The answer to one line, its blank line included; empty where GTP wants none."""
        request = line_format.parse_request(line)
        if request is None:
            return ""
        if request.command in STREAMED:
            return self._streamed(request)
        if request.command not in COMMANDS:
            return line_format.refusal(request, "unknown command")
        method, needed = COMMANDS[request.command]
        if len(request.arguments) < needed:
            return line_format.refusal(request, f"syntax error: {request.command} needs {needed} arguments")
        before = self._board
        steps, setup = ([], 0) if before is None else (list(before.steps), before.setup)
        try:
            return line_format.answer(request, method(self, request.arguments))
        except TengenError as error:
            message = str(error)
        except Exception as error:
            # A controller must hear of it and go on; the details are for whoever mends it.
            traceback.print_exc(file=sys.stderr)
            message = f"internal error: {type(error).__name__}: {error}"
        if before is not None:
            before.steps, before.setup = steps, setup
        self._board = before or self._board
        return line_format.refusal(request, message)

    def _streamed(self, request: line_format.Request) -> str:
        """Lets a command say lines while it runs; the end of its answer."""
        told = []

        def say(text: str) -> None:
            told.append(text)
            said(text)

        said, self.say = self.say, say
        try:
            return STREAMED[request.command](self, request)
        except TengenError as error:
            message = str(error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            message = f"internal error: {type(error).__name__}: {error}"
        finally:
            self.say = said
        if not told:
            return line_format.refusal(request, message)
        print(f"tengen: {message}", file=sys.stderr, flush=True)
        return "\n"  # it was promised a success: all that is left is to end it

    def check(self) -> None:
        """Refuses texts that name no agent or no rules of Go, before a controller is kept waiting for them."""
        from tengen.agents.text import parse_agent

        if self._agent_text is not None and parse_agent(self._agent_text).kind == "human":
            raise InvalidParameter("the agent 'human' plays at the terminal only: tengen play")
        if self._game_text != "go":  # whose rules take a second to load
            self._make()

    def warm_up(self) -> None:
        """Loads the rules and the agent, so that the first move need not wait for them."""
        try:
            self.player.prepare(self.board.game)
        except TengenError as error:
            print(f"tengen: {error}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends the session and frees the agent."""
        self.closed = True
        if self._player is not None:
            self._player.close()

    @property
    def board(self) -> "GtpBoard":
        """The board, made when first needed."""
        with self._lock:
            if self._board is None:
                from tengen.protocols.gtp_board import GtpBoard

                self._board = GtpBoard(self._make())
            return self._board

    @property
    def player(self) -> "GtpPlayer":
        """The agent's side of the session."""
        with self._lock:
            if self._player is None:
                from tengen.protocols.gtp_player import GtpPlayer

                self._player = GtpPlayer(self._load_with or self._load)
            return self._player

    @property
    def clock(self) -> "GtpClock":
        """The clocks of both colours."""
        with self._lock:
            if self._clock is None:
                from tengen.protocols.gtp_clock import GtpClock

                self._clock = GtpClock()
            return self._clock

    def put_under(self, **parameters: object) -> None:
        """Goes on with the same stones under other rules; the game's own error says what is wrong with them."""
        self._board = self.board.under(self._make(**parameters))

    def _make(self, **parameters: object) -> "Go":
        from tengen.games.go import Go
        from tengen.games.registry import make

        text = self._game_text if self._board is None else self._board.game.text
        game = make(text, **parameters)
        if not isinstance(game, Go):
            raise Refusal(f"GTP is for Go, not for {game.name}")
        return game

    def _load(self, game: "Game"):  # type: ignore[no-untyped-def]
        with self._lock:  # two threads that import one package at once may find half of it
            from tengen.agents.load import load_agent
            from tengen.agents.zoo import agent_for

        return load_agent(agent_for(game, self._agent_text), game, seed=self._seed)

    def _new_board(self, game: "Go") -> None:
        with self._lock:  # two threads that import what imports each other may meet half of it
            from tengen.protocols.gtp_board import GtpBoard

        self._board = GtpBoard(game)
        self.clock.restart()
        self.player.forget()

    # Administration

    @command("protocol_version")
    def _protocol_version(self, arguments: list[str]) -> str:
        return "2"

    @command("name")
    def _name(self, arguments: list[str]) -> str:
        return "Tengen"

    @command("version")
    def _version(self, arguments: list[str]) -> str:
        return tengen.__version__

    @command("known_command")
    def _known_command(self, arguments: list[str]) -> str:
        return "true" if arguments and (arguments[0] in COMMANDS or arguments[0] in STREAMED) else "false"

    @command("list_commands")
    def _list_commands(self, arguments: list[str]) -> str:
        return "\n".join(sorted([*COMMANDS, *STREAMED]))

    @command("quit")
    def _quit(self, arguments: list[str]) -> str:
        self.close()
        return ""

    @command("cputime")
    def _cputime(self, arguments: list[str]) -> str:
        return f"{time.process_time():.3f}"

    # The board

    @command("boardsize", 1)
    def _boardsize(self, arguments: list[str]) -> str:
        size = integer(arguments[0], "boardsize")
        if not 1 <= size <= MAX_SIZE:
            raise Refusal("unacceptable size")
        self._new_board(self._make(size=size))
        return ""

    @command("clear_board")
    def _clear_board(self, arguments: list[str]) -> str:
        self._new_board(self.board.game)
        return ""

    @command("komi", 1)
    def _komi(self, arguments: list[str]) -> str:
        self.put_under(komi=number(arguments[0], "komi"))
        return ""

    @command("play", 2)
    def _play(self, arguments: list[str]) -> str:
        player = _move_colour(arguments[0])
        self.board.play(player, self.board.action(arguments[1]))
        return ""

    @command("gogui-play_sequence")
    def _play_sequence(self, arguments: list[str]) -> str:
        for player, action in self._pairs(arguments):
            self.board.play(player, action)
        return ""

    @command("gogui-setup")
    def _gogui_setup(self, arguments: list[str]) -> str:
        for player, action in self._pairs(arguments):
            self.board.set_up(player, [action])
        return ""

    def _pairs(self, arguments: list[str]) -> list[tuple[int, int]]:
        if len(arguments) % 2:
            raise Refusal("syntax error: colours and vertices come in pairs")
        colours = [_move_colour(word) for word in arguments[::2]]
        return list(zip(colours, map(self.board.action, arguments[1::2]), strict=True))

    @command("undo")
    def _undo(self, arguments: list[str]) -> str:
        self.board.undo()
        return ""

    @command("showboard")
    def _showboard(self, arguments: list[str]) -> str:
        board, game = self.board, self.board.game
        black, white = board.captures()
        turn = game.player_names[int(board.state["turn"])]
        title = f"{game.text}: {turn} to move; captured by Black {black}, by White {white}; komi {game.komi:g}"
        return f"{title}\n{game.draw(board.state)}"

    @command("list_stones", 1)
    def _list_stones(self, arguments: list[str]) -> str:
        stones = self.board.game.board(self.board.state) == colour(arguments[0]) + 1
        return " ".join(self.board.vertices(stones))

    @command("loadsgf", 1)
    def _loadsgf(self, arguments: list[str]) -> str:
        with self._lock:
            from tengen.protocols.gtp_board import load_sgf_board

        before = integer(arguments[1], "move number") if len(arguments) > 1 else None
        board = load_sgf_board(arguments[0], lambda size, komi: self._make(size=size, komi=komi), before)
        self._board = board
        self.clock.restart()
        self.player.forget()
        return ""

    # Handicap

    @command("fixed_handicap", 1)
    def _fixed_handicap(self, arguments: list[str]) -> str:
        from tengen.protocols.gtp_handicap import fixed_points

        count = integer(arguments[0], "handicap")
        return self._place(fixed_points(self.board.game.size, count))

    @command("place_free_handicap", 1)
    def _place_free_handicap(self, arguments: list[str]) -> str:
        from tengen.protocols.gtp_handicap import free_points

        count = integer(arguments[0], "handicap")
        return self._place(free_points(self.board.game.size, count))

    @command("set_free_handicap", 2)
    def _set_free_handicap(self, arguments: list[str]) -> str:
        points = [self.board.action(word) for word in arguments]
        if len(set(points)) < len(points) or self.board.game.pass_action in points:
            raise Refusal("bad vertex list")
        self._place(points)
        return ""

    def _place(self, points: list[int]) -> str:
        if not self.board.is_empty():
            raise Refusal("board not empty")
        self.board.set_up(0, points)
        return " ".join(map(self.board.vertex, points))

    # Moves of the agent

    @command("genmove", 1)
    def _genmove(self, arguments: list[str]) -> str:
        player = colour(arguments[0])
        began = time.monotonic()
        action = self.player.act(self.board, player, self.clock.clock(player))
        self.clock.spend(player, time.monotonic() - began)
        if action < 0:
            return "resign"
        text = self.board.vertex(action)
        self.board.play(player, action)
        return text

    @command("kgs-genmove_cleanup", 1)
    def _genmove_cleanup(self, arguments: list[str]) -> str:
        return self._genmove(arguments)  # the agents play under area rules: dead stones are taken before they pass

    @command("reg_genmove", 1)
    def _reg_genmove(self, arguments: list[str]) -> str:
        player = colour(arguments[0])
        action = self.player.act(self.board, player, None)
        return "resign" if action < 0 else self.board.vertex(action)

    # What the agent thinks, for GoGui

    @command("gogui-analyze_commands")
    def _analyze_commands(self, arguments: list[str]) -> str:
        from tengen.protocols.gtp_analysis import ANALYZE_COMMANDS

        return ANALYZE_COMMANDS

    @command("tengen-value")
    def _value(self, arguments: list[str]) -> str:
        from tengen.protocols.gtp_analysis import value

        return value(self._thought(), self.to_move())

    @command("tengen-policy")
    def _policy(self, arguments: list[str]) -> str:
        from tengen.protocols.gtp_analysis import policy

        return policy(self.board, self._thought())

    @command("tengen-variation")
    def _variation(self, arguments: list[str]) -> str:
        from tengen.protocols.gtp_analysis import variation

        return variation(self.board, self._thought(), self.to_move())

    def to_move(self) -> int:
        """Whose turn it is by the rules."""
        return int(self.board.state["turn"])

    def _thought(self) -> "SearchResult":
        from tengen.protocols.gtp_analysis import required

        return required(self.player.analyze(self.board, self.to_move()))

    # Time

    @command("time_settings", 3)
    def _time_settings(self, arguments: list[str]) -> str:
        main, period, stones = (_not_negative(word) for word in arguments[:3])
        if stones > 0 and period > 0:
            self.clock.set("canadian", main, period, int(stones))
        elif period > 0 or main == 0:
            self.clock.set("none")  # overtime without stones is how GTP says that there is no limit
        else:
            self.clock.set("absolute", main)
        return ""

    @command("kgs-time_settings", 1)
    def _kgs_time_settings(self, arguments: list[str]) -> str:
        system, values = arguments[0], [_not_negative(word) for word in arguments[1:]]
        if system == "none":
            self.clock.set("none")
        elif system == "absolute" and len(values) >= 1:
            self.clock.set("absolute", values[0])
        elif system in ("byoyomi", "canadian") and len(values) >= 3 and values[2] >= 1:
            self.clock.set("byoyomi" if system == "byoyomi" else "canadian", values[0], values[1], int(values[2]))
        else:
            raise Refusal("syntax error: none, absolute MAIN, byoyomi MAIN PERIOD COUNT or canadian MAIN PERIOD STONES")
        return ""

    @command("time_left", 3)
    def _time_left(self, arguments: list[str]) -> str:
        player = colour(arguments[0])
        seconds = max(0.0, number(arguments[1], "time"))
        self.clock.tell_left(player, seconds, max(0, integer(arguments[2], "stones")))
        return ""

    # The end of a game: as it stands, since under area rules a dead stone is one that was taken

    @command("final_score")
    def _final_score(self, arguments: list[str]) -> str:
        score, _ = self.board.game.final_score(self.board.state)
        return "0" if score == 0 else f"{'B' if score > 0 else 'W'}+{abs(score):g}"

    @command("final_status_list", 1)
    def _final_status_list(self, arguments: list[str]) -> str:
        board, status = self.board, arguments[0]
        if status == "alive":
            return "\n".join(" ".join(chain) for chain in board.chains())
        if status in ("dead", "seki"):
            return ""
        if status in ("black_territory", "white_territory"):
            _, owner = board.game.final_score(board.state)
            empty = board.game.board(board.state) == 0
            return " ".join(board.vertices(empty & (owner == (1 if status == "black_territory" else -1))))
        raise Refusal("invalid status: alive, dead, seki, black_territory or white_territory")


def _move_colour(word: str) -> int:
    try:
        return colour(word)
    except Refusal:
        raise Refusal("invalid color or coordinate") from None


def _not_negative(word: str) -> float:
    value = number(word, "time")
    if value < 0:
        raise Refusal("time is negative")
    return value


gtp_kata.register()
gtp_stream.register()
