"""Chapter 05: a few values for many weights, and a short code for each."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from course_lib.figures.strokes import (
    arrow,
    box,
    cells,
    horizontal_bars,
    minus,
    title,
    words,
)
from course_lib.page.storyboards import Frame, Storyboard
from course_lib.page.storyboards.small_book import BITS, SHAPE, bits_in_file, shared
from course_lib.storage.clustering import nearest

# light enough for black numbers; each code also has a marker and a number
PAINT = ListedColormap(["#56B4E9", "#F0E442", "#E69F00", "#CC79A7"])
MARKERS = "osD^"
CORNER, SIZE = (1.6, 3.4), (5.2, 3.3)


def _matrix(axes: Axes) -> None:
    W = shared().weights
    title(axes, f"W, {W.size} weights of 4 bytes")
    cells(axes, W, CORNER, SIZE, numbers="{:.2f}")


def _axis(axes: Axes, y: float) -> None:
    arrow(axes, (0.6, y), (23.6, y), lw=1)
    for tick in (-2, -1, 0, 1, 2):
        if 1 < _place(tick) < 23:
            axes.plot([_place(tick)] * 2, [y, y + 0.5], color="black", lw=1, zorder=3)
            words(axes, _place(tick), y + 1.6, minus(str(tick)))


def _place(value: float) -> float:
    """Return a value's place on the line from the smallest weight to the largest."""
    W = shared().weights
    low, high = float(W.min()), float(W.max())
    return 2 + 20 * (value - low) / (high - low)


def _weights_on_line(axes: Axes, y: float, codes: np.ndarray | None) -> None:
    """Draw weights on the line; neighbors that would touch are stacked."""
    values = shared().weights.ravel()
    order = np.argsort(values, kind="stable")
    placed: list[tuple[float, int]] = []
    for index in order:
        x, level = _place(float(values[index])), 0
        while any(abs(x - other) < 1.1 for other, at in placed if at == level):
            level += 1
        placed.append((x, level))
        code = None if codes is None else int(codes[index])
        axes.plot(
            x, y - 0.9 - 1.2 * level, "o" if code is None else MARKERS[code], ms=5.5,
            mec="black", mew=0.6, color="white" if code is None else PAINT(code),
            zorder=3,
        )  # fmt: skip


def _line(axes: Axes) -> None:
    title(axes, "every weight at its value")
    _axis(axes, 11)
    _weights_on_line(axes, 11, None)


def _centroids(axes: Axes, values: np.ndarray, before: np.ndarray | None) -> None:
    """Draw weights with their centroid's marker, and centroids below the line."""
    found = shared()
    codes = nearest(found.weights.ravel(), values)
    _axis(axes, 9)
    _weights_on_line(axes, 9, codes)
    for code, value in enumerate(values):
        x = _place(float(value))
        if before is not None:
            axes.plot(_place(before[code]), 12.4, "|", color="black", ms=8)
            if abs(_place(before[code]) - x) > 0.4:
                arrow(axes, (_place(before[code]), 12.4), (x, 12.4), mutation_scale=6)
        axes.plot(
            x, 13.4 if before is None else 14, MARKERS[code], ms=9, mec="black",
            mew=1.2, color=PAINT(code), zorder=3,
        )  # fmt: skip
        words(axes, min(max(x, 2.4), 21.6), 16.4, minus(f"{value:.1f}"))


def _codes(axes: Axes) -> None:
    codes = shared().codes
    title(axes, f"{BITS}-bit codes")
    cells(
        axes, codes.astype(float), CORNER, SIZE, colors=PAINT, limits=(0, 3),
    )  # fmt: skip
    for i, j in np.ndindex(*SHAPE):
        x, y = CORNER[0] + (j + 0.5) * SIZE[0], CORNER[1] + (i + 0.5) * SIZE[1]
        words(axes, x, y, f"{codes[i, j]:02b}")


def _book(axes: Axes, left: float, values: np.ndarray) -> None:
    for code, value in enumerate(values):
        level = 3.4 + 3.3 * code
        box(axes, (left, level), (2.8, 3.3), facecolor=PAINT(code), lw=0.6)
        words(axes, left + 1.4, level + 1.65, f"{code:02b}")
        box(axes, (left + 2.8, level), (5.4, 3.3), lw=0.6)
        words(axes, left + 5.5, level + 1.65, minus(f"{value:.2f}"))


def _codebook(axes: Axes) -> None:
    found = shared()
    cells(
        axes, found.codes.astype(float), (1, 3.4), (2.8, 3.3), colors=PAINT,
        limits=(0, 3),
    )  # fmt: skip
    for i, j in np.ndindex(*SHAPE):
        words(axes, 2.4 + 2.8 * j, 5.05 + 3.3 * i, f"{found.codes[i, j]:02b}")
    _book(axes, 14.6, found.centroids)
    words(axes, 18.7, 2.2, "codebook")


def _gradients(axes: Axes) -> None:
    found = shared()
    title(axes, "gradients of the weights")
    wide, tall = 5.2, 2.0
    codes = found.codes.astype(float)
    cells(axes, codes, (1.6, 2.9), (wide, tall), colors=PAINT, limits=(0, 3))
    for i, j in np.ndindex(*SHAPE):
        text = minus(f"{found.gradient[i, j]:.1f}")
        words(axes, 1.6 + wide * (j + 0.5), 2.9 + tall * (i + 0.5), text)
    for y, name, values in ((11.8, "sum", found.summed), (14.6, "book", found.moved)):
        words(axes, 0.3, y + 1.2, name, ha="left")
        for code, value in enumerate(values):
            x = 4 + 4.9 * code
            box(axes, (x, y), (4.9, 2.4), facecolor=PAINT(code), lw=0.6)
            text = f"{value:.1f}" if name == "sum" else f"{value:.2f}"
            words(axes, x + 2.45, y + 1.2, minus(text))


def _file(axes: Axes) -> None:
    plain, codes, book = bits_in_file()
    title(axes, "bits in the file")
    rows = [
        ("weights", plain, f"{plain}"),
        ("codes and codebook", codes + book, f"{codes} + {book} = {codes + book}"),
    ]
    horizontal_bars(axes, rows, 5, step=5)
    words(axes, 12, 15.6, f"{plain / (codes + book):.1f} times smaller")


def storyboard() -> Storyboard:
    """Return the eight frames; clusters, gradients and bits are computed."""
    found = shared()
    count, (plain, codes, book) = found.weights.size, bits_in_file()
    frames = (
        Frame(
            f"Pruning left {count} weights: {count} different 32-bit numbers.", _matrix
        ),
        Frame("Put them on a line, each at its value.", _line),
        Frame(
            f"Space {2**BITS} centroids evenly; each weight belongs to the nearest "
            "one.",
            lambda axes: _centroids(axes, found.start, None),
        ),
        Frame(
            "Each centroid moves to the mean of its weights, again and again, until no "
            "weight switches to another centroid.",
            lambda axes: _centroids(axes, found.centroids, found.start),
        ),
        Frame(
            f"Replace each weight with the number of its centroid, a {BITS}-bit code.",
            _codes,
        ),
        Frame(
            "The codebook stores each centroid once, for all weights with its code.",
            _codebook,
        ),
        Frame(
            "Training continues: the gradients of all weights with the same code are "
            "summed, and the sum moves their centroid.",
            _gradients,
        ),
        Frame(
            f"The file stores the codes and the codebook: {codes} and {book} bits "
            f"instead of {plain}.",
            _file,
        ),
    )
    return Storyboard(
        "weight_sharing",
        "05",
        "From weights to codes and a codebook",
        frames,
        "A layer of 16 weights gets a codebook of 16 values and 4-bit codes: is its "
        "file smaller than before?",
        "No. The codebook alone takes 16 × 32 bits, just like the weights, and the "
        "codes are extra. A codebook pays off only if many weights share it.",
        ("M14",),
    )
