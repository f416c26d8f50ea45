"""Predict the speedups from the bytes moved and the multiplications.

After the roofline model (Williams, Waterman & Patterson 2009): a product takes as
long as the slowest of its parts, which run in parallel. The parts are reading the
weights, from the cache or memory that is large enough for them; reading the inputs;
and multiplying and adding. The speed of each is measured, not assumed.

A dense product reads each weight once and reuses the inputs. A sparse one reads eight
bytes per kept weight, and for each of them a row of the batch, which is at least one
cache line, from the cache that is large enough for the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from timeit import Timer

import numpy as np
import pandas as pd
import torch

from course_lib.break_even.speedups import POINT
from course_lib.compiled import compiled
from course_lib.measure import fair_clock

WORKING_SETS = tuple(2**power for power in range(14, 27))  # 16 kB to 64 MB
LINE = 64  # bytes that are fetched together when one is read


@dataclass(frozen=True)
class Machine:
    """How fast one thread reads and multiplies.

    ``bandwidths`` are bytes per second when arrays of ``sizes`` bytes are read
    repeatedly; ``rate`` is multiply–accumulates per second of a dense product.
    """

    sizes: tuple[int, ...]
    bandwidths: tuple[float, ...]
    rate: float

    def bandwidth(self, size: float) -> float:
        """Return bytes per second for a working set of ``size`` bytes, interpolated."""
        sizes, speeds = np.log(self.sizes), np.log(self.bandwidths)
        return float(np.exp(np.interp(np.log(max(size, 1)), sizes, speeds)))


def measured_machine(rounds: int = 3) -> Machine:
    """Measure this machine: read arrays and multiply matrices for about a second."""
    bandwidths = []
    for size in WORKING_SETS:
        array = np.ones(size // 4, np.float32)
        times = max(1, 2**25 // size)
        timer = Timer(partial(_read, array, times), timer=fair_clock())
        timer.timeit(1)
        # interference only slows a run down: the fastest round has the least of it
        bandwidths.append(size * times / min(timer.repeat(rounds, 1)))
    square = torch.ones(512, 512)
    timer = Timer(partial(torch.matmul, square, square), timer=fair_clock())
    timer.timeit(1)
    rate = 512**3 / min(timer.repeat(3 * rounds, 1))
    return Machine(WORKING_SETS, tuple(bandwidths), rate)


@compiled(fastmath=True)
def _read(array, times):  # type: ignore[no-untyped-def]
    """Sum an array several times; the order of the terms does not matter here."""
    total = np.float32(0)
    for repeat in range(times):
        for k in range(len(array)):
            total += array[k]
        # or the compiler would notice that all repeats are equal
        array[repeat % len(array)] = total * np.float32(1e-9)
    return total


def dense_seconds(machine: Machine, shape: tuple[int, int], batch: int) -> float:
    """Predict the time of a dense layer of ``shape`` (rows, columns)."""
    weights = shape[0] * shape[1]
    reading = 4 * weights / machine.bandwidth(4 * weights)
    return max(reading, weights * batch / machine.rate)


def sparse_seconds(
    machine: Machine, shape: tuple[int, int], batch: int, density: float
) -> float:
    """Predict the time of the layer in CSR form at a given density."""
    left = density * shape[0] * shape[1]
    stored = 8 * left + 4 * shape[0]
    reading = stored / machine.bandwidth(stored)
    inputs = left * max(LINE, 4 * batch) / machine.bandwidth(4 * shape[1] * batch)
    return max(reading, inputs, left * batch / machine.rate)


def predicted_speedups(machine: Machine, found: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of measured speedups with the prediction, ``predicted ×``."""
    predicted = []
    for rows, columns, batch, density in found[POINT].itertuples(index=False):
        shape = (int(rows), int(columns))
        dense = dense_seconds(machine, shape, batch)
        predicted.append(dense / sparse_seconds(machine, shape, batch, density))
    return found.assign(**{"predicted ×": predicted})
