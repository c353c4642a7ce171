"""Pictures of games: drawn, scaled into characters, saved as films."""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from tengen.core.errors import InvalidParameter, MissingExtra
from tengen.games.registry import make
from tengen.terminal import film
from tengen.terminal.blocks import SHADES, in_blocks, in_shades, shrunk
from tengen.terminal.film import Film
from tengen.terminal.pictures import BALL, GOAL, PADDLE, PIT, ROBOT, WALL, picture_of

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves(height: int, width: int) -> np.ndarray:
    """Red above blue."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2], picture[height // 2 :] = RED, BLUE
    return picture


def printed(shown: object, *, colour: str | None = "truecolor") -> str:
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=colour)  # type: ignore[arg-type]
    console.print(shown)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_room_is_drawn_square_by_square() -> None:
    game = make("gridworld:robot")
    picture = picture_of(game, game.initial_state())
    assert picture is not None
    assert picture.shape == (120, 160, 3)
    corners = picture[[2, 42, 42], [122, 122, 42]].tolist()
    assert corners == [list(GOAL), list(PIT), list(WALL)]
    assert picture[100, 20].tolist() == list(ROBOT)
    assert picture[20, 20].tolist() != list(ROBOT)


def test_a_large_room_has_small_squares() -> None:
    rows = "/".join(["S" + "." * 99] + ["." * 100] * 99)
    game = make(f"gridworld:{rows}")
    picture = picture_of(game, game.initial_state())
    assert picture is not None
    assert picture.shape == (600, 600, 3)


def test_breakout_is_drawn_square_by_square() -> None:
    game = make("breakout")
    state = game.apply(game.initial_state(), 1)
    picture = picture_of(game, state)
    assert picture is not None
    small = picture[12::24, 12::24]
    assert small[3, 0].tolist() == list(BALL)
    assert small[9, 4].tolist() == list(PADDLE)
    assert len({tuple(colour) for colour in small[1:4, 1].tolist()}) == 3


def test_a_game_without_pictures_has_none() -> None:
    game = make("tictactoe")
    assert picture_of(game, game.initial_state()) is None


@pytest.mark.parametrize(
    ("shape", "room", "aspect", "expected"),
    [
        ((210, 160), (80, 20), 4 / 3, (40, 53)),  # bounded by the lines
        ((210, 160), (30, 40), 4 / 3, (22, 30)),  # bounded by the columns
        ((40, 40), (80, 30), None, (60, 60)),
        ((40, 400), (50, 30), None, (4, 50)),
        ((400, 4), (50, 10), None, (20, 1)),
    ],
)
def test_a_picture_fits_into_its_room_in_proportion(
    shape: tuple[int, int], room: tuple[int, int], aspect: float | None, expected: tuple[int, int]
) -> None:
    small = shrunk(np.zeros((*shape, 3), np.uint8), *room, aspect=aspect)
    assert small.shape[:2] == expected


def test_two_pixels_share_a_character() -> None:
    seen = printed(in_blocks(halves(2, 3), 3, 1))
    assert seen.count("▀") == 3
    assert "38;2;255;0;0;48;2;0;0;255m▀▀▀" in seen


def test_areas_are_averaged_where_a_picture_shrinks() -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:, ::2] = 200
    assert shrunk(picture, 2, 1).tolist() == [[[100] * 3] * 2] * 2


def test_without_colour_brighter_is_denser() -> None:
    picture = np.repeat(np.linspace(0, 255, 20).astype(np.uint8), 3).reshape(1, 20, 3).repeat(2, axis=0)
    lines = in_shades(picture, 20, 1, aspect=10.0).plain.splitlines()
    assert len(lines) == 1
    assert [SHADES.index(shade) for shade in lines[0]] == sorted(SHADES.index(shade) for shade in lines[0])
    assert (lines[0][0], lines[0][-1]) == (SHADES[0], SHADES[-1])


def test_a_film_with_few_colours_keeps_each_exactly(tmp_path: Path) -> None:
    made = Film(rate=20.0)
    pictures = [halves(40, 30), halves(40, 30)[::-1], np.full((40, 30, 3), 7, np.uint8)]
    for picture in pictures:
        made.add(picture)
    made.save(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as saved:
        assert saved.n_frames == 3
        for number, picture in enumerate(pictures):
            saved.seek(number)
            assert np.array_equal(np.asarray(saved.convert("RGB")), picture)
            assert saved.info["duration"] == (1000 if number == 2 else 50)
        assert saved.info["loop"] == 0


def test_a_film_with_many_colours_is_near(tmp_path: Path) -> None:
    made = Film(rate=10.0)
    ramp = np.add.outer(np.arange(64), np.arange(64))
    picture = np.stack([ramp, 2 * ramp % 256, 255 - ramp], axis=-1).astype(np.uint8)
    made.add(picture)
    made.add(picture[::-1])
    made.save(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as saved:
        error = np.asarray(saved.convert("RGB")).astype(int) - picture
        assert np.abs(error).mean() < 12


def test_mp4_without_ffmpeg_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film.shutil, "which", lambda name: None)
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'tengen\[film\]'"):
        film.check_film(tmp_path / "film.mp4")


def test_mp4_is_written_by_ffmpeg(tmp_path: Path) -> None:
    try:
        program = film.ffmpeg()
    except MissingExtra as error:
        pytest.skip(str(error))
    made = Film(rate=10.0)
    for row in range(20):
        picture = np.zeros((41, 31, 3), np.uint8)  # an odd size, which this format does not have
        picture[row] = 255
        made.add(picture)
    made.save(tmp_path / "film.mp4")
    said = subprocess.run([program, "-i", tmp_path / "film.mp4"], capture_output=True, text=True, check=False).stderr
    assert "32x42" in said
    assert list(tmp_path.iterdir()) == [tmp_path / "film.mp4"]


def test_what_ffmpeg_refuses_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    false = shutil.which("false")
    assert false is not None
    monkeypatch.setattr(film, "ffmpeg", lambda: false)
    made = Film(rate=10.0)
    made.add(halves(10, 10))
    with pytest.raises(InvalidParameter, match="ffmpeg could not write the film") as refused:
        made.save(tmp_path / "film.mp4")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
