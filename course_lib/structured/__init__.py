"""Structured pruning: whole units go, and the network becomes smaller.

Importance → selection → application, as separate functions. A *unit* is what a seam
of the model says: a neuron, a channel, a channel of a residual stream or an
attention head. Choices are plain data, ``dict[str, BoolTensor]`` keyed by seam,
True = kept.
"""

from course_lib.structured.application import (
    as_masks,
    remove_units,
    unit_sensitivity,
)
from course_lib.structured.importance import (
    KINDS,
    taylor_scores,
    unit_importance,
    weight_norms,
)
from course_lib.structured.selection import select_units

__all__ = [
    "KINDS",
    "as_masks",
    "remove_units",
    "select_units",
    "taylor_scores",
    "unit_importance",
    "unit_sensitivity",
    "weight_norms",
]
