"""The interface that the networks of the course share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.surgery import UnitGroup

Activations = dict[str, Tensor]
ACTIVATIONS = {"relu": torch.relu, "gelu": nn.functional.gelu, "tanh": torch.tanh}


class Network(nn.Module):
    """What the course requires of its networks beyond ``nn.Module``."""

    @property
    def unit_groups(self) -> dict[str, UnitGroup]:
        """Return the units that can be removed, with the layers that have them."""
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        """Return what ``build_model`` needs to build a network of this shape."""
        raise NotImplementedError


def activation_function(name: str) -> Callable[[Tensor], Tensor]:
    if name not in ACTIVATIONS:
        raise ValueError(
            f"activation must be one of {sorted(ACTIVATIONS)}, got {name!r}"
        )
    return ACTIVATIONS[name]
