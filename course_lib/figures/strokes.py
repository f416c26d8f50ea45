"""The elements of the panels of ``frames``: cells, bars, arrows and text.

Positions and sizes are in units of a panel, x to the right and y downward. Signs are
shown by numbers or position as well as by color; removed parts are hatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import FancyArrowPatch, Rectangle

from course_lib.figures.canvas import BLUE, GRAY, RED
from course_lib.figures.frames import NORMAL, SMALL

EDGE = "#bbbbbb"
GONE: dict[str, Any] = {
    "facecolor": "white", "edgecolor": GRAY, "hatch": "/////", "lw": 0.6,
}  # fmt: skip
Point = tuple[float, float]


def words(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Draw a text centered at (x, y); ``style`` has Matplotlib's names."""
    style = {"fontsize": SMALL, "ha": "center", "va": "center_baseline"} | style
    style = {"zorder": 4} | style
    axes.text(x, y, text, **style)


def cells(
    axes: Axes,
    values: np.ndarray,
    corner: Point,
    size: Point,
    *,
    numbers: str = "",
    colors: str | Colormap = "RdBu",
    limits: tuple[float, float] | None = None,
    marked: np.ndarray | None = None,
    gone: np.ndarray | None = None,
) -> None:
    """Draw a matrix (rows, columns) as colored cells of ``size`` from ``corner``.

    ``numbers`` is the format of the value in a cell, such as ``"{:.1f}"``; an exact
    zero is a white cell with a small 0. ``limits`` are those of the colors, by default
    symmetric around zero. ``marked`` and ``gone`` (bool, same shape) select the cells
    with a thick border and those that are hatched, without their number.
    """
    (x, y), (w, h) = corner, size
    rows, columns = values.shape
    top = float(np.abs(values).max()) or 1.0
    paint = colormaps.get_cmap(colors)(Normalize(*(limits or (-top, top)))(values))
    if colors == "RdBu":
        paint[values == 0] = 1
    right, bottom = x + columns * w, y + rows * h
    axes.imshow(
        paint, aspect="auto", extent=(x, right, bottom, y), interpolation="none"
    )
    upright = [[(x + j * w, y), (x + j * w, bottom)] for j in range(columns + 1)]
    level = [[(x, y + i * h), (right, y + i * h)] for i in range(rows + 1)]
    axes.add_collection(LineCollection(upright + level, color=EDGE, lw=0.5), False)
    missing = np.zeros(values.shape, bool) if gone is None else gone
    for (i, j), (tall, wide) in _runs(missing):
        box(axes, (x + j * w, y + i * h), (wide * w, tall * h), **GONE)
    for i, j in np.argwhere(np.zeros(values.shape, bool) if marked is None else marked):
        box(axes, (x + j * w, y + i * h), (w, h), edgecolor="white", lw=2.8)
        box(axes, (x + j * w, y + i * h), (w, h))  # visible on dark cells, too
    for i, j in np.argwhere(~missing) if numbers else ():
        middle = (x + (j + 0.5) * w, y + (i + 0.5) * h)
        _number(axes, middle, values[i, j], numbers, paint[i, j])


def _runs(mask: np.ndarray) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the true cells as few rectangles: (row, column), (rows, columns) of each.

    Runs along rows or along columns, whichever are fewer: hatches draw slowly.
    """
    found = []
    for turned in (mask, mask.T):
        edges = np.diff(np.pad(turned.astype(int), ((0, 0), (1, 1))), axis=1)
        starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        found.append([((i, j), (1, k - j)) for (i, j), (_, k) in pairs])
    level, upright = found
    if len(level) <= len(upright):
        return level
    return [((j, i), (wide, tall)) for (i, j), (tall, wide) in upright]


def _number(
    axes: Axes, middle: Point, value: float, form: str, paint: np.ndarray
) -> None:
    text = "0" if value == 0 else minus(form.format(value))
    dark = paint[:3] @ (0.299, 0.587, 0.114) < 0.5
    color = "white" if dark else "#666666" if value == 0 else "black"
    words(axes, *middle, text, color=color)


def minus(text: str) -> str:
    """Format a number with a real minus sign, and zero without one."""
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]
    return text.replace("-", "−")


def box(axes: Axes, corner: Point, size: Point, **style: Any) -> None:
    """Draw one rectangle; a thick black border by default."""
    usual: dict[str, Any] = {"facecolor": "none", "edgecolor": "black", "lw": 1.8}
    axes.add_patch(Rectangle(corner, *size, **usual | {"zorder": 3} | style))


def picture(
    axes: Axes,
    image: np.ndarray,
    corner: Point,
    size: Point,
    *,
    colors: str = "gray_r",
    limits: tuple[float, float] = (0, 1),
) -> None:
    """Draw an image (height, width), stretched to ``size``, with a thin border."""
    (x, y), (w, h) = corner, size
    axes.imshow(
        image, cmap=colors, vmin=limits[0], vmax=limits[1], aspect="auto",
        extent=(x, x + w, y + h, y), interpolation="nearest",
    )  # fmt: skip
    box(axes, corner, size, edgecolor=GRAY, lw=0.8)


def arrow(axes: Axes, start: Point, end: Point, **style: Any) -> None:
    """Draw an arrow from ``start`` to ``end``; ``style`` as in FancyArrowPatch."""
    usual: dict[str, Any] = {
        "color": "black", "lw": 1.3, "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0,
        "arrowstyle": "-|>",
    }  # fmt: skip
    axes.add_patch(FancyArrowPatch(start, end, **usual | style))


def bars(
    axes: Axes,
    values: Sequence[float],
    corner: Point,
    size: Point,
    *,
    top: float | None = None,
    gone: Sequence[bool] | None = None,
    numbers: str = "",
) -> None:
    """Draw vertical bars; ``corner`` is the lower left, ``size`` width and height.

    ``top`` is the value of a bar of full height; bars are hatched where ``gone``.
    """
    (x, y), (w, h) = corner, size
    step, highest = w / len(values), top or max(values) or 1.0
    for i, value in enumerate(values):
        style = GONE if gone is not None and gone[i] else {"facecolor": BLUE, "lw": 0}
        tall = h * value / highest
        box(axes, (x + (i + 0.1) * step, y - tall), (0.8 * step, tall), **style)
        if numbers:
            words(axes, x + (i + 0.5) * step, y - tall - 0.8, numbers.format(value))


def horizontal_bars(
    axes: Axes, rows: Sequence[tuple[str, float, str]], top: float, *, step: float
) -> None:
    """Draw horizontal bars, one below another: (name, value, text in the bar)."""
    largest = max(value for _, value, _ in rows)
    for i, (name, value, text) in enumerate(rows):
        y, wide = top + i * step, 22 * value / largest
        words(axes, 1, y, name, ha="left")
        box(axes, (1, y + 0.9), (wide, 1.9), facecolor=BLUE, lw=0)
        inside = wide > 0.8 * len(text)
        words(
            axes, 1 + (wide / 2 if inside else wide + 0.5), y + 1.85, text,
            color="white" if inside else "black", ha="center" if inside else "left",
        )  # fmt: skip


def title(axes: Axes, text: str) -> None:
    """Draw a heading inside the panel, right of the frame's number."""
    words(axes, 13.2, 1.5, text, fontsize=NORMAL)


def dashed(axes: Axes, start: Point, end: Point) -> None:
    """Draw a threshold as a dashed line."""
    axes.plot(*zip(start, end, strict=True), color=RED, ls="--", lw=1.6)
