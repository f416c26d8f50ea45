"""Chapter 05: the same matrix written as CSR and with relative indices."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.canvas import BLUE
from course_lib.figures.strokes import arrow, box, cells, horizontal_bars, title, words
from course_lib.page.storyboards import Frame, Storyboard
from course_lib.page.storyboards.small_matrix import (
    BITS,
    LETTERS,
    byte_count,
    letters,
    matrix,
    rows,
    steps,
)
from course_lib.storage.coordinates import coordinates

CELL = 0.95  # of the line of all cells, with 24 cells side by side


def draw_grid(
    axes: Axes, corner: tuple[float, float], size: tuple[float, float], row: int = -1
) -> None:
    """Draw the matrix with letters for its weights, one row framed."""
    A = matrix()
    (x, y), (w, h) = corner, size
    cells(axes, (A != 0).astype(float), corner, size, limits=(-1, 1.3))
    names = letters(A[A != 0])
    for name, (i, j) in zip(names, np.argwhere(A != 0), strict=True):
        words(axes, x + (j + 0.5) * w, y + (i + 0.5) * h, name, color="white")
    for i in range(A.shape[0]):
        words(axes, x - 0.5, y + (i + 0.5) * h, str(i), ha="right", color="#555555")
    if row >= 0:
        box(axes, (x, y + row * h), (A.shape[1] * w, h), lw=2.4)


def _table(
    axes: Axes,
    lines: list[tuple[str, list[str]]],
    top: float,
    *,
    left: float = 6.4,
    wide: float = 2.15,
    marked: dict[int, tuple[int, ...]] | None = None,
) -> None:
    """Draw named lines of entries; ``marked`` maps a line to the entries to frame."""
    for i, (name, entries) in enumerate(lines):
        y = top + 2.1 * i
        words(axes, 0.5, y + 0.95, name, ha="left")
        for j, entry in enumerate(entries):
            box(axes, (left + j * wide, y), (wide, 1.9), lw=0.6, edgecolor="#888888")
            words(axes, left + (j + 0.5) * wide, y + 0.95, entry)
        for j in (marked or {}).get(i, ()):
            box(axes, (left + j * wide, y), (wide, 1.9), lw=2.2)


def _dense(axes: Axes) -> None:
    A = matrix()
    title(axes, f"A, {A.shape[0]} × {A.shape[1]}; letters: weights")
    draw_grid(axes, (2.2, 3.2), (2.6, 2.1))
    words(axes, 12, 16.9, f"{A.size} × 4 bytes = {A.nbytes} bytes")


def _coordinates(axes: Axes) -> None:
    stored = coordinates(matrix())
    places = np.argwhere(stored.dense() != 0)
    draw_grid(axes, (8, 1), (1.6, 1.45))
    lines = [
        ("row", [str(i) for i, _ in places]),
        ("column", [str(j) for _, j in places]),
        ("value", letters(stored.values)),
    ]
    _table(axes, lines, 10.9)


def _rows(axes: Axes, upto: int, row: int, marked: tuple[int, ...]) -> None:
    """Draw CSR with the rows before ``upto`` written, and ``row`` framed."""
    stored = rows()
    draw_grid(axes, (8, 1), (1.6, 1.45), row=row)
    done = int(stored.row_starts[upto])
    lines = [
        ("starts", [str(start) for start in stored.row_starts[: upto + 1]]),
        ("column", [str(column) for column in stored.columns[:done]]),
        ("value", letters(stored.values)[:done]),
    ]
    _table(axes, lines, 10.9, marked={0: marked})


def draw_line(axes: Axes, y: float, arcs: int) -> None:
    """Draw all cells as one line, broken once, with ``arcs`` steps above it."""
    flat = matrix().ravel()
    half = len(flat) // 2
    kept = np.flatnonzero(flat).tolist()
    names = letters(flat[kept])
    for part in (0, 1):
        level = y + 5 * part
        strip = (flat[part * half : (part + 1) * half] != 0).astype(float)
        cells(axes, strip[None, :], (0.6, level), (CELL, 1.7), limits=(-1, 1.3))
    for name, place in zip(names, kept, strict=True):
        words(axes, *_middle(place, y, half), name, color="white")
    for before, place in zip([-1, *kept[:-1]], kept[:arcs], strict=False):
        _arc(axes, before, place, y, half)


def _middle(place: int, y: float, half: int) -> tuple[float, float]:
    return 0.6 + (place % half + 0.5) * CELL, y + 5 * (place // half) + 0.85


def _arc(axes: Axes, before: int, place: int, y: float, half: int) -> None:
    """Draw a step; if it began on the line above, it enters from the left edge."""
    end, level = _middle(place, y, half)
    same = before // half == place // half and before >= 0
    start = _middle(before, y, half)[0] if same else 0.2
    top = level - 1.0
    style = "arc3,rad=-0.35" if end - start < 4 else "arc3,rad=-0.18"
    arrow(
        axes, (start, top), (end, top), connectionstyle=style, color=BLUE,
        mutation_scale=7,
    )  # fmt: skip
    words(axes, (start + end) / 2, top - 1.9, str(place - before))


def _steps(axes: Axes) -> None:
    title(axes, "steps to the next weight")
    draw_line(axes, 6, arcs=len(LETTERS))


def _written(axes: Axes, entries: int, arcs: int, marked: tuple[int, ...]) -> None:
    """Draw the relative index as it is written, with its newest entries framed."""
    stored = steps()
    draw_line(axes, 3.6, arcs)
    lines = [
        ("field", [str(gap) for gap in stored.gaps[:entries]]),
        ("value", letters(stored.values)[:entries]),
    ]
    _table(axes, lines, 12.8, left=4.6, wide=1.9, marked={0: marked, 1: marked})


def _bytes(axes: Axes) -> None:
    A, stored = matrix(), steps()
    forms = {
        "every cell": A.nbytes,
        "coordinates": byte_count(coordinates(A).streams()),
        "CSR": byte_count(rows().streams()),
        f"relative, {stored.fillers} fillers": byte_count(stored.streams()),
    }
    title(axes, "bytes, with 4-byte values")
    named = [(name, size, f"{size}") for name, size in forms.items()]
    horizontal_bars(axes, named, 3.6, step=3.7)


def storyboard() -> Storyboard:
    """Return the eight frames; every number is read from the stored arrays."""
    A, stored = matrix(), steps()
    kept = int(np.count_nonzero(A))
    empty = int(np.flatnonzero(~A.any(axis=1))[0])
    filler = int(np.flatnonzero(stored.values == 0)[0])
    long = int(stored.gaps[filler]) + 1 + int(stored.gaps[filler + 1]) + 1
    frames = (
        Frame(
            f"Name every cell: {A.size} numbers, and {A.size - kept} of them are zero.",
            _dense,
        ),
        Frame(
            f"Coordinates: list only the {kept} weights, each with its row and column.",
            _coordinates,
        ),
        Frame(
            "Row numbers repeat, so CSR stores only where each row starts in the list.",
            lambda axes: _rows(axes, empty - 1, empty - 1, (empty - 1,)),
        ),
        Frame(
            f"Row {empty} is empty: the next row starts at the same place, and that "
            "still takes a number.",
            lambda axes: _rows(axes, len(A), empty, (empty, empty + 1)),
        ),
        Frame(
            "Another way: read the map as one line and count the steps to the next "
            "weight.",
            _steps,
        ),
        Frame(
            f"{BITS} bits hold a step of 1 to {2**BITS}, written as 0 to "
            f"{2**BITS - 1}.",
            lambda axes: _written(axes, filler, filler, tuple(range(filler))),
        ),
        Frame(
            f"{long} steps are too many: a filler covers {2**BITS} of them, and the "
            f"next entry covers the other {long - 2**BITS}.",
            lambda axes: _written(axes, filler + 2, filler + 1, (filler, filler + 1)),
        ),
        Frame(
            f"In all, there are {len(stored.values)} entries, {stored.fillers} of them "
            f"fillers: {byte_count(stored.streams())} bytes instead of {A.nbytes}.",
            _bytes,
        ),
    )
    return Storyboard(
        "relative_index",
        "05",
        "Ways to store where the weights are",
        frames,
        "Most streets run through the middle of the map. Which of these ways could "
        "benefit from that?",
        "Counting steps. Where streets are close together, most steps are short and "
        "could get short codes. As written here, with a fixed number of bits for each "
        "step, row, or column, none of the ways benefits yet.",
        ("M13", "M14"),
    )
