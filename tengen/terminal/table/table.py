"""The table: the game, the agents at it, their clocks, and what a person asks for; it knows nothing of the screen."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tengen.agents.agent import Agent
from tengen.agents.load import check_agent, load_agent
from tengen.agents.time_control import TimeControl
from tengen.arena.game_clock import GameClock
from tengen.core.errors import IllegalMove, InvalidParameter, TengenError
from tengen.games.game import RecordGame
from tengen.games.registry import make
from tengen.games.rules import State
from tengen.mcts.result import SearchResult
from tengen.records.formats import read_games
from tengen.records.record import MoveNote
from tengen.terminal import boards, moves
from tengen.terminal.table.opinions import opinions, searches
from tengen.terminal.table.places import Opinion
from tengen.terminal.table.sitting import HUMAN, Sitting
from tengen.terminal.table.thinker import Job, Report, Thinker

SURE = 100
"""Visits from which on a move's own value is believed, not that of the position."""
VARIATION = 8
"""Moves of the expected line."""

Load = Callable[[str, RecordGame], Agent]


class Table:
    """One sitting at a time; what goes wrong costs one line and leaves the game as it is."""

    def __init__(
        self,
        sitting: Sitting,
        agent: str,
        *,
        tell: Callable[[Report], None],
        analyst: str | None = None,
        load: Load | None = None,
        time_control: TimeControl | None = None,
        ascii_only: bool = False,
    ) -> None:
        """`tell` hears agents on their threads and hands what they say to `hear` on the screen's own."""
        self.sitting = sitting
        self.agent = agent
        self.analyst = analyst or agent
        self.time_control = time_control
        self.ascii_only = ascii_only
        self.flipped = sitting.people == {1} and boards.can_turn(sitting.game)
        self.message, self.is_error = "", False
        self.analysing = self.showing_area = False
        self.hinting: Job | None = None
        self.failed = False
        """Whether the agent has failed, and waits to be asked again."""
        self.paused = False
        """Whether it waits because nobody but agents plays and a move was taken back."""
        self.thought: Report | None = None
        """What was last thought, of whatever position."""
        self.area: Report | None = None
        self._tell = tell
        self._load = load or (lambda text, game: load_agent(text, game))
        self._checks = load is None
        self._player: Thinker | None = None
        self._analyst: Thinker | None = None
        self._job: Job | None = None
        self._study: Job | None = None
        self._began = time.monotonic()
        self.clocks: GameClock | None = None
        self._wind_clocks()

    # What the screen asks

    @property
    def game(self) -> RecordGame:
        """The game on the table."""
        return self.sitting.game

    @property
    def thinking(self) -> bool:
        """Whether the agent is at its move."""
        return self._job is not None

    @property
    def busy(self) -> bool:
        """Whether any agent is at work."""
        return any(each is not None and each.busy for each in (self._player, self._analyst))

    def players(self) -> tuple[str, str]:
        """Who plays, player 0 first."""
        first, second = (HUMAN if player in self.sitting.people else self.agent for player in (0, 1))
        return first, second

    def written(self, state: State, action: int) -> str:
        """A move as people write it, as far as the terminal can show it."""
        return moves.written(self.game, state, action, ascii_only=self.ascii_only)

    def say(self, line: str, *, error: bool = False) -> None:
        """Shows one line."""
        self.message, self.is_error = " ".join(line.split()), error

    def attempt(self, act: Callable[[], None]) -> None:
        """Does something that may be wrong; then a line says why."""
        try:
            act()
        except TengenError as error:
            self.say(str(error), error=True)

    def begin(self) -> None:
        """The first turn."""
        self._go_on()

    # Moves

    def play(self, action: int) -> None:
        """A person's move."""
        sitting = self.sitting
        if sitting.is_over():
            raise IllegalMove("the game is over: Ctrl-Z takes a move back, Ctrl-N begins another")
        if sitting.looking is not None:
            raise IllegalMove("this is an earlier position: End goes back to the game, Ctrl-Z takes it back to here")
        if not sitting.is_persons_turn():
            raise IllegalMove(f"it is {sitting.name(sitting.mover)}'s turn, whom {self.agent} plays")
        result = self._result_of(sitting.state, len(sitting.turns))
        self._make(action, result)

    def type(self, text: str) -> None:
        """What was typed: a move."""
        if self.sitting.is_over():
            raise InvalidParameter("the game is over: Ctrl-Z takes a move back, Ctrl-N begins another")
        self.play(self.game.parse_action(self.sitting.state, text))

    def _make(self, action: int, result: SearchResult | None) -> None:
        sitting = self.sitting
        mover, ply, before = sitting.mover, len(sitting.turns), sitting.state
        if not self.game.is_legal(before, action):
            text = self.game.action_to_text(before, action)
            raise IllegalMove(f"{text} is not legal: {self.game.why_illegal(before, action)}")
        if not self._press_clock():
            sitting.end(mover, "time")
            self._go_on()
            return
        left = None
        if self.clocks is not None:
            reading = self.clocks.reading(mover)
            left = None if reading is None else reading[0]
        note = MoveNote(seconds=round(time.monotonic() - self._began, 1), left=left)
        if result is not None:
            value = float(result.value[0])
            note = MoveNote(
                value=None if sitting.alone else value,
                visits=int(result.visits[0].sum()),
                seconds=note.seconds,
                left=left,
                variation=tuple(result.variations[0][:VARIATION]),
            )
            sitting.judge(ply, value)
        sitting.play(action, note)
        if result is not None and not sitting.alone and result.visits[0, action] and not sitting.is_over():
            sure = result.visits[0, action] >= SURE
            sitting.judge(ply + 1, -float(result.q[0, action] if sure else result.value[0]))
        self.say("")
        self._go_on()

    def undo(self) -> None:
        """Takes moves back; where only agents play they wait then."""
        flag = self.sitting.ending is not None and self.sitting.ending.why == "time"
        self.sitting.undo()
        if flag:
            self._wind_clocks()
        self._moved()

    def redo(self) -> None:
        """Plays moves again that were taken back."""
        self.sitting.redo()
        self._moved()

    def _moved(self) -> None:
        self.failed = False
        self.paused = not self.sitting.people and not self.sitting.is_over()
        self.say(f"{self.agent} waits: Enter lets it go on" if self.paused else "")
        self._go_on()

    def look(self, ply: int) -> None:
        """Looks at another position of the game."""
        self.sitting.look(ply)
        self._study_shown()

    def resign(self) -> None:
        """The person to move gives up; where none is to move, the person."""
        sitting = self.sitting
        if sitting.alone:
            raise InvalidParameter("in a game for one nobody can be given the game")
        if not sitting.people:
            raise InvalidParameter("nobody sits here who could resign")
        loser = sitting.mover if sitting.mover in sitting.people else min(sitting.people)
        sitting.end(loser, "resignation")
        self._go_on()

    def go_on(self) -> None:
        """Asks an agent again that has failed or waits."""
        if self.failed or self.paused:
            self.failed = self.paused = False
            self.say("")
            self._go_on()

    # Games

    def new(self) -> None:
        """Another game from the same start."""
        sitting = self.sitting
        self._replace(Sitting(self.game, sitting.people, start=sitting.start, seed=int(time.time_ns() % 2**31)))

    def load(self, file: str) -> None:
        """Goes on with the first game of a file; the one on the table stays if anything is wrong with it."""
        path = Path(file).expanduser()
        record = read_games(path)[0]
        found = make(record.game)
        if not isinstance(found, RecordGame) or found.num_players != self.game.num_players:
            raise InvalidParameter(f"{path} holds a game of {found.name}, which this table does not play")
        if found.name != self.game.name:
            raise InvalidParameter(f"{path} holds a game of {found.name}, not of {self.game.name}")
        if found != self.game and self._checks:
            check_agent(self.agent, found)
        start = found.parse_position(record.start) if record.start else found.initial_state()
        line = record.actions.tolist()
        sitting = Sitting(found, self.sitting.people, start=start, line=line, notes=record.notes)
        if record.termination in ("resignation", "time") and not sitting.is_over() and abs(record.result) == 1.0:
            sitting.end(int(record.result > 0), "time" if record.termination == "time" else "resignation")
        if found != self.game:
            self._dismiss()
        self._replace(sitting)
        self.say(f"{path}: {len(sitting.turns)} moves")

    def save(self, file: str) -> None:
        """Writes the game to a file."""
        path = Path(file).expanduser()
        if self.sitting.alone:
            self.sitting.film(path)
        else:
            self.sitting.save(path, self.players())
        self.say(f"saved {path}")

    def _replace(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.thought = self.area = self.hinting = None
        self.failed = self.paused = False
        self.say("")
        self._wind_clocks()
        self._go_on()

    # Who plays, and how well

    def seat(self, people: Iterable[int]) -> None:
        """Who is played by persons from now on."""
        self.sitting.people = frozenset(people)
        self.failed = self.paused = False
        self._go_on()

    def strengthen(self, text: str) -> None:
        """Another agent from now on, by its text; the old one stays if there is none such."""
        if self._checks:
            check_agent(text, self.game)
        old = self.agent
        self.agent = text
        if searches(text):
            self.analyst = text
        self._dismiss()
        self.failed = False
        self.say(f"{text} plays from now on" if text != old else "")
        self._go_on()

    def flip(self) -> None:
        """Turns the board round."""
        if not boards.can_turn(self.game):
            raise InvalidParameter(f"the board of {self.game.name} looks the same from both sides")
        self.flipped = not self.flipped

    # Thinking

    def hint(self) -> None:
        """A short look at the position that is shown."""
        if self.game.is_over(self.sitting.shown):
            raise InvalidParameter("the game is over in this position")
        self.hinting = self._ask_analyst("hint")

    def analyse(self) -> None:
        """Begins or ends to show what is thought of every position that is looked at."""
        self.analysing = not self.analysing
        self.hinting = None
        self._study_shown()

    def show_area(self) -> None:
        """Begins or ends to show whose the points are."""
        if not self.game.has_score:
            raise InvalidParameter(f"{self.game.name} has no points that somebody could own")
        self.showing_area = not self.showing_area
        self._study_shown()

    def score(self) -> str:
        """The points as the board stands."""
        if not self.game.has_score:
            raise InvalidParameter(f"{self.game.name} has no points")
        lead, _ = self.game.final_score(self.sitting.shown)
        if lead == 0:
            return "as it stands: nobody leads"
        return f"as it stands: {self.sitting.name(0 if lead > 0 else 1)} leads by {abs(lead):g}"

    def _go_on(self) -> None:
        """Whoever is to move begins: the agent thinks, the clock runs."""
        sitting = self.sitting
        if self._job is not None:
            self._job = None
            assert self._player is not None
            self._player.stop()
        self._began = time.monotonic()
        if not sitting.is_over():
            if self.clocks is not None and not (self.failed or self.paused):
                self.clocks.start(sitting.mover)
            if not sitting.is_persons_turn() and not self.failed and not self.paused:
                if self._player is None:
                    text, game = self.agent, self.game
                    self._player = Thinker(lambda: self._load(text, game), self._tell)
                clock = None if self.clocks is None else self.clocks.clock(sitting.mover)
                self._job = Job("move", sitting.start, tuple(sitting.turns), clock=clock)
                self._player.ask(self._job)
        else:
            self.say(sitting.result())
        self._study_shown()

    def _study_shown(self) -> None:
        """Has the analyst look at what is shown, unless the agent at its move is just doing that."""
        if self.hinting is not None and self.hinting.state is not self.sitting.shown:
            self.hinting = None
        if self.hinting is not None:
            return
        same = self._job is not None and self.sitting.looking is None
        watch = self.analysing and not same and not self.game.is_over(self.sitting.shown)
        if watch or self.showing_area:
            self._ask_analyst("watch" if watch else "area")
        elif self._analyst is not None:
            self._study = None
            self._analyst.stop()

    def _ask_analyst(self, kind: str) -> Job:
        if self._analyst is None:
            text, game = self.analyst, self.game
            self._analyst = Thinker(lambda: self._load(text, game), self._tell)
        turns = tuple(self.sitting.turns[: self.sitting.ply])
        job = Job(kind, self.sitting.start, turns, area=self.showing_area)  # type: ignore[arg-type]
        self._study = job
        self._analyst.ask(job)
        return job

    def hear(self, report: Report) -> None:
        """What an agent has to say, on the screen's own thread."""
        job = report.job
        if job is None or job not in (self._job, self._study):
            return
        match report.kind:
            case "ready":
                if job is self._job and self.clocks is not None:  # to load an agent costs no time on its clock
                    self.clocks.start(self.sitting.mover)
                    self._began = time.monotonic()
            case "thought":
                self.thought = report
                if report.result is not None and job is self._study:
                    self.sitting.judge(len(job.turns), float(report.result.value[0]))
            case "area":
                self.area = report
            case "move":
                self._answer(report)
            case "failed":
                if job is self._job:
                    self._job, self.failed = None, True
                    self.say(f"{report.error} (Enter asks again)", error=True)
                else:
                    self._study = self.hinting = None
                    self.analysing = self.showing_area = False
                    self.say(report.error, error=True)
            case "done":
                pass

    def _answer(self, report: Report) -> None:
        """The agent's move."""
        self._job = None
        sitting = self.sitting
        if report.action < 0:
            if sitting.alone:
                self.failed = True
                self.say(f"{self.agent} gives up (Enter asks again)", error=True)
                return
            sitting.end(sitting.mover, "resignation")
            self._go_on()
            return
        looking = sitting.looking
        try:
            self._make(report.action, report.result)
        except TengenError as error:
            self.failed = True
            self.say(f"{self.agent}: {error} (Enter asks again)", error=True)
        if looking is not None and sitting.ending is None:  # who looks back is not torn away
            sitting.look(looking)
            self._study_shown()

    # Clocks

    def _wind_clocks(self) -> None:
        control = self.time_control
        self.clocks = None
        if control is not None and control.timed and not self.sitting.alone:
            self.clocks = GameClock((control, control), margin=0.0)

    def _press_clock(self) -> bool:
        """The move is made: whether it was in time."""
        return self.clocks is None or self.clocks.stop()

    def tick(self) -> bool:
        """Looks at the clock; whether a flag has fallen just now."""
        if self.clocks is None or self.sitting.is_over() or self.failed or self.paused:
            return False
        mover = self.sitting.mover
        reading = self.clocks.reading(mover)
        if reading is None or reading[0] > 0.0:
            return False
        self.sitting.end(mover, "time")
        self._go_on()
        return True

    # What is thought

    def _result_of(self, state: State, ply: int) -> SearchResult | None:
        """What is known of a position of the game from the last search, if it was about that."""
        report = self.thought
        if report is None or report.job is None or report.result is None:
            return None
        return report.result if report.job.state is state and len(report.job.turns) == ply else None

    def opinions(self) -> tuple[Opinion, ...]:
        """The moves that are thought of in the position that is shown, the best first."""
        state = self.sitting.shown
        result = self._result_of(state, self.sitting.ply)
        if result is None:
            return ()
        return opinions(self.game, state, result, self.written)

    def shown_on_board(self) -> bool:
        """Whether thoughts are to be seen on the board too."""
        return self.analysing or self.hinting is not None

    def shown_area(self) -> NDArray[np.float32] | None:
        """Whose the points are in the position that is shown, if that is asked for and known."""
        report = self.area
        if not self.showing_area or report is None or report.job is None:
            return None
        return report.area if report.job.state is self.sitting.shown else None

    def variation(self) -> list[str]:
        """The line that is expected from the position that is shown."""
        state = self.sitting.shown
        result = self._result_of(state, self.sitting.ply)
        return [] if result is None else self.line(state, result.variations[0])

    def line(self, state: State, actions: Sequence[int]) -> list[str]:
        """A line of moves as people write them, as far as it is legal; without what chance does."""
        words = []
        for action in actions[:VARIATION]:
            if not self.game.is_legal(state, action):
                break
            if self.game.player(state) >= 0:
                words.append(self.written(state, action))
            state = self.game.apply(state, action)
        return words

    def facts(self) -> list[str]:
        """What is worth knowing of the position that is shown."""
        return moves.facts(self.game, self.sitting.shown)

    # The end

    def _dismiss(self) -> None:
        """The agents leave; others of the same texts come when they are needed."""
        for each in (self._player, self._analyst):
            if each is not None:
                each.close(0.0)
        self._player = self._analyst = self._job = self._study = self.hinting = None

    def close(self) -> None:
        """Ends what is thought and frees the agents, as far as they stop in time."""
        for each in (self._player, self._analyst):
            if each is not None:
                each.close()
