"""A sweep over thresholds: the fewest neurons within a limit for the drop."""

from collections.abc import Callable
from functools import wraps
from itertools import product
from typing import Any

import numpy as np

from course_lib.check.answer import Function
from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Calls, Rng
from course_lib.check.known_network import EXACT, IMAGES, known_network, random_network

# how far an accuracy fell, from the first to the second, both fractions
DROPS = {
    "percentage points": lambda first, second: 100 * (first - second),
    "percent of the accuracy": lambda first, second: 100 * (first - second) / first,
    "percent of the error rate": lambda first, second: (
        100 * (first - second) / (1 - first)
    ),
}
# whether a drop of exactly max_drop is allowed, and whether a neuron goes whose std is
# exactly the threshold
ALLOWED = ("at most max_drop", "less than max_drop")
REMOVED = ("at most the threshold", "below the threshold")

exercise = Exercise(
    name="prune_within",
    chapter="02",
    section=5,
    title="Prune within a limit",
    points=3,
    difficulty=3,
    minutes=14,
    misconception="M10",
    room="Measure",
    returns=("the mask",),
    expected="True for the neurons that stay when as many as possible go and the "
    "validation accuracy drops by {allowed}, {max_drop:.4g} {drop}",
    hint="Try one threshold after another, each on the network as it was passed in. "
    "Either another one removes more neurons, or this one loses too much. max_drop is "
    "in {drop}.",
    variations=tuple(
        {"drop": drop, "allowed": allowed, "removed": removed}
        for removed, allowed, drop in product(REMOVED, ALLOWED, DROPS)
    ),
    types={"the mask": BOOL},
)

LIMIT = (
    "In your class, a drop of {allowed} is allowed, and neurons go whose std is "
    "{removed}. If no threshold is good enough, all neurons stay."
)
BY_TEST = (
    "This network looks good on the test images but loses too much on validation. If "
    "you choose by test accuracy, no unseen images are left for the report."
)
ANOTHER_PERCENT = (
    "You measured the drop in another unit than your class. Here, max_drop is in "
    "{drop}."
)
CARRIED_OVER = (
    "One threshold changed what the next one started from. Try every threshold on the "
    "network as it was passed in."
)


def _accuracy(network, mean, removed, part):
    """Measure an accuracy; a neuron that is folded always outputs its mean."""
    images, labels = part
    hidden = np.maximum(images @ network["W1"].T + network["b1"], 0)
    logits = np.where(removed, mean, hidden) @ network["W2"].T + network["b2"]
    return np.mean(logits.argmax(axis=1) == labels)


def _sweep(network, statistics, part, thresholds):
    """Every threshold's removed neurons and accuracy, the unpruned network first."""
    mean, std = statistics
    masks = [np.zeros(len(std), dtype=bool), *(std <= limit for limit in thresholds)]
    return [(mask, _accuracy(network, mean, mask, part)) for mask in masks]


def _most(masks):
    return ~max(masks, key=np.sum)


def _within(rows, max_drop, drop):
    first = rows[0][1]
    fitting = [mask for mask, found in rows if DROPS[drop](first, found) <= max_drop]
    return fitting or [rows[0][0]]


def _in_class(function: Function) -> Function:
    """Pass on limits of which everything is allowed and removed that is not above."""

    @wraps(function)
    def limited(network, statistics, splits, thresholds, max_drop, **rules):
        if rules.pop("allowed") == ALLOWED[1]:
            max_drop = np.nextafter(max_drop, -np.inf)
        if rules.pop("removed") == REMOVED[1]:
            thresholds = np.nextafter(thresholds, -np.inf)
        return function(network, statistics, splits, thresholds, max_drop, **rules)

    return limited


def _mistake(name: str, hint: str) -> Callable[[Function], Any]:
    return lambda function: exercise.mistake(name, hint)(_in_class(function))


def _solve(network, statistics, splits, thresholds, max_drop, *, drop):
    rows = _sweep(network, statistics, splits["validation"], thresholds)
    return _most(_within(rows, max_drop, drop))


solution = exercise.solution(_in_class(_solve))


@exercise.drawn("networks in which every wrong rule leads to other neurons")
def decisive(rng: Rng) -> Calls:
    # images lost after each cut, on validation and on test; below zero, gained
    rising = [-6, 1, 2, 3, 4, 9, 90], [-2, 1, 2, 3, 12, -9, 90]
    falling = [5, 7, 1, 8, 90], [5, 7, 9, 0, 90]
    gaining = [-14, -11, -8, 90], [-14, -11, 9, 90]
    for (losses, on_test), limit in ((rising, 4.5), (falling, 4.5), (gaining, 2.5)):
        for _ in range(2):
            yield known_network(rng, losses, on_test, 100 * limit / IMAGES)
    # so far that a percentage of the value before is not one of the value after
    far = [10, 33, 65, 90, 120], [80, 85, 95, 110, 115]
    yield known_network(rng, *far, 100 * 100.5 / IMAGES)


@exercise.drawn(
    "a drop exactly at the limit, and neurons exactly at the threshold",
    name="at-the-limit",
    hint=LIMIT,
)
def at_the_limit(rng: Rng) -> Calls:
    drawn = known_network(rng, [1, 3, 4, 5, 90], [1, 2, 3, 5, 90], EXACT)
    yield drawn
    stds = np.sort(drawn["statistics"][1])[:-2]
    yield drawn | {"thresholds": rng.permutation(stds).tolist()}
    yield drawn | {"thresholds": [0.0], "max_drop": 0.0}
    yield drawn | {"thresholds": [float(rng.choice(stds))], "max_drop": 1000.0}


@exercise.drawn(
    "limits that no threshold keeps, or all of them", name="at-the-limit", hint=LIMIT
)
def none_or_all(rng: Rng) -> Calls:
    drawn = known_network(rng, [6, 20, 90], [0, 0, 0], 100 * 0.5 / IMAGES)
    largest = sorted(drawn["thresholds"])[2:]
    for thresholds, limit in (
        (largest, drawn["max_drop"]),
        (largest, 1000.0),
        ([], 1.0),
        (largest[:1], float(rng.uniform(20, 90))),
    ):
        yield drawn | {"thresholds": thresholds, "max_drop": limit}


@exercise.drawn("networks with random weights")
def random_weights(rng: Rng) -> Calls:
    for units, limit in ((12, 6.5), (20, 3.5), (9, 12.5)):
        yield random_network(rng, units, limit)


@_mistake("M10", BY_TEST)
def judged_by_test(network, statistics, splits, thresholds, max_drop, *, drop):
    """The test score is the honest one, so it should decide."""
    rows = _sweep(network, statistics, splits["test"], thresholds)
    return _most(_within(rows, max_drop, drop))


@_mistake("M10", BY_TEST)
def best_test_score(network, statistics, splits, thresholds, max_drop, *, drop):
    """The best test score wins."""
    rows = _sweep(network, statistics, splits["test"], thresholds)
    return ~max(rows, key=lambda row: row[1])[0]


@_mistake(
    "M5",
    "The means of the removed neurons are lost. The next layer relies on what they "
    "send, even if it hardly changes: fold it before you measure.",
)
def nothing_folded(network, statistics, splits, thresholds, max_drop, *, drop):
    """A neuron that hardly moves can simply be dropped."""
    lost = (np.zeros_like(statistics[0]), statistics[1])
    return _solve(network, lost, splits, thresholds, max_drop, drop=drop)


@_mistake(
    "points-as-fraction",
    "This network lost far too much. max_drop is in hundredths, and accuracies are "
    "fractions: multiply by one hundred.",
)
def drop_as_fraction(network, statistics, splits, thresholds, max_drop, *, drop):
    """A difference of two accuracies is a drop in percent."""
    limit = 100 * max_drop
    return _solve(network, statistics, splits, thresholds, limit, drop=drop)


def _another_percent(drop, steps):
    names = list(DROPS)
    return names[(names.index(drop) + steps) % len(names)]


@_mistake("other-percent", ANOTHER_PERCENT)
def in_another_percent(network, statistics, splits, thresholds, max_drop, *, drop):
    """A percent is a percent, whatever it is a part of."""
    other = _another_percent(drop, 1)
    return _solve(network, statistics, splits, thresholds, max_drop, drop=other)


@_mistake("other-percent", ANOTHER_PERCENT)
def in_a_third_percent(network, statistics, splits, thresholds, max_drop, *, drop):
    """Points, percent of what is right, percent of what is wrong: all are the same."""
    other = _another_percent(drop, 2)
    return _solve(network, statistics, splits, thresholds, max_drop, drop=other)


@_mistake(
    "other-base",
    "You divided the drop by the value after the cut. Here, max_drop is in {drop}, "
    "and a percentage refers to the value before the cut.",
)
def relative_to_the_pruned(network, statistics, splits, thresholds, max_drop, *, drop):
    """A percentage is taken of the newer value."""
    rows = _sweep(network, statistics, splits["validation"], thresholds)
    first, rate = rows[0][1], drop == "percent of the error rate"
    return _most(
        mask
        for mask, found in rows
        if mask is rows[0][0]
        or 100 * (first - found) <= max_drop * (1 - found if rate else found)
    )


@_mistake(
    "best-score",
    "You chose the highest accuracy on validation. The question is how many neurons "
    "can go before more than max_drop is lost.",
)
def best_validation_score(network, statistics, splits, thresholds, max_drop, *, drop):
    """The best validation score wins."""
    rows = _sweep(network, statistics, splits["validation"], thresholds)
    return ~max(rows, key=lambda row: row[1])[0]


@_mistake(
    "moving-baseline",
    "You counted the drop from the best network of the sweep. Count it from the "
    "unpruned one.",
)
def drop_from_the_best(network, statistics, splits, thresholds, max_drop, *, drop):
    """The drop is counted from the best accuracy."""
    rows = _sweep(network, statistics, splits["validation"], thresholds)
    best = max(rows, key=lambda row: row[1])
    return _most(_within([best, *rows], max_drop, drop))


@_mistake(
    "absolute-drop",
    "You rejected a network that is better than the unpruned one. An improvement is "
    "not a drop, however large it is.",
)
def any_change_is_a_drop(network, statistics, splits, thresholds, max_drop, *, drop):
    """Any change larger than the limit is too much."""
    rows = _sweep(network, statistics, splits["validation"], thresholds)
    near = [(m, a) for m, a in rows if abs(DROPS[drop](rows[0][1], a)) <= max_drop]
    return _most(_within(near, max_drop, drop))


@_mistake(
    "stops-early",
    "The search ended at the first threshold that lost too much. Accuracy does not "
    "fall evenly: a larger threshold may be within the limit again.",
)
def stops_at_the_first(network, statistics, splits, thresholds, max_drop, *, drop):
    """Once the drop is too large, it stays too large."""
    rows = _sweep(network, statistics, splits["validation"], sorted(thresholds))
    found = rows[0][0]
    for mask, accuracy in rows:
        if DROPS[drop](rows[0][1], accuracy) > max_drop:
            break
        found = mask
    return ~found


@_mistake(
    "first-that-fits",
    "You took the smallest threshold within the limit. Larger ones may also be within "
    "it, and they remove more neurons.",
)
def first_that_fits(network, statistics, splits, thresholds, max_drop, *, drop):
    """The search is over once a threshold is within the limit."""
    rows = _sweep(network, statistics, splits["validation"], sorted(thresholds))
    return ~_within(rows, max_drop, drop)[:2][-1]


@_mistake(
    "nothing-goes",
    "All neurons stay, although some threshold is within the limit. Do you count the "
    "drop in hundredths, like max_drop, and compare with the unpruned accuracy?",
)
def nothing_goes(network, statistics, splits, thresholds, max_drop, *, drop):
    """Whatever is removed costs too much."""
    return np.ones(len(statistics[1]), dtype=bool)


@_mistake(
    "list-order",
    "You took the last threshold in the list that is within the limit. They come in "
    "any order: take the one that removes the most neurons.",
)
def last_in_the_list(network, statistics, splits, thresholds, max_drop, *, drop):
    """The thresholds rise from the first to the last."""
    rows = _sweep(network, statistics, splits["validation"], thresholds)
    return ~_within(rows, max_drop, drop)[-1]


@_mistake("carried-over", CARRIED_OVER)
def bias_grows(network, statistics, splits, thresholds, max_drop, *, drop):
    """The bias is updated at every threshold."""
    mean, std = statistics
    rows = _sweep(network, statistics, splits["validation"], [])
    for limit in thresholds:
        removed = std <= limit
        rows += _sweep(network, statistics, splits["validation"], [limit])[1:]
        network = network | {"b2": network["b2"] + network["W2"] @ (removed * mean)}
    return _most(_within(rows, max_drop, drop))


@_mistake("carried-over", CARRIED_OVER)
def prunes_the_pruned(network, statistics, splits, thresholds, max_drop, *, drop):
    """Each threshold continues from the network that the previous one left."""
    so_far = np.maximum.accumulate(thresholds)
    return _solve(network, statistics, splits, so_far, max_drop, drop=drop)


@_mistake(
    "M6",
    "You removed neurons by their mean. The mean shows where the outputs are, not "
    "whether they vary: the threshold is for the std.",
)
def by_the_mean(network, statistics, splits, thresholds, max_drop, *, drop):
    """A neuron with a small mean is silent."""
    small = (statistics[0], np.abs(statistics[0]))
    return _solve(network, small, splits, thresholds, max_drop, drop=drop)


@_mistake(
    "mean-too",
    "You also required a small mean. Once it is folded, any mean will do: a constant "
    "neuron can go.",
)
def small_mean_as_well(network, statistics, splits, thresholds, max_drop, *, drop):
    """A neuron that may go is near zero and still."""
    both = (statistics[0], np.maximum(np.abs(statistics[0]), statistics[1]))
    return _solve(network, both, splits, thresholds, max_drop, drop=drop)


@_mistake("no-relu", "Your hidden layer has no ReLU: a neuron below zero outputs zero.")
def linear_neurons(network, statistics, splits, thresholds, max_drop, *, drop):
    """A layer is a matrix product and a bias."""
    (mean, std), (images, labels) = statistics, splits["validation"]
    hidden = images @ network["W1"].T + network["b1"]
    rows = []
    for limit in (-1, *thresholds):
        kept = np.where(std <= limit, mean, hidden)
        logits = kept @ network["W2"].T + network["b2"]
        rows.append((std <= limit, np.mean(logits.argmax(axis=1) == labels)))
    return _most(_within(rows, max_drop, drop))


@_mistake(
    "mask-flipped", "It is the other way around: True means that the neuron is kept."
)
def true_is_removed(network, statistics, splits, thresholds, max_drop, *, drop):
    """True means removed."""
    return ~_solve(network, statistics, splits, thresholds, max_drop, drop=drop)


@_mistake(
    "indices",
    "Those are positions. Return a mask instead: True or False for each neuron.",
)
def positions_of_neurons(network, statistics, splits, thresholds, max_drop, *, drop):
    """A list of positions is as good as a mask."""
    keep = _solve(network, statistics, splits, thresholds, max_drop, drop=drop)
    return np.flatnonzero(keep)


@exercise.mistake("at-the-limit", LIMIT)
def other_end_of_the_limit(*arguments, allowed, **rules):
    """It does not matter whether a limit itself is allowed."""
    other = ALLOWED[allowed == ALLOWED[0]]
    return solution(*arguments, allowed=other, **rules)


@exercise.mistake("at-the-limit", LIMIT)
def other_side_of_the_threshold(*arguments, removed, **rules):
    """It does not matter on which side a neuron at the threshold is."""
    other = REMOVED[removed == REMOVED[0]]
    return solution(*arguments, removed=other, **rules)


@_mistake(
    "returns-threshold",
    "That is one number. Return a mask: True or False for each neuron.",
)
def the_threshold_itself(network, statistics, splits, thresholds, max_drop, *, drop):
    """The chosen threshold is the answer."""
    keep = _solve(network, statistics, splits, thresholds, max_drop, drop=drop)
    fitting = [t for t in thresholds if np.array_equal(statistics[1] > t, keep)]
    return max(fitting, default=-1.0)
