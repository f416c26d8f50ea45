"""The bitmap: one bit for every position, and the values of those that are kept."""

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
    """A bit for each position in the order of reading, 1 = kept, then the values.

    ``bitmap`` holds ceil(positions / 8) bytes, the first position in the most
    significant bit, zeros in the bits that are left over. ``values`` is float32 of
    shape (nonzeros,).
    """

    bitmap: bytes
    values: np.ndarray
    shape: Shape

    def check(self) -> None:
        """Raise ValueError for what no matrix is stored as."""
        self._mask()

    def dense(self) -> np.ndarray:
        """The array that was stored, bit by bit; refuses what ``check`` refuses."""
        mask = self._mask()
        flat = np.zeros(len(mask), dtype=np.float32)
        flat[mask] = self.values
        return flat.reshape(self.shape)

    def streams(self) -> dict[str, bytes]:
        """What stands in a file, the shape not counted."""
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
