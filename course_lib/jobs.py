"""Independent jobs, run where the caller says: here, on more cores, on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import joblib


def run_jobs(
    job: Callable[..., Any],
    arguments: Iterable[tuple[Any, ...]],
    jobs: int | None = None,
) -> list[Any]:
    """``job(*a)`` for every tuple of ``arguments``, in order, through joblib.

    Without ``jobs``, the number of processes, it is one after the other in this
    process, unless ``joblib.parallel_config`` around the call says where they run.
    """
    return list(
        joblib.Parallel(n_jobs=jobs)(joblib.delayed(job)(*a) for a in arguments)
    )
