"""Visible checks: ``check.exercise_name(function)`` for every exercise.

A check prints one line when the answer is right and raises ``CheckFailed`` with
the misconception it recognised otherwise. The answers are functions of plain
arrays, numbers, dicts and lists; no check holds a solution.
"""

from course_lib.check.chapter01_costs import checkpoint_bytes, mlp_costs
from course_lib.check.chapter01_data import split_indices
from course_lib.check.chapter01_measuring import accuracy_with_error, add_value
from course_lib.check.chapter02_choice import choose
from course_lib.check.chapter02_statistics import merge_moments, silent
from course_lib.check.chapter02_surgery import cut_pair, fold
from course_lib.check.chapter03_bill import bill
from course_lib.check.chapter03_layers import layer_shares
from course_lib.check.chapter03_rounds import compound
from course_lib.check.chapter03_rows import keep_k_per_row
from course_lib.check.chapter03_step import masked_step
from course_lib.check.chapter04_batchnorm import cut_conv_bn
from course_lib.check.chapter04_costs import fit_overhead, macs_after
from course_lib.check.chapter04_flatten import flat_columns
from course_lib.check.chapter04_partners import shared_keep
from course_lib.check.chapter05_break_even import break_even
from course_lib.check.chapter05_bytes import shared_bytes
from course_lib.check.chapter05_centroids import centroid_gradient
from course_lib.check.chapter05_csr import csr_arrays
from course_lib.check.chapter05_entropy import row_entropy
from course_lib.check.chapter05_gaps import gaps
from course_lib.check.core import REGISTERED, Check, passed_name
from course_lib.check.failure import CheckFailed, Exercise
from course_lib.check.variations import variation

# in the order of the pages
EXERCISES: dict[str, Exercise] = dict(
    sorted(REGISTERED.items(), key=lambda item: (item[1].chapter, item[1].section))
)

__all__ = [
    "EXERCISES",
    "Check",
    "CheckFailed",
    "Exercise",
    "accuracy_with_error",
    "add_value",
    "bill",
    "break_even",
    "centroid_gradient",
    "checkpoint_bytes",
    "choose",
    "compound",
    "csr_arrays",
    "cut_conv_bn",
    "cut_pair",
    "fit_overhead",
    "flat_columns",
    "fold",
    "gaps",
    "keep_k_per_row",
    "layer_shares",
    "macs_after",
    "masked_step",
    "merge_moments",
    "mlp_costs",
    "passed_name",
    "row_entropy",
    "shared_bytes",
    "shared_keep",
    "silent",
    "split_indices",
    "variation",
]
