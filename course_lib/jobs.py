"""Independent jobs, run where the caller chooses: here, on more cores, on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import joblib


def run_jobs(
    job: Callable[..., Any],
    arguments: Iterable[tuple[Any, ...]],
    jobs: int | None = None,
) -> list[Any]:
    """Return ``job(*a)`` for every tuple of ``arguments``, in order, through joblib.

    ``jobs`` is the number of processes. Without it, they run one after another in this
    process, unless ``joblib.parallel_config`` around the call sets a backend.
    """
    return list(
        joblib.Parallel(n_jobs=jobs)(joblib.delayed(job)(*a) for a in arguments)
    )
