"""When is sparse faster? Dense against CSR, timed on the reader's machine."""

from course_lib.break_even.benchmark import Benchmark, usable_kernels
from course_lib.break_even.layers import han_tables, over_batches
from course_lib.break_even.roofline import Machine, measured_machine, predicted_speedups
from course_lib.break_even.speedups import (
    BATCHES,
    DENSITIES,
    SHAPES,
    break_even_densities,
    constant_speedups,
    factors_off,
    measured_speedups,
)

__all__ = [
    "BATCHES",
    "DENSITIES",
    "SHAPES",
    "Benchmark",
    "Machine",
    "break_even_densities",
    "constant_speedups",
    "factors_off",
    "han_tables",
    "measured_machine",
    "measured_speedups",
    "over_batches",
    "predicted_speedups",
    "usable_kernels",
]
