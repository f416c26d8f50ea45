"""The 6 × 8 matrix of chapter 05, and how it is stored."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from course_lib.storage.csr import CSR, csr
from course_lib.storage.relative_index import RelativeIndex, relative_index

BITS = 3
LETTERS = "abcdefghijkl"


@lru_cache(maxsize=1)
def matrix() -> np.ndarray:
    """Return the page's 6 × 8 matrix: 8 weights kept, row 3 empty; float32."""
    rng = np.random.default_rng(7)
    A = np.round(rng.normal(size=(6, 8)), 1).astype(np.float32)
    A[rng.random(A.shape) < 0.7] = 0
    A[3] = 0
    return A


def rows() -> CSR:
    """Return the matrix in CSR form."""
    return csr(matrix())


def steps() -> RelativeIndex:
    """Return the matrix as a relative index with gaps of three bits."""
    return relative_index(matrix(), BITS)


def letters(values: np.ndarray) -> list[str]:
    """Return the weights' names in order; a filler, which is not a weight, is 0."""
    names = iter(LETTERS)
    return [next(names) if value else "0" for value in values]


def byte_count(streams: dict[str, bytes]) -> int:
    """Return the total size of a format's streams in bytes."""
    return sum(map(len, streams.values()))
