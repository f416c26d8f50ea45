"""Sweeps over seeds, methods, and ratios, all measured alike, as DataFrames.

The rows of a sweep are independent jobs (``jobs.run_jobs``): the caller chooses where
they run (``joblib.parallel_config``), by default one after another in this process.
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
from course_lib.arguments import integer, number
from course_lib.data import Split, load_mnist
from course_lib.evaluation import accuracy, check_labels, predictions
from course_lib.jobs import run_jobs
from course_lib.magnitude import global_magnitude_masks, masked
from course_lib.measure import parameter_count
from course_lib.structured import select_units
from course_lib.surgery import remove_units
from course_lib.uncertainty import PairedDifference, paired_difference, wilson_interval

Statistics = Mapping[str, NeuronStatistics]
Keep = dict[str, Tensor]


def keep_ratio_masks(
    model: nn.Module, statistics: Statistics, reduction: float, *, minimum: int = 4
) -> Keep:
    """Return masks by score that remove at least ``reduction`` of the parameters.

    Scores are ``output_scores``; ``reduction`` is a fraction from 0 to below 1. The
    threshold is the smallest sufficient score, found by bisection on the parameter
    count of the remaining network; every layer keeps at least ``minimum`` neurons.
    """
    reduction = number("reduction", reduction, minimum=0, below=1)
    scores = output_scores(model, statistics)
    allowed = (1 - reduction) * parameter_count(model)
    levels = torch.cat(list(scores.values())).unique()  # sorted
    shapes = copy.deepcopy(model).to("meta")  # counting needs shapes only

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

    With ``fold``, the means of the removed neurons are folded into the next bias.
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
    """Run ``prune_by_score`` at every reduction and ``compare`` on ``split``."""
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


def random_drops(
    model: nn.Module,
    keep: Keep,
    split: Split,
    *,
    draws: int = 20,
    fold_mean_of: Statistics | None = None,
) -> list[float]:
    """Return the drops, in points, if the same number of random neurons is removed.

    ``keep`` decides how many neurons each layer loses; each of the ``draws`` chooses
    others. Fold (see ``remove_neurons``) if the network that it controls was folded.
    """
    known, drops = predictions(model, split), []
    for seed in range(integer("draws", draws, 1)):
        drawn = random_keep(keep, torch.Generator().manual_seed(seed))
        smaller = remove_neurons(model, drawn, fold_mean_of=fold_mean_of)
        drops.append(compare(model, smaller, split, known=known)["drop"])
    return drops


def errors_by_score(
    model: nn.Module,
    importances: Mapping[str, Mapping[str, Tensor]],
    ratios: Iterable[float],
    split: Split,
    *,
    draws: int = 20,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the errors, in percent, if units are removed by each score and at random.

    At each ratio, a row of both frames, every group of units loses this fraction of
    them. The first frame has a column per key of ``importances``, whose scores are as
    in ``select_units``, and ``single weights``: the smallest weights of all layers,
    pruned until the same number of parameters is left. The second has a column per
    random draw.
    """
    errors: dict[float, dict[str, float]] = {}
    chance: dict[float, list[float]] = {}
    known = 100 - 100 * accuracy(model, split)
    for ratio in ratios:
        keep = {name: select_units(of, ratio) for name, of in importances.items()}
        smaller = {name: remove_units(model, found) for name, found in keep.items()}
        name = next(iter(keep))  # all remove the same number
        gone = 1 - parameter_count(smaller[name]) / parameter_count(model)
        masks = global_magnitude_masks(model, gone)
        smaller["single weights"] = masked(model, masks)
        errors[ratio] = {k: 100 - 100 * accuracy(m, split) for k, m in smaller.items()}
        lost = random_drops(model, keep[name], split, draws=draws)
        chance[ratio] = [known + drop for drop in lost]
    return pd.DataFrame(errors).T, pd.DataFrame(chance).T


def choose(sweep: pd.DataFrame, max_drop: float) -> pd.Series:
    """Return the row with the largest size reduction within ``max_drop``.

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
    """Return what a removal changed on ``split``.

    Percent fewer parameters, accuracy before and after in percent, the drop in
    percentage points with its 95% interval from ``low`` to ``high`` (see
    ``uncertainty.PairedDifference``), and ``changed``: the percentage of images that
    the two networks answer differently. ``known`` are the predictions of ``before``,
    shape (N,), if they have been computed already.
    """
    old = predictions(before, split) if known is None else known
    new = predictions(after, split)
    check_labels("split.labels", split.labels)
    if old.shape != new.shape:
        raise ValueError(
            f"known must have shape {tuple(new.shape)}, got {tuple(old.shape)}"
        )
    size = parameter_count(after)
    return {
        "parameters": size,
        "size_reduction": 100 * (1 - size / parameter_count(before)),
        **compare_answers(old, new, split.labels),
    }


def compare_answers(before: Tensor, after: Tensor, labels: Tensor) -> dict[str, float]:
    """Return the part of ``compare`` that needs the predictions only, shape (N,)."""
    low, high = paired_difference(before, after, labels).interval
    accuracy_before = 100 * (before == labels).double().mean().item()
    accuracy_after = 100 * (after == labels).double().mean().item()
    return {
        "before": accuracy_before,
        "after": accuracy_after,
        "drop": accuracy_before - accuracy_after,
        "low": low,
        "high": high,
        "changed": 100 * (before != after).double().mean().item(),
    }


def errors_by_seed(
    answers: Mapping[str, Tensor], way: str = "", labels: Tensor | None = None
) -> pd.Series:
    """Return the errors of stored predictions in percent, indexed by seed.

    ``answers`` hold classes (N,) under ``way`` and ``test-0``, ``test-1``, … (see
    ``models.load_predictions``). The ``labels`` are those of the test images unless
    others are given.
    """
    labels = load_mnist("test").labels if labels is None else labels
    found = {}
    for key, given in answers.items():
        start, test, seed = key.rpartition("test-")
        if test and start == way:
            found[int(seed)] = 100 * (given != labels).double().mean().item()
    return pd.Series(found, dtype=float).sort_index()


def compare_seeds(
    before: Sequence[nn.Module],
    after: Mapping[tuple[float, int], nn.Module],
    split: Split,
    setting: str,
) -> pd.DataFrame:
    """Return one row of ``compare`` for every network in ``after``.

    ``before`` are the unpruned networks of seeds 0, 1, …; ``after`` maps a pair of a
    setting and a seed to the network made from that seed's. The rows have the columns
    ``setting`` and ``seed`` besides those of ``compare``.
    """
    known = [predictions(model, split) for model in before]
    rows = []
    for (value, seed), smaller in after.items():
        row = compare(before[seed], smaller, split, known=known[seed])
        rows.append({setting: value, "seed": seed, **row})
    return pd.DataFrame(rows)


def compare_stored(answers: Mapping[str, Tensor], labels: Tensor) -> pd.DataFrame:
    """Return how networks compare with the unpruned one, from their test predictions.

    ``answers`` are keyed ``WAY-test-SEED``, each of shape (N,). The unpruned network of
    a seed is ``unpruned-test-SEED``, or that of seed 0 if there is only one. One row
    per network: ``way``, without the number of a draw as in ``random-1``; ``seed``;
    test ``error`` in percent with its 95% interval from ``low`` to ``high``; the
    images that it ``test_lost`` and ``test_gained`` (see ``PairedDifference``).
    """
    rows = []
    for key, after in answers.items():
        way, _, seed = key.partition("-test-")
        unpruned = f"unpruned-test-{seed}"
        before = answers[unpruned if unpruned in answers else "unpruned-test-0"]
        pair = paired_difference(before, after, labels)
        right = int((after == labels).sum())
        low, high = wilson_interval(right, len(labels))
        rows.append({
            "way": way.partition("-")[0],
            "seed": int(seed),
            "error": 100 * (1 - right / len(labels)),
            "low": 100 - high,
            "high": 100 - low,
            "test_lost": pair.lost,
            "test_gained": pair.gained,
        })  # fmt: skip
    return pd.DataFrame(rows)


def drop_per_class(before: nn.Module, after: nn.Module, split: Split) -> pd.DataFrame:
    """Return the accuracy per class before and after, in percent, and the drop."""
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


def two_spreads(
    rows: pd.DataFrame, by: Sequence[str], images: int = 10_000
) -> pd.DataFrame:
    """Return the mean drop of every group, and how it varies with seeds and images.

    ``rows`` has one network per row: its ``seed``, and the images of ``images`` that it
    ``test_lost`` and ``test_gained`` (see ``PairedDifference``). Networks of the same
    group and seed, such as random draws, are averaged first. In points: ``drop`` is the
    mean over seeds, ``± seeds`` their sample standard deviation, and ``± images`` the
    mean half-width of the 95% interval of one network. If the rows have an ``error``:
    of how many ``networks`` it is the mean, and their ``min`` and ``max``.
    """
    counts = rows[["test_lost", "test_gained"]].itertuples(index=False)
    pairs = [
        PairedDifference(images, int(lost), int(gained)) for lost, gained in counts
    ]
    found = rows.assign(
        drop=[pair.drop for pair in pairs],
        half=[(pair.interval[1] - pair.interval[0]) / 2 for pair in pairs],
    )
    seeds = found.groupby([*by, "seed"], sort=False)[["drop", "half"]].mean()
    groups = seeds.groupby(list(by), sort=False)
    spreads = pd.DataFrame(
        {
            "drop": groups["drop"].mean(),
            "± seeds": groups["drop"].std(),
            "± images": groups["half"].mean(),
        }
    )
    if "error" not in rows:
        return spreads
    errors = rows.groupby(list(by), sort=False)["error"]
    return spreads.join(
        errors.agg(networks="count", error="mean", min="min", max="max")
    )


def summarize(
    rows: pd.DataFrame, by: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Return mean and spread (sample standard deviation over seeds) per group."""
    grouped = rows.groupby(list(by), sort=False)[list(columns)]
    return grouped.agg(["mean", "std"])
