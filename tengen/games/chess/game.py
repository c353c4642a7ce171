"""Chess as a `Game`: parameters, notation, positions, reasons."""

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter
from tengen.games import kernels, symmetry
from tengen.games.chess import mates, notation  # noqa: F401 (mates registers a rule)
from tengen.games.chess.bits import ALL
from tengen.games.chess.fen import STARTPOS, read_fen, square_name, write_fen
from tengen.games.chess.geometry import NUM_ACTIONS
from tengen.games.chess.observation import GAME_PLANES, POSITION_PLANES
from tengen.games.chess.parameters import ChessRules, read_rules
from tengen.games.chess.setup import read_off, set_up
from tengen.games.chess.state import CHECKMATE, FIFTY, LIMIT, MATERIAL, PAST, REPETITION, STALEMATE, STATE
from tengen.games.chess.text import draw_board
from tengen.games.game import RecordGame
from tengen.games.rules import State

_PIECES = np.array([0, 1, 3, 2, 4, 6, 5], np.int8)
"""The order pawn, knight, bishop, rook, queen, king from the codes of pieces."""
_TIMES = ("", "", "twofold", "threefold", "fourfold", "fivefold", "sixfold", "sevenfold", "eightfold", "ninefold")


class Chess(RecordGame):
    """Chess and Chess960; an action is a plane and the square of the piece, seen by whoever moves (geometry.py)."""

    name = "chess"
    view_parameters = ("history",)
    decisive = True
    dtype = STATE
    player_names = ("White", "Black")
    num_actions = NUM_ACTIONS
    max_legal = 218
    symmetries = symmetry.none(8, 8, NUM_ACTIONS)

    def __init__(self, **parameters: object) -> None:
        self.rules: ChessRules = read_rules(parameters)
        super().__init__(**{name: getattr(self.rules, name) for name in self.defaults()})
        self.observation_shape = (len(POSITION_PLANES) * self.rules.history + len(GAME_PLANES), 8, 8)
        self.max_plies = self.rules.ply_limit
        template = np.zeros(1, STATE)
        template["repetition"] = self.rules.repetition
        template["fifty"] = 2 * self.rules.fifty
        template["material"] = self.rules.material
        template["max_plies"] = self.max_plies
        template["chess960"] = self.rules.chess960
        self._template = template[0]

    @classmethod
    def defaults(cls) -> dict[str, object]:
        rules = ChessRules()
        return {name: getattr(rules, name) for name in ChessRules.__slots__}

    def counting_rules(self) -> "Chess":
        """Mate and stalemate alone end a game."""
        return Chess(**self.parameters | {"repetition": 0, "fifty": 0, "material": False, "max_plies": 0})

    def initial_state(self) -> State:
        return self.parse_position(STARTPOS)

    def chess960_start(self, number: int) -> State:
        """The start of Chess960 with a number of Scharnagl's, 0 to 959; 518 is that of chess."""
        if not 0 <= number < 960:
            raise InvalidParameter(f"start {number} is not accepted: 0 to 959")
        row = "".join(_scharnagl(number))
        return self.parse_position(f"{row.lower()}/pppppppp/8/8/8/8/PPPPPPPP/{row} w KQkq - 0 1")

    def termination(self, state: State) -> str:
        ending = int(state["ending"])
        if ending == REPETITION:
            return f"{_TIMES[self.rules.repetition]} repetition"
        if ending == FIFTY:
            words = {50: "fifty moves", 75: "seventy-five moves"}
            return words.get(self.rules.fifty, f"{self.rules.fifty} moves without progress")
        if ending == CHECKMATE and not int(state["chess_own"]) & int(state["leaper"]) & int(state["straight"]):
            return "king taken"
        words = {
            CHECKMATE: "checkmate",
            STALEMATE: "stalemate",
            MATERIAL: "insufficient material",
            LIMIT: "move limit",
        }
        return words.get(ending, "")

    def in_check(self, state: State) -> bool:
        """Whether the king of the side to move is attacked, mate included."""
        return bool(state["target"] != ALL)

    def is_repetition(self, state: State, count: int = 3) -> bool:
        """Whether the position stands for the `count`-th time or more, by FIDE's article 9.2.3."""
        return int(state["occurrences"]) >= count

    def halfmove_clock(self, state: State) -> int:
        """Half-moves since the last capture or pawn move."""
        return int(state["clock"])

    def board(self, state: State) -> NDArray[np.int8]:
        """What stands on each square [8, 8], the eighth rank first: 1 to 6 White's P N B R Q K, negative Black's."""
        board = np.zeros((8, 8), np.int8)
        for square, (color, code) in read_off(state).pieces.items():
            board[7 - square // 8, square % 8] = -_PIECES[code] if color else _PIECES[code]
        return board

    def why_illegal(self, state: State, action: int) -> str:
        if self.is_over(state):
            return f"the game is over by {self.termination(state)}"
        if not 0 <= action < self.num_actions:
            return f"actions are 0 to {self.num_actions - 1}"
        move = notation.read_action(state, action)
        if move is None:
            return "it leads off the board"
        if not int(state["chess_own"]) >> (action & 63) & 1:
            return f"{self.player_names[state['side']]} has no piece on {square_name(move.origin)}"
        if move.castling:
            return notation.why_not_castle(state, move.castling)
        careless = self._one(state)
        careless["attacked"] = careless["pinned"] = 0
        careless["target"] = ALL
        out = np.empty(self.num_actions, np.int32)
        count = kernels.legal_actions_at(careless, 0, out)
        if action in out[:count]:
            return "it leaves the king in check" if self.in_check(state) else "it exposes the king to check"
        return f"the {notation.PIECE_NAMES[move.piece]} cannot move so"

    def action_to_text(self, state: State, action: int) -> str:
        return notation.write_uci(state, action)

    def parse_move(self, state: State, text: str) -> int:
        return notation.read_move(state, text, self.legal_actions(state).tolist())

    def parse_action(self, state: State, text: str) -> int:
        return super().parse_action(state, text.strip() if len(text) < 1000 else text)

    def notate(self, state: State, action: int) -> str:
        legal = self.legal_actions(state).tolist()
        text = notation.write_san(state, action, legal)
        if action not in legal:
            return text
        after = self.apply(state, action)
        sign = "#" if after["ending"] == CHECKMATE else "+" if self.in_check(after) else ""
        return text + sign

    def position_to_text(self, state: State) -> str:
        return write_fen(read_off(state), chess960=self.rules.chess960)

    def epd(self, state: State) -> str:
        """The position as EPD: the FEN without its two numbers."""
        return self.position_to_text(state).rsplit(" ", 2)[0]

    def parse_position(self, text: str) -> State:
        return set_up(self._template, read_fen(text, chess960=self.rules.chess960), text)

    def draw(self, state: State, last_action: int | None = None) -> str:
        before = self._one(state)
        before["side"] = 1 - state["side"]
        marked: set[int] = set()
        now = read_off(state).pieces
        if state["past_count"]:
            row = (int(state["ply"]) - 1) % PAST
            for name, word in zip(("chess_own", "leaper", "diagonal", "straight"), state["past"][row], strict=True):
                before[name] = word
            was = read_off(before[0]).pieces
            marked = {square for square in range(64) if was.get(square) != now.get(square)}
        elif last_action is not None:  # the position was set up after it
            move = notation.read_action(before[0], last_action)
            marked = {move.origin, move.goal} if move else set()
        return draw_board(now, marked)


def _scharnagl(number: int) -> list[str]:
    """The pieces of a start of Chess960 from a to h, after Reinhard Scharnagl's numbering."""
    row = [""] * 8
    number, light = divmod(number, 4)
    row[2 * light + 1] = "B"
    number, dark = divmod(number, 4)
    row[2 * dark] = "B"
    number, queen = divmod(number, 6)
    row[[file for file in range(8) if not row[file]][queen]] = "Q"
    pairs = [(first, second) for first in range(5) for second in range(first + 1, 5)]
    free = [file for file in range(8) if not row[file]]
    for place in pairs[number]:
        row[free[place]] = "N"
    for piece, file in zip("RKR", [file for file in range(8) if not row[file]], strict=True):
        row[file] = piece
    return row
