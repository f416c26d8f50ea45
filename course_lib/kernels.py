"""Products of a sparse matrix with a batch, by loops that skip the zeros.

A zero costs a dense product one multiplication. A kept weight costs a sparse product a
lookup: its column index must be read, and then a row of the batch from wherever that is
in memory. So the batch has one input per row, shape (inputs, batch): its rows are
contiguous, and the innermost loop runs along them.
"""

from __future__ import annotations

import numpy as np

from course_lib.compiled import compiled
from course_lib.storage.csr import CSR
from course_lib.storage.matrix import sides


class Product:
    """A CSR matrix that multiplies batches; raises ValueError if it is invalid.

    The arrays are checked and copied once, because compiled code reads wherever an
    index points: later changes cannot cause out-of-bounds reads. A convolution's
    weights are a matrix of shape (out, in · height · width).
    """

    def __init__(self, matrix: CSR) -> None:
        matrix.check()
        self.shape = sides(matrix.shape)
        self._starts = np.array(matrix.row_starts, dtype=np.int64)
        # unsigned, or the loop would test every index for being negative
        self._columns = np.array(matrix.columns, dtype=np.uint32)
        self._values = np.array(matrix.values, dtype=np.float32)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return W x for float32 x of shape (columns,) or (columns, batch)."""
        if x.dtype != np.float32 or x.ndim not in (1, 2) or len(x) != self.shape[1]:
            raise ValueError(
                f"x must be float32 of shape ({self.shape[1]},) or "
                f"({self.shape[1]}, batch), got {x.dtype} of shape {x.shape}"
            )
        out = np.empty((self.shape[0], *x.shape[1:]), np.float32)
        loop = _times_vector if x.ndim == 1 else _times_batch
        loop(self._starts, self._columns, self._values, np.ascontiguousarray(x), out)
        return out


@compiled
def _times_batch(row_starts, columns, values, x, out):  # type: ignore[no-untyped-def]
    """Write W x to ``out``, shape (rows, batch), without checks.

    Four weights per pass along the row of ``out``, which is then read and written
    once for all four.
    """
    for i in range(len(row_starts) - 1):
        sums = out[i]
        sums[:] = 0
        k, end = row_starts[i], row_starts[i + 1]
        while k + 4 <= end:
            a, b, c, d = values[k], values[k + 1], values[k + 2], values[k + 3]
            xa, xb = x[columns[k]], x[columns[k + 1]]
            xc, xd = x[columns[k + 2]], x[columns[k + 3]]
            for j in range(len(sums)):
                sums[j] += a * xa[j] + b * xb[j] + c * xc[j] + d * xd[j]
            k += 4
        while k < end:
            a, xa = values[k], x[columns[k]]
            for j in range(len(sums)):
                sums[j] += a * xa[j]
            k += 1


@compiled
def _times_vector(row_starts, columns, values, x, out):  # type: ignore[no-untyped-def]
    """Write W x to ``out``, shape (rows,), without checks.

    Uses four partial sums: a single one would wait for each addition.
    """
    for i in range(len(row_starts) - 1):
        a = b = c = d = np.float32(0)
        k, end = row_starts[i], row_starts[i + 1]
        while k + 4 <= end:
            a += values[k] * x[columns[k]]
            b += values[k + 1] * x[columns[k + 1]]
            c += values[k + 2] * x[columns[k + 2]]
            d += values[k + 3] * x[columns[k + 3]]
            k += 4
        while k < end:
            a += values[k] * x[columns[k]]
            k += 1
        out[i] = (a + b) + (c + d)
