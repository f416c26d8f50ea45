"""Activation pruning: find the neurons that hardly move, and remove them.

The steps are separate functions, so that each can be swapped: statistics →
scores or thresholds → what to keep → a smaller network. A *neuron* is a unit of
a linear layer or a channel of a convolution; its statistics run over the
examples and, for a channel, over the positions too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.arguments import (
    finite,
    fraction,
    integer,
    not_finite,
    number,
    tensor,
    wide,
)
from course_lib.calling import Batches, batches
from course_lib.data import Split
from course_lib.evaluation import accuracy, evaluating
from course_lib.jobs import run_jobs
from course_lib.measure import parameter_count
from course_lib.recording import NONLINEARITIES, recording
from course_lib.surgery import (
    remove_units,
    tensor_of,
    unit_counts,
    unit_groups_of,
    units_of,
)


@dataclass(frozen=True)
class NeuronStatistics:
    """Statistics of a layer's activations over a split; all tensors of shape (units,).

    ``mean`` and ``std`` are in the units of the activation; ``std`` divides by the
    number of observations. ``zero_fraction``, from 0 to 1, is how often the output
    is exactly zero (APoZ, Hu et al. 2016). ``count`` is the number of observations
    per neuron: examples, or examples times positions.
    """

    count: int
    mean: Tensor
    std: Tensor
    zero_fraction: Tensor

    def merge(self, other: NeuronStatistics) -> NeuronStatistics:
        """Return the statistics of both sets of observations combined.

        Chan, Golub & LeVeque (1979): the means differ, so the spread of the whole
        is more than the mean of the spreads. Stable also when the mean is much
        larger than the spread.
        """
        if self.mean.shape != other.mean.shape:
            raise ValueError(
                f"other must have {len(self.mean)} units, got {len(other.mean)}"
            )
        count = self.count + other.count
        share = other.count / count
        delta = other.mean - self.mean
        variance = (1 - share) * self.std**2 + share * other.std**2
        variance = variance + share * (1 - share) * delta**2
        zeros = self.zero_fraction + share * (other.zero_fraction - self.zero_fraction)
        return NeuronStatistics(
            count, self.mean + share * delta, variance.sqrt(), zeros
        )


def describe_batch(
    activation: Tensor, axis: int = 1, *, name: str = "activation"
) -> NeuronStatistics:
    """Return the statistics of one batch of activations, with units along ``axis``.

    Shape (N, units) or (N, units, …) with the default, (N, …, units) with −1. Half
    precision is summed up in float32. Raises ValueError, with the ``name``, for
    activations that are NaN, infinite, or too large to be squared.
    """
    if not (activation.dim() > 1 and -activation.dim() <= axis < activation.dim()):
        raise ValueError(
            f"{name} must have an axis for the images and axis {axis} for the units, "
            f"got shape {tuple(activation.shape)}"
        )
    # Shape [units, observations] without a copy for linear layers
    rows = activation.movedim(axis, 0).flatten(1)
    variance, mean = torch.var_mean(wide(rows), dim=1, correction=0)
    bad = not_finite(variance)
    if bad:
        raise ValueError(
            f"{name} must be finite, got nan, inf or numbers too large to be squared "
            f"in {bad} of {len(variance)} units"
        )
    zeros = 1 - torch.count_nonzero(rows, dim=1) / rows.shape[1]
    return NeuronStatistics(rows.shape[1], mean, variance.sqrt(), zeros.to(mean))


@torch.no_grad()
def activation_statistics(
    model: nn.Module, split: Batches, batch_size: int = 250
) -> dict[str, NeuronStatistics]:
    """Return mean, spread, and zero fraction of every hidden neuron, in one pass.

    ``split`` may be a Split, a DataLoader, or any iterable of batches: inputs, or pairs
    (inputs, labels), where inputs are a tensor, a tuple, or a dict (see ``calling``).
    Memory does not grow with it: batches are merged as they come.

    For the networks of ``course_lib.models``, and for any model that declares unit
    groups, the keys are the groups. They are measured as returned by
    ``forward(return_activations=True)``; without it, and where groups were traced,
    where they are read: at the inputs of every layer that reads them, over examples and
    positions (padding included). A head, which is several numbers at a position, is
    measured by their norm. For any other module the keys are the names of its
    activation modules (ReLU, GELU, Tanh, …), whose units are on the same axis as those
    of the layer before them; functions such as ``torch.relu`` are not seen.
    The statistics are on the device of the model.

    Raises ValueError for an empty split, for a model in which no activation is found or
    not the axis of its units, and for activations that are NaN or infinite.
    """
    statistics: dict[str, NeuronStatistics] = {}
    with evaluating(model), recording(model) as record:
        for batch in batches(split, batch_size):
            activations = record(batch.inputs, batch.name)
            for name, (values, axis) in activations.items():
                found = describe_batch(values, axis, name=f"activation {name!r}")
                known = statistics.get(name)
                statistics[name] = found if known is None else known.merge(found)
    if not statistics:
        raise ValueError(
            f"model must have a hidden activation to measure, got "
            f"{type(model).__name__} without any; looked for "
            f"{[kind.__name__ for kind in NONLINEARITIES]}"
        )
    return statistics


def select_neurons(
    statistics: Mapping[str, NeuronStatistics],
    mean_threshold: float,
    std_threshold: float,
) -> dict[str, Tensor]:
    """Keep neurons with a large |mean| or std; bool masks of shape (units,).

    A neuron is removed when |mean| ≤ ``mean_threshold`` *and* std ≤ ``std_threshold``,
    both in the units of the activation (the plain rule of activation pruning).
    """
    number("mean_threshold", mean_threshold, minimum=0)
    number("std_threshold", std_threshold, minimum=0)
    _check_finite(statistics)
    return {
        name: (layer.mean.abs() > mean_threshold) | (layer.std > std_threshold)
        for name, layer in statistics.items()
    }


def quantile_thresholds(
    statistics: Mapping[str, NeuronStatistics], quantiles: Iterable[float]
) -> list[tuple[float, float]]:
    """Return (mean, std) threshold pairs: quantiles of the network's statistics.

    Each pair holds the same quantile, a fraction from 0 to 1, of |mean| and of std
    over all neurons of all layers.
    """
    _check_finite(statistics)
    means = torch.cat([layer.mean.abs() for layer in statistics.values()])
    stds = torch.cat([layer.std for layer in statistics.values()])
    levels = [fraction("each of quantiles", quantile) for quantile in quantiles]
    return [(means.quantile(q).item(), stds.quantile(q).item()) for q in levels]


def _check_finite(statistics: Mapping[str, NeuronStatistics]) -> None:
    for name, layer in statistics.items():
        finite(f"statistics[{name!r}].mean", layer.mean)
        finite(f"statistics[{name!r}].std", layer.std)


def output_scores(
    model: nn.Module, statistics: Mapping[str, NeuronStatistics]
) -> dict[str, Tensor]:
    """Return how much each neuron moves the layers that read it, shape (units,).

    std · ‖outgoing weights‖₂, relative to the root-mean-square of the layer's
    scores. Once the mean is folded into the next bias, this is the typical change
    of the next layer's inputs when the neuron goes. Unlike a threshold on std it
    does not change when a neuron's output is scaled up and its outgoing weights
    down by the same factor.

    No mean can be folded for units that several layers compute together (attention
    heads, channels of a residual stream): there the root mean square of the output
    takes the place of std, because all of it is lost.
    """
    scores = {}
    groups, units = unit_groups_of(model), unit_counts(model)
    _check_finite(statistics)
    for name, layer in statistics.items():
        if len(layer.std) != units.get(name):
            raise ValueError(
                f"statistics must be of this model's units, {units}, got "
                f"{len(layer.std)} units for {name!r}"
            )
        group = units_of(model, groups[name])
        squares = torch.zeros_like(layer.std)
        lost = layer.std
        if len(group.role("computes")) > 1 or group.vectors:
            lost = torch.hypot(layer.mean, layer.std)
        for piece in group.role("reads"):
            weight = wide(tensor_of(model, piece.tensor))
            inputs = weight.pow(2).movedim(piece.dim, 0).flatten(1).sum(1)
            squares += inputs[piece.entries].sum(1)
        score = lost * squares.sqrt()
        norm = score.pow(2).mean().sqrt()
        finite(f"score of {name}", score)
        scores[name] = score / norm if norm > 0 else score
    return scores


def select_by_score(
    scores: Mapping[str, Tensor], threshold: float, *, minimum: int = 1
) -> dict[str, Tensor]:
    """Keep the neurons whose score is above ``threshold``; bool masks (units,).

    At least ``minimum`` neurons stay in every layer, the highest-scoring ones.
    """
    minimum, threshold = integer("minimum", minimum, 1), number("threshold", threshold)
    keep = {}
    for name, score in scores.items():
        finite(f"scores[{name!r}]", tensor(f"scores[{name!r}]", score))
        mask = score > threshold
        mask[score.topk(min(minimum, len(score))).indices] = True
        keep[name] = mask
    return keep


def random_keep(
    keep: Mapping[str, Tensor], generator: torch.Generator
) -> dict[str, Tensor]:
    """Return masks that keep the same number of neurons per layer, but random ones."""
    return {
        name: mask[torch.randperm(len(mask), generator=generator)]
        for name, mask in keep.items()
    }


def remove_neurons(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    *,
    fold_mean_of: Mapping[str, NeuronStatistics] | None = None,
) -> nn.Module:
    """Call ``surgery.remove_units``, optionally folding the measured means.

    ``keep`` maps layer names to bool tensors of shape (units,), True = kept. With
    ``fold_mean_of``, the mean activation of each removed neuron moves into the
    bias of the layer that reads it, so that removing a neuron that never changes
    leaves the outputs as they were. (For a channel this is exact as long as the
    next convolution does not pad.)
    """
    means = None
    if fold_mean_of is not None:
        means = {name: layer.mean for name, layer in fold_mean_of.items()}
    return remove_units(model, keep, fold=means)


def threshold_sweep(
    model: nn.Module,
    statistics: Mapping[str, NeuronStatistics],
    thresholds: Iterable[tuple[float, float]],
    split: Split,
    *,
    fold: bool = False,
) -> pd.DataFrame:
    """Prune at every pair (mean threshold, std threshold) and measure on ``split``.

    One row per pair: the thresholds, the neurons kept (and in all), the parameters,
    ``size_reduction`` in percent of the parameters, ``accuracy`` in percent and
    ``drop`` in percentage points against the unpruned model. A pair that would
    empty a layer has NaN for what could not be measured.
    """
    base = 100 * accuracy(model, split)
    jobs = [(model, statistics, pair, split, fold, base) for pair in thresholds]
    return pd.DataFrame(run_jobs(_threshold_row, jobs))


def _threshold_row(
    model: nn.Module,
    statistics: Mapping[str, NeuronStatistics],
    thresholds: tuple[float, float],
    split: Split,
    fold: bool,
    base: float,
) -> dict[str, float]:
    keep = select_neurons(statistics, *thresholds)
    row: dict[str, float] = dict(zip(("mean", "std"), thresholds, strict=True))
    row["neurons"] = sum(int(mask.sum()) for mask in keep.values())
    if all(mask.any() for mask in keep.values()):
        folded = statistics if fold else None
        smaller = remove_neurons(model, keep, fold_mean_of=folded)
        row["parameters"] = parameter_count(smaller)
        row["size_reduction"] = 100 * (1 - row["parameters"] / parameter_count(model))
        row["accuracy"] = 100 * accuracy(smaller, split)
        row["drop"] = base - row["accuracy"]
    return row
