"""Pictures of positions: the same text every time, what is on the board is in them, PNG shows what SVG says."""

import os
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from rich.console import Console

import tengen
from tengen.cli import main
from tengen.core.errors import IllegalMove, InvalidMove, InvalidParameter
from tengen.terminal.diagrams import diagram_of, svg_text
from tengen.terminal.diagrams.png import write_png
from tengen.terminal.diagrams.position import squares_named
from tengen.terminal.diagrams.shapes import Outline, glyph
from tengen.terminal.showing import show

GOLDEN = Path(__file__).with_name("diagrams")
SHOGI = "l6nl/5+P1gk/2np1S3/p1p4Pp/3P2Sp1/1PPb2P1P/P5GS1/R8/LN4bKL w RGgsn5p 1"
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "tictactoe": ("tictactoe", {"moves": "b2 a3 c1"}),
    "go": ("go:size=9", {"moves": "E5 C3 G7 F4 pass D3"}),
    "chess": ("chess", {"moves": "e4 e5 Bc4 Nc6 Qh5 Nf6 Qxf7", "flipped": True}),
    "shogi": ("shogi", {"position": SHOGI, "last": "7g7f"}),
    "gridworld": ("gridworld:robot", {"solved": True}),
    "breakout": ("breakout", {"moves": "left", "coordinates": False}),
}


def drawn(name: str, path: Path) -> str:
    text, options = CASES[name]
    show(tengen.make(text), Console(), svg=path, **options)  # type: ignore[arg-type]
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_diagrams_are_what_they_were(name: str, tmp_path: Path) -> None:
    golden = GOLDEN / f"{name}.svg"
    found = drawn(name, tmp_path / "new.svg")
    if os.environ.get("TENGEN_RENEW_DIAGRAMS"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8"), f"look at both, then run with TENGEN_RENEW_DIAGRAMS=1: {golden}"


def test_an_svg_is_well_formed_and_names_its_position(tmp_path: Path) -> None:
    root = ElementTree.fromstring(drawn("shogi", tmp_path / "a.svg"))
    assert root.attrib["width"] == "480"
    assert SHOGI in (root.findtext("{http://www.w3.org/2000/svg}title") or "")
    defined = {each.attrib["id"] for each in root.iter("{http://www.w3.org/2000/svg}path")}
    used = {each.attrib["href"][1:] for each in root.iter("{http://www.w3.org/2000/svg}use")}
    assert used == defined


def test_every_piece_of_the_board_and_of_the_hands_is_drawn() -> None:
    game = tengen.make("shogi")
    shapes = diagram_of(game, game.parse_position(SHOGI), coordinates=False).shapes
    count = Counter(shape.name for shape in shapes if isinstance(shape, Outline))
    assert count["kanji 歩"] == 12 + 1  # five of them as one piece with its number
    assert (count["kanji と"], count["kanji 玉"], count["latin 5"]) == (1, 2, 1)
    turned = [shape.name for shape in shapes if isinstance(shape, Outline) and shape.turned]
    assert turned.count("kanji 金") == 2  # White's: one on the board, one in hand
    chess = tengen.make("chess")
    start = diagram_of(chess, chess.initial_state(), coordinates=False).shapes
    figures = Counter(shape.name for shape in start if isinstance(shape, Outline))
    assert figures["white P"] == figures["black P"] == 8
    assert figures["white K"] == figures["black Q"] == 1


def test_a_flipped_board_has_the_last_move_on_the_other_side(tmp_path: Path) -> None:
    game = tengen.make("go:size=5")
    pictures = []
    for flipped in (False, True):
        show(game, Console(), moves="A5", png=tmp_path / "a.png", size=250, flipped=flipped, coordinates=False)
        pictures.append(np.asarray(Image.open(tmp_path / "a.png").convert("L")))
    dark = [picture < 60 for picture in pictures]
    assert pictures[0].shape == (250, 250)
    assert dark[0][:60, :60].mean() > 0.3
    assert dark[0][-60:, -60:].mean() < 0.05
    assert dark[1][-60:, -60:].mean() > 0.3


def test_png_shows_what_svg_says(tmp_path: Path) -> None:
    game = tengen.make("chess")
    diagram = diagram_of(game, game.parse_position("8/8/8/8/8/8/8/K1k5 w - - 0 1"), [(0, 0)], coordinates=False)
    write_png(diagram, tmp_path / "a.png", 160)
    picture = np.asarray(Image.open(tmp_path / "a.png").convert("RGB"))
    assert picture.shape == (160, 160, 3)
    assert "{:02x}{:02x}{:02x}".format(*tuple(picture[10, 10])) == "e9dc7c"  # the marked corner
    assert "{:02x}{:02x}{:02x}".format(*tuple(picture[10, 30])) == "b58863"
    assert (picture[140:, :20] > 250).all(axis=2).any()  # the white king's body
    assert svg_text(diagram, 160).count('fill="#e9dc7c"') == 1


def test_outlines_hold_every_name_that_boards_write() -> None:
    for letter in "ABCDEFGHJKLMNOPQRSTabcdefgh0123456789+-.":
        assert glyph(f"latin {letter}").path.startswith("M")
    for sign in "歩香桂銀金角飛玉と杏圭全馬龍一二三四五六七八九":
        assert glyph(f"kanji {sign}").path.endswith("Z")


def test_what_cannot_be_drawn_is_said_in_one_line() -> None:
    chess, go, console = tengen.make("chess"), tengen.make("go:size=5"), Console()
    with pytest.raises(InvalidParameter, match="the last of --moves is marked already"):
        show(chess, console, moves="e4", last="e2e4")
    with pytest.raises(IllegalMove, match="move 2: "):
        show(chess, console, moves="e4,e4")
    with pytest.raises(InvalidMove, match="'e4' is no move with its squares, such as e2e4"):
        squares_named(chess, chess.initial_state(), "e4")
    with pytest.raises(InvalidMove, match="'77' is no move with its squares"):
        squares_named(tengen.make("shogi"), None, "77")
    with pytest.raises(InvalidParameter, match="utilities are drawn for the gridworld, not for go"):
        diagram_of(go, go.initial_state(), solved=True)
    grid = tengen.make("gridworld:robot")
    with pytest.raises(InvalidParameter, match="gridworld is a game for one: its board has one side only"):
        diagram_of(grid, grid.initial_state(), flipped=True)


def test_the_command_draws_in_the_terminal_and_into_files(tmp_path: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(main, ["show", "tictactoe", "--position", "X.O/.X./..."])
    assert "3 X . O" in shown.output
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    made = runner.invoke(
        main, ["show", "tictactoe", "--moves", "b2", "--svg", str(svg), "--png", str(png), "--size", "90"]
    )
    assert (made.exit_code, made.output) == (0, "")
    assert 'width="90"' in svg.read_text(encoding="utf-8")
    assert Image.open(png).size == (90, 90)
