"""Masks for the weights of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, fraction, number, tensor, wide
from course_lib.magnitude.selection import keep_largest, threshold_mask
from course_lib.magnitude.weights import prunable_weights

Masks = dict[str, Tensor]


def global_magnitude_masks(
    model: nn.Module,
    sparsity: float,
    *,
    scores: Mapping[str, Tensor] | None = None,
) -> Masks:
    """One threshold for the whole network; exactly ``round(sparsity · n)`` pruned.

    Layers with many small weights lose more than others. ``scores``, keyed as
    ``prunable_weights`` and of the same shapes, replace the sizes of the weights,
    for example by ``input_scores``.
    """
    return keep_largest(_ranked(model, scores), sparsity)


def layerwise_masks(
    model: nn.Module,
    sparsity: float | Mapping[str, float],
    *,
    scores: Mapping[str, Tensor] | None = None,
) -> Masks:
    """A threshold for each layer: the same share goes everywhere, or a share a layer.

    ``sparsity`` is one fraction for all or a mapping from parameter names, such as
    ``"fc1.weight"``, to fractions; a layer that is not named stays whole.
    """
    ranked = _ranked(model, scores)
    shares = _by_layer("sparsity", sparsity, ranked, fraction)
    masks: Masks = {}
    for name, score in ranked.items():
        masks |= keep_largest({name: score}, shares.get(name, 0.0))
    return masks


def std_threshold_masks(
    model: nn.Module, quality: float | Mapping[str, float]
) -> Masks:
    """Han's rule: the threshold of a layer is ``quality`` times the std of its weights.

    Han et al. (2015), section 3. The sparsity that comes out is not chosen but found.
    ``quality`` is one factor for all or a mapping from parameter names to factors; a
    layer that is not named stays whole.
    """
    weights = prunable_weights(model)
    factors = _by_layer("quality", quality, weights, partial(number, least=0))
    masks = {}
    for name, weight in weights.items():
        if name in factors:
            spread = wide(finite(name, weight.detach())).std(correction=0).item()
            masks[name] = threshold_mask(weight, factors[name] * spread)
        else:
            masks[name] = torch.ones(weight.shape, dtype=torch.bool)
    return masks


def random_masks(masks: Mapping[str, Tensor], generator: torch.Generator) -> Masks:
    """The control: as many weights kept in each layer, chosen at random."""
    drawn = {}
    for name, mask in masks.items():
        flat = tensor(f"masks[{name!r}]", mask).flatten()
        order = torch.randperm(len(flat), generator=generator)
        drawn[name] = flat[order].reshape(mask.shape)
    return drawn


def only_known(argument: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ValueError where ``names`` has what ``allowed`` has not."""
    unknown = set(names) - set(allowed)
    if unknown:
        raise ValueError(
            f"{argument} must name some of {sorted(allowed)}, got {sorted(unknown)}"
        )


def _by_layer(
    argument: str,
    value: float | Mapping[str, float],
    names: Iterable[str],
    check: Callable[[str, Any], float],
) -> dict[str, float]:
    """One number for every name, or the numbers of the names that were given."""
    if not isinstance(value, Mapping):
        return dict.fromkeys(names, check(argument, value))
    only_known(argument, value, names)
    return {name: check(f"{argument}[{name!r}]", each) for name, each in value.items()}


def _ranked(
    model: nn.Module, scores: Mapping[str, Tensor] | None
) -> Mapping[str, Tensor]:
    weights = prunable_weights(model)
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
