"""Independent jobs, run where the caller chooses: locally, on more cores, a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import joblib

from course_lib import progress


def run_jobs(
    job: Callable[..., Any],
    arguments: Iterable[tuple[Any, ...]],
    jobs: int | None = None,
) -> list[Any]:
    """Return ``job(*a)`` for every tuple of ``arguments``, in order, through joblib.

    ``jobs`` is the number of processes. Without it, they run one after another in this
    process, unless ``joblib.parallel_config`` around the call sets a backend.
    """
    calls = [joblib.delayed(job)(*each) for each in arguments]
    results = joblib.Parallel(n_jobs=jobs, return_as="generator")(calls)
    return list(progress.over(results, "measuring", total=len(calls)))
