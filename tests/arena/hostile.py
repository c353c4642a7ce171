"""Four engines that nobody wants at a tournament, over GTP, UCI and USI: `hostile.py PROTOCOL WAY`.

hang     thinks about its first move for ever
die      ends in its tenth move
illegal  plays moves that the rules forbid
flood    writes without end instead of its first move

Until then all of them behave: they play the first legal move that they find, or pass.
"""

import sys
import time


def misbehave(way: str, moves: int) -> str | None:
    """What is done instead of the move number `moves`; a text is an answer."""
    if way == "hang":
        time.sleep(600)
    if way == "die" and moves >= 10:
        sys.exit(7)
    while way == "flood":
        print("info string nothing to say", flush=True)
    return "illegal" if way == "illegal" else None


def gtp(way: str) -> None:
    """Plays on the first point of nine by nine that it has seen no stone on."""
    free = [f"{letter}{row}" for row in range(1, 10) for letter in "ABCDEFGHJ"]
    moves = 0
    for line in sys.stdin:
        words = line.split()
        answer = ""
        if words[0] == "protocol_version":
            answer = "2"
        elif words[0] == "list_commands":
            answer = "protocol_version\nlist_commands\nboardsize\nclear_board\nkomi\nplay\ngenmove\nquit"
        elif words[0] == "clear_board":
            free = [f"{letter}{row}" for row in range(1, 10) for letter in "ABCDEFGHJ"]
        elif words[0] == "play" and words[2] in free:
            free.remove(words[2])
        elif words[0] == "genmove":
            moves += 1
            answer = "Z26" if misbehave(way, moves) else free.pop(0)
        print(f"= {answer}\n", flush=True)
        if words[0] == "quit":
            return


def uci(way: str) -> None:
    """Plays chess by python-chess's first legal move."""
    import chess

    board = chess.Board()
    moves = 0
    for line in sys.stdin:
        words = line.split()
        if words[0] == "uci":
            print("id name hostile\nid author nobody\nuciok", flush=True)
        elif words[0] == "isready":
            print("readyok", flush=True)
        elif words[0] == "position":
            start, _, played = line.partition(" moves ")
            fen = start.partition(" fen ")[2].strip()
            board = chess.Board(fen) if fen else chess.Board()
            for move in played.split():
                board.push_uci(move)
        elif words[0] == "go":
            moves += 1
            fault = misbehave(way, moves)
            print(f"bestmove {'a1a8' if fault else next(iter(board.legal_moves))}", flush=True)
        elif words[0] == "quit":
            return


def usi(way: str) -> None:
    """Plays shogi by cshogi's first legal move."""
    import cshogi

    board = cshogi.Board()
    moves = 0
    for line in sys.stdin:
        words = line.split()
        if words[0] == "usi":
            print("id name hostile\nid author nobody\nusiok", flush=True)
        elif words[0] == "isready":
            print("readyok", flush=True)
        elif words[0] == "position":
            board.set_position(line.partition(" ")[2].strip())
        elif words[0] == "go":
            moves += 1
            fault = misbehave(way, moves)
            print(f"bestmove {'9i9a' if fault else cshogi.move_to_usi(next(iter(board.legal_moves)))}", flush=True)
        elif words[0] == "quit":
            return


if __name__ == "__main__":
    {"gtp": gtp, "uci": uci, "usi": usi}[sys.argv[1]](sys.argv[2])
