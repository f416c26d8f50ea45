"""Sweeps that return DataFrames: seeds × methods × ratios, measured one way.

A sweep's rows are independent jobs (``jobs.run_jobs``): the caller decides where
they run (``joblib.parallel_config``), by default in this process, one after the other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.activation import (
    NeuronStatistics,
    output_scores,
    random_keep,
    remove_neurons,
    select_by_score,
)
from course_lib.arguments import number
from course_lib.data import Split
from course_lib.evaluation import check_labels, predictions
from course_lib.jobs import run_jobs
from course_lib.measure import parameter_count

Statistics = Mapping[str, NeuronStatistics]
Keep = dict[str, Tensor]


def keep_ratio_masks(
    model: nn.Module,
    statistics: Statistics,
    reduction: float,
    *,
    minimum: int = 4,
) -> Keep:
    """Masks by ``output_scores`` that remove at least ``reduction`` of the parameters.

    ``reduction`` is a fraction from 0 to below 1. The threshold is the smallest
    score that suffices, found by bisection on the parameters of the network that
    would remain; every layer keeps at least ``minimum`` neurons.
    """
    reduction = number("reduction", reduction, least=0, below=1)
    scores = output_scores(model, statistics)
    allowed = (1 - reduction) * parameter_count(model)
    levels = torch.cat(list(scores.values())).unique()  # sorted
    shapes = copy.deepcopy(model).to("meta")  # counting needs no numbers

    def keep_above(index: int) -> Keep:
        return select_by_score(scores, float(levels[index]), minimum=minimum)

    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        left = parameter_count(remove_neurons(shapes, keep_above(middle)))
        if left <= allowed:
            high = middle
        else:
            low = middle + 1
    return keep_above(high)


def prune_by_score(
    model: nn.Module, statistics: Statistics, reduction: float, *, fold: bool = True
) -> nn.Module:
    """Return the network without this fraction of its parameters, chosen by score.

    With ``fold`` the removed neurons' means move into the next layer's bias.
    """
    keep = keep_ratio_masks(model, statistics, reduction)
    return remove_neurons(model, keep, fold_mean_of=statistics if fold else None)


def score_sweep(
    model: nn.Module,
    statistics: Statistics,
    reductions: Iterable[float],
    split: Split,
    *,
    fold: bool = True,
) -> pd.DataFrame:
    """``prune_by_score`` at every reduction, measured by ``compare`` on ``split``."""
    known = predictions(model, split)
    jobs = [
        (model, statistics, reduction, split, fold, known) for reduction in reductions
    ]
    return pd.DataFrame(run_jobs(_score_row, jobs))


def _score_row(
    model: nn.Module,
    statistics: Statistics,
    reduction: float,
    split: Split,
    fold: bool,
    known: Tensor,
) -> dict[str, float]:
    smaller = prune_by_score(model, statistics, reduction, fold=fold)
    return {"share": reduction, **compare(model, smaller, split, known=known)}


def random_control(
    model: nn.Module, statistics: Statistics, keep: Keep, seed: int, split: Split
) -> float:
    """Points lost on ``split`` when as many neurons go at random, means folded."""
    drawn = random_keep(keep, torch.Generator().manual_seed(seed))
    smaller = remove_neurons(model, drawn, fold_mean_of=statistics)
    return compare(model, smaller, split)["drop"]


def choose(sweep: pd.DataFrame, max_drop: float) -> pd.Series:
    """The row with the largest size reduction whose ``drop`` is at most ``max_drop``.

    ``sweep`` must come from the validation split: choosing on the test split makes
    its accuracy look better than it is. Raises ValueError when no row qualifies.
    """
    max_drop = number("max_drop", max_drop)
    allowed = sweep[sweep["drop"] <= max_drop + 1e-9]
    if allowed.empty:
        raise ValueError(
            f"no row has a drop of at most {max_drop} points; "
            f"the smallest is {sweep['drop'].min():.2f}"
        )
    return allowed.sort_values("size_reduction").iloc[-1]


def compare(
    before: nn.Module, after: nn.Module, split: Split, *, known: Tensor | None = None
) -> dict[str, float]:
    """What a removal changed on ``split``.

    Percent fewer parameters, accuracy before and after in percent, the drop in
    percentage points, and ``changed``: the percentage of images that the two
    networks answer differently. ``known`` are the predictions of ``before``, shape
    (N,), where they are known already.
    """
    old = predictions(before, split) if known is None else known
    new = predictions(after, split)
    check_labels("split.labels", split.labels)
    if old.shape != new.shape:
        raise ValueError(
            f"known must have shape {tuple(new.shape)}, got {tuple(old.shape)}"
        )
    size = parameter_count(after)
    accuracy_before = 100 * (old == split.labels).double().mean().item()
    accuracy_after = 100 * (new == split.labels).double().mean().item()
    return {
        "parameters": size,
        "size_reduction": 100 * (1 - size / parameter_count(before)),
        "before": accuracy_before,
        "after": accuracy_after,
        "drop": accuracy_before - accuracy_after,
        "changed": 100 * (old != new).double().mean().item(),
    }


def drop_per_class(before: nn.Module, after: nn.Module, split: Split) -> pd.DataFrame:
    """Accuracy of each class before and after, in percent, and the drop in points."""
    check_labels("split.labels", split.labels)
    old = predictions(before, split) == split.labels
    new = predictions(after, split) == split.labels
    rows = []
    for digit in split.labels.unique().tolist():
        of_class = split.labels == digit
        a = 100 * old[of_class].double().mean().item()
        b = 100 * new[of_class].double().mean().item()
        rows.append({"class": digit, "before": a, "after": b, "drop": a - b})
    return pd.DataFrame(rows).set_index("class")


def summarize(
    rows: pd.DataFrame, by: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Mean and spread (sample standard deviation over the seeds) a group."""
    grouped = rows.groupby(list(by), sort=False)[list(columns)]
    return grouped.agg(["mean", "std"])
