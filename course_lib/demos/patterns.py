"""Six ways to remove a fraction of one layer, with exact counts of their costs.

The layer is a matrix of 1024 × 1024 random weights. Read as a 1 × 1 convolution it has
1024 filters of one row each; read as the values of an attention layer, 16 heads of 64
rows. ``row`` and ``filter`` remove the same weights: one sets them to zero, the other
removes the rows, and with each of them a column of the next layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from course_lib.magnitude import magnitude_mask, n_m_mask
from course_lib.storage.sizes import total_bytes

UNSTRUCTURED, TWO_OF_FOUR, ROW = "unstructured", "2:4", "row"
FILTER, HEAD, BLOCK = "filter", "head", "block"
PATTERNS = (UNSTRUCTURED, TWO_OF_FOUR, ROW, FILTER, HEAD, BLOCK)
CUT = (FILTER, HEAD)  # these change the shape; the others write zeros
RATIOS = (0.5, 0.75, 0.9)
DENSE, SPARSE = "dense", "sparse"
KERNELS = (DENSE, SPARSE)
SIDE, BATCH = 1024, 64
HEAD_ROWS, BLOCK_SIDE = 64, 32


@dataclass(frozen=True)
class Outcome:
    """What remains of the layer; nothing here depends on the machine.

    ``mask`` is bool, True = kept, of the shape of the full layer; ``shape`` is that of
    the remaining matrix. ``stored_bytes`` is the smaller of the float32 matrix and its
    CSR form (int32 indices), for 2:4 its values with a two-bit position each;
    ``stored_as`` names the form.
    """

    pattern: str
    ratio: float
    mask: np.ndarray
    shape: tuple[int, int]
    stored_as: str
    stored_bytes: int

    @property
    def kept(self) -> int:
        """The number of kept weights."""
        return int(np.count_nonzero(self.mask))

    @property
    def removed(self) -> float:
        """The removed percentage of weights; 2:4 and heads cannot choose it freely."""
        return 100 * (1 - self.kept / self.mask.size)

    @property
    def dense_bytes(self) -> int:
        """Bytes of the original layer in float32."""
        return 4 * self.mask.size

    @property
    def whole_macs(self) -> int:
        """MACs of the full layer for a batch."""
        return BATCH * self.mask.size

    @property
    def useful_macs(self) -> int:
        """MACs for a batch that involve a kept weight."""
        return BATCH * self.kept

    def macs(self, kernel: str) -> int:
        """Return a kernel's MACs for a batch; a dense one multiplies zeros, too."""
        check_kernel(kernel)
        rows, columns = self.shape
        return BATCH * rows * columns if kernel == DENSE else self.useful_macs


@lru_cache(maxsize=1)
def layer() -> Tensor:
    """Return the layer: float32 weights of shape (outputs, inputs), always the same."""
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.standard_normal((SIDE, SIDE), dtype=np.float32))


def pattern_mask(
    weight: Tensor,
    pattern: str,
    ratio: float,
    *,
    head_rows: int = HEAD_ROWS,
    block_side: int = BLOCK_SIDE,
) -> Tensor:
    """Return the mask of a pattern: bool, True = kept, the shape of ``weight``.

    ``weight`` is a matrix; ``ratio`` is the fraction of its parts to remove, smallest
    first: weights by magnitude, rows, heads and blocks by their L2 norm. 2:4 keeps two
    of four at any ratio. Raises ValueError for an unknown pattern, for a ratio out of
    [0, 1], and if heads or blocks do not divide the matrix.
    """
    _refuse("pattern", pattern, PATTERNS)
    if pattern == UNSTRUCTURED:
        return magnitude_mask(weight, ratio)
    if pattern == TWO_OF_FOUR:
        return n_m_mask(weight, 2, 4)
    height, width = {
        HEAD: (head_rows, weight.shape[1]),
        BLOCK: (block_side, block_side),
    }.get(pattern, (1, weight.shape[1]))
    rows, columns = weight.shape
    if rows % height or columns % width:
        raise ValueError(
            f"weight must have a multiple of {height} rows and of {width} columns, "
            f"got shape {tuple(weight.shape)}"
        )
    parts = weight.reshape(rows // height, height, columns // width, width)
    kept = magnitude_mask(parts.norm(dim=(1, 3)), ratio)
    return kept.repeat_interleave(height, 0).repeat_interleave(width, 1)


@lru_cache(maxsize=len(PATTERNS) * len(RATIOS))
def compute(pattern: str, ratio: float) -> Outcome:
    """Prune the layer by a pattern and count; raises the errors of ``pattern_mask``."""
    mask = pattern_mask(layer(), pattern, ratio).numpy()
    mask.flags.writeable = False  # shared between all callers
    rows = int(mask.any(axis=1).sum()) if pattern in CUT else SIDE
    shape = (rows, SIDE)
    stored = _storage(pattern, shape, int(mask.sum()))
    return Outcome(pattern, ratio, mask, shape, *stored)


def matrix(outcome: Outcome) -> Tensor:
    """Return the remaining weights: with zeros, or with fewer rows."""
    mask = torch.from_numpy(outcome.mask.copy())
    if outcome.pattern in CUT:
        return layer()[mask.any(dim=1)]
    return torch.where(mask, layer(), 0.0)


def check_kernel(kernel: str) -> None:
    """Raise ValueError unless ``kernel`` is one of ``KERNELS``."""
    _refuse("kernel", kernel, KERNELS)


def _storage(pattern: str, shape: tuple[int, int], kept: int) -> tuple[str, int]:
    if pattern == TWO_OF_FOUR:
        return "values + 2-bit places", 4 * kept + kept * 2 // 8
    dense = int(total_bytes("dense", shape, kept))
    if pattern in CUT:
        return "dense, smaller", dense
    sparse = int(total_bytes("csr", shape, kept))
    return ("CSR", sparse) if sparse < dense else ("dense", dense)


def _refuse(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {list(allowed)}, got {value!r}")
