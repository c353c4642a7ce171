"""An episode as a film: GIF by Pillow, MP4 by ffmpeg."""

import io
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import InvalidParameter, MissingExtra
from tengen.core.files import atomic_write, write_bytes
from tengen.terminal.pictures import Picture

SUFFIXES = (".gif", ".mp4")

LAST_SECONDS = 1.0
"""How long the last picture stays."""

COLOURS = 256
"""What a GIF can hold."""


def check_film(path: Path) -> None:
    """Raises what saving there would raise for a wrong name or a missing program, before anything is played."""
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidParameter(f"{path} is no film: its name must end with .gif or .mp4")
    if not path.parent.is_dir():
        raise InvalidParameter(f"{path} cannot be written: there is no folder {path.parent}")
    if path.suffix.lower() == ".mp4":
        ffmpeg()


def ffmpeg() -> str:
    """The ffmpeg that makes MP4: the system's, or the one that comes with the extra `film`."""
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        raise MissingExtra("MP4 needs ffmpeg: pip install 'tengen[film]', or save as .gif") from None
    return str(get_ffmpeg_exe())


class Film:
    """Pictures of one size, kept compressed."""

    def __init__(self, *, rate: float) -> None:
        """`rate` is in pictures a second."""
        self.rate = rate
        self.shape: tuple[int, ...] = ()
        self._pictures: list[bytes] = []

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, picture: Picture) -> None:
        """Adds a picture behind the others."""
        if not self._pictures:
            self.shape = picture.shape
        assert picture.shape == self.shape
        self._pictures.append(zlib.compress(picture.tobytes(), 1))

    def pictures(self) -> Iterator[Picture]:
        """All pictures in their order."""
        for packed in self._pictures:
            yield np.frombuffer(zlib.decompress(packed), np.uint8).reshape(self.shape)

    def save(self, path: Path) -> None:
        """Writes the film in the format of the file's name."""
        check_film(path)
        if path.suffix.lower() == ".gif":
            write_bytes(path, self.gif())
        else:
            with atomic_write(path) as beside:
                self._write_mp4(beside)

    def gif(self) -> bytes:
        """The film as GIF, in its own colours where they are few, else in the 256 that suit its pictures best."""
        from PIL import Image

        colours = self._colours()
        if colours is None:
            images = [Image.fromarray(picture).quantize(COLOURS) for picture in self.pictures()]
        else:
            palette = [part for colour in colours for part in (colour >> 16, colour >> 8 & 255, colour & 255)]
            images = [Image.fromarray(_indices(picture, colours)) for picture in self.pictures()]
            for image in images:
                image.putpalette(palette)
        shown = max(20, round(1000 / self.rate / 10) * 10)  # a GIF counts in hundredths of a second
        durations = [shown] * (len(images) - 1) + [round(1000 * LAST_SECONDS)]
        out = io.BytesIO()
        images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=False)
        return out.getvalue()

    def _colours(self) -> list[int] | None:
        """The colours of all pictures as 0xRRGGBB, ascending; None if they are too many for a GIF."""
        seen: set[int] = set()
        for picture in self.pictures():
            seen.update(np.unique(_packed(picture)).tolist())
            if len(seen) > COLOURS:
                return None
        return sorted(seen)

    def _write_mp4(self, path: Path) -> None:
        height, width = self.shape[:2]
        command = [ffmpeg(), "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        command += ["-s", f"{width}x{height}", "-r", f"{self.rate:g}", "-i", "-", "-an", "-c:v", "libx264"]
        command += ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-f", "mp4", str(path)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin is not None
        try:
            for picture in self.pictures():
                process.stdin.write(picture.tobytes())
            for _ in range(round(LAST_SECONDS * self.rate)):
                process.stdin.write(picture.tobytes())
        except BrokenPipeError:
            pass
        _, said = process.communicate()
        if process.returncode != 0:
            reason = said.decode(errors="replace").strip().splitlines()[-1:] or ["it ended early"]
            raise InvalidParameter(f"ffmpeg could not write the film: {reason[0]}")


def _packed(picture: Picture) -> NDArray[np.int32]:
    """[H, W]: colours as 0xRRGGBB."""
    packed: NDArray[np.int32] = picture.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    return packed


def _indices(picture: Picture, colours: list[int]) -> NDArray[np.uint8]:
    return np.searchsorted(np.array(colours, np.int32), _packed(picture)).astype(np.uint8)
