"""Structured pruning: remove whole units, so that the network becomes smaller.

Importance → selection → removal, as separate functions. A *unit* is a neuron, a
channel (also of a residual stream), or an attention head; the model declares them in
groups (``surgery.UnitGroup``). Choices are plain data, ``dict[str, BoolTensor]`` keyed
by group, True = kept.
"""

from course_lib.structured.application import as_masks, unit_sensitivity
from course_lib.structured.budget import fit_budget, group_losses
from course_lib.structured.folding import fold_units, prune_layer_by_layer
from course_lib.structured.importance import random_scores, taylor_scores, weight_norms
from course_lib.structured.moments import Moments, record_moments
from course_lib.structured.passes import Passes
from course_lib.structured.reading import largest_contribution, least_error
from course_lib.structured.refitting import (
    fold_means,
    keep_weights,
    least_change,
    least_squares,
)
from course_lib.structured.selection import select_units
from course_lib.structured.table import unit_table
from course_lib.surgery import remove_units

__all__ = [
    "Moments",
    "Passes",
    "as_masks",
    "fit_budget",
    "fold_means",
    "fold_units",
    "group_losses",
    "keep_weights",
    "largest_contribution",
    "least_change",
    "least_error",
    "least_squares",
    "prune_layer_by_layer",
    "random_scores",
    "record_moments",
    "remove_units",
    "select_units",
    "taylor_scores",
    "unit_sensitivity",
    "unit_table",
    "weight_norms",
]
