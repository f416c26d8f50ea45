"""Further properties of the answers of chapter 02: statistics and the choice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib.check.answer import Answer, close
from course_lib.check.variations import variation
from grading.hidden.core import demand, further

Moments = tuple[int, np.ndarray, np.ndarray]  # count, mean (units,), std (units,)
COSTS = ("parameters", "macs", "bytes", "neurons")


def _describe(rows: np.ndarray) -> Moments:
    if len(rows) == 0:
        return 0, np.full(rows.shape[1], np.nan), np.full(rows.shape[1], np.nan)
    return len(rows), rows.mean(axis=0), rows.std(axis=0)


def _merge(answer: Answer, a: Moments, b: Moments) -> Moments:
    """What comes back, ready to be handed on to the next call."""
    count, mean, std = answer.parts(answer(a=a, b=b), ("count", "mean", "std"))
    total = a[0] + b[0]
    hint = "The count is that of both batches together."
    demand(answer, answer.number(count, "the count") == total, "wrong-count", hint)
    shape = a[1].shape
    return total, answer.shaped(mean, "mean", shape), answer.shaped(std, "std", shape)


@further("merge_moments", "many batches, in any order")
def _many_batches(answer: Answer, rng: np.random.Generator) -> None:
    sizes = [0, 1, *(int(n) for n in rng.integers(2, 60, size=4))]
    drift = rng.normal(0, 3, size=(len(sizes), 3))
    batches = [rng.normal(d, 1, size=(n, 3)) for n, d in zip(sizes, drift, strict=True)]
    wanted = _describe(np.concatenate(batches))
    for order in (rng.permutation(len(sizes)), np.arange(len(sizes))):
        first, *others = (_describe(batches[i]) for i in order)
        merged = first
        for other in others:
            merged = _merge(answer, merged, other)
        demand(
            answer,
            close(merged, wanted, 1e-9),
            "wrong-moments",
            "Merged one after the other, the batches should give mean and std of all "
            "images together, in whatever order they come. One of them is empty.",
            came=merged,
        )


@further("merge_moments", "neurons that never move, and batches of one image")
def _no_spread(answer: Answer, rng: np.random.Generator) -> None:
    still = rng.normal(size=24) * 10.0 ** np.arange(-2, 6).repeat(3)
    a, b = (_describe(np.tile(still, (n, 1))) for n in rng.integers(2, 50, size=2))
    hint = "These neurons always put out the same number, so they have no spread. It "
    hint += "should be 0, not a small number that rounding left, and not nan."
    merged = _merge(answer, a, b)
    is_still = np.all(merged[2] <= 1e-9 * np.abs(still))
    demand(answer, is_still and close(merged[1], still, 1e-9), "rounding", hint)
    pair = rng.normal(size=(2, 1))
    merged = _merge(answer, _describe(pair[:1]), _describe(pair[1:]))
    hint = "Each batch is a single image here: no spread inside, only between them."
    demand(answer, close(merged, _describe(pair), 1e-9), "between-batch", hint)


@further("merge_moments", "counts in the millions")
def _large_counts(answer: Answer, rng: np.random.Generator) -> None:
    rows = rng.normal(rng.normal(0, 2, 5), 1, size=(60, 5))
    times = int(rng.integers(5, 30)) * 10**6
    a, b = _describe(rows[:20]), _describe(rows[20:])
    merged = _merge(answer, (a[0] * times, *a[1:]), (b[0] * times, *b[1:]))
    hint = "If every image is seen many times over, mean and std stay as they are. Is "
    hint += "there a number that becomes too large, or a one that is added or taken?"
    demand(answer, close(merged[1:], _describe(rows)[1:], 1e-9), "large-counts", hint)


def _check_silent(
    answer: Answer,
    factors: Sequence[np.ndarray],
    limits: tuple[float, float],
    hint: str,
) -> None:
    """Neurons at known multiples of both limits; up to 1 is silent."""
    scale = [limit if np.isfinite(limit) else 0.3 for limit in limits]
    mean, std = factors[0] * scale[0], np.abs(factors[1]) * scale[1]
    inside = [
        (np.abs(f) <= 1) | np.isinf(limit)
        for f, limit in zip(factors, limits, strict=True)
    ]
    came = answer(mean=mean, std=std, mean_threshold=limits[0], std_threshold=limits[1])
    mask = answer.shaped(came, "the mask", mean.shape)
    demand(answer, np.array_equal(mask, inside[0] & inside[1]), "wrong-neurons", hint)


def _neurons(rng: np.random.Generator) -> list[np.ndarray]:
    """Every pair of multiples of the limits, below, at and just above them."""
    steps = np.array([0.0, 0.5, 1.0, 1.0 + 1e-6, 1.2, 3.0])
    means, stds = np.meshgrid(np.concatenate([steps, -steps]), steps)
    order = rng.permutation(means.size)
    return [means.ravel()[order], stds.ravel()[order]]


@further("silent", "other thresholds, and neurons at or just beyond them")
def _at_thresholds(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "These neurons lie below, exactly at and just beyond the thresholds that are "
    )
    hint += "given, with means of either sign. At a threshold is still silent, beyond "
    hint += "it is not."
    for low, high in ((0.001, 0.05), (0.2, 0.6)):
        limits = float(rng.uniform(low, high)), float(rng.uniform(low, high))
        _check_silent(answer, _neurons(rng), limits, hint)


@further("silent", "a threshold without limit")
def _infinite(answer: Answer, rng: np.random.Generator) -> None:
    hint = "One threshold is infinite: any mean, or any spread, will do. The other one "
    hint += "decides alone."
    limit = float(rng.uniform(0.1, 0.5))
    for limits in ((np.inf, limit), (limit, np.inf)):
        _check_silent(answer, _neurons(rng), limits, hint)


def _rows(
    rng: np.random.Generator, drops: Sequence[float], cost: str, costs: Sequence[int]
) -> list[dict[str, float]]:
    """An unpruned row, then one for each drop in points and cost; no test column."""
    base = float(rng.uniform(0.95, 0.97))
    rows: list[dict[str, float]] = []
    for drop, spent in zip([0.0, *drops], [10_000, *costs], strict=True):
        row = dict.fromkeys(COSTS, 10_000)
        row |= {name: int(rng.integers(10, 9_000)) for name in COSTS if rows}
        rows.append({"validation": float(base - drop / 100), **row, cost: spent})
    return rows


def _check_choice(
    answer: Answer, rows: list[dict[str, float]], limit: float, right: int, hint: str
) -> None:
    came = answer.number(answer(rows=rows, max_drop=limit), "the position of the row")
    demand(answer, came == right, "wrong-row", hint, came=came)


@further("choose", "other limits, and rows that have no test column")
def _other_limits(answer: Answer, rng: np.random.Generator) -> None:
    cost = variation("choose", answer.class_seed)["cost"]
    hint = "An allowed row is cheaper, or this one loses too many points. Mind that "
    hint += "max_drop may be any number, 0 as well."
    for limit in (0.0, 0.05, float(rng.uniform(0.5, 1.5)), 20.0):
        drops = [rng.uniform(-0.5, 0.9 * limit - 0.01) for _ in range(5)]
        costs = [int(rng.integers(200, 9_000)) for _ in range(4)] + [100]
        for _ in range(4):
            drops.append(rng.uniform(1.1 * limit + 0.01, 2 * limit + 5))
            costs.append(int(rng.integers(10, 99)))
        order = rng.permutation(len(drops))
        rows = _rows(rng, [drops[i] for i in order], cost, [costs[i] for i in order])
        right = 1 + int(np.flatnonzero(order == 4)[0])
        _check_choice(answer, rows, limit, right, hint)


@further("choose", "no pruned network keeps to the limit, or only one")
def _none_allowed(answer: Answer, rng: np.random.Generator) -> None:
    cost = variation("choose", answer.class_seed)["cost"]
    hint = "Every pruned network loses too much, or there is none. The unpruned one is "
    hint += "always allowed: it loses nothing."
    limit = float(rng.uniform(0.2, 0.8))
    for pruned in (6, 1, 0):
        drops = rng.uniform(1.1 * limit, 3, size=pruned)
        costs = [int(n) for n in rng.integers(10, 9_000, size=pruned)]
        _check_choice(answer, _rows(rng, list(drops), cost, costs), limit, 0, hint)
    one = int(rng.integers(1, 6))
    drops = np.where(np.arange(1, 7) == one, limit / 2, rng.uniform(1.1 * limit, 3, 6))
    costs = [int(n) for n in rng.integers(10, 9_000, size=6)]
    hint = "One pruned network keeps to the limit, and all others lose too much."
    _check_choice(answer, _rows(rng, list(drops), cost, costs), limit, one, hint)


@further("choose", "every row costs the same")
def _equal_costs(answer: Answer, rng: np.random.Generator) -> None:
    cost = variation("choose", answer.class_seed)["cost"]
    hint = "All rows cost the same. Then the one with the highest validation accuracy "
    hint += "is the best choice, wherever it stands."
    for best in (-0.3, 0.05):  # better than the unpruned network, or worse
        drops = np.append(rng.uniform(0.1, 0.9, size=5), best)
        drops = drops[rng.permutation(6)]
        for order in (drops, drops[::-1]):
            rows = _rows(rng, list(order), cost, [10_000] * 6)
            right = 1 + int(order.argmin()) if best < 0 else 0
            _check_choice(answer, rows, 0.5, right, hint)
