"""A diagram as SVG: the same diagram is the same text, byte for byte, and needs no font."""

from xml.sax.saxutils import escape, quoteattr

from tengen.terminal.diagrams.shapes import Circle, Diagram, Outline, Paint, Polygon, Rectangle, Shape, glyph


def svg_text(diagram: Diagram, width: int) -> str:
    """The SVG text of a diagram that is to be shown `width` pixels wide."""
    height = round(width * diagram.height / diagram.width)
    names = sorted({shape.name for shape in diagram.shapes if isinstance(shape, Outline)})
    ids = {name: f"o{number}" for number, name in enumerate(names)}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {_number(diagram.width)} {_number(diagram.height)}" role="img">',
        f"<title>{escape(diagram.title)}</title>",
    ]
    if names:
        lines += ["<defs>", *(f'<path id="{ids[name]}" d={quoteattr(glyph(name).path)}/>' for name in names), "</defs>"]
    lines.append(f'<rect width="{_number(diagram.width)}" height="{_number(diagram.height)}" fill="{diagram.ground}"/>')
    lines += [_element(shape, ids) for shape in diagram.shapes]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _element(shape: Shape, ids: dict[str, str]) -> str:
    match shape:
        case Rectangle():
            where = f'x="{_number(shape.x)}" y="{_number(shape.y)}"'
            return (
                f'<rect {where} width="{_number(shape.width)}" height="{_number(shape.height)}"{_paint(shape.paint)}/>'
            )
        case Circle():
            where = f'cx="{_number(shape.x)}" cy="{_number(shape.y)}" r="{_number(shape.radius)}"'
            return f"<circle {where}{_paint(shape.paint)}/>"
        case Polygon():
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
            kind = "polygon" if shape.closed else "polyline"
            return f'<{kind} points="{points}"{_paint(shape.paint)}/>'
        case Outline():
            scale = -shape.scale if shape.turned else shape.scale
            moved = f"translate({_number(shape.x)} {_number(shape.y)}) scale({scale:.4f})"
            return f'<use href="#{ids[shape.name]}" transform="{moved}"{_paint(shape.paint)}/>'


def _paint(paint: Paint) -> str:
    said = f' fill="{paint.fill or "none"}"'
    if paint.edge:
        said += f' stroke="{paint.edge}" stroke-width="{_number(paint.width)}" stroke-linejoin="round"'
    return said + ("" if paint.opacity == 1.0 else f' opacity="{_number(paint.opacity)}"')


def _number(value: float) -> str:
    """A number with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
