"""The bitmap: one bit per position, and the values of the kept positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from course_lib.storage.bits import pack, unpack
from course_lib.storage.matrix import (
    Shape,
    as_matrix,
    check_length,
    check_vector,
    kept,
    sides,
)


@dataclass(frozen=True)
class Bitmap:
    """One bit per position in reading order, 1 = kept, then the values.

    ``bitmap`` holds ceil(positions / 8) bytes, the first position in the most
    significant bit, padded with zero bits. ``values`` is float32 of
    shape (nonzeros,).
    """

    bitmap: bytes
    values: np.ndarray
    shape: Shape

    def check(self) -> None:
        """Raise ValueError unless the fields describe a matrix."""
        self._mask()

    def dense(self) -> np.ndarray:
        """Return the stored array, bit for bit; raise the same errors as ``check``."""
        mask = self._mask()
        flat = np.zeros(len(mask), dtype=np.float32)
        flat[mask] = self.values
        return flat.reshape(self.shape)

    def streams(self) -> dict[str, bytes]:
        """Return what a file stores, without the shape."""
        return {"bitmap": self.bitmap, "values": self.values.tobytes()}

    def _mask(self) -> np.ndarray:
        sides(self.shape)
        check_vector("values", self.values, np.float32)
        try:
            ones = unpack(self.bitmap, 1, math.prod(self.shape))
        except ValueError as error:
            raise ValueError(f"bitmap: {error}") from None
        check_length("values", self.values, int(np.count_nonzero(ones)))
        return ones.astype(bool)


def bitmap(array: np.ndarray) -> Bitmap:
    """Store a float32 array of shape (out, …); ValueError for another dtype."""
    matrix = as_matrix(array)
    mask = kept(matrix)
    return Bitmap(pack(mask.ravel(), 1), matrix[mask], array.shape)
