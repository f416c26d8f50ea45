"""Visible checks: ``check.exercise_name(function)`` for every exercise.

A check prints one line when the answer is right and raises ``CheckFailed`` with the
mistake that it recognized otherwise. The answers are functions of plain arrays,
numbers, dicts and lists. Each exercise is declared once, in ``exercises/``: its inputs,
its solution and its known mistakes.
"""

from course_lib.check.exercise import (
    REGISTERED,
    Exercise,
    failing_input,
    passed_name,
    variation,
)
from course_lib.check.exercises.accuracy_with_error import (
    exercise as accuracy_with_error,
)
from course_lib.check.exercises.bill import exercise as bill
from course_lib.check.exercises.centroid_gradient import exercise as centroid_gradient
from course_lib.check.exercises.compare_pair import exercise as compare_pair
from course_lib.check.exercises.csr_arrays import exercise as csr_arrays
from course_lib.check.exercises.cut_conv_bn import exercise as cut_conv_bn
from course_lib.check.exercises.cut_heads import exercise as cut_heads
from course_lib.check.exercises.cut_pair import exercise as cut_pair
from course_lib.check.exercises.fastest_shape import exercise as fastest_shape
from course_lib.check.exercises.fit_overhead import exercise as fit_overhead
from course_lib.check.exercises.fold import exercise as fold
from course_lib.check.exercises.gaps import exercise as gaps
from course_lib.check.exercises.gradient_step import exercise as gradient_step
from course_lib.check.exercises.keep_k_per_row import exercise as keep_k_per_row
from course_lib.check.exercises.layer_shares import exercise as layer_shares
from course_lib.check.exercises.masked_step import exercise as masked_step
from course_lib.check.exercises.mean_reciprocal_rank import (
    exercise as mean_reciprocal_rank,
)
from course_lib.check.exercises.merge_moments import exercise as merge_moments
from course_lib.check.exercises.mlp_costs import exercise as mlp_costs
from course_lib.check.exercises.prune_block import exercise as prune_block
from course_lib.check.exercises.prune_within import exercise as prune_within
from course_lib.check.exercises.refit import exercise as refit
from course_lib.check.exercises.shared_bytes import exercise as shared_bytes
from course_lib.check.exercises.shared_keep import exercise as shared_keep
from course_lib.check.exercises.silent import exercise as silent
from course_lib.check.exercises.smallest_file import exercise as smallest_file
from course_lib.check.exercises.sparsest_masks import exercise as sparsest_masks
from course_lib.check.exercises.split_indices import exercise as split_indices
from course_lib.check.exercises.used_tokens import exercise as used_tokens
from course_lib.check.exercises.wanda_mask import exercise as wanda_mask
from course_lib.check.failure import CheckFailed
from course_lib.check.kinds import Mistake

# in page order
EXERCISES: dict[str, Exercise] = dict(
    sorted(REGISTERED.items(), key=lambda item: (item[1].chapter, item[1].section))
)

__all__ = [
    "EXERCISES",
    "CheckFailed",
    "Exercise",
    "Mistake",
    "accuracy_with_error",
    "bill",
    "centroid_gradient",
    "compare_pair",
    "csr_arrays",
    "cut_conv_bn",
    "cut_heads",
    "cut_pair",
    "failing_input",
    "fastest_shape",
    "fit_overhead",
    "fold",
    "gaps",
    "gradient_step",
    "keep_k_per_row",
    "layer_shares",
    "masked_step",
    "mean_reciprocal_rank",
    "merge_moments",
    "mlp_costs",
    "passed_name",
    "prune_block",
    "prune_within",
    "refit",
    "shared_bytes",
    "shared_keep",
    "silent",
    "smallest_file",
    "sparsest_masks",
    "split_indices",
    "used_tokens",
    "variation",
    "wanda_mask",
]
