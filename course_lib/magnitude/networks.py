"""Masks for the weights of a network, and what they do to it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.data import Split
from course_lib.magnitude.selection import keep_largest, magnitude_mask, threshold_mask
from course_lib.training import accuracy

Masks = dict[str, Tensor]
PRUNED_LAYERS = (nn.Linear, nn.Conv2d)


def prunable_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that masks are made for, by parameter name, each tensor once."""
    weights: dict[str, nn.Parameter] = {}
    for name, module in model.named_modules():
        if isinstance(module, PRUNED_LAYERS) and not any(
            module.weight is weight for weight in weights.values()
        ):
            assert isinstance(module.weight, nn.Parameter)
            weights[f"{name}.weight" if name else "weight"] = module.weight
    if not weights:
        raise ValueError(
            f"model {type(model).__name__} has no weights to prune; "
            f"looked for {[kind.__name__ for kind in PRUNED_LAYERS]}"
        )
    return weights


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
    shares = (
        dict(sparsity)
        if isinstance(sparsity, Mapping)
        else dict.fromkeys(ranked, sparsity)
    )
    _only_known("sparsity", shares, ranked)
    return {
        name: magnitude_mask(score, shares.get(name, 0.0))
        for name, score in ranked.items()
    }


def std_threshold_masks(
    model: nn.Module, quality: float | Mapping[str, float]
) -> Masks:
    """Han's rule: the threshold of a layer is ``quality`` times the std of its weights.

    Han et al. (2015), section 3. The sparsity that comes out is not chosen but found.
    """
    weights = prunable_weights(model)
    factors = (
        dict(quality)
        if isinstance(quality, Mapping)
        else dict.fromkeys(weights, quality)
    )
    _only_known("quality", factors, weights)
    return {
        name: threshold_mask(
            weight, factors.get(name, 0.0) * weight.detach().std(correction=0).item()
        )
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


@torch.no_grad()
def input_scores(model: nn.Module, split: Split, batch_size: int = 250) -> Masks:
    """|weight| times the typical size of the input it reads, keyed and shaped alike.

    The typical size of input j is √(mean of x_j²) over the images of ``split`` (and
    the positions, for a convolution): a large weight on a pixel that is always black
    does nothing. The score of Wanda (Sun et al. 2024), which compares within a row;
    here it may be compared over the whole network.
    """
    weights = prunable_weights(model)
    squares: dict[str, Tensor] = {}
    counts: dict[str, int] = {}

    def recorder(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def record(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            # Shape [inputs, observations]; a linear layer's inputs stand last
            dim = 1 if isinstance(module, nn.Conv2d) else -1
            rows = inputs[0].movedim(dim, 0).flatten(1)
            squares[name] = squares.get(name, 0) + rows.pow(2).sum(1)
            counts[name] = counts.get(name, 0) + rows.shape[1]

        return record

    handles = [
        model.get_submodule(name.rpartition(".")[0]).register_forward_pre_hook(
            recorder(name)
        )
        for name in weights
    ]
    try:
        model.eval()
        for images in split.images.split(batch_size):
            model(images)
    finally:
        for handle in handles:
            handle.remove()
    scores = {}
    for name, weight in weights.items():
        typical = (squares[name] / counts[name]).sqrt()
        shape = (1, -1) + (1,) * (weight.dim() - 2)
        scores[name] = weight.detach().abs() * typical.reshape(shape)
    return scores


@torch.no_grad()
def apply_masks(model: nn.Module, masks: Mapping[str, Tensor]) -> None:
    """Set the pruned parameters to zero, in place.

    ``masks`` maps parameter names to bool tensors of the parameters' shapes. Raises
    ValueError for an unknown name and another shape, TypeError for another dtype;
    then nothing has been changed.
    """
    parameters = dict(model.named_parameters())
    _only_known("masks", masks, parameters)
    for name, mask in masks.items():
        if mask.dtype != torch.bool:
            raise TypeError(f"masks[{name!r}] is {mask.dtype}; allowed is torch.bool")
        if mask.shape != parameters[name].shape:
            raise ValueError(
                f"masks[{name!r}] has shape {tuple(mask.shape)}; "
                f"allowed is {tuple(parameters[name].shape)}"
            )
    for name, mask in masks.items():
        # not a product: nan · 0 and inf · 0 are nan
        parameters[name].masked_fill_(~mask.to(parameters[name].device), 0)


def masked(model: nn.Module, masks: Mapping[str, Tensor]) -> nn.Module:
    """A copy of ``model`` with ``masks`` applied."""
    pruned = copy.deepcopy(model)
    apply_masks(pruned, masks)
    return pruned


def sparsity_of(masks: Mapping[str, Tensor]) -> float:
    """The fraction of the masked weights that is pruned, from 0 to 1."""
    total = sum(mask.numel() for mask in masks.values())
    kept = sum(int(mask.sum()) for mask in masks.values())
    return 1 - kept / total if total else 0.0


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
    return scores


def _only_known(argument: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    unknown = set(names) - set(allowed)
    if unknown:
        raise ValueError(
            f"{argument} names {sorted(unknown)}; allowed are {sorted(allowed)}"
        )


def sensitivity_scan(
    model: nn.Module, split: Split, sparsities: Iterable[float]
) -> pd.DataFrame:
    """Prune one layer at a time and see what it costs, without retraining.

    One row a layer and sparsity: ``layer``, ``sparsity`` (fraction of its weights),
    ``weights`` kept, ``accuracy`` in percent on ``split`` and ``drop`` in percentage
    points. Choose on validation, never on test. Han et al. (2015), Figure 6.
    """
    base = 100 * accuracy(model, split)
    rows = []
    for name in prunable_weights(model):
        for sparsity in sparsities:
            masks = layerwise_masks(model, {name: sparsity})
            left = 100 * accuracy(masked(model, masks), split)
            rows.append(
                {
                    "layer": name.removesuffix(".weight"),
                    "sparsity": sparsity,
                    "weights": int(masks[name].sum()),
                    "accuracy": left,
                    "drop": base - left,
                }
            )
    return pd.DataFrame(rows)
