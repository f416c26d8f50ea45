"""Time a layer by batch size: dense, sparse, and shrunk to the same weight count.

Next to it, the times that Han et al. (Deep Compression, 2016) report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import torch

from course_lib.break_even.benchmark import Benchmark
from course_lib.measure import fair_clock, interleaved_times


def over_batches(
    shape: tuple[int, int],
    density: float,
    batches: Sequence[int] = (1, 4, 16, 64, 256),
    *,
    rounds: int = 7,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how many times faster than dense a layer is, one row per batch size.

    Each column that ends in ``×`` is the median over the rounds of the dense time
    divided by that of another form: ``sparse`` (CSR, by its fastest ``kernel``, with
    the batch in the layout that the kernel prefers), ``transposing`` (the same for a
    batch with one row per image, so that batch and result are transposed inside the
    clock), ``one by one`` (CSR, one image at a time) and ``shrunk`` (dense, with the
    weight count of the sparse one: ``density`` of them, in fewer rows and columns).
    ``dense ms`` is the median time of the dense layer per batch, in milliseconds.
    """
    benchmark = Benchmark(shape, [density], seed)
    side = density**0.5
    small = (max(1, round(side * shape[0])), max(1, round(side * shape[1])))
    weight = torch.rand(small, generator=torch.Generator().manual_seed(seed))
    found = []
    single, _ = benchmark.fastest(density, 1)
    for batch in batches:
        kernel, _ = benchmark.fastest(density, batch)
        x = torch.ones(batch, small[1])
        calls: dict[str, Callable[[], Any]] = {
            "dense": benchmark.dense(batch),
            "sparse": benchmark.sparse(kernel, density, batch),
            "transposing": benchmark.transposing(kernel, density, batch),
            "one by one": partial(_repeat, benchmark.sparse(single, density, 1), batch),
            "shrunk": partial(torch.nn.functional.linear, x, weight),
        }
        times = interleaved_times(
            calls, rounds=rounds, min_round_time=0.001, clock=fair_clock()
        )
        found.append({"batch": batch, "kernel": kernel, **compared(times)})
    return pd.DataFrame(found)


def _repeat(call: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        call()


def compared(times: pd.DataFrame) -> dict[str, float]:
    """Return the median time of ``dense`` in ms, and the median ratios to it.

    ``times`` are seconds, one row per round.
    """
    ratios = times.rdiv(times["dense"], axis=0).drop(columns="dense").median()
    found = {"dense ms": 1e3 * float(times["dense"].median())}
    return found | {f"{name} ×": float(ratio) for name, ratio in ratios.items()}


def han_tables() -> pd.DataFrame:
    """Return quoted times and power of six layers on a Core i7-5930K with MKL.

    Deep Compression, Tables 8 and 9: microseconds per input, watts at batch 1; ``kept``
    (percent) is from its Tables 4 and 5, the shapes (outputs, inputs) are those of the
    networks. The dense products ran on several threads. Adds the speedup of the sparse
    layer at batch 1 and at 64, which is below one where it was slower, and the factor
    by which it took less energy.
    """
    columns = ["rows", "columns", "kept", "dense 1", "sparse 1"]
    columns += ["dense 64", "sparse 64", "dense watts", "sparse watts"]
    quoted = {
        "AlexNet fc6": (4096, 9216, 9, 7516.2, 3066.5, 318.4, 1417.6, 83.5, 42.3),
        "AlexNet fc7": (4096, 4096, 9, 6187.1, 1282.1, 188.9, 682.1, 72.8, 37.4),
        "AlexNet fc8": (1000, 4096, 25, 1134.9, 890.5, 45.8, 407.7, 77.6, 36.5),
        "VGG-16 fc6": (4096, 25088, 4, 35022.8, 3774.3, 1056.0, 1780.3, 70.6, 38.0),
        "VGG-16 fc7": (4096, 4096, 4, 5372.8, 545.1, 188.3, 274.9, 74.6, 37.4),
        "VGG-16 fc8": (1000, 4096, 23, 774.2, 777.3, 45.7, 363.1, 77.0, 36.0),
    }
    frame = pd.DataFrame.from_dict(quoted, orient="index", columns=columns)
    for batch in (1, 64):
        faster = frame[f"dense {batch}"] / frame[f"sparse {batch}"]
        frame[f"times faster, batch {batch}"] = faster
    power = frame["dense watts"] / frame["sparse watts"]
    frame["times less energy, batch 1"] = frame["times faster, batch 1"] * power
    return frame
