"""A small GTP engine for tests: passes, resigns, or misbehaves as its first argument says."""

import sys
import time

LETTERS = "ABCDEFGHJKLMNOPQRST"


def main() -> None:
    """Reads commands until `quit`."""
    mode = sys.argv[1]
    size = 9
    asked = 0
    if mode == "die":
        sys.exit(3)
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        command = words[0]
        answer = ""
        if command == "protocol_version":
            answer = "2"
        elif command == "list_commands":
            answer = "protocol_version\nlist_commands\nboardsize\nclear_board\nkomi\nplay\ngenmove\nquit"
            if mode == "miscount":
                answer += "\nfinal_score"
            if mode == "timed":
                answer += "\ntime_settings\ntime_left"
        elif command == "final_score":
            answer = "B+99"
        elif command == "boardsize":
            size = int(words[1])
            if mode == "small" and size > 7:
                print("? unacceptable size\n", flush=True)
                continue
        elif command == "play" and mode == "refuse":
            print("? illegal move\n", flush=True)
            continue
        elif command == "genmove":
            if mode == "hang":
                time.sleep(600)
            if mode == "crash":
                sys.exit(7)
            asked += 1
            if mode == "garbage" or (mode == "timed" and asked == 2):
                print("hello there", flush=True)
                continue
            if mode == "chatty":
                sys.stderr.write("thinking about it all\n" * 20000)
            answer = {"illegal": "A1", "nonsense": "Z99", "resign": "resign"}.get(mode, "PASS")
        elif command == "quit" and mode == "deaf":
            time.sleep(600)
        print(f"= {answer}\n", flush=True)
        if command == "quit":
            return


if __name__ == "__main__":
    main()
