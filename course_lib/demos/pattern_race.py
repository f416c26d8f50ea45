"""Timing six patterns against the full layer by a dense kernel.

In float32, on as many threads as torch is set to; our sparse loops use one. Times are
of the product alone, each kernel with its preferred batch layout.
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

from course_lib.break_even.benchmark import Kernel, usable_kernels
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
FASTER = 1.25  # the speedup that counts as faster
NONE, ALL = "none of them", "all six"
GUESSES = (*PATTERNS, NONE, ALL)


class Speed(NamedTuple):
    """Milliseconds per batch, and the speedup over the full dense layer."""

    ms: float
    faster: float


@dataclass(frozen=True)
class Race:
    """The measurements for one fraction and one kernel; ``speeds`` by pattern.

    ``speeds`` also has the full layer by the dense kernel, under ``WHOLE``.
    """

    ratio: float
    kernel: str
    speeds: Mapping[str, Speed]

    def winners(self) -> list[str]:
        """Return the patterns that became at least a quarter faster."""
        return [name for name in PATTERNS if self.speeds[name].faster >= FASTER]

    def holds(self, guess: str) -> bool:
        """Return whether a guess, one of ``GUESSES``, agrees with the measurement."""
        if guess not in GUESSES:
            raise ValueError(f"guess must be one of {list(GUESSES)}, got {guess!r}")
        found = self.winners()
        if guess in (NONE, ALL):
            return len(found) == (0 if guess == NONE else len(PATTERNS))
        return guess in found

    def price_of_a_mac(self, pattern: str) -> float:
        """Return the time per MAC relative to that of the full dense layer."""
        outcome = compute(pattern, self.ratio)
        each = self.speeds[pattern].ms / outcome.macs(self.kernel)
        return each / (self.speeds[WHOLE].ms / outcome.whole_macs)


def run_race(ratio: float, kernel: str) -> Race:
    """Measure all patterns; takes a moment, or seconds if loops must be compiled."""
    return Race(ratio, kernel, speeds(measure_times(ratio, kernel)))


def measure_times(ratio: float, kernel: str, *, rounds: int = 15) -> pd.DataFrame:
    """Measure seconds per batch, one row per round: full layer and patterns."""
    calls = products(ratio, kernel)
    return interleaved_times(calls, rounds=rounds, min_round_time=0.002)


def speeds(times: pd.DataFrame) -> dict[str, Speed]:
    """Return each product's fastest round, as interference only slows a run down."""
    best = {name: float(times[name].min()) for name in (WHOLE, *PATTERNS)}
    return {name: Speed(1e3 * t, best[WHOLE] / t) for name, t in best.items()}


def products(ratio: float, kernel: str) -> dict[str, Callable[[], Any]]:
    """Return the full layer's dense product, and each pattern's by ``kernel``.

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
    stored = {name: csr(weight.numpy()) for name, weight in left.items()}
    sparse = {name: partial(make(array), upright) for name, array in stored.items()}
    return {WHOLE: dense[WHOLE], **sparse}


def _fastest(weight: Tensor, x: Tensor) -> Kernel:
    """Return the fastest sparse kernel for this matrix on this machine."""
    kernels, stored = usable_kernels(), csr(weight.numpy())
    calls = {name: partial(make(stored), x) for name, make in kernels.items()}
    times = interleaved_times(calls, rounds=5, min_round_time=0.001)
    return kernels[str(times.min().idxmin())]
