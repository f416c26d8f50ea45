"""k-means on numbers: among sorted numbers, a cluster is an interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from course_lib.arguments import integer

# a few hundred are usual; rounding errors could cause an endless loop
MAX_ROUNDS = 100_000


def cluster(
    values: np.ndarray, bits: int, start: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return at most 2^bits centroids for ``values``, and the code of each value.

    ``values`` is one-dimensional. ``centroids`` (float64) are in ascending order;
    ``codes`` (uint8) are the indices of the nearest ones, the smaller in a tie.
    Lloyd's algorithm runs until no code changes, from evenly spaced centroids
    between the smallest and the largest value (linear initialization), or from
    ``start``. An empty centroid keeps its position, may gain values later, and is
    otherwise dropped from the result. Up to 2^bits distinct values are their own
    centroids.

    Deterministic. Raises ValueError for bits outside 1 to 8, values that are not
    finite, and a ``start`` that is not 2^bits finite numbers.
    """
    bits = integer("bits", bits, 1, 8)
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(
            "values must be a one-dimensional array of finite numbers, got shape "
            f"{values.shape} with {np.sum(~np.isfinite(values))} that are not finite"
        )
    distinct, places = np.unique(values, return_inverse=True)
    if len(distinct) <= 2**bits:
        return distinct, places.astype(np.uint8)
    centroids = _linear(values, bits) if start is None else np.sort(start)
    if centroids.shape != (2**bits,) or not np.isfinite(centroids).all():
        raise ValueError(
            f"start must be {2**bits} finite numbers, got shape {centroids.shape} and "
            f"{np.sum(~np.isfinite(centroids))} that are not finite"
        )
    centroids, ends = _lloyd(np.sort(values), centroids)
    counts = np.diff(ends, prepend=0)
    found = centroids[counts > 0]
    return found, nearest(values, found).astype(np.uint8)


def nearest(values: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the index of the nearest centroid per value, the smaller in a tie."""
    return np.searchsorted(_middles(centroids), values)


def _lloyd(values: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return centroids that are the means of their clusters, and the clusters' ends."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.zeros(len(centroids), int)
    for _ in range(MAX_ROUNDS):
        before = ends
        ends = np.searchsorted(values, _middles(centroids), side="right")
        ends = np.append(ends, len(values))
        if np.array_equal(ends, before):
            break
        counts, totals = np.diff(ends, prepend=0), np.diff(sums[ends], prepend=0.0)
        centroids = np.where(counts, totals / np.maximum(counts, 1), centroids)
    return centroids, ends


def starts(values: np.ndarray, bits: int, seed: int) -> dict[str, np.ndarray]:
    """Return three initializations of 2^bits centroids (Deep Compression, section 3.2).

    ``"linear"``: evenly spaced between smallest and largest value. ``"density"``:
    at equal numbers of values. ``"random"``: at values drawn with ``seed``, without
    replacement. Needs at least 2^bits values.
    """
    count = 2**bits
    return {
        "linear": _linear(values, bits),
        "density": np.quantile(values, (np.arange(count) + 0.5) / count),
        "random": np.random.default_rng(seed).choice(values, count, replace=False),
    }


def compare_starts(values: np.ndarray, bits: int, seed: int) -> pd.DataFrame:
    """Run k-means from each of the ``starts``; one row per start.

    ``centroids`` is the number of nonempty ones, ``largest`` the largest magnitude.
    The errors are root mean squares of value − centroid, in units of the values: over
    all of them, and over the largest hundredth in magnitude, which are few and matter
    most.
    """
    values = np.asarray(values, np.float64)
    sizes = np.abs(values)
    large = sizes >= np.quantile(sizes, 0.99)
    rows = {}
    for name, start in starts(values, bits, seed).items():
        centroids, codes = cluster(values, bits, start)
        squares = (values - centroids[codes]) ** 2
        rows[name] = {
            "centroids": len(centroids),
            "largest": np.abs(centroids).max(),
            "rms_error": np.sqrt(squares.mean()),
            "rms_error_of_largest": np.sqrt(squares[large].mean()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("start")


def _linear(values: np.ndarray, bits: int) -> np.ndarray:
    return np.linspace(np.min(values), np.max(values), 2**bits)


def _middles(centroids: np.ndarray) -> np.ndarray:
    """Return the boundaries between clusters, shape (centroids − 1,)."""
    middles: np.ndarray = (centroids[1:] + centroids[:-1]) / 2
    return middles
