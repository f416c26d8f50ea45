"""Time one layer, dense against sparse.

Everything is float32 and uses as many threads as torch is set to; the layers have
random weights at random positions. Times are of the product alone, without a bias, in
seconds of ``measure.fair_clock``. Each product gets the batch in its preferred layout:
dense (batch, inputs), sparse (inputs, batch).
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from timeit import Timer
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.arguments import number
from course_lib.kernels import Product
from course_lib.measure import fair_clock, interleaved_times
from course_lib.storage.csr import CSR

# a kernel turns a matrix into a product with tensors (inputs,) and (inputs, batch)
Kernel = Callable[[CSR], Callable[[Tensor], Any]]


def random_rows(
    shape: tuple[int, int], densities: Sequence[float], seed: int
) -> tuple[Tensor, dict[float, CSR]]:
    """Return a dense matrix and a copy per density, kept weights chosen at random.

    The kept weights of each density are a subset of those of the next larger one.
    """
    for density in densities:
        number("each of densities", density, above=0, maximum=1)
    rng = np.random.default_rng(seed)
    dense = rng.random(shape, dtype=np.float32)
    flat = np.flatnonzero(dense < max(densities))
    rows, columns = np.divmod(flat.astype(np.int32), np.int32(shape[1]))
    starts = np.zeros(shape[0] + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=shape[0]), out=starts[1:])
    matrix = CSR(starts, columns, dense.reshape(-1)[flat], shape)
    found = {}
    for density in sorted(densities, reverse=True):
        left = matrix.values < density
        before = np.concatenate([[0], np.cumsum(left, dtype=np.int32)])
        matrix = CSR(
            before[matrix.row_starts].astype(np.int32),
            matrix.columns[left],
            matrix.values[left],
            shape,
        )
        found[density] = matrix
    return torch.from_numpy(dense), found


def torch_product(matrix: CSR) -> Callable[[Tensor], Tensor]:
    """Use PyTorch's CSR with int32 indices; RuntimeError if the build lacks it."""
    with warnings.catch_warnings():
        # PyTorch warns that sparse CSR is in beta
        warnings.simplefilter("ignore", UserWarning)
        sparse = torch.sparse_csr_tensor(
            torch.from_numpy(matrix.row_starts),
            torch.from_numpy(matrix.columns),
            torch.from_numpy(matrix.values),
            size=matrix.shape,
        )
    return partial(torch.matmul, sparse)


def numba_product(matrix: CSR) -> Callable[[Tensor], np.ndarray]:
    """Use the loops of ``course_lib.kernels``."""
    product = Product(matrix)
    return lambda x: product(x.numpy())


KERNELS: Mapping[str, Kernel] = {"torch": torch_product, "numba": numba_product}


@functools.cache
def usable_kernels() -> dict[str, Kernel]:
    """Return the kernels that work on this machine, each warmed up."""
    matrix, found = random_rows((2, 3), [1.0], 0)[1][1.0], {}
    for name, kernel in KERNELS.items():
        try:
            product = kernel(matrix)
            product(torch.ones(3))
            product(torch.ones(3, 2))
        except RuntimeError:  # torch without MKL cannot multiply CSR matrices
            continue
        found[name] = kernel
    return found


def _transposed(product: Callable[[Tensor], Any], x: Tensor) -> Tensor:
    """Multiply images of shape (batch, inputs); return shape (batch, outputs)."""
    return torch.as_tensor(product(x.T.contiguous())).T.contiguous()


class Benchmark:
    """A random layer at several densities, each ready for every kernel."""

    def __init__(
        self, shape: tuple[int, int], densities: Sequence[float], seed: int = 0
    ) -> None:
        self.shape, self.densities = shape, tuple(sorted(densities))
        self.weight, matrices = random_rows(shape, densities, seed)
        self.products = {
            name: {density: kernel(matrix) for density, matrix in matrices.items()}
            for name, kernel in usable_kernels().items()
        }

    def dense(self, batch: int) -> Callable[[], Tensor]:
        """Return a function that multiplies the dense layer by a batch."""
        x = torch.ones(batch, self.shape[1])
        return partial(torch.nn.functional.linear, x, self.weight)

    def sparse(self, kernel: str, density: float, batch: int) -> Callable[[], Any]:
        """Return a function that multiplies a kernel's sparse layer by a batch."""
        x = torch.ones(self.shape[1], batch)
        return partial(self.products[kernel][density], x if batch > 1 else x[:, 0])

    def transposing(self, kernel: str, density: float, batch: int) -> Callable[[], Any]:
        """Return the same for a batch with one row per image, transposes included.

        The batch is transposed before the product, and its result afterward.
        """
        if batch == 1:
            return self.sparse(kernel, density, batch)
        x = torch.ones(batch, self.shape[1])
        return partial(_transposed, self.products[kernel][density], x)

    def fastest(self, density: float, batch: int) -> tuple[str, float]:
        """Return the fastest kernel at one density, and its time in seconds."""
        calls = {name: self.sparse(name, density, batch) for name in self.products}
        times = interleaved_times(
            calls, rounds=5, min_round_time=0.001, clock=fair_clock()
        )
        # interference only slows a run down: the fastest round has the least of it
        best = times.min()
        return str(best.idxmin()), float(best.min())

    def rounds(
        self, batch: int, *, rounds: int, seconds: float, min_round_time: float = 0.001
    ) -> tuple[str, pd.DataFrame]:
        """Return the fastest kernel and its times, interleaved with the dense layer.

        One row per round: at least three, at most ``rounds``, otherwise what fits into
        ``seconds``; the columns are ``"dense"`` and the densities, in seconds. The
        kernel is chosen at a medium density.
        """
        pivot = self.densities[2 * len(self.densities) // 3]
        kernel, sparse = self.fastest(pivot, batch)
        dense = min(Timer(self.dense(batch), timer=fair_clock()).repeat(2, 1))
        # the time of a sparse product is about proportional to its weights
        expected = dense + sparse * sum(self.densities) / pivot
        calls: dict[str, Callable[[], Any]] = {"dense": self.dense(batch)}
        calls |= {str(p): self.sparse(kernel, p, batch) for p in self.densities}
        count = int(np.clip(seconds / expected, 3, max(rounds, 3)))
        times = interleaved_times(
            calls, rounds=count, min_round_time=min_round_time, clock=fair_clock()
        )
        times.columns = pd.Index(["dense", *self.densities])
        return kernel, times
