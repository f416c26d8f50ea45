"""Limits: how few bits can say which weights are kept, and which values they have."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count

import numpy as np


def entropy(counts: Sequence[int] | np.ndarray) -> float:
    """Bits a symbol that no code can beat when symbols are independent.

    ``counts`` says how often each symbol occurs: H = Σ p · log2(1 / p), 0 without any
    symbol. Raises ValueError for negative counts. Shannon (1948), section 6.
    """
    counts = _checked(counts)
    return float(_surprise(counts / max(1, counts.sum())).sum())


def binary_entropy(p: float | np.ndarray) -> np.ndarray:
    """H(p) = p · log2(1 / p) + (1 − p) · log2(1 / (1 − p)), bits a position.

    ``p`` is a density or an array of them, each a fraction from 0 to 1, else
    ValueError.
    """
    p = np.asarray(p, dtype=np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p must be in [0, 1], got {p}")
    bits: np.ndarray = _surprise(p) + _surprise(1 - p)
    return bits


def mask_bits(mask: np.ndarray) -> float:
    """The limit in bits for a mask whose positions are kept independently: n · H(p).

    ``mask`` is bool of any shape, True = kept. A mask with structure needs less: this
    is a limit for codes that know nothing but the density.
    """
    mask = _mask(mask)
    return mask.size * float(binary_entropy(mask.mean())) if mask.size else 0.0


def row_column_bits(mask: np.ndarray) -> tuple[float, float]:
    """The same limit if each row has a density of its own, and if each column has.

    ``mask`` is bool of shape (out, …), taken as (out, rest). Bits for the whole mask;
    saying the densities costs a little more, which is not counted. Neither is above
    ``mask_bits``: knowing a row never makes its mask less certain.
    """
    mask = _mask(mask)
    matrix = mask.reshape(len(mask), -1) if mask.size else np.zeros((0, 0), dtype=bool)
    if not matrix.size:
        return 0.0, 0.0
    rows = matrix.shape[1] * binary_entropy(matrix.mean(axis=1)).sum()
    columns = matrix.shape[0] * binary_entropy(matrix.mean(axis=0)).sum()
    return float(rows), float(columns)


def huffman_lengths(counts: Sequence[int] | np.ndarray) -> np.ndarray:
    """How many bits Huffman's code gives each symbol; int64, shape of ``counts``.

    The two rarest symbols are joined, again and again; each joining adds a bit to all
    symbols below. A symbol that does not occur gets 0 bits, one that is alone gets 1,
    because nothing cannot be counted. Huffman (1952).
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
    """p · log2(1 / p), and its limit 0 where p is 0."""
    bits: np.ndarray = p * -np.log2(np.where(p > 0, p, 1))
    return bits


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
