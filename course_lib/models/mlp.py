"""A multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import integer
from course_lib.models.base import Activations, Network, activation_function
from course_lib.surgery import UnitGroup


class MLP(Network):
    """A multi-layer perceptron: linear layers ``fc1``, ``fc2``, … and a nonlinearity.

    ``widths`` lists the sizes from input to output, for example
    ``(784, 300, 100, 10)``; images of shape (N, 1, 28, 28) are flattened. Ask for
    ``dtype`` here rather than converting later: float32 starting weights differ in
    their last bit between instruction sets, float64 ones far less.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: str = "relu",
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(widths) < 2:
            raise ValueError(f"widths must have two or more sizes, got {widths!r}")
        widths = [integer("each of widths", width, 1) for width in widths]
        self.activation = activation
        self._activate = activation_function(activation)
        for i, (inputs, outputs) in enumerate(pairwise(widths), 1):
            setattr(self, f"fc{i}", nn.Linear(inputs, outputs, dtype=dtype))
        self.depth = len(widths) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the sizes from input to output, read from the current layers."""
        shapes = [
            self.get_parameter(f"fc{i}.weight").shape for i in range(1, self.depth + 1)
        ]
        return (shapes[0][1], *(shape[0] for shape in shapes))

    @property
    def unit_groups(self) -> dict[str, UnitGroup]:
        """Return the hidden layers, with the layers that read each of them."""
        return {
            f"fc{i}": UnitGroup([f"fc{i}"], [f"fc{i + 1}"])
            for i in range(1, self.depth)
        }

    def describe(self) -> dict[str, Any]:
        """Return what ``build_model`` needs to build a network of this shape."""
        arguments = {"widths": list(self.widths), "activation": self.activation}
        return {"name": "MLP", "arguments": arguments}

    def forward(self, x: Tensor, return_activations: bool = False) -> Any:
        """Return logits of shape (N, classes).

        With ``return_activations``, also a dict of the hidden layers' outputs after
        the nonlinearity, each of shape (N, units), keyed by layer name.
        """
        activations: Activations = {}
        x = x.flatten(1)  # Shape [N, 784]
        for i in range(1, self.depth):
            x = self._activate(self.get_submodule(f"fc{i}")(x))
            activations[f"fc{i}"] = x
        logits = self.get_submodule(f"fc{self.depth}")(x)
        return (logits, activations) if return_activations else logits
