"""Masks for the weights of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from course_lib.arguments import fraction, tensor
from course_lib.magnitude.selection import keep_largest
from course_lib.magnitude.weights import prunable_weights

Masks = dict[str, Tensor]


def global_magnitude_masks(
    model: nn.Module,
    sparsity: float,
    *,
    scores: Mapping[str, Tensor] | None = None,
    embeddings: bool = False,
) -> Masks:
    """Return masks that prune ``round(sparsity · n)`` weights by one threshold.

    The threshold is the same for all layers, so layers with many small weights lose
    more than others. ``scores``, with the keys and shapes of ``prunable_weights``,
    replace the weights' magnitudes, for example by ``input_scores``. ``embeddings``
    are left whole unless asked for.
    """
    return keep_largest(_ranked(model, scores, embeddings), sparsity)


def layerwise_masks(
    model: nn.Module,
    sparsity: float | Mapping[str, float],
    *,
    scores: Mapping[str, Tensor] | None = None,
    embeddings: bool = False,
) -> Masks:
    """Return masks with a threshold per layer: one sparsity for all, or one each.

    ``sparsity`` is one fraction for all or a mapping from parameter names, such as
    ``"fc1.weight"``, to fractions; a layer that is not listed is not pruned.
    """
    ranked = _ranked(model, scores, embeddings)
    if not isinstance(sparsity, Mapping):
        sparsity = dict.fromkeys(ranked, fraction("sparsity", sparsity))
    check_names("sparsity", sparsity, ranked)
    masks: Masks = {}
    for name, score in ranked.items():
        share = fraction(f"sparsity[{name!r}]", sparsity.get(name, 0.0))
        masks |= keep_largest({name: score}, share)
    return masks


def random_masks(masks: Mapping[str, Tensor], generator: torch.Generator) -> Masks:
    """Return masks that keep the same number of weights per layer, but random ones."""
    drawn = {}
    for name, mask in masks.items():
        flat = tensor(f"masks[{name!r}]", mask).flatten()
        order = torch.randperm(len(flat), generator=generator)
        drawn[name] = flat[order].reshape(mask.shape)
    return drawn


def check_names(argument: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ValueError if any of ``names`` is not in ``allowed``."""
    unknown = set(names) - set(allowed)
    if unknown:
        raise ValueError(
            f"{argument} must contain only {sorted(allowed)}, got {sorted(unknown)}"
        )


def _ranked(
    model: nn.Module, scores: Mapping[str, Tensor] | None, embeddings: bool
) -> Mapping[str, Tensor]:
    weights = prunable_weights(model, embeddings=embeddings)
    if scores is None:
        return weights
    found = {
        name: tuple(tensor(f"scores[{name!r}]", score).shape)
        for name, score in scores.items()
    }
    allowed = {name: tuple(weight.shape) for name, weight in weights.items()}
    if found != allowed:
        raise ValueError(
            f"scores must have one tensor per weight, of its shape: {allowed}, "
            f"got {found}"
        )
    return {name: scores[name] for name in weights}
