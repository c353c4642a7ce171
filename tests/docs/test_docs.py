"""What the pages say can be typed, clicked and run."""

import re
import shlex
from pathlib import Path

import pytest

from tengen.cli import main
from tengen.core.errors import TengenError
from tengen.selfplay import settings
from tengen.terminal.zoo import page

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
COMMAND = re.compile(rf"(?<![\w/-])tengen ({'|'.join(main.commands)})\b([^`\"]*(?:\"[^\"]*\"[^`\"]*)*)")


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(page: Path) -> list[list[str]]:
    """The commands in a page's blocks of code and in its `quotes`, as words."""
    found = []
    for line in page.read_text().splitlines():
        block = line.startswith("    ") or re.match(r"(tengen|gogui|printf|make) ", line)
        pieces = [line] if block else re.findall(r"`(tengen [^`]+)`", line)
        for piece in pieces:
            for match in COMMAND.finditer(piece):
                if "[--" not in piece and "AGENT…" not in piece:
                    found.append(shlex.split(match[0].rstrip(" \\"), comments=True)[1:])
    return found


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_is_one_that_the_program_knows(page: Path) -> None:
    for name, *words in commands(page):
        command = main.commands[name]
        if len(words) < sum(parameter.required for parameter in command.params):
            continue  # the bare name of a command in a sentence
        context = command.context_class(command)
        command.make_parser(context).parse_args(list(words))
        if name == "train" and words and words[0] in settings.presets():
            settings.load(words[0], tuple(words[place + 1] for place, word in enumerate(words) if word == "--set"))


def test_commands_are_found_where_they_are_written() -> None:
    found = [command for page in PAGES for command in commands(page)]
    assert ["train", "--resume", "runs/mine", "--minutes", "120"] in found
    assert ["gtp", "--agent", "uct:sims=2000"] in found
    assert ["play", "tictactoe", "--agent", "random"] in found
    assert len(found) > 25


def test_settings_named_in_the_docs_exist() -> None:
    text = (ROOT / "docs" / "training.md").read_text()
    named = set(re.findall(r"`((?:search|selfplay|training|ladder|exam|network)\.[a-z_]+)`", text))
    named -= {"training.safetensors"}
    assert len(named) > 5
    for name in named:
        with pytest.raises(TengenError, match=f"{name} (must|is)|value of {name}"):
            settings.load("tictactoe", (f"{name}='no such value'",))


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/atari.md",
        "docs/breakout.md",
        "docs/gymnasium.md",
        "docs/go.md",
        "docs/gridworld.md",
        "docs/shogi.md",
        "docs/agents.md",
        "docs/analysis.md",
        "docs/gtp.md",
        "docs/uci.md",
        "docs/arena.md",
    ],
)
def test_the_examples_in_python_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), {"__name__": "an example"})


def test_the_page_of_the_zoo_is_what_the_cards_say() -> None:
    assert (ROOT / "docs" / "zoo.md").read_text() == page(), "run `tengen zoo table > docs/zoo.md`"
