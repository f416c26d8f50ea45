"""Masks for the weights of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from course_lib.magnitude.selection import keep_largest, magnitude_mask, threshold_mask

Masks = dict[str, Tensor]
PRUNED_LAYERS = (nn.Linear, nn.Conv2d)


def prunable_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that masks are made for, by parameter name, each tensor once.

    Raises ValueError for a model without any, and for weights that are computed from
    others (``torch.nn.utils.prune`` and ``parametrize`` do so).
    """
    weights: dict[str, nn.Parameter] = {}
    for name, module in model.named_modules():
        if not isinstance(module, PRUNED_LAYERS):
            continue
        weight = dict(module.named_parameters(recurse=False)).get("weight")
        if weight is None:
            raise ValueError(
                f"layer {name!r} computes its weight; allowed are plain parameters"
            )
        if not any(weight is other for other in weights.values()):
            weights[f"{name}.weight" if name else "weight"] = weight
    if not weights:
        raise ValueError(
            f"model {type(model).__name__} has no weights to prune; "
            f"looked for {[kind.__name__ for kind in PRUNED_LAYERS]}"
        )
    return weights


def nonzero_weights(model: nn.Module) -> int:
    """How many of the weights that can be pruned are not zero, biases not counted."""
    weights = prunable_weights(model).values()
    return sum(int(torch.count_nonzero(weight)) for weight in weights)


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
    ranked = _ranked(model, scores)
    masks = keep_largest(list(ranked.values()), sparsity)
    return dict(zip(ranked, masks, strict=True))


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
    shares = _by_layer("sparsity", sparsity, ranked)
    return {
        name: magnitude_mask(score, shares.get(name, 0.0))
        for name, score in ranked.items()
    }


def std_threshold_masks(
    model: nn.Module, quality: float | Mapping[str, float]
) -> Masks:
    """Han's rule: the threshold of a layer is ``quality`` times the std of its weights.

    Han et al. (2015), section 3. The sparsity that comes out is not chosen but found.
    ``quality`` is one factor for all or a mapping from parameter names to factors; a
    layer that is not named stays whole.
    """
    weights = prunable_weights(model)
    factors = _by_layer("quality", quality, weights)
    if not all(factor >= 0 for factor in factors.values()):
        raise ValueError(f"quality is {quality!r}; allowed are numbers from 0")
    return {
        name: threshold_mask(
            weight, factors[name] * weight.detach().std(correction=0).item()
        )
        if name in factors
        else torch.ones(weight.shape, dtype=torch.bool)
        for name, weight in weights.items()
    }


def random_masks(masks: Mapping[str, Tensor], generator: torch.Generator) -> Masks:
    """The control: as many weights kept in each layer, chosen at random."""
    return {
        name: mask.flatten()[torch.randperm(mask.numel(), generator=generator)].reshape(
            mask.shape
        )
        for name, mask in masks.items()
    }


def only_known(argument: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ValueError where ``names`` has what ``allowed`` has not."""
    unknown = set(names) - set(allowed)
    if unknown:
        raise ValueError(
            f"{argument} names {sorted(unknown)}; allowed are {sorted(allowed)}"
        )


def _by_layer(
    argument: str, value: float | Mapping[str, float], names: Iterable[str]
) -> dict[str, float]:
    """One number for every name, or the numbers of the names that were given."""
    if not isinstance(value, Mapping):
        return dict.fromkeys(names, value)
    only_known(argument, value, names)
    return dict(value)


def _ranked(
    model: nn.Module, scores: Mapping[str, Tensor] | None
) -> Mapping[str, Tensor]:
    weights = prunable_weights(model)
    if scores is None:
        return weights
    shapes = {name: score.shape for name, score in scores.items()}
    if shapes != {name: weight.shape for name, weight in weights.items()}:
        raise ValueError(
            f"scores have {shapes}; allowed is one tensor a weight, of its shape: "
            f"{ {name: tuple(weight.shape) for name, weight in weights.items()} }"
        )
    return {name: scores[name] for name in weights}
