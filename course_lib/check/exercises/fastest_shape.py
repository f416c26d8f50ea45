"""An open exercise: the fewest multiplications within a budget of points."""

from functools import lru_cache, partial

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.open_task import (
    AS_FRACTION,
    OVER_BUDGET,
    UNUSED,
    WRONG_SPLIT,
    bool_masks,
    drawn_task,
    levels,
    matrices,
    require_budget,
    require_level,
    smallest_within,
)

exercise = Exercise(
    name="fastest_shape",
    chapter="04",
    section=4,
    title="As fast as you can",
    points=4,
    difficulty=3,
    minutes=18,
    misconception="M7",
    room="Code",
    returns=("first", "second"),
    expected="two masks, True = kept, one for the units of each hidden layer",
    hint="Simple programs leave fewer multiplications within the budget. Which units "
    "matter least to the next layer, and which width saves most?",
    score="% of the MACs left",
)


def cut(network, first, second):
    """The network without the units whose mask is False."""
    return network | {
        "W1": network["W1"][first],
        "b1": network["b1"][first],
        "W2": network["W2"][second][:, first],
        "b2": network["b2"][second],
        "W3": network["W3"][:, second],
    }


def _macs(network):
    return sum(W.size for W in matrices(network).values())


def _strongest(scores, count):
    keep = np.zeros(len(scores), dtype=bool)
    keep[np.argsort(-scores, kind="stable")[:count]] = True
    return keep


def _read(network):
    """For each hidden unit, the sum of the absolute weights that read it."""
    return [np.abs(network[name]).sum(axis=0) for name in ("W2", "W3")]


def _moved(network, splits):
    """For each hidden unit, how much it moves what reads it, on training images."""
    hidden, scores = splits["train"][0], []
    for i in (1, 2):
        hidden = np.maximum(hidden @ network[f"W{i}"].T + network[f"b{i}"], 0)
        reads = np.sqrt((network[f"W{i + 1}"] ** 2).sum(axis=0))
        scores.append(hidden.std(axis=0) * reads)
    return scores


def _tries(network, scores, widths):
    for counts in widths:
        masks = tuple(map(_strongest, scores, counts))
        smaller = cut(network, *masks)
        yield _macs(smaller), masks, smaller


def _widths(network, step):
    """Pairs of widths, from those of the whole network downward."""
    first, second = len(network["b1"]), len(network["b2"])
    return [(a, b) for a in range(first, 0, -step) for b in range(second, 0, -step)]


def _one_layer(network):
    return [(a, b) for a, b in _widths(network, 1) if b == len(network["b2"])]


@exercise.solution
def solution(network, splits, max_drop):
    tries = _tries(network, _moved(network, splits), _widths(network, 2))
    return smallest_within(network, splits["validation"], max_drop, tries)


@lru_cache(maxsize=32)
def _limits(task):
    """The most percent of the MACs that may be left; see ``levels``."""
    network = task.network
    scores = _moved(network, task.splits)
    rows = [np.abs(network[name]).sum(axis=1) for name in ("W1", "W2")]

    def smallest(scores, widths, split="validation"):
        tries = _tries(network, scores, widths)
        masks = smallest_within(network, task.splits[split], task.max_drop, tries)
        return cut(network, *masks)

    def percent(smaller):
        return 100 * _macs(smaller) / _macs(network)

    one = percent(smallest(scores, _one_layer(network)))
    # whether a search that skips widths meets a good pair is luck: allow for the worst
    several = [
        smallest(ranking, _widths(network, step))
        for ranking in (scores, rows, _read(network))
        for step in (2, 3, 4)
    ]
    most = 1.2 * max(map(percent, several))
    if one < 1.05 * most or task.fits(smallest(scores, _widths(network, 2), "train")):
        return []
    return [90.0, 1.05 * one, most]


def _grade(answer, task, got, limit):
    network = task.network
    masks = bool_masks(answer, got, (network["b1"], network["b2"]))
    shares = [float(mask.mean()) for mask in masks]
    if min(shares) == 0:
        answer.fail_with("nothing-left")
    smaller = cut(network, *masks)
    if not task.fits(smaller) and max(shares) < 1:
        if task.fits(cut(network, *(~mask for mask in masks))):
            answer.fail_with("mask-flipped")
        if not any((np.diff(mask.astype(int)) > 0).any() for mask in masks):
            answer.fail_with("first-units")
    require_budget(answer, task, smaller)
    mistake = "budget-unused" if 2 * task.lost(smaller) < task.max_drop else ""
    if max(shares) == 1:
        mistake = "nothing-goes" if min(shares) == 1 else "M7"
    value = 100 * _macs(smaller) / _macs(network)
    require_level(answer, value, limit, mistake)
    return value


levels(
    exercise,
    partial(drawn_task, widths=(48, 40, 64)),
    _limits,
    _grade,
    "a smaller network within the budget",
    "as few MACs as with one hidden layer cut",
    "as few MACs as with a width for each hidden layer",
)


@exercise.mistake(
    "M7",
    "One hidden layer keeps all of its units. The matrix between the two loses rows "
    "to one and columns to the other: moderate cuts in both multiply.",
)
def one_layer_only(network, splits, max_drop):
    """Units are units, so it does not matter in which layer they go."""
    tries = _tries(network, _moved(network, splits), _one_layer(network))
    return smallest_within(network, splits["validation"], max_drop, tries)


@exercise.mistake("wrong-split", WRONG_SPLIT)
def chosen_on_training_images(network, splits, max_drop):
    """Images are images: the drop can be measured on any of them."""
    return solution(network, splits | {"validation": splits["train"]}, max_drop)


@exercise.mistake("over-budget", OVER_BUDGET)
def always_a_quarter(network, splits, max_drop):
    """A quarter of the units is always enough."""
    counts = [len(network[name]) // 4 for name in ("b1", "b2")]
    return tuple(map(_strongest, _moved(network, splits), counts))


@exercise.mistake("points-as-fraction", AS_FRACTION)
def drop_as_fraction(network, splits, max_drop):
    """A difference of two accuracies is a drop in points."""
    return solution(network, splits, 100 * max_drop)


@exercise.mistake("budget-unused", UNUSED)
def always_one_in_ten(network, splits, max_drop):
    """One unit in ten is what one can remove."""
    counts = [round(0.9 * len(network[name])) for name in ("b1", "b2")]
    return tuple(map(_strongest, _moved(network, splits), counts))


@exercise.mistake(
    "nothing-goes",
    "All units stay. Do you count the drop in points, like max_drop, and measure the "
    "accuracy with the units that are left?",
)
def nothing_goes(network, splits, max_drop):
    """Whatever is removed costs too much."""
    return tuple(np.ones(len(network[name]), dtype=bool) for name in ("b1", "b2"))


@exercise.mistake(
    "nothing-left",
    "A hidden layer has no unit left, so every image gets the same answer.",
)
def nothing_left(network, splits, max_drop):
    """A layer may be removed as a whole."""
    return np.ones(len(network["b1"]), bool), np.zeros(len(network["b2"]), bool)


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the unit is kept."
)
def true_is_removed(network, splits, max_drop):
    """The mask marks what is removed."""
    return tuple(~mask for mask in solution(network, splits, max_drop))


@exercise.mistake(
    "first-units",
    "You kept the first units of each layer, whatever they do. Their order means "
    "nothing: score the units, and keep the ones that matter most.",
)
def first_units(network, splits, max_drop):
    """Only the widths matter, not which units stay."""
    kept = solution(network, splits, max_drop)
    return tuple(np.arange(len(mask)) < mask.sum() for mask in kept)


@exercise.mistake(
    "numbers-not-bools",
    "Those are ones and zeros. As an index, they would fetch units 1 and 0 over and "
    "over. A mask is made of True and False.",
)
def ones_and_zeros(network, splits, max_drop):
    """Ones and zeros are as good as True and False."""
    return tuple(mask.astype(int) for mask in solution(network, splits, max_drop))


@exercise.mistake(
    "values-not-mask",
    "Those are scores. Return a mask for each layer: True or False for every unit.",
)
def scores_of_units(network, splits, max_drop):
    """The scores show which units stay."""
    return tuple(_moved(network, splits))


@exercise.mistake(
    "indices",
    "Those are positions or counts. Return a mask for each hidden layer: True or "
    "False for every unit.",
)
def positions_that_stay(network, splits, max_drop):
    """The positions of the kept units are as good as a mask."""
    return tuple(np.flatnonzero(mask) for mask in solution(network, splits, max_drop))
