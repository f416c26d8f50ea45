"""What there is to remove from a network: a table of its unit groups."""

from __future__ import annotations

from math import prod
from typing import Any

import pandas as pd
import torch
from torch import nn

from course_lib.measure import mac_count, parameter_count
from course_lib.surgery import kept_entries, remove_units, unit_counts


def unit_table(model: nn.Module, example: Any = None) -> pd.DataFrame:
    """Return a table of the unit groups that a model declares, traced or by names.

    One row per group: ``units``, and what goes with all of them but one, while every
    other group keeps its units: ``parameters``, a count, and ``parameters %`` of the
    network's. With an ``example``, inputs as for ``calling``, also ``MACs %`` of a
    forward pass (see ``measure.mac_count``). A weight between two groups counts for
    both, so that the rows may add up to more than 100%.
    """
    parameters, total = dict(model.named_parameters()), parameter_count(model)
    whole = None if example is None else mac_count(model, example)
    rows: list[dict[str, Any]] = []
    for name, units in unit_counts(model).items():
        keep = {name: torch.arange(units) == 0}
        gone = 0
        for tensor, kept in kept_entries(model, keep).items():
            if tensor in parameters:
                shape = parameters[tensor].shape
                left = (
                    int(kept[d].sum()) if d in kept else n for d, n in enumerate(shape)
                )
                gone += shape.numel() - prod(left)
        row = {"group": name, "units": units, "parameters": gone}
        row["parameters %"] = round(100 * gone / total, 1)
        if whole is not None:
            macs = mac_count(remove_units(model, keep), example)
            row["MACs %"] = round(100 * (1 - macs / whole), 1)
        rows.append(row)
    columns = ["group", "units", "parameters", "parameters %"]
    columns += [] if whole is None else ["MACs %"]
    return pd.DataFrame(rows, columns=columns).set_index("group")
