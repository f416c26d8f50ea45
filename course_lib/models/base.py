"""What the networks of the course have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.surgery import Seam

Activations = dict[str, Tensor]
ACTIVATIONS = {"relu": torch.relu, "gelu": nn.functional.gelu, "tanh": torch.tanh}


class Network(nn.Module):
    """What the course asks of its networks beyond ``nn.Module``."""

    @property
    def seams(self) -> dict[str, Seam]:
        """The hidden layers and who reads each of them."""
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        """What ``build_model`` needs to make a network of this shape."""
        raise NotImplementedError


def activation_function(name: str) -> Callable[[Tensor], Tensor]:
    if name not in ACTIVATIONS:
        raise ValueError(
            f"activation must be one of {sorted(ACTIVATIONS)}, got {name!r}"
        )
    return ACTIVATIONS[name]
