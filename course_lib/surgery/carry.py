"""Going on with an optimizer after its network has become smaller."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.surgery.parts import parts_kept, take
from course_lib.surgery.seams import seams_of


def carry_optimizer(
    optimizer: torch.optim.Optimizer,
    model: nn.Module,
    smaller: nn.Module,
    keep: Mapping[str, Tensor],
) -> torch.optim.Optimizer:
    """The optimizer of ``model``, carried over to what has been cut out of it.

    ``smaller`` is what ``cut_units(model, …, keep)`` made of the model, with or
    without ``remove_blocks``. Class, hyper-parameters and parameter groups are the
    same; what the optimizer remembers of each weight (momentum, Adam's averages) is
    cut as the weight was, and counts of steps are copied. Neither network changes.
    Raises ValueError where ``smaller`` is not what ``keep`` leaves of ``model``, for
    parameters that are not the model's, and for state that is neither a number nor
    of the weight's shape.
    """
    parts = parts_kept(model, seams_of(model), keep)
    names = {id(value): name for name, value in model.named_parameters()}
    successors = dict(smaller.named_parameters())
    carried = copy.copy(optimizer)
    carried.defaults = dict(optimizer.defaults)
    carried.param_groups, carried.state = [], defaultdict(dict)
    for group in optimizer.param_groups:
        heirs = []
        for old in group["params"]:
            if id(old) not in names:
                raise ValueError(
                    f"optimizer has a parameter of shape {tuple(old.shape)} that is "
                    f"not one of model {type(model).__name__}"
                )
            name = names[id(old)]
            if name not in successors:  # its block has been removed
                continue
            kept, new = parts.get(name, {}), successors[name]
            if take(old.to("meta"), kept).shape != new.shape:
                raise ValueError(
                    f"smaller has {name!r} of shape {tuple(new.shape)}, which is not "
                    f"what keep leaves of {tuple(old.shape)}"
                )
            heirs.append(new)
            if old in optimizer.state:
                carried.state[new] = {
                    key: _carry(key, value, old.shape, kept)
                    for key, value in optimizer.state[old].items()
                }
        carried.param_groups.append({**group, "params": heirs})
    return carried


def _carry(key: str, value: Any, shape: torch.Size, kept: Mapping[int, Tensor]) -> Any:
    """One entry of a parameter's state, cut as the parameter was."""
    if not isinstance(value, Tensor):
        return copy.deepcopy(value)
    if value.shape == shape:
        return take(value, kept)
    if value.numel() == 1:
        return value.clone()
    raise ValueError(
        f"optimizer state {key!r} has shape {tuple(value.shape)}; "
        f"allowed are a number and the parameter's shape {tuple(shape)}"
    )
