"""From a description to a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    """An untrained network of the shape that ``describe()`` wrote down."""
    name = description.get("name")
    if name not in MODELS:
        raise ValueError(f"description names {name!r}; allowed are {sorted(MODELS)}")
    return MODELS[name](**description["arguments"])
