"""Chapter 03: from weights to a mask, and what the mask does not make smaller."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from matplotlib.axes import Axes

from course_lib.figures.strokes import arrow, bars, box, cells, dashed, title, words
from course_lib.magnitude import magnitude_mask
from course_lib.page.storyboards import Frame, Storyboard

SHAPE, SPARSITY, SEED = (5, 6), 0.7, 15
CORNER, SIZE = (1.2, 3.4), (3.6, 2.7)
NUMBERS = "{:.1f}"


@lru_cache(maxsize=1)
def weights() -> tuple[np.ndarray, np.ndarray]:
    """Return 5 × 6 weights in steps of a tenth, float32, and their mask (bool)."""
    drawn = np.random.default_rng(SEED).normal(size=SHAPE)
    W = np.round(drawn, 1).astype(np.float32)
    return W, magnitude_mask(torch.from_numpy(W), SPARSITY).numpy()


def threshold() -> float:
    """Return the midpoint of the largest pruned size and the smallest kept one."""
    W, M = weights()
    return float((np.abs(W)[~M].max() + np.abs(W)[M].min()) / 2)


def _map(axes: Axes) -> None:
    W, _ = weights()
    title(axes, f"W, {SHAPE[0]} × {SHAPE[1]}")
    cells(axes, W, CORNER, SIZE, numbers=NUMBERS)


def _sizes(axes: Axes) -> None:
    W, _ = weights()
    title(axes, "|W|; framed: negative in W")
    top = float(np.abs(W).max())
    cells(
        axes, np.abs(W), CORNER, SIZE, numbers=NUMBERS, limits=(-top, top),
        marked=W < 0,
    )  # fmt: skip


def _lined_up(axes: Axes, line: bool = False) -> None:
    W, M = weights()
    order = np.argsort(np.abs(W), axis=None, kind="stable")
    sizes = np.abs(W).ravel()[order].tolist()
    gone = (~M).ravel()[order].tolist() if line else None
    bars(axes, sizes, (1, 15.6), (22, 12), gone=gone)
    words(axes, 1, 16.7, "narrowest", ha="left")
    words(axes, 23, 16.7, "widest", ha="right")
    if line:
        y = 15.6 - 12 * threshold() / max(sizes)
        dashed(axes, (0.6, y), (23.4, y))
        words(axes, 1, y - 1.1, f"threshold {threshold():.2f}", ha="left")
        title(axes, f"hatched: {int((~M).sum())} of {M.size} go")
    else:
        title(axes, f"{M.size} sizes in order")


def _mask(axes: Axes) -> None:
    _, M = weights()
    title(axes, "M: 1 keep, 0 erase")
    cells(axes, M.astype(float), CORNER, SIZE, numbers="{:.0f}", limits=(-1, 1.3))


def _product(axes: Axes) -> None:
    W, M = weights()
    title(axes, "W ∘ M")
    cells(axes, W * M, CORNER, SIZE, numbers=NUMBERS, marked=M)


def _paper(axes: Axes) -> None:
    W, M = weights()
    title(axes, "before and after")
    for x, name, sheet in ((1.5, "W", W), (13.5, "W ∘ M", W * M)):
        words(axes, x + 4.5, 4.9, name)
        cells(axes, sheet, (x, 6), (1.5, 1.5))
        box(axes, (x, 6), (9, 7.5))
    words(axes, 12, 15.9, f"{W.itemsize} bytes per number")


def _by_row(axes: Axes) -> None:
    W, M = weights()
    title(axes, "row by row")
    (x, y), (w, h) = (3, 3.2), (3, 2.2)
    cells(axes, W * M, (x, y), (w, h))
    for i in range(SHAPE[0]):
        middle = y + (i + 0.5) * h
        arrow(axes, (x - 1.6, middle), (x + SHAPE[1] * w + 1.2, middle), lw=1.6)
    words(axes, 12, 16, "one multiplication per cell")


def storyboard() -> Storyboard:
    """Return the eight frames; their numbers are counted on the matrix shown."""
    W, M = weights()
    gone = int((~M).sum())
    frames = (
        Frame(
            f"A weight matrix is like a city map: each of its {W.size} cells holds a "
            "number, the width of a street.",
            _map,
        ),
        Frame(
            "Forget which way each street runs: drop the sign of every number.", _sizes
        ),
        Frame("Line up the widths, from the narrowest to the widest.", _lined_up),
        Frame(
            f"Draw a line above the narrowest {100 * SPARSITY:g}%: these {gone} "
            "streets will be erased.",
            lambda axes: _lined_up(axes, line=True),
        ),
        Frame(
            "A second sheet of the same size, the mask, marks every cell as keep or "
            "erase.",
            _mask,
        ),
        Frame(
            "Lay it over the map and multiply: the erased streets are now blank.",
            _product,
        ),
        Frame("The map before and after: how many bytes does each sheet take?", _paper),
        Frame(
            "To use the erased map, multiply by every cell, row by row: how many "
            "multiplications is that?",
            _by_row,
        ),
    )
    return Storyboard(
        "mask",
        "03",
        "From weights to a mask",
        frames,
        "Did erasing save any paper or any work, and if not, what would have to "
        "change?",
        f"It saved neither. Each sheet takes {W.size} × {W.itemsize} = {W.nbytes} "
        f"bytes, and using it takes {W.size} multiplications, {gone} of them by zero "
        "for the erased map. To save paper, list only the streets that are left, or "
        "redraw the map on a smaller sheet. To save work, know where the blanks are "
        "and skip them.",
        ("M1", "M2"),
    )
