"""A diagram as PNG, painted by Matplotlib from the same shapes as the SVG."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tengen.core.files import atomic_write
from tengen.terminal.diagrams.shapes import Circle, Diagram, Outline, Paint, Polygon, Rectangle, Shape, glyph

if TYPE_CHECKING:
    from matplotlib.patches import Patch
    from matplotlib.path import Path as Curve

DPI = 100
_COMMAND = re.compile(r"([MLQCZ])([^MLQCZ]*)")


def write_png(diagram: Diagram, path: Path, width: int) -> None:
    """Writes a diagram `width` pixels wide, whole or not at all."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = round(width * diagram.height / diagram.width)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=diagram.ground)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, diagram.width)
    axes.set_ylim(diagram.height, 0)
    points = width / diagram.width * 72 / DPI  # of a line one unit wide
    for order, shape in enumerate(diagram.shapes):
        patch = _patch(shape, points)
        patch.set_zorder(order)
        axes.add_patch(patch)
    with atomic_write(path) as beside:
        figure.savefig(beside, format="png", dpi=DPI, facecolor=diagram.ground)


def _patch(shape: Shape, points: float) -> "Patch":
    from matplotlib import patches
    from matplotlib.path import Path as Curve
    from matplotlib.transforms import Affine2D

    scale = points
    found: Patch
    match shape:
        case Rectangle():
            found = patches.Rectangle((shape.x, shape.y), shape.width, shape.height)
        case Circle():
            found = patches.Circle((shape.x, shape.y), shape.radius)
        case Polygon() if shape.closed:
            found = patches.Polygon(list(shape.points), closed=True)
        case Polygon():
            found = patches.PathPatch(Curve(list(shape.points)))
        case Outline():
            scale *= shape.scale
            sign = -1.0 if shape.turned else 1.0
            moved = Affine2D().scale(sign * shape.scale).translate(shape.x, shape.y)
            found = patches.PathPatch(moved.transform_path(_curve(glyph(shape.name).path)))
    _apply(shape.paint, found, scale)
    return found


def _apply(paint: Paint, patch: "Patch", points: float) -> None:
    patch.set_facecolor(paint.fill or "none")
    patch.set_edgecolor(paint.edge or "none")
    patch.set_linewidth(paint.width * points if paint.edge else 0.0)
    patch.set_joinstyle("round")
    patch.set_capstyle("butt")
    patch.set_alpha(None if paint.opacity == 1.0 else paint.opacity)


def _curve(path: str) -> "Curve":
    """An SVG path of M, L, Q, C and Z as Matplotlib's."""
    from matplotlib.path import Path as Curve

    codes = {"M": Curve.MOVETO, "L": Curve.LINETO, "Q": Curve.CURVE3, "C": Curve.CURVE4, "Z": Curve.CLOSEPOLY}
    vertices: list[tuple[float, float]] = []
    kinds: list[int] = []
    for command, numbers in _COMMAND.findall(path):
        values = [float(number) for number in numbers.split()]
        points = list(zip(values[::2], values[1::2], strict=True)) or [(0.0, 0.0)]
        vertices += points
        kinds += [int(codes[command])] * len(points)
    return Curve(vertices, kinds)
