"""LeNet-5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models.base import Network, activation_function
from course_lib.surgery import UnitGroup


class LeNet5(Network):
    """LeNet-5 as pruning papers use it: 20 and 50 filters of 5 × 5, 500 neurons.

    431,080 parameters at the default sizes (Han et al. 2015, Table 4). Each
    convolution is followed by a nonlinearity and 2 × 2 max pooling.
    """

    def __init__(
        self,
        channels: Sequence[int] = (20, 50),
        hidden: int = 500,
        activation: str = "relu",
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(channels) != 2 or min(*channels, hidden) < 1:
            raise ValueError(
                "channels must be two numbers and hidden one, all ≥ 1, "
                f"got {channels!r} and {hidden!r}"
            )
        self.activation = activation
        self._activate = activation_function(activation)
        self.conv1 = nn.Conv2d(1, channels[0], kernel_size=5, dtype=dtype)
        self.conv2 = nn.Conv2d(channels[0], channels[1], kernel_size=5, dtype=dtype)
        self.fc1 = nn.Linear(channels[1] * 4 * 4, hidden, dtype=dtype)
        self.fc2 = nn.Linear(hidden, 10, dtype=dtype)

    @property
    def unit_groups(self) -> dict[str, UnitGroup]:
        """Return the hidden layers, with the layers that read each of them."""
        return {
            "conv1": UnitGroup(["conv1"], ["conv2"]),
            "conv2": UnitGroup(["conv2"], ["fc1"]),
            "fc1": UnitGroup(["fc1"], ["fc2"]),
        }

    def describe(self) -> dict[str, Any]:
        """Return what ``build_model`` needs to build a network of this shape."""
        channels = [self.conv1.out_channels, self.conv2.out_channels]
        arguments = {
            "channels": channels,
            "hidden": self.fc1.out_features,
            "activation": self.activation,
        }
        return {"name": "LeNet5", "arguments": arguments}

    def forward(self, x: Tensor, return_activations: bool = False) -> Any:
        """Return logits of shape (N, 10).

        With ``return_activations``, also a dict of the outputs after each
        nonlinearity, before pooling: ``conv1`` (N, 20, 24, 24), ``conv2``
        (N, 50, 8, 8), ``fc1`` (N, 500).
        """
        pool = nn.functional.max_pool2d
        first = self._activate(self.conv1(x))
        second = self._activate(self.conv2(pool(first, 2)))
        third = self._activate(self.fc1(pool(second, 2).flatten(1)))
        logits = self.fc2(third)
        activations = {"conv1": first, "conv2": second, "fc1": third}
        return (logits, activations) if return_activations else logits
