"""GNU Go as a referee: a pipe and nothing else."""

import os
import shutil
import subprocess

import pytest


class GnuGo:
    """GNU Go over GTP under area rules and positional superko; the test is skipped where it is absent."""

    def __init__(self, *options: str) -> None:
        program = shutil.which("gnugo", path=os.environ.get("PATH", "") + ":/usr/games:/usr/local/games")
        if program is None:
            pytest.skip("GNU Go is not installed")
        command = [program, "--mode", "gtp", "--chinese-rules", "--capture-all-dead", "--positional-superko", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line: str) -> str:
        """The body of an answer; a refusal fails the test."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = ""
        while not answer.endswith("\n\n"):
            part = self.process.stdout.readline()
            assert part, f"GNU Go ended after {line!r}"
            answer += part
        assert answer.startswith("="), f"GNU Go on {line!r}: {answer}"
        return answer[1:].strip()

    def close(self) -> None:
        """Ends the program."""
        self.process.kill()
        self.process.communicate()
