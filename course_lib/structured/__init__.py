"""Structured pruning: remove whole units, so that the network becomes smaller.

Importance → selection → removal, as separate functions. A *unit* is a neuron, a
channel (also of a residual stream), or an attention head; the model declares them in
groups (``surgery.UnitGroup``). Choices are plain data, ``dict[str, BoolTensor]`` keyed
by group, True = kept.
"""

from course_lib.structured.application import (
    as_masks,
    unit_sensitivity,
)
from course_lib.structured.importance import (
    random_scores,
    taylor_scores,
    weight_norms,
)
from course_lib.structured.selection import select_units
from course_lib.structured.table import unit_table
from course_lib.surgery import remove_units

__all__ = [
    "as_masks",
    "random_scores",
    "remove_units",
    "select_units",
    "taylor_scores",
    "unit_sensitivity",
    "unit_table",
    "weight_norms",
]
