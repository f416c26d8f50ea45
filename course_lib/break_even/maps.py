"""The density below which a sparse layer is faster: a map of the reader's machine.

A cell is a shape and a batch size. In each round it runs the dense layer and the
sparse one at every density of a grid, interleaved. Its *step* is the number of
densities at which sparse is faster, judged by the fastest round of each, because
interference only slows a run down. The disagreement between rounds measures the
uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from course_lib import progress
from course_lib.break_even.contest import Contest

SHAPES = ((300, 784), (1024, 1024), (2048, 2048), (4096, 4096))
BATCHES = (1, 4, 16, 64, 256)
# steps of about 1.5×: fine enough to decide by, and coarse enough to be reproducible
# on a machine that also does other work
DENSITIES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.10, 0.15, 0.20, 0.30, 0.50)
CELL = ["rows", "columns", "batch"]


def measured_map(
    shapes: Sequence[tuple[int, int]] = SHAPES,
    batches: Sequence[int] = BATCHES,
    densities: Sequence[float] = DENSITIES,
    *,
    rounds: int = 9,
    seconds: float = 0.4,
    min_round_time: float = 0.001,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure the break-even density of each shape (rows, columns) and batch size.

    One row per cell: ``kernel`` is the fastest sparse kernel; ``break_even`` the
    largest density of the grid, a fraction, at which it beats the dense layer, 0 where
    it never does; ``step`` the number of densities at which it does; ``spread`` the
    interquartile range of the rounds' steps, ``sure`` whether that is at most one;
    ``dense_ms`` the time of the dense layer in its fastest round, in milliseconds. A
    cell takes about ``seconds``, or three rounds.
    """
    found = []
    grid = tuple(sorted(densities))
    for shape, batch in progress.over([*product(shapes, batches)], "measuring"):
        if batch == batches[0]:
            contest = Contest(shape, grid, seed)
        kernel, times = contest.rounds(
            batch, rounds=rounds, seconds=seconds, min_round_time=min_round_time
        )
        where = dict(zip(CELL, (*shape, batch), strict=True))
        found.append({**where, "kernel": kernel, **cell(times, grid)})
    return pd.DataFrame(found)


def cell(times: pd.DataFrame, densities: Sequence[float]) -> dict[str, object]:
    """Return the entries of one cell; ``times`` in seconds, one row per round.

    ``times`` has a column ``"dense"`` and one for each of the rising ``densities``.
    """
    wins = times[list(densities)].lt(times["dense"], axis=0)
    low, high = wins.sum(axis=1).quantile([0.25, 0.75])
    fastest = times.min()
    step = int((fastest[list(densities)] < fastest["dense"]).sum())
    return {
        "step": step,
        "break_even": density_at(step, densities),
        "spread": float(high - low),
        "sure": bool(high - low <= 1),
        "rounds": len(times),
        "dense_ms": 1e3 * float(fastest["dense"]),
    }


def density_at(step: int, densities: Sequence[float]) -> float:
    """Return the largest of the ``step`` smallest densities; 0 if there is none."""
    return 0.0 if step == 0 else sorted(densities)[step - 1]


def differences(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series:
    """Return how many steps the second map lies above the first, per cell.

    Indexed by rows, columns and batch. Both maps have the same cells and must have
    been measured on the same densities.
    """
    left, right = (frame.set_index(CELL)["step"] for frame in (first, second))
    if not left.index.sort_values().equals(right.index.sort_values()):
        raise ValueError(
            "first and second must have the same rows, columns and batches, "
            f"got {len(left)} and {len(right)} cells"
        )
    return right.reindex(left.index) - left


def agreement(first: pd.DataFrame, second: pd.DataFrame, within: int = 1) -> float:
    """Return the fraction of cells that differ by at most ``within`` steps."""
    return float((differences(first, second).abs() <= within).mean())


def table(found: pd.DataFrame, column: str = "break_even") -> pd.DataFrame:
    """Return a column of a map as a table: one row per shape, one column per batch."""
    names = found["rows"].astype(str) + " × " + found["columns"].astype(str)
    order = list(dict.fromkeys(names))
    wide = found.assign(shape=names).pivot(
        index="shape", columns="batch", values=column
    )
    return wide.loc[order, np.sort(wide.columns)]
