"""Building a network from its description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from course_lib.models.base import Network
from course_lib.models.lenet import LeNet5
from course_lib.models.mlp import MLP
from course_lib.models.resnet import TinyResNet
from course_lib.models.transformer import TinyTransformer

MODELS: dict[str, Callable[..., Network]] = {
    "MLP": MLP,
    "LeNet5": LeNet5,
    "TinyResNet": TinyResNet,
    "TinyTransformer": TinyTransformer,
}


def build_model(description: dict[str, Any]) -> Network:
    """Return an untrained network of the shape that ``describe()`` returned."""
    name = description.get("name")
    if name not in MODELS:
        raise ValueError(f"name must be one of {sorted(MODELS)}, got {name!r}")
    return MODELS[name](**description["arguments"])


def description_of(model: nn.Module) -> dict[str, Any]:
    """Return ``describe()``, checked to reproduce the names and shapes of all tensors.

    Raises ValueError for a model that its description does not reproduce: one of
    another kind, with computed weights, or with an added layer. Its file could be
    written but never read.
    """
    try:
        description: dict[str, Any] = model.describe()  # type: ignore[operator]
    except AttributeError as error:
        raise ValueError(
            "model must be a network of course_lib.models with plain parameters, "
            f"got {type(model).__name__} ({error})"
        ) from error
    with torch.device("meta"):  # shapes only, without memory
        like = build_model(description)
    expected, found = (
        [(name, tuple(value.shape)) for name, value in each.state_dict().items()]
        for each in (like, model)
    )
    if found != expected:
        difference = sorted(set(found) ^ set(expected)) or "another order"
        raise ValueError(
            f"model must have the tensors of {type(like).__name__}, got {difference}"
        )
    return description
