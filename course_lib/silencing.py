"""Training so that neurons fall silent: penalties on the hidden activations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

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
    """A penalty that silences neurons while training, to be used in ``penalised``.

    With m the mean absolute output of a neuron over the batch, it is the sum over
    all neurons of m (``scale=None``, an L1 penalty) or of log(1 + m / ``scale``),
    which pushes quiet neurons to silence and leaves loud ones alone (the log-sum
    penalty of Candès, Wakin & Boyd 2008), times the layer's entry of ``weights``.

    It rises from 0 until ``peak``, stays until ``hold`` and is gone after ``end``,
    all fractions of the training: what it silenced stays silent, because a ReLU
    that never fires has no gradient, and the others recover.
    """
    if not 0 <= peak <= hold <= end <= 1:
        raise ValueError(
            f"peak, hold and end are {(peak, hold, end)}; "
            "allowed are 0 ≤ peak ≤ hold ≤ end ≤ 1"
        )
    if any(weight < 0 for weight in weights) or (scale is not None and scale <= 0):
        raise ValueError(
            f"weights are {weights!r} and scale {scale!r}; "
            "allowed are weights from 0 and a scale above 0 or None"
        )

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
        for weight, layer in zip(weights, activations.values(), strict=True):
            size = layer.abs().transpose(0, 1).flatten(1).mean(dim=1)  # Shape [units]
            term = size if scale is None else torch.log1p(size / scale)
            total = total + factor * weight * term.sum()
        return total

    return penalty


def penalised(*penalties: Penalty) -> Loss:
    """The cross-entropy plus penalties on the activations, as ``fit`` takes it."""

    def loss(
        model: nn.Module, images: Tensor, labels: Tensor, progress: float
    ) -> Tensor:
        logits, activations = model(images, return_activations=True)
        value = nn.functional.cross_entropy(logits, labels)
        for penalty in penalties:
            value = value + penalty(activations, progress)
        return value

    return loss
