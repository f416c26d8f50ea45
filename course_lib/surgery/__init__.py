"""Removing units and blocks from a network.

Units (the neurons of a linear layer, the channels of a convolution, the heads of an
attention layer) are removed from every layer that has them: rows of the layers that
compute them, entries of their norms, columns of every layer that reads them. A model
declares which layers these are (``groups``); ``removal`` makes the smaller network and
``optimizer`` the optimizer to continue training it. This is the only place in the
course that rebuilds layers.
"""

from course_lib.surgery.configs import config_misfits
from course_lib.surgery.cutting import take
from course_lib.surgery.groups import (
    Along,
    CoupledUnits,
    Size,
    Slice,
    UnitGroup,
    layer_groups_of,
    reads_along,
    tensor_of,
    unit_counts,
    unit_groups_of,
    units_of,
)
from course_lib.surgery.optimizer import prune_optimizer
from course_lib.surgery.removal import (
    kept_entries,
    remove_blocks,
    remove_idle_units,
    remove_units,
)
from course_lib.surgery.tracing import TracedGroups, trace_groups

__all__ = [
    "Along",
    "CoupledUnits",
    "Size",
    "Slice",
    "TracedGroups",
    "UnitGroup",
    "config_misfits",
    "kept_entries",
    "layer_groups_of",
    "prune_optimizer",
    "reads_along",
    "remove_blocks",
    "remove_idle_units",
    "remove_units",
    "take",
    "tensor_of",
    "trace_groups",
    "unit_counts",
    "unit_groups_of",
    "units_of",
]
