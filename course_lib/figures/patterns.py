"""Figures of pruning patterns: what each means, and what remains of a layer.

A weight set to zero is white and still in place; a removed one is hatched. Everything
is drawn in a single axes, in pixels: laying out several would take longer than a
control may take to respond.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_lib.figures.canvas import BLUE, DPI, GRAY, styled

SHARE = LinearSegmentedColormap.from_list("share kept", ["white", BLUE])
CUT_OUT: dict[str, Any] = {"facecolor": "#eeeeee", "edgecolor": GRAY, "hatch": "/////"}
FORMER: dict[str, Any] = {"fill": False, "edgecolor": GRAY, "linestyle": "--"}
TILE = 4  # side, in weights, of the tile that one dot of the overview represents
CLOSE_UP = 32


@styled
def pattern_meanings(masks: Mapping[str, np.ndarray], cut: Collection[str]) -> Figure:
    """Draw small masks side by side, each under its pattern's name.

    ``masks`` are bool, True = kept. A name's first line is the title, the others are
    below; if the first line is in ``cut``, rows that keep nothing are removed.
    """
    side, step = 130, 155
    figure, axes = _canvas(step * len(masks) + 25, 258)
    for i, (name, mask) in enumerate(masks.items()):
        title, _, meaning = name.partition("\n")
        left = 25 + i * step
        _draw_mask(axes, mask, (left, 32, side), title in cut, grid=True)
        _write(axes, left + side / 2, 24, title, size=11, va="bottom")
        _write(axes, left + side / 2, 168, meaning, size=9)
    handles = [
        Patch(facecolor=BLUE, edgecolor=GRAY, label="kept"),
        Patch(facecolor="white", edgecolor=GRAY, label="zero, in its place"),
        Patch(label="cut out", **CUT_OUT),
    ]
    axes.legend(handles=handles, loc="lower center", ncols=3)
    return figure


@styled
def pruned_layer(name: str, mask: np.ndarray, cut: bool) -> Figure:
    """Draw a layer's mask, a close-up of it, and the shapes of a product.

    ``mask`` has shape (outputs, inputs), True = kept; both are multiples of 4 and at
    least 32. With ``cut``, the rows that keep nothing are removed, and with them
    columns of the next layer. Raises ValueError for another shape.
    """
    rows, columns = mask.shape
    if min(mask.shape) < CLOSE_UP or rows % TILE or columns % TILE:
        raise ValueError(
            f"mask must have sides that are multiples of {TILE} and at least "
            f"{CLOSE_UP}, got {mask.shape}"
        )
    figure, axes = _canvas(940, 290)
    tiles = mask.reshape(rows // TILE, TILE, columns // TILE, TILE).sum(axis=(1, 3))
    _draw_mask(axes, tiles / TILE**2, (15, 45, 210), cut, grid=False)
    _write(axes, 120, 38, f"{name}: {mask.sum()}\nof {mask.size} left", va="bottom")
    _write(axes, 120, 262, f"{rows} outputs × {columns} inputs")
    row, column = _typical_corner(tiles)
    part = mask[row : row + CLOSE_UP, column : column + CLOSE_UP]
    _draw_mask(axes, part, (250, 45, 210), cut, grid=True)
    _write(axes, 355, 38, f"{CLOSE_UP} × {CLOSE_UP} of them,\nclose up", va="bottom")
    _write(axes, 355, 262, f"from row {row}, column {column}")
    left = int(mask.any(axis=1).sum()) if cut else rows
    _write(axes, 715, 38, "what a dense product multiplies\n(dashed: before)",
           va="bottom")  # fmt: skip
    _draw_shape(axes, (500, 45, 210), 1.0, left / rows)
    _write(axes, 605, 262, f"this layer: {left} × {columns}")
    _draw_shape(axes, (722, 45, 210), left / rows, 1.0)
    _write(axes, 827, 262, f"the next layer: {left} columns")
    return figure


def _canvas(width: int, height: int) -> tuple[Figure, Axes]:
    # without pyplot, which would keep a reference to the figure
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    axes.set_axis_off()
    return figure, axes


def _write(
    axes: Axes, x: float, y: float, text: str, size: int = 10, va: str = "top"
) -> None:
    axes.text(x, y, text, ha="center", va=va, fontsize=size)


def _draw_mask(
    axes: Axes, shares: np.ndarray, box: tuple[int, int, int], cut: bool, grid: bool
) -> None:
    """Draw kept fractions (1 or 0 for single cells) in a square: left, top, side."""
    left, top, side = box
    right, bottom = left + side, top + side
    shown = np.ma.masked_array(shares, False)
    if cut:
        axes.add_patch(Rectangle((left, top), side, side, linewidth=0, **CUT_OUT))
        gone = ~shares.any(axis=1, keepdims=True)
        shown = np.ma.masked_array(shares, np.broadcast_to(gone, shares.shape))
    axes.imshow(
        shown, SHARE, vmin=0, vmax=1, extent=(left, right, bottom, top),
        interpolation="nearest", aspect="auto", zorder=1,
    )  # fmt: skip
    if grid:
        rows, columns = shares.shape
        style: dict[str, Any] = {"colors": GRAY, "linewidths": 0.4}
        axes.vlines(np.linspace(left, right, columns + 1), top, bottom, **style)
        axes.hlines(np.linspace(top, bottom, rows + 1), left, right, **style)
    axes.add_patch(Rectangle((left, top), side, side, fill=False, linewidth=0.8))


def _draw_shape(
    axes: Axes, box: tuple[int, int, int], width: float, height: float
) -> None:
    """Draw a matrix with fractions of its former width and height."""
    left, top, side = box
    axes.add_patch(Rectangle((left, top), width * side, height * side, color=BLUE))
    axes.add_patch(Rectangle((left, top), side, side, **FORMER))


def _typical_corner(tiles: np.ndarray) -> tuple[int, int]:
    """Return the corner of a close-up whose kept fraction is about that of the layer.

    ``tiles`` are the weights kept in each tile; the first corner wins a tie.
    """
    side = CLOSE_UP // TILE
    sums = np.pad(tiles.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    kept = sums[side:, side:] - sums[:-side, side:]
    kept = kept - sums[side:, :-side] + sums[:-side, :-side]
    best = int(np.abs(kept / side**2 - tiles.mean()).argmin())
    row, column = np.unravel_index(best, kept.shape)
    return int(row) * TILE, int(column) * TILE
