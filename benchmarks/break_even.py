"""When is sparse faster? More points than the lesson has, twice; and the best kernels.

python benchmarks/break_even.py [--seconds 2] [--coarse]

Everything in float32, on one thread, interleaved in one process. First the kernels
side by side: PyTorch's CSR with int32 and with int64 indices, SciPy's, and the loops
of ``course_lib.kernels``, as ratios to the dense layer (median and range of the
rounds; above one it is faster). Then the speedups twice: the break-even densities, and
by which factor the roofline, one break-even density for all, and the second run are
off. Then layers over the batch size, dense, sparse and shrunk, beside the figures that
Deep Compression gives (quoted). ``--coarse`` takes the lesson's points.
"""

import argparse
import time
from functools import partial

import pandas as pd
import scipy.sparse
import torch
from _memory import keep_memory

from course_lib import break_even
from course_lib.break_even.benchmark import KERNELS, random_rows, torch_product
from course_lib.measure import interleaved_times
from course_lib.storage.csr import CSR
from course_lib.training import seed_everything

SHAPES = ((300, 784), (512, 512), (1024, 1024), (2048, 2048), (4096, 4096))
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
# ten steps per factor of ten
DENSITIES = tuple(round(10 ** (step / 10 - 2), 4) for step in range(18))
LAYERS = {  # VGG-16's, the first with a quarter of its inputs
    "fc6, 6272 of 25088 inputs, 4% kept": ((4096, 6272), 0.04),
    "fc7, 4% kept": ((4096, 4096), 0.04),
    "fc8, 23% kept": ((1000, 4096), 0.23),
    "4096 × 4096, one weight in 16 kept": ((4096, 4096), 1 / 16),
}


def by_scipy(matrix: CSR):
    """Use SciPy's product, on arrays."""
    parts = (matrix.values, matrix.columns, matrix.row_starts)
    product = scipy.sparse.csr_array(parts, shape=matrix.shape)
    return lambda x: product @ x.numpy()


def by_torch_int64(matrix: CSR):
    """Use PyTorch's product with the int64 indices from ``to_sparse_csr``."""
    wide = [a.astype("int64") for a in (matrix.row_starts, matrix.columns)]
    return torch_product(CSR(*wide, matrix.values, matrix.shape))


def kernels(shape: tuple[int, int], densities: tuple[float, ...]) -> None:
    """Print the speedup of each kernel over dense, per batch size and density."""
    weight, matrices = random_rows(shape, densities, seed=0)
    makers = {**KERNELS, "torch int64": by_torch_int64, "scipy": by_scipy}
    for density, matrix in matrices.items():
        products = {name: make(matrix) for name, make in makers.items()}
        for batch in break_even.BATCHES:
            x = torch.ones(shape[1], batch)
            x = x if batch > 1 else x[:, 0]
            dense = torch.ones(batch, shape[1])
            calls = {name: partial(product, x) for name, product in products.items()}
            calls["dense"] = partial(torch.nn.functional.linear, dense, weight)
            times = interleaved_times(calls, rounds=7, min_round_time=0.005)
            cells = []
            for name in makers:
                ratio = times["dense"] / times[name]
                low, high = ratio.min(), ratio.max()
                cells.append(f"{name} {ratio.median():6.2f} ({low:.2f}–{high:.2f})")
            print(f"  batch {batch:3d}, {density:4.0%}:", "; ".join(cells))


def twice(seconds: float, coarse: bool) -> None:
    """Print two maps of break-even densities, and how far predictions are off."""
    grid = break_even.DENSITIES if coarse else DENSITIES
    cells = (break_even.SHAPES, break_even.BATCHES) if coarse else (SHAPES, BATCHES)
    machine = break_even.measured_machine()
    print("GB/s of reading again and again")
    for size, speed in zip(machine.sizes, machine.bandwidths, strict=True):
        print(f"  {size // 1024:6d} kB: {speed / 1e9:5.0f}")
    print(f"{machine.rate / 1e9:.0f} billion multiply–accumulates a second, dense")
    runs = []
    for _ in range(2):
        start = time.perf_counter()
        found = break_even.measured_speedups(*cells, grid, seconds=seconds)
        print(f"{len(found)} points in {time.perf_counter() - start:.0f} s")
        print("break-even density, percent")
        print((100 * break_even.break_even_densities(found)).round(1).to_string())
        found = break_even.predicted_speedups(machine, found)
        runs.append(break_even.constant_speedups(found))
    runs[0]["again ×"] = runs[1]["sparse ×"]
    print("speedups are typically off by a factor of: the roofline, one break-even")
    print("density for all (fitted to these points), the second run")
    columns = ["predicted ×", "constant ×", "again ×"]
    print(break_even.factors_off(runs[0], columns).round(2).to_string())


def main() -> None:
    """Kernels, maps, layers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for a cell")
    parser.add_argument("--coarse", action="store_true")
    options = parser.parse_args()
    seed_everything(0)
    keep_memory()
    torch.set_num_threads(1)
    pd.set_option("display.width", 200)
    break_even.usable_kernels()
    for shape in ((300, 784), (1024, 1024), (4096, 4096)):
        print(f"{shape[0]} × {shape[1]}: times faster than dense")
        kernels(shape, (0.02, 0.1, 0.3))
    twice(options.seconds, options.coarse)
    for name, (shape, density) in LAYERS.items():
        print(f"{name}: ms a batch, and times faster than dense")
        print(break_even.over_batches(shape, density).round(3).to_string(index=False))
    print("quoted: Deep Compression, Tables 8 and 9, microseconds an image")
    print(break_even.han_tables().round(2).to_string())


if __name__ == "__main__":
    main()
