"""Figures of sparse formats: the cost of a weight by parts, and the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from course_lib.figures.canvas import (
    BLUE,
    DPI,
    GRAY,
    GREEN,
    ORANGE,
    RED,
    label_ends,
    plain_numbers,
    styled,
)
from course_lib.figures.scene import Scene

PINK, SKY, BLACK = "#CC79A7", "#56B4E9", "#000000"
# related formats have similar colors, with different markers and lines
STYLES: dict[str, tuple[str, str, str, str]] = {
    "dense": ("dense", GRAY, "", "-"),
    "coordinates": ("coordinates, int32", ORANGE, "s", "--"),
    "csr-64": ("CSR, int64", BLUE, "^", ":"),
    "csr": ("CSR, int32", BLUE, "o", "-"),
    "csr-16": ("CSR, int16", BLUE, "v", "--"),
    "csc": ("CSC, int32", BLUE, "p", "-."),
    "bitmap": ("bitmap", GREEN, "d", "-"),
    "relative-4": ("relative, 4 bits", RED, "D", "-."),
    "relative-5": ("relative, 5 bits", PINK, "P", "--"),
    "relative-8": ("relative, 8 bits", SKY, "X", ":"),
    "limit": ("entropy limit", BLACK, "", "-"),
}
PARTS: dict[str, dict[str, Any]] = {
    "values": {"facecolor": BLUE},
    "index": {"facecolor": ORANGE, "hatch": "//"},
    "row starts": {"facecolor": GREEN, "hatch": ".."},
    "column starts": {"facecolor": GREEN, "hatch": ".."},
    "fillers": {"facecolor": RED, "hatch": "xx"},
    "codebook": {"facecolor": PINK, "hatch": "\\\\"},
}


def format_label(format: str) -> str:
    """Return the label of a format of ``course_lib.storage.sizes``."""
    return (
        STYLES[format][0] if format in STYLES else format.replace("-", ", ") + " bits"
    )


@styled
def bits_over_density(
    frame: pd.DataFrame, *, label: str = "bits for each kept weight"
) -> Figure:
    """Draw bits per kept weight against density on log axes, one line per format.

    ``frame`` is that of ``bytes_per_nonzero``: ``format``, ``density`` (fraction) and
    ``bits``. ``label`` says what the bits include: everything, or only the index.
    """
    figure, axes = plt.subplots(figsize=(7.6, 4.6), layout="constrained")
    ends = []
    for format, rows in frame.groupby("format", sort=False):
        name, color, marker, line = STYLES[str(format)]
        axes.plot(
            100 * rows["density"], rows["bits"], line,
            color=color, marker=marker, label=name,
            markevery=max(1, len(rows) // 8),
            linewidth=2.8 if format == "limit" else 1.4,
        )  # fmt: skip
        last = rows.sort_values("density").iloc[-1]
        ends.append((name, float(last["bits"]), color))
    axes.set(xscale="log", yscale="log", xlabel="weights kept (%)", ylabel=label)
    plain_numbers(axes)
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    label_ends(axes, ends, x=float(100 * frame["density"].max()), side="right")
    return figure


@styled
def qr_code(modules: np.ndarray, pixels: int = 3) -> Figure:
    """Draw a QR code, each module as a square of ``pixels`` pixels.

    ``modules`` is its matrix with the white border, shape (side, side), 1 = dark.
    """
    inches = pixels * len(modules) / DPI
    figure = plt.figure(figsize=(inches, inches))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(1 - modules, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    return figure


class BytesByPart(Scene):
    """A stacked bar per way of storing an array, against the limit.

    There are ``count`` bars. Their names, up to 18 characters wide, can change, too.
    """

    @styled
    def __init__(self, count: int) -> None:
        height = 1.5 + 0.42 * count
        super().__init__(Figure(figsize=(8, height)))
        # margins for the longest labels, so that no state moves the bars
        self.figure.subplots_adjust(0.18, 0.5 / height, 0.895, 1 - 0.45 / height)
        self._axes = axes = self.figure.subplots()
        self._bars = {
            part: axes.barh(range(count), 0, height=0.6, label=part,
                            edgecolor="white", linewidth=0, **style)
            for part, style in PARTS.items()
        }  # fmt: skip
        self._totals = [axes.text(0, row, "", va="center") for row in range(count)]
        self._limit = axes.axvline(0, color=BLACK, linestyle="--")
        axes.set(xlabel="bytes", ylim=(count - 0.6, -0.4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
        axes.grid(False, axis="y")
        axes.tick_params(left=False)
        self._named: tuple[str, ...] = ()

    @styled
    def update(
        self,
        stacks: Mapping[str, Mapping[str, float]],
        limit: float,
        reach: float | None = None,
    ) -> None:
        """Show ``stacks``, which map a label to parts in bytes, as from ``part_bytes``.

        ``limit`` is the entropy limit in bytes, drawn as a line through all bars. Bars
        longer than ``reach`` bytes are cut off, with an arrow after their total.
        """
        ends = [0.0] * len(stacks)
        for part, bars in self._bars.items():
            for row, (bar, parts) in enumerate(zip(bars, stacks.values(), strict=True)):
                bar.set(x=ends[row], width=parts.get(part, 0.0))
                ends[row] += bar.get_width()
        widest = max([*ends, limit]) or 1.0
        edge = min(widest, reach or widest)
        for text, end in zip(self._totals, ends, strict=True):
            text.set_text(f"{end:,.0f}" + " →" * (end > edge))
            text.set_x(min(end, edge) + 0.01 * edge)
        self._limit.set_xdata([limit, limit])
        self._axes.set_xlim(0, edge)
        self._axes.set_yticks(range(len(stacks)), stacks)
        self._name(tuple(p for p in PARTS if any(s.get(p) for s in stacks.values())))

    def _name(self, parts: tuple[str, ...]) -> None:
        """Draw a legend of these parts."""
        if parts != self._named:
            for legend in self.figure.legends:
                legend.remove()
            shown: list[Any] = [*(self._bars[part] for part in parts), self._limit]
            legend = self.figure.legend(
                shown, [*parts, "entropy limit"],
                loc="upper center", ncols=6,
            )  # fmt: skip
            self._named, self.moving = parts, [self._axes, legend]
