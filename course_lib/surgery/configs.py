"""Keep the ``config`` of a network of ``transformers`` in step with a cut.

A config has one number for the heads, or the feed-forward units, of all layers. It can
state a cut that leaves all of them equal, if the network's code takes the width of a
head from the config too.
"""

from __future__ import annotations

import copy
from statistics import mode
from typing import Any

import torch
from torch import nn

from course_lib.surgery.groups import CoupledUnits, unit_groups_of

Sizes = dict[str, Any]  # shape by tensor, number by attribute of a module
FEED_FORWARD = ("intermediate_size", "n_inner", "d_ff", "ffn_dim", "hidden_dim")


def update_config(model: nn.Module) -> None:
    """Let a model's ``config`` state its sizes, in place, if it can.

    It changes only if ``type(model)(model.config)`` then has the sizes of ``model``:
    with layers that differ, every number stays as it was. A model without a config of
    ``transformers`` is left alone.
    """
    if not hasattr(getattr(model, "config", None), "attribute_map"):
        return
    changed = _changed(model, model.config)
    if not changed:
        return
    config = copy.deepcopy(model.config)
    for name, number in changed.items():
        setattr(config, name, number)
    if _differences(model, config) != {}:
        return
    every = [getattr(module, "config", None) for module in model.modules()]
    for own in {id(found): found for found in every}.values():
        for name, number in changed.items():
            if type(own) is type(config):
                setattr(own, name, number)


def config_misfits(model: nn.Module) -> dict[str, tuple[Any, Any]]:
    """Return what ``type(model)(model.config)`` would build in other sizes.

    Maps names of tensors, and of attributes of modules such as ``num_heads``, to the
    size in ``model`` and the one that its config gives, None if there is none. Empty if
    the config describes the network; what the config builds in addition does not count.
    Raises ValueError for a model that cannot be built from its ``config``.
    """
    found = _differences(model, getattr(model, "config", None))
    if found is None:
        raise ValueError(
            "model must be built by type(model)(model.config), as those of "
            f"transformers are, got {type(model).__name__}"
        )
    return found


def _changed(model: nn.Module, config: Any) -> dict[str, int]:
    """Return numbers of ``config`` that no layer has any more, with what most have.

    Building a network to try them takes time: not while one cut follows another.
    """
    groups = [g for g in unit_groups_of(model).values() if isinstance(g, CoupledUnits)]
    numbers: dict[str, int] = {}
    heads = getattr(config, "num_attention_heads", None)
    vectors = [group.units for group in groups if group.vectors]
    shared = getattr(config, "num_key_value_heads", None) or heads
    if heads and vectors and shared not in vectors:
        left = mode(vectors)  # a unit has all queries that read one key
        numbers = {"num_attention_heads": left * (heads // shared)}
        if hasattr(config, "num_key_value_heads"):
            numbers["num_key_value_heads"] = left
        if getattr(config, "head_dim", None) is None:
            numbers["head_dim"] = config.hidden_size // heads
    single = [group.units for group in groups if not group.vectors]
    for name in FEED_FORWARD:
        if single and getattr(config, name, single[0]) not in single:
            numbers[name] = mode(single)
    return numbers


def _differences(model: nn.Module, config: Any) -> Sizes | None:
    """Return both sizes of what a config would build otherwise; None if it cannot."""
    try:
        with torch.random.fork_rng(devices=[]), torch.device("meta"):
            built = _sizes(type(model)(config))
    except Exception:  # whatever the code of a foreign module raises
        return None
    return {
        name: (size, built.get(name))
        for name, size in _sizes(model).items()
        if built.get(name) != size
    }


def _sizes(model: nn.Module) -> Sizes:
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return {name: tuple(tensor.shape) for name, tensor in tensors} | {
        f"{name}.{attribute}".strip("."): value
        for name, module in model.named_modules()
        for attribute, value in vars(module).items()
        if type(value) is int
    }
