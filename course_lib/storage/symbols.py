"""Coding the mask and the values of a matrix, and the contexts for them.

Masks of real networks are not random: entire rows are empty, and some inputs are read
by many neurons, others by none. So one bit per row says whether it is empty; then each
cell is coded in the context of how often its column has been kept so far, relative to
the average column, and whether its left neighbor was kept. Also, a unit without weights
of its own is hardly ever read: where that is known of a row or a column, it is a
*hint*, and part of the context. Values are codes of ``width`` bits, coded bit by bit
from the highest, each in the context of the bits above it.

With a writer, every function writes its array; with a reader, it fills it. So a single
loop over the symbols serves both directions.
"""

from __future__ import annotations

import numpy as np

from course_lib.compiled import compiled
from course_lib.storage.coder import Coder, code_bit

# a column's density relative to the average, times 4, in steps of half an octave
STEPS = np.array([1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128])
LEVELS = np.searchsorted(STEPS, np.arange(129), side="right")
UNKNOWN, DEAD, ALIVE = range(3)  # values of a hint
CELLS = 2 * (len(STEPS) + 1)
MASK_CONTEXTS = 3 * 2 + 3 * CELLS
Hints = tuple[np.ndarray, np.ndarray]  # per row, per column; int64


def no_hints(mask: np.ndarray) -> Hints:
    """Return hints that state nothing about the rows and columns of ``mask``."""
    rows, columns = mask.shape
    return np.full(rows, UNKNOWN), np.full(columns, UNKNOWN)


def code_mask(coder: Coder, mask: np.ndarray, hints: Hints) -> None:
    """Write a bool mask of shape (rows, columns), or read one into it."""
    flags = np.zeros((3 * 2, 2), np.int64)
    cells = np.zeros((3 * CELLS, 2), np.int64)
    parts = coder.data, coder.state, coder.cost
    _code_mask(*parts, flags, cells, LEVELS, *hints, mask)


def code_symbols(coder: Coder, symbols: np.ndarray, width: int) -> None:
    """Write int64 ``symbols`` below 2**width, or read as many into the array."""
    counts = np.zeros((1 << width, 2), np.int64)
    _code_symbols(coder.data, coder.state, coder.cost, counts, symbols, width)


@compiled
def _code_mask(
    data: np.ndarray,
    state: np.ndarray,
    cost: np.ndarray,
    flags: np.ndarray,
    cells: np.ndarray,
    levels: np.ndarray,
    row_hints: np.ndarray,
    column_hints: np.ndarray,
    mask: np.ndarray,
) -> None:
    rows, columns = mask.shape
    used, level = np.zeros(columns, np.int64), np.zeros(columns, np.int64)
    total = some = 0
    for i in range(rows):
        context = flags[2 * row_hints[i] + some]
        some = code_bit(data, state, cost, context, 1 if mask[i].any() else 0)
        if not some:
            mask[i] = False
            continue
        for j in range(columns):
            # both ends of the ratio begin with 0.4 of a kept cell
            ratio = 4 * (5 * used[j] + 2) * columns // (5 * total + 2 * columns)
            level[j] = levels[min(ratio, len(levels) - 1)]
            level[j] += column_hints[j] * (len(cells) // 6)
        left = 0
        for j in range(columns):
            context = cells[2 * level[j] + left]
            left = code_bit(data, state, cost, context, 1 if mask[i, j] else 0)
            mask[i, j] = left == 1
            used[j] += left
            total += left


@compiled
def _code_symbols(
    data: np.ndarray,
    state: np.ndarray,
    cost: np.ndarray,
    counts: np.ndarray,
    symbols: np.ndarray,
    width: int,
) -> None:
    for t in range(len(symbols)):
        node = 1
        for place in range(width - 1, -1, -1):
            bit = (symbols[t] >> place) & 1
            node = 2 * node + code_bit(data, state, cost, counts[node], bit)
        symbols[t] = node - (1 << width)
