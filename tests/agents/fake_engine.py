"""A small UCI or USI engine for tests: plays its first move always, or misbehaves as its second argument says."""

import sys
import time

FIRST = {"uci": ("e2e4", "e7e5"), "usi": ("7g7f", "3c3d")}
OPTIONS = """option name Skill Level type spin default 20 min -20 max 20
option name UCI_LimitStrength type check default false
option name UCI_Elo type spin default 1350 min 1350 max 2850
option name Style type combo default Solid var Solid var Wild
option name Clear Hash type button
option name Ponder type check default false
option name EvalFile type string default <empty>"""


def say(line: str) -> None:
    """Prints one line at once."""
    print(line, flush=True)


def main() -> None:
    """Reads commands until `quit`."""
    protocol, mode = sys.argv[1:3]
    if mode == "die":
        sys.exit(3)
    moves: list[str] = []
    turn = 0
    for line in sys.stdin:
        words = line.split() or [""]
        if words[0] == protocol:
            if mode == "mute":
                time.sleep(600)
            say("hello, this is no line of the protocol")
            sys.stdout.buffer.write(b"id name \xff\xfe odd bytes\n")
            say(OPTIONS)
            say(protocol + "ok")
        elif words[0] == "isready":
            if mode == "unready":
                time.sleep(600)
            say("readyok")
        elif words[0] == "position":
            moves = words[words.index("moves") + 1 :] if "moves" in words else []
            second = {"uci": "b", "usi": "w"}[protocol]
            turn = int(words[1] != "startpos" and words[3] == second)
        elif words[0] == "go":
            if mode == "hang":
                time.sleep(600)
            if mode == "crash":
                sys.exit(7)
            if mode == "garbage":
                say("x" * 100_000)
            if mode == "chatty":
                sys.stderr.write("thinking about it all\n" * 20_000)
            usual = FIRST[protocol][(turn + len(moves)) % 2]
            answer = {"illegal": "a1a1", "none": "(none)", "nonsense": "%$&", "empty": ""}.get(mode, usual)
            answer = {"resign": "resign", "win": "win"}.get(mode, answer)
            say("info depth 1 score cp nonsense pv e2e4 what")
            if mode == "telling":
                say("info depth 9 seldepth 12 multipv 1 score cp 100 nodes 1234 nps 5 pv e2e4 e7e5 e1e8 g8f6")
                say("info depth 10 multipv 2 score cp -300 pv d2d4")
                say("info depth 10 score cp 400 upperbound pv g1f3")
                say("info string score cp 7")
            say(f"bestmove {answer}")
        elif words[0] == "quit" and mode == "deaf":
            time.sleep(600)
        elif words[0] == "quit":
            return


if __name__ == "__main__":
    main()
