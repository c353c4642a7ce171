"""Positions as pictures for documents: drawn once as shapes, written as SVG or painted as PNG."""

from tengen.terminal.diagrams.position import diagram_of
from tengen.terminal.diagrams.shapes import Diagram
from tengen.terminal.diagrams.svg import svg_text

__all__ = ["Diagram", "diagram_of", "svg_text"]
