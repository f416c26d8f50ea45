"""Compressed sparse rows (CSR), which store each row start once, and columns (CSC)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.storage.matrix import (
    Shape,
    as_matrix,
    check_length,
    check_order,
    check_range,
    check_vector,
    kept,
    sides,
)


@dataclass(frozen=True)
class CSR:
    """Kept weights by row; row i is ``row_starts[i]`` up to ``row_starts[i + 1]``.

    ``row_starts`` is int32 of shape (rows + 1,): it begins with 0 and ends with the
    number of values, and an empty row starts where the next one does. ``columns``
    (int32) and ``values`` (float32) have shape (nonzeros,).
    """

    row_starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    shape: Shape

    def check(self) -> None:
        """Raise ValueError unless the fields describe a matrix."""
        height, width = sides(self.shape)
        starts, columns = ("row_starts", self.row_starts), ("columns", self.columns)
        _check(starts, columns, self.values, height, width)

    def dense(self) -> np.ndarray:
        """Return the stored array, bit for bit; raise the same errors as ``check``."""
        self.check()
        matrix = np.zeros(sides(self.shape), dtype=np.float32)
        matrix[lines(self.row_starts), self.columns] = self.values
        return matrix.reshape(self.shape)

    def streams(self) -> dict[str, bytes]:
        """Return what a file stores, without the shape."""
        return {
            "row_starts": self.row_starts.tobytes(),
            "columns": self.columns.tobytes(),
            "values": self.values.tobytes(),
        }


@dataclass(frozen=True)
class CSC:
    """Kept weights by column: CSR with the roles of rows and columns exchanged.

    ``column_starts`` is int32 of shape (columns + 1,), ``rows`` int32 and ``values``
    float32 of shape (nonzeros,).
    """

    column_starts: np.ndarray
    rows: np.ndarray
    values: np.ndarray
    shape: Shape

    def check(self) -> None:
        """Raise ValueError unless the fields describe a matrix."""
        height, width = sides(self.shape)
        starts, rows = ("column_starts", self.column_starts), ("rows", self.rows)
        _check(starts, rows, self.values, width, height)

    def dense(self) -> np.ndarray:
        """Return the stored array, bit for bit; raise the same errors as ``check``."""
        self.check()
        matrix = np.zeros(sides(self.shape), dtype=np.float32)
        matrix[self.rows, lines(self.column_starts)] = self.values
        return matrix.reshape(self.shape)

    def streams(self) -> dict[str, bytes]:
        """Return what a file stores, without the shape."""
        return {
            "column_starts": self.column_starts.tobytes(),
            "rows": self.rows.tobytes(),
            "values": self.values.tobytes(),
        }


def csr(array: np.ndarray) -> CSR:
    """Encode a float32 array of shape (out, …) by rows; ValueError if not float32."""
    matrix = as_matrix(array)
    return CSR(*_by_rows(matrix), array.shape)


def csc(array: np.ndarray) -> CSC:
    """Encode a float32 array of shape (out, …) by columns; ValueError as ``csr``."""
    # the columns of a matrix are the rows of its transpose
    matrix = np.ascontiguousarray(as_matrix(array).T)
    return CSC(*_by_rows(matrix), array.shape)


def _by_rows(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row starts, columns and values of the kept weights."""
    mask = kept(matrix)
    ends = np.count_nonzero(mask, axis=1).cumsum()
    starts = np.concatenate([[0], ends]).astype(np.int32)
    return starts, np.nonzero(mask)[1].astype(np.int32), matrix[mask]


def lines(starts: np.ndarray) -> np.ndarray:
    """Return the row of every value in CSR, or its column in CSC; shape (nonzeros,)."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _check(
    starts: tuple[str, np.ndarray],
    indices: tuple[str, np.ndarray],
    values: np.ndarray,
    count: int,
    length: int,
) -> None:
    """Check ``count`` lines of ``length`` places; arrays come with their names."""
    check_vector(*starts, np.int32)
    check_vector(*indices, np.int32)
    check_vector("values", values, np.float32)
    check_length(*starts, count + 1)
    check_length(*indices, len(values))
    _check_starts(*starts, len(values))
    check_range(*indices, length)
    name, places = indices
    check_order(name, lines(starts[1]).astype(np.int64) * length + places)


def _check_starts(name: str, starts: np.ndarray, values: int) -> None:
    if starts[0] != 0 or starts[-1] != values:
        raise ValueError(
            f"{name} must go from 0 to the number of values, {values}, "
            f"got {starts[0]} to {starts[-1]}"
        )
    backwards = np.flatnonzero(starts[1:] < starts[:-1])
    if len(backwards):
        i = backwards[0]
        raise ValueError(
            f"{name} must never decrease, got {starts[i]} and then {starts[i + 1]} "
            f"at entry {i + 1}"
        )
