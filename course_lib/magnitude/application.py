"""Apply masks to a network, and measure what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.arguments import tensor
from course_lib.calling import copied_module
from course_lib.data import Split
from course_lib.jobs import run_jobs
from course_lib.magnitude.networks import check_names, layerwise_masks
from course_lib.magnitude.weights import prunable_weights
from course_lib.training import accuracy


@torch.no_grad()
def apply_masks(model: nn.Module, masks: Mapping[str, Tensor]) -> None:
    """Set the pruned parameters to zero, in place.

    ``masks`` maps parameter names to bool tensors of the parameters' shapes. Raises
    ValueError for an unknown name or a wrong shape and TypeError for a wrong dtype;
    nothing is changed in that case.
    """
    # a shared tensor may be masked under any of its names
    parameters = dict(model.named_parameters(remove_duplicate=False))
    check_names("masks", masks, parameters)
    for name, mask in masks.items():
        argument = f"masks[{name!r}]"
        if tensor(argument, mask).dtype != torch.bool:
            raise TypeError(f"{argument} must be torch.bool, got {mask.dtype}")
        if mask.shape != parameters[name].shape:
            raise ValueError(
                f"{argument} must have shape {tuple(parameters[name].shape)}, "
                f"got {tuple(mask.shape)}"
            )
    for name, mask in masks.items():
        # not a multiplication: nan · 0 and inf · 0 are nan
        parameters[name].masked_fill_(~mask.to(parameters[name].device), 0)


def masked(model: nn.Module, masks: Mapping[str, Tensor]) -> nn.Module:
    """Return a copy of ``model`` with ``masks`` applied."""
    pruned = copied_module(model)
    apply_masks(pruned, masks)
    return pruned


def sparsity_of(masks: Mapping[str, Tensor]) -> float:
    """Return the pruned fraction of the masked weights, from 0 to 1."""
    given = [tensor(f"masks[{name!r}]", mask) for name, mask in masks.items()]
    total = sum(mask.numel() for mask in given)
    kept = sum(int(mask.count_nonzero()) for mask in given)
    return (total - kept) / total if total else 0.0


def sensitivity_scan(
    model: nn.Module, split: Split, sparsities: Iterable[float]
) -> pd.DataFrame:
    """Prune one layer at a time and see what it costs, without retraining.

    One row per layer and sparsity: ``layer``, ``sparsity`` (fraction of its weights),
    ``weights`` kept, ``accuracy`` in percent on ``split`` and ``drop`` in percentage
    points. Choose on validation, never on test. Han et al. (2015), Figure 6.
    """
    base, levels = 100 * accuracy(model, split), list(sparsities)
    cases = [(name, level) for name in prunable_weights(model) for level in levels]
    jobs = [(model, split, name, level, base) for name, level in cases]
    return pd.DataFrame(run_jobs(_sensitivity_row, jobs))


def _sensitivity_row(
    model: nn.Module, split: Split, name: str, sparsity: float, base: float
) -> dict[str, str | float]:
    masks = layerwise_masks(model, {name: sparsity})
    left = 100 * accuracy(masked(model, masks), split)
    return {
        "layer": name.removesuffix(".weight"),
        "sparsity": sparsity,
        "weights": int(masks[name].count_nonzero()),
        "accuracy": left,
        "drop": base - left,
    }
