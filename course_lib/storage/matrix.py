"""What all formats share: a matrix, its kept weights, and validation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Shape = tuple[int, ...]
LARGEST = 2**31 - 1  # positions and counts must fit in int32


def sides(shape: Shape) -> tuple[int, int]:
    """Return rows and columns of an array: its first axis, and all the others.

    A convolution's (out, in, height, width) has out rows. Raises ValueError for no
    axis, a negative length, and more than 2³¹ − 1 positions.
    """
    rows, columns = shape[0] if shape else -1, math.prod(shape[1:])
    if rows < 0 or min(shape) < 0 or max(rows, columns, rows * columns) > LARGEST:
        raise ValueError(
            "shape must have at least one dimension, no negative length, and at most "
            f"{LARGEST} rows, columns and positions, got {shape}"
        )
    return rows, columns


def as_matrix(array: np.ndarray) -> np.ndarray:
    """Return a float32 array of any shape as a matrix of shape (out, rest).

    Raises ValueError for another dtype and for shapes that ``sides`` refuses, TypeError
    for a tensor that requires a gradient or is on another device.
    """
    try:
        array = np.asarray(array)
    except RuntimeError as error:
        raise TypeError(
            f"array must be a NumPy array, got {type(array).__name__}; "
            "weight.detach().cpu().numpy() is one"
        ) from error
    if array.dtype != np.float32:
        raise ValueError(f"array must be float32, got {array.dtype}")
    return np.ascontiguousarray(array).reshape(sides(array.shape))


def kept(matrix: np.ndarray) -> np.ndarray:
    """Return the mask of kept weights, whose 32 bits are not all zero.

    So −0.0, whose sign bit is set, is a value like any other, and what is read back is
    identical bit for bit. It takes up an entry, and multiplying by a mask leaves −0.0
    for every negative weight: prune with ``apply_masks``, which writes +0.0.
    """
    mask: np.ndarray = matrix.view(np.uint32) != 0
    return mask


def check_vector(name: str, vector: np.ndarray, dtype: Any) -> None:
    """Raise ValueError unless ``vector`` is one-dimensional and of ``dtype``."""
    if vector.ndim != 1 or vector.dtype != dtype:
        raise ValueError(
            f"{name} must be a one-dimensional array of {np.dtype(dtype)}, "
            f"got {vector.dtype} of shape {vector.shape}"
        )


def check_length(name: str, vector: np.ndarray, expected: int) -> None:
    """Raise ValueError unless ``vector`` has ``expected`` entries."""
    if len(vector) != expected:
        raise ValueError(f"{name} must have {expected} entries, got {len(vector)}")


def check_range(name: str, indices: np.ndarray, end: int) -> None:
    """Raise ValueError unless all ``indices`` are from 0 to ``end`` − 1."""
    if len(indices) and (indices.min() < 0 or indices.max() >= end):
        raise ValueError(
            f"{name} must be from 0 to {end - 1}, "
            f"got {indices.min()} to {indices.max()}"
        )


def check_order(name: str, positions: np.ndarray) -> None:
    """Raise ValueError unless each position is larger than the one before."""
    wrong = np.flatnonzero(positions[1:] <= positions[:-1])
    if len(wrong):
        raise ValueError(
            f"{name} must list each position once, in reading order, got entry "
            f"{wrong[0] + 1} that does not come after entry {wrong[0]}"
        )
