"""When is sparse faster? Dense against CSR, timed on the reader's machine."""

from course_lib.break_even.contest import Contest, usable_kernels
from course_lib.break_even.layers import han_tables, over_batches
from course_lib.break_even.maps import (
    BATCHES,
    DENSITIES,
    SHAPES,
    agreement,
    differences,
    measured_map,
    table,
)
from course_lib.break_even.roofline import Machine, measured_machine, predicted_map

__all__ = [
    "BATCHES",
    "DENSITIES",
    "SHAPES",
    "Contest",
    "Machine",
    "agreement",
    "differences",
    "han_tables",
    "measured_machine",
    "measured_map",
    "over_batches",
    "predicted_map",
    "table",
    "usable_kernels",
]
