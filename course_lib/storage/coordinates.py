"""The coordinate list (COO): a row, a column and a value per kept weight."""

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
class Coordinates:
    """Kept weights in reading order: row by row, from left to right.

    ``rows`` and ``columns`` are int32, ``values`` float32, each of shape (nonzeros,);
    ``shape`` is that of the array that was stored.
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    shape: Shape

    def check(self) -> None:
        """Raise ValueError unless the fields describe a matrix."""
        height, width = sides(self.shape)
        check_vector("rows", self.rows, np.int32)
        check_vector("columns", self.columns, np.int32)
        check_vector("values", self.values, np.float32)
        check_length("columns", self.columns, len(self.rows))
        check_length("values", self.values, len(self.rows))
        check_range("rows", self.rows, height)
        check_range("columns", self.columns, width)
        positions = self.rows.astype(np.int64) * width + self.columns
        check_order("rows and columns", positions)

    def dense(self) -> np.ndarray:
        """Return the stored array, bit for bit; raise the same errors as ``check``."""
        self.check()
        matrix = np.zeros(sides(self.shape), dtype=np.float32)
        matrix[self.rows, self.columns] = self.values
        return matrix.reshape(self.shape)

    def streams(self) -> dict[str, bytes]:
        """Return what a file stores, without the shape."""
        return {
            "rows": self.rows.tobytes(),
            "columns": self.columns.tobytes(),
            "values": self.values.tobytes(),
        }


def coordinates(array: np.ndarray) -> Coordinates:
    """Encode a float32 array of shape (out, …); ValueError for another dtype."""
    matrix = as_matrix(array)
    mask = kept(matrix)
    rows, columns = np.nonzero(mask)
    return Coordinates(
        rows.astype(np.int32), columns.astype(np.int32), matrix[mask], array.shape
    )
