"""Six patterns on the clock, against the whole layer by a dense kernel.

In float32, on as many threads as torch is set to; our sparse loops use one. Times are
of the product alone, each kernel with the batch as it likes it best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.break_even.contest import Kernel, usable_kernels
from course_lib.demos.patterns import (
    BATCH,
    DENSE,
    PATTERNS,
    SIDE,
    UNSTRUCTURED,
    check_kernel,
    compute,
    layer,
    matrix,
)
from course_lib.measure import interleaved_times
from course_lib.storage.csr import csr

WHOLE = "whole layer, dense kernel"
FASTER = 1.25  # times as fast: what counts as faster
NONE, ALL = "none of them", "all six"
GUESSES = (*PATTERNS, NONE, ALL)


class Speed(NamedTuple):
    """Milliseconds a batch, and how many times as fast as the whole layer, dense."""

    ms: float
    faster: float


@dataclass(frozen=True)
class Race:
    """What was measured for one share and one kernel; ``speeds`` by pattern.

    ``speeds`` has the whole layer by the dense kernel as well, under ``WHOLE``.
    """

    ratio: float
    kernel: str
    speeds: Mapping[str, Speed]

    def winners(self) -> list[str]:
        """The patterns that got at least a quarter faster."""
        return [name for name in PATTERNS if self.speeds[name].faster >= FASTER]

    def holds(self, guess: str) -> bool:
        """Whether a guess, one of ``GUESSES``, is what was measured."""
        if guess not in GUESSES:
            raise ValueError(f"guess must be one of {list(GUESSES)}, got {guess!r}")
        found = self.winners()
        if guess in (NONE, ALL):
            return len(found) == (0 if guess == NONE else len(PATTERNS))
        return guess in found

    def price_of_a_mac(self, pattern: str) -> float:
        """How many times as long one MAC took as one of the whole layer, dense."""
        outcome = compute(pattern, self.ratio)
        each = self.speeds[pattern].ms / outcome.macs(self.kernel)
        return each / (self.speeds[WHOLE].ms / outcome.whole_macs)


def run_race(ratio: float, kernel: str) -> Race:
    """Measure all patterns; takes a moment, and seconds where loops must compile."""
    return Race(ratio, kernel, speeds(measure_times(ratio, kernel)))


def measure_times(ratio: float, kernel: str, *, rounds: int = 15) -> pd.DataFrame:
    """Seconds a batch, a row a round: the whole layer and each pattern, in turns."""
    calls = products(ratio, kernel)
    return interleaved_times(calls, rounds=rounds, min_round_time=0.002)


def speeds(times: pd.DataFrame) -> dict[str, Speed]:
    """Each product's fastest round: what else a machine does only slows it down."""
    best = {name: float(times[name].min()) for name in (WHOLE, *PATTERNS)}
    return {name: Speed(1e3 * t, best[WHOLE] / t) for name, t in best.items()}


def products(ratio: float, kernel: str) -> dict[str, Callable[[], Any]]:
    """The whole layer's dense product with a batch, and each pattern's by ``kernel``.

    Dense ones return (batch, outputs), sparse ones (outputs, batch).
    """
    check_kernel(kernel)
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.standard_normal((BATCH, SIDE), dtype=np.float32))
    left = {name: matrix(compute(name, ratio)) for name in PATTERNS}
    dense: dict[str, Callable[[], Any]] = {
        name: partial(torch.nn.functional.linear, x, weight)
        for name, weight in {WHOLE: layer(), **left}.items()
    }
    if kernel == DENSE:
        return dense
    upright = x.T.contiguous()
    make = _fastest(left[UNSTRUCTURED], upright)
    sparse = {
        name: partial(make(csr(weight.numpy())), upright)
        for name, weight in left.items()
    }
    return {WHOLE: dense[WHOLE], **sparse}


def _fastest(weight: Tensor, x: Tensor) -> Kernel:
    """The sparse kernel that multiplies this matrix fastest on this machine."""
    kernels, stored = usable_kernels(), csr(weight.numpy())
    calls = {name: partial(make(stored), x) for name, make in kernels.items()}
    times = interleaved_times(calls, rounds=5, min_round_time=0.001)
    return kernels[str(times.min().idxmin())]
