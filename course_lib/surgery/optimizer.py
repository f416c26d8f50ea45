"""An optimizer for a network from which units were removed."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.surgery.cutting import take
from course_lib.surgery.removal import kept_entries


def prune_optimizer(
    optimizer: torch.optim.Optimizer,
    model: nn.Module,
    smaller: nn.Module,
    keep: Mapping[str, Tensor],
) -> torch.optim.Optimizer:
    """Return an optimizer for ``smaller`` with ``optimizer``'s state, pruned to fit.

    ``smaller`` is the result of ``remove_units(model, keep)``, with or without
    ``remove_blocks``; ``optimizer`` has the state for ``model``. Class,
    hyperparameters, and parameter groups are the same; the state of each weight
    (momentum, Adam's averages) is pruned as the weight was, and step counts are copied.
    ``optimizer`` and both networks are unchanged. Raises ValueError where ``smaller``
    is not what ``keep`` leaves of ``model``, for parameters that are not the model's,
    and for state that is neither a number nor of the weight's shape.
    """
    kept = kept_entries(model, keep)
    names = {id(value): name for name, value in model.named_parameters()}
    new_parameters = dict(smaller.named_parameters())
    pruned = copy.copy(optimizer)
    pruned.defaults = dict(optimizer.defaults)
    pruned.param_groups, pruned.state = [], defaultdict(dict)
    for group in optimizer.param_groups:
        members = []
        for old in group["params"]:
            if id(old) not in names:
                raise ValueError(
                    f"optimizer must hold parameters of model {type(model).__name__}, "
                    f"got another one, of shape {tuple(old.shape)}"
                )
            name = names[id(old)]
            if name not in new_parameters:  # its block has been removed
                continue
            entries, new = kept.get(name, {}), new_parameters[name]
            shape = take(old.to("meta"), entries).shape
            if new.shape != shape:
                raise ValueError(
                    f"smaller must have {name!r} of shape {tuple(shape)}, which keep "
                    f"leaves of {tuple(old.shape)}, got {tuple(new.shape)}"
                )
            members.append(new)
            if old in optimizer.state:
                pruned.state[new] = {
                    key: _prune_state(key, value, old.shape, entries)
                    for key, value in optimizer.state[old].items()
                }
        pruned.param_groups.append({**group, "params": members})
    return pruned


def _prune_state(
    key: str, value: Any, shape: torch.Size, entries: Mapping[int, Tensor]
) -> Any:
    """Return one entry of a parameter's state, pruned like the parameter."""
    if not isinstance(value, Tensor):
        return copy.deepcopy(value)
    if value.shape == shape:
        return take(value, entries)
    if value.numel() == 1:
        return value.clone()
    raise ValueError(
        f"optimizer state {key!r} must be a number or have the parameter's shape "
        f"{tuple(shape)}, got shape {tuple(value.shape)}"
    )
