"""What all commands have in common: help, one line for what is wrong, closed pipes, interrupts."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tengen as package
from tengen.cli import main

COMMANDS = sorted(main.commands)


def tengen(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def process(*arguments: str, **options: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tengen.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TENGEN_QUIET": "1"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_an_example_on_a_line_of_its_own(command: str) -> None:
    result = tengen(command, "--help")
    assert result.exit_code == 0
    assert re.search(rf"^  Example: .*tengen {command}\b", result.stdout, re.MULTILINE)
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_bare_program_helps() -> None:
    assert tengen().stdout == tengen("--help").stdout
    assert tengen().exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nonsense"], "--nonsense'. (see tengen --help)"),
        (["perft", "tictactoe", "two"], "'two' is not a valid integer. (see tengen perft --help)"),
        (["perft", "tictactoe", "2", "--size", "9"], "unknown parameter of tictactoe 'size' (known: none)"),
        (["perft", "go:size=3", "1", "--position", ".../.../... ko=A" + "9" * 5000], "ko=A999"),
        (["analyze", "tictactoe", "--seed", "-1"], "--seed"),
        (["arena", "tictactoe", "random", "random", "--seed", str(2**40)], "--seed"),
        (["arena", "tictactoe", "random", "random", "--out", ""], "an empty text names no file"),
        (["arena", "tictactoe", "random", "human"], "'human' plays at the terminal only"),
        (["play", "go", "--handicap", "-2"], "--handicap"),
        (["gtp", "--agent", "nobody"], "unknown agent 'nobody'"),
        (["gtp", "--agent", "human"], "'human' plays at the terminal only"),
        (["gtp", "--agent", "missing.safetensors"], "missing.safetensors"),
        (["gtp", "--game", "tictactoe"], "GTP is for Go"),
        (["gtp", "--game", "go:size=99"], "size=99"),
        (["uci", "--agent", "nobody"], "unknown agent 'nobody'"),
        (["uci", "--agent", "human"], "'human' plays at the terminal only"),
        (["uci", "--game", "go:size=99"], "size=99"),
        (["usi", "--agent", "missing.safetensors"], "missing.safetensors"),
        (["usi", "--game", "nothing"], "unknown game 'nothing'"),
        (["train"], "name a preset or a game"),
        (["train", "nothing"], "unknown preset or game 'nothing'"),
        (["train", "tictactoe", "--minutes", "nan"], "no number above 0"),
        (["train", "tictactoe", "--minutes", "-1"], "no number above 0"),
        (["train", "tictactoe", "--settings", "--set", "training.learning_rate=nan"], "training.learning_rate"),
        (["train", "tictactoe", "--set", "exam.opponents=['nobody']"], "unknown agent 'nobody'"),
        (["train", "tictactoe", "--set", "exam.opening_plies=9"], "no opening of 9 plies"),
        (["train", "tictactoe", "--set", "ladder.opponents=['uct:sims=²']"], "no ladder opponent"),
        (["train", "tictactoe", "--run", ""], "an empty text names no file"),
        (["train", "--resume"], "train --resume RUN"),
        (["train", "--resume", "nowhere"], "nowhere is no run"),
        (["bench", "--seconds", "inf"], "no number above 0"),
        (["bench", "--preset", "nothing"], "unknown preset or game 'nothing'"),
        (["bench", "--checkpoint", "nowhere"], "nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_status_2(words: list[str], said: str) -> None:
    result = tengen(*words)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    assert said in result.stderr
    assert result.stdout == ""


def test_a_file_that_is_no_folder_for_a_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = tengen("train", "tictactoe", "--run", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert str(tmp_path / "file") in result.stderr


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    program = process("games", "--json", stdout=subprocess.PIPE)
    assert program.stdout is not None
    program.stdout.close()
    _, said = program.communicate(timeout=120)
    assert said == b""
    assert program.returncode != 2


def test_a_closed_standard_input_reads_as_empty() -> None:
    program = process("gtp", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, preexec_fn=lambda: os.close(0))
    answers, said = program.communicate(timeout=120)
    assert (program.returncode, answers, said) == (0, b"", b"")


def test_an_interrupt_ends_what_python_cannot_interrupt() -> None:
    code = (
        "from tengen.terminal.commands import interruptible\n"
        "with interruptible():\n    print('begun', flush=True)\n    sum(range(10**12))"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stdout.readline() == b"begun\n"
    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=60) == -signal.SIGINT
    program.stdout.close()


def test_the_public_names_are_there_and_none_is_loaded_before_it_is_used() -> None:
    code = "import sys, tengen\nassert not {'numba', 'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    for name in ("load_agent", "make", "perft", "play_match", "search", "train"):
        assert callable(getattr(package, name))
        assert name in dir(package)
