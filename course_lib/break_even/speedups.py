"""How many times faster a sparse layer is than the dense one, on the reader's machine.

In each round the dense layer and the sparse one at every density take turns. A
speedup is the median over the rounds of the ratio of their times in the same round, so
that a machine which changes its speed slows both down alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from course_lib import progress
from course_lib.break_even.benchmark import Benchmark

SHAPES = ((300, 784), (1024, 1024), (4096, 4096))
BATCHES = (1, 16, 128)
DENSITIES = (0.01, 0.03, 0.1, 0.2, 0.4)
CELL = ["rows", "columns", "batch"]
POINT = [*CELL, "density"]


def measured_speedups(
    shapes: Sequence[tuple[int, int]] = SHAPES,
    batches: Sequence[int] = BATCHES,
    densities: Sequence[float] = DENSITIES,
    *,
    rounds: int = 25,
    seconds: float = 0.6,
    min_round_time: float = 0.0003,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure the speedup of sparse over dense, one row per layer, batch and density.

    A layer is a shape (rows, columns). ``sparse ×`` is the median over the rounds of
    the dense time divided by the sparse time, ``low`` and ``high`` its quartiles;
    ``kernel`` is the fastest sparse kernel, and ``dense ms`` the median time of the
    dense layer in milliseconds. A layer and batch size take about ``seconds``, or three
    rounds.
    """
    found = []
    for shape, batch in progress.over([*product(shapes, batches)], "measuring"):
        if batch == batches[0]:
            benchmark = Benchmark(shape, densities, seed)
        kernel, times = benchmark.rounds(
            batch, rounds=rounds, seconds=seconds, min_round_time=min_round_time
        )
        ratios = times.rdiv(times["dense"], axis=0).drop(columns="dense")
        for density, rates in ratios.items():
            low, middle, high = rates.quantile([0.25, 0.5, 0.75])
            found.append(
                {
                    **dict(zip(POINT, (*shape, batch, density), strict=True)),
                    "kernel": kernel,
                    "dense ms": 1e3 * times["dense"].median(),
                    "sparse ×": middle,
                    "low": low,
                    "high": high,
                }
            )
    return pd.DataFrame(found)


def break_even_densities(found: pd.DataFrame) -> pd.DataFrame:
    """Return the density at which sparse and dense are equally fast, as a fraction.

    One row per shape and one column per batch size of a frame as from
    ``measured_speedups``. The density is interpolated on log axes where the speedup
    falls below one for the last time. It is 0 where sparse never wins, and the largest
    density where it always does.
    """
    names = found["rows"].astype(str) + " × " + found["columns"].astype(str)
    groups = found.assign(shape=names).groupby(["shape", "batch"], sort=False)
    crossings = groups[["density", "sparse ×"]].apply(_crossing)
    wide = crossings.unstack("batch").sort_index(axis="columns")
    return wide.loc[list(dict.fromkeys(names))]


def _crossing(line: pd.DataFrame) -> float:
    line = line.sort_values("density")
    x, y = np.log(line["density"].to_numpy()), np.log(line["sparse ×"].to_numpy())
    wins = np.flatnonzero(y >= 0)
    if not len(wins):
        return 0.0
    last = wins[-1]
    if last == len(y) - 1:
        return float(np.exp(x[last]))
    share = y[last] / (y[last] - y[last + 1])
    return float(np.exp(x[last] + share * (x[last + 1] - x[last])))


def constant_speedups(found: pd.DataFrame) -> pd.DataFrame:
    """Return a copy with ``constant ×``: one break-even density for all rows.

    If the time of a sparse product is proportional to its weights, the speedup is a
    constant divided by the density. The constant is the median over ``found`` itself,
    an advantage over any prediction.
    """
    constant = (found["sparse ×"] * found["density"]).median()
    return found.assign(**{"constant ×": constant / found["density"]})


def factors_off(found: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return by which factor each column is typically off, for every batch size.

    The median of measured over predicted speedup or its reciprocal, whichever is
    larger; one row per batch size, and at least 1.
    """
    ratios = found[list(columns)].div(found["sparse ×"], axis=0)
    factors = ratios.where(ratios >= 1, 1 / ratios)
    return factors.groupby(found["batch"]).median()
