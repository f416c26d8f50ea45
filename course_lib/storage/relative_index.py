"""The relative index of Deep Compression: the distance to the next kept weight.

The array is read row by row as one long line. A gap g counts the steps from one kept
weight to the next, so g ≥ 1, and the first one is counted from just before the start.
It is stored as g − 1 in a field of ``bits`` bits, so a field reaches 2^bits steps.
Where the gap is longer, a *filler* is inserted: the field 2^bits − 1, which is
2^bits steps, with the value +0.0. Nothing is stored after the last kept weight.

Source: Han, Mao & Dally (2016), *Deep Compression*, section 2 and Figure 2, where a
field of 3 bits reaches 8 steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from course_lib.storage.bits import check_fields, check_width, pack
from course_lib.storage.matrix import (
    Shape,
    as_matrix,
    check_length,
    check_vector,
    kept,
    sides,
)


@dataclass(frozen=True)
class RelativeIndex:
    """Fields and values, fillers included, both of shape (nonzeros + fillers,).

    ``gaps`` is uint32 and holds g − 1, from 0 to 2^bits − 1; ``values`` is float32.
    """

    gaps: np.ndarray
    values: np.ndarray
    bits: int
    shape: Shape

    @property
    def fillers(self) -> int:
        """Return the number of entries that represent no weight."""
        return len(self.values) - int(np.count_nonzero(kept(self.values)))

    def check(self) -> None:
        """Raise ValueError unless the fields describe a matrix."""
        sides(self.shape)
        check_width("bits", self.bits)
        check_vector("gaps", self.gaps, np.uint32)
        check_vector("values", self.values, np.float32)
        check_length("values", self.values, len(self.gaps))
        check_fields("gaps", self.gaps, self.bits)
        end, positions = int(self._positions()[-1:].sum()), math.prod(self.shape)
        if len(self.gaps) and end >= positions:
            raise ValueError(
                f"gaps must lead to positions up to {positions - 1}, got {end}"
            )
        filler = ~kept(self.values)
        if np.any(self.gaps[filler] != 2**self.bits - 1) or np.any(filler[-1:]):
            raise ValueError(
                "values must be +0.0 only for fillers, which have the gap field "
                f"{2**self.bits - 1} and a weight after them, got another +0.0"
            )

    def dense(self) -> np.ndarray:
        """Return the stored array, bit for bit; raise the same errors as ``check``."""
        self.check()
        flat = np.zeros(math.prod(self.shape), dtype=np.float32)
        flat[self._positions()] = self.values  # a filler writes a zero onto a zero
        return flat.reshape(self.shape)

    def streams(self) -> dict[str, bytes]:
        """Return what a file stores, without the shape."""
        return {"gaps": pack(self.gaps, self.bits), "values": self.values.tobytes()}

    def _positions(self) -> np.ndarray:
        positions: np.ndarray = np.cumsum(self.gaps.astype(np.int64) + 1) - 1
        return positions


def relative_index(array: np.ndarray, bits: int) -> RelativeIndex:
    """Encode a float32 array of shape (out, …) with gaps of ``bits`` bits.

    Raises ValueError for another dtype, and for bits outside 1 to 32.
    """
    check_width("bits", bits)
    matrix, reach = as_matrix(array), 2**bits
    mask = kept(matrix)
    steps = np.diff(np.flatnonzero(mask), prepend=-1)
    fillers, fields = np.divmod(steps - 1, reach)
    # each weight comes after its own fillers
    places = np.cumsum(fillers + 1) - 1
    entries = int(fillers.sum()) + len(steps)
    gaps = np.full(entries, reach - 1, dtype=np.uint32)
    values = np.zeros(entries, dtype=np.float32)
    gaps[places], values[places] = fields, matrix[mask]
    return RelativeIndex(gaps, values, bits, array.shape)
