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
    """The 6 × 8 matrix of the page: 8 weights kept, row 3 empty; float32."""
    rng = np.random.default_rng(7)
    A = np.round(rng.normal(size=(6, 8)), 1).astype(np.float32)
    A[rng.random(A.shape) < 0.7] = 0
    A[3] = 0
    return A


def rows() -> CSR:
    """The matrix by rows."""
    return csr(matrix())


def steps() -> RelativeIndex:
    """The matrix with gaps of three bits."""
    return relative_index(matrix(), BITS)


def letters(values: np.ndarray) -> list[str]:
    """The weights' names in their order; a filler, which is no weight, is 0."""
    names = iter(LETTERS)
    return [next(names) if value else "0" for value in values]


def byte_count(streams: dict[str, bytes]) -> int:
    """What a format's streams take together."""
    return sum(map(len, streams.values()))
