"""Penalties on hidden activations that make neurons inactive during training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from course_lib.arguments import fraction, number
from course_lib.training import Loss

# penalty(activations by layer, progress from 0 to 1) -> scalar
Penalty = Callable[[Mapping[str, Tensor], float], Tensor]


def activation_penalty(
    weights: Sequence[float],
    *,
    scale: float | None = None,
    peak: float,
    hold: float,
    end: float,
) -> Penalty:
    """Return a penalty on activations that deactivates neurons, for ``penalized``.

    With m the mean absolute output of a neuron over the batch, it is the sum over
    all neurons of m (``scale=None``, an L1 penalty) or of log(1 + m / ``scale``),
    which pushes weak activations to zero and hardly affects strong ones (the log-sum
    penalty of Candès, Wakin & Boyd 2008), times the layer's entry of ``weights``.

    Its strength rises from 0 until ``peak``, is constant until ``hold``, and falls to 0
    at ``end``, all fractions of the training. Deactivated neurons stay inactive,
    because a ReLU that never fires has no gradient, and the others recover.
    """
    end = fraction("end", end)
    hold = number("hold", hold, minimum=0, maximum=end)
    peak = number("peak", peak, minimum=0, maximum=hold)
    weights = [number("each of weights", weight, minimum=0) for weight in weights]
    if scale is not None:
        scale = number("scale", scale, above=0)

    def strength(progress: float) -> float:
        if progress < peak:
            return progress / peak
        if progress < hold:
            return 1.0
        return max(0.0, (end - progress) / (end - hold)) if end > hold else 0.0

    def penalty(activations: Mapping[str, Tensor], progress: float) -> Tensor:
        factor = strength(progress)
        total = torch.zeros(())
        if factor == 0:
            return total
        if len(weights) != len(activations):
            raise ValueError(
                f"weights must have one entry per layer, {list(activations)}, "
                f"got {len(weights)}"
            )
        for weight, layer in zip(weights, activations.values(), strict=True):
            size = layer.abs().transpose(0, 1).flatten(1).mean(dim=1)  # Shape [units]
            term = size if scale is None else torch.log1p(size / scale)
            total = total + factor * weight * term.sum()
        return total

    return penalty


def penalized(*penalties: Penalty) -> Loss:
    """Return a loss for ``fit``: cross-entropy plus penalties on the activations."""

    def loss(
        model: nn.Module, images: Tensor, labels: Tensor, progress: float
    ) -> Tensor:
        logits, activations = model(images, return_activations=True)
        value = nn.functional.cross_entropy(logits, labels)
        for penalty in penalties:
            value = value + penalty(activations, progress)
        return value

    return loss
