"""Small drawn pictures: the panels of a storyboard and of a visual inquiry.

A panel is an axes of ``WIDTH`` × ``HEIGHT`` units with y downward, like the rows of
a matrix. On a sheet of panels a unit is a tenth of an inch, and no text is smaller
than ``SMALL`` points. Positions are fixed, without automatic layout, so that a panel is
drawn in a few hundredths of a second.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_lib.figures.canvas import BLUE, frame_image, styled

WIDTH, HEIGHT = 24.0, 18.0
UNIT = 0.1  # inches
SMALL, NORMAL = 10, 11  # points
PANEL_DPI, SHEET_DPI = 440, 110  # a panel fills 560 pixels, often of two dots each
ROWS = 2
# units: gap, margin, caption line, title
GAP, MARGIN, LINE, HEAD = 1.6, 0.8, 1.85, 3.2
LETTERS = 33  # characters of a caption that fit the width of a panel
CAPTION_LINES = 4

Draw = Callable[[Axes], None]


def png(figure: Figure) -> bytes:
    """Return the figure as PNG bytes at its own size, without cropping."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=figure.dpi, facecolor="auto")
    return buffer.getvalue()


def small_png(figure: Figure) -> bytes:
    """Return the same with 256 colors: a third of the bytes, for stored notebooks."""
    image, buffer = Image.open(io.BytesIO(png(figure))).convert("RGB"), io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return buffer.getvalue()


@styled
def panel(draw: Draw) -> Figure:
    """Draw one panel as a figure of its own, more than twice as large as on a sheet."""
    figure = Figure(figsize=(UNIT * WIDTH, UNIT * HEIGHT), dpi=PANEL_DPI)
    draw(_axes(figure, 0, 0))
    return figure


@styled
def sheet(
    draws: Sequence[Draw],
    captions: Sequence[str],
    names: Sequence[str],
    *,
    title: str = "",
    closing: str = "",
    rows: int = ROWS,
) -> Figure:
    """Draw all panels on one sheet, row by row, with names, and captions below.

    ``title`` is above, ``closing`` below them. Raises ValueError for unequal numbers of
    panels, captions and names, and for a caption that does not fit.
    """
    if not len(draws) == len(captions) == len(names) > 0:
        raise ValueError(
            "draws, captions and names must have the same length, at least 1, "
            f"got {len(draws)}, {len(captions)} and {len(names)}"
        )
    wrapped = [_wrap(caption) for caption in captions]
    columns = -(-len(draws) // rows)
    width = columns * WIDTH + (columns - 1) * GAP + 2 * MARGIN
    below = textwrap.wrap(closing, int(width * LETTERS / WIDTH * 0.78))
    strip = HEIGHT + LINE * max(map(len, wrapped)) + 2.2
    head = HEAD if title else MARGIN
    height = head + rows * strip + LINE * len(below) + MARGIN
    figure = Figure(figsize=(UNIT * width, UNIT * height), dpi=SHEET_DPI)
    figure.set_facecolor("white")
    _lines(figure, MARGIN, 0.7, [title], 13, "bold")
    for i, draw in enumerate(draws):
        left = MARGIN + (i % columns) * (WIDTH + GAP)
        top = head + (i // columns) * strip
        draw(_axes(figure, left, top))
        _badge(figure, left, top, names[i])
        _lines(figure, left, top + HEIGHT + 0.5, wrapped[i])
    _lines(figure, MARGIN, head + rows * strip, below, NORMAL, "bold")
    return figure


def _lines(
    figure: Figure,
    left: float,
    top: float,
    lines: Sequence[str],
    size: float = SMALL,
    weight: str = "normal",
) -> None:
    """Write lines one below another."""
    wide, tall = figure.get_size_inches() / UNIT
    for i, line in enumerate(lines):
        figure.text(
            left / wide, 1 - (top + LINE * i) / tall, line, fontsize=size,
            fontweight=weight, va="top",
        )  # fmt: skip


def _wrap(caption: str) -> list[str]:
    lines = textwrap.wrap(caption, LETTERS)
    if len(lines) > CAPTION_LINES:
        raise ValueError(
            f"caption must fit into {CAPTION_LINES} lines of {LETTERS} characters, "
            f"got {len(lines)} lines: {caption!r}"
        )
    return lines


def _axes(figure: Figure, left: float, top: float) -> Axes:
    """Return an empty panel with a thin border; distances are from the upper left."""
    wide, tall = figure.get_size_inches() / UNIT
    place = (left / wide, 1 - (top + HEIGHT) / tall, WIDTH / wide, HEIGHT / tall)
    axes = figure.add_axes(place)
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), xticks=[], yticks=[])
    frame_image(axes)
    axes.spines[:].set_color("#cccccc")
    return axes


def _badge(figure: Figure, left: float, top: float, name: str) -> None:
    wide, tall = figure.get_size_inches() / UNIT
    figure.text(
        (left + 1.3) / wide, 1 - (top + 1.4) / tall, name, color="white",
        fontsize=SMALL, fontweight="bold", ha="center", va="center_baseline",
        bbox={"boxstyle": "circle,pad=0.25", "facecolor": BLUE, "linewidth": 0},
    )  # fmt: skip
