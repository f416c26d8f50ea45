"""Lower limits on the bits that positions and values of kept weights take."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count

import numpy as np


def entropy(counts: Sequence[int] | np.ndarray) -> float:
    """Return the lower limit in bits per symbol for independent symbols.

    ``counts`` are the numbers of occurrences of the symbols: H = Σ p · log2(1 / p), 0
    without symbols. Raises ValueError for negative counts. Shannon (1948), section 6.
    """
    counts = _checked(counts)
    return float(_surprise(counts / max(1, counts.sum())).sum())


def binary_entropy(p: float | np.ndarray) -> np.ndarray:
    """Return H(p) = p · log2(1 / p) + (1 − p) · log2(1 / (1 − p)), bits per position.

    ``p`` is a density or an array of them, each a fraction from 0 to 1, else
    ValueError.
    """
    p = np.asarray(p, dtype=np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p must be in [0, 1], got {p}")
    bits: np.ndarray = _surprise(p) + _surprise(1 - p)
    return bits


def mask_bits(mask: np.ndarray) -> float:
    """Return the limit in bits for a mask of n independent positions: n · H(p).

    ``mask`` is bool of any shape, True = kept. A structured mask needs less: this
    is the limit for codes that use only the density.
    """
    mask = _mask(mask)
    return mask.size * float(binary_entropy(mask.mean())) if mask.size else 0.0


def row_column_bits(mask: np.ndarray) -> tuple[float, float]:
    """Return that limit with one density per row, and with one per column.

    ``mask`` is bool of shape (out, …), taken as (out, rest). Bits for all positions;
    the small cost of storing the densities is not counted. Neither is above
    ``mask_bits``: knowing the row never increases the uncertainty.
    """
    mask = _mask(mask)
    matrix = mask.reshape(len(mask), -1) if mask.size else np.zeros((0, 0), dtype=bool)
    if not matrix.size:
        return 0.0, 0.0
    rows = matrix.shape[1] * binary_entropy(matrix.mean(axis=1)).sum()
    columns = matrix.shape[0] * binary_entropy(matrix.mean(axis=0)).sum()
    return float(rows), float(columns)


def huffman_lengths(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the length in bits of each symbol's Huffman code; int64.

    The two rarest nodes are merged repeatedly; each merge adds a bit to all symbols
    below. A symbol that does not occur gets 0 bits, a single one gets 1, because a
    code word cannot be empty. Huffman (1952).
    """
    counts = _checked(counts)
    lengths, order = np.zeros(len(counts), dtype=np.int64), count()
    trees = [(int(n), next(order), [i]) for i, n in enumerate(counts) if n]
    heapq.heapify(trees)
    if len(trees) == 1:
        lengths[trees[0][2]] = 1
    while len(trees) > 1:
        few, _, left = heapq.heappop(trees)
        more, _, right = heapq.heappop(trees)
        lengths[left + right] += 1
        heapq.heappush(trees, (few + more, next(order), left + right))
    return lengths


def _surprise(p: np.ndarray) -> np.ndarray:
    """Return p · log2(1 / p), and its limit 0 where p is 0."""
    bits: np.ndarray = p * -np.log2(np.where(p > 0, p, 1))
    return bits + 0.0  # no −0.0, which would be printed as such


def _checked(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    array = np.asarray(counts)
    if array.ndim != 1 or (array.size and (array.dtype.kind not in "biu")):
        raise ValueError(
            "counts must be a one-dimensional array of integers, "
            f"got {array.dtype} of shape {array.shape}"
        )
    if array.size and array.min() < 0:
        raise ValueError(f"counts must be at least 0, got {array.min()}")
    return array


def _mask(mask: np.ndarray) -> np.ndarray:
    mask = np.asarray(mask)
    if mask.dtype != bool or not mask.ndim:
        raise ValueError(
            "mask must be bool with at least one dimension, "
            f"got {mask.dtype} of shape {mask.shape}"
        )
    return mask
