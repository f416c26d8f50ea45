"""An open exercise: as few weights as possible within a budget of points."""

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

SHARES = np.arange(100) / 100

exercise = Exercise(
    name="sparsest_masks",
    chapter="03",
    section=5,
    title="As sparse as you can",
    points=3,
    difficulty=3,
    minutes=15,
    misconception="M12",
    room="Code",
    returns=("W1", "W2", "W3"),
    expected="a dict of masks, one for each weight matrix, True = kept",
    hint="Simple programs keep fewer weights within the budget. Comparing all layers, "
    "which weights does the network need least?",
    score="% of the weights kept",
)


def _one_threshold(network, share):
    """The weights that stay if all layers are ranked together."""
    sizes = {name: np.abs(W) for name, W in matrices(network).items()}
    ranked = np.sort(np.concatenate([size.ravel() for size in sizes.values()]))
    threshold = ranked[int(share * len(ranked))]
    return {name: size >= threshold for name, size in sizes.items()}


def _same_share(network, share):
    """The weights that stay if every layer loses the same share."""
    return {
        name: np.abs(W) >= np.sort(np.abs(W), axis=None)[int(share * W.size)]
        for name, W in matrices(network).items()
    }


def _first_only(network, share):
    """The weights that stay if only the first layer loses some."""
    masks = {name: np.ones(W.shape, bool) for name, W in matrices(network).items()}
    return masks | {"W1": _same_share(network, share)["W1"]}


def _tries(network, masks_of):
    for share in SHARES:
        masks = masks_of(network, share)
        kept = sum(mask.sum() for mask in masks.values())
        yield kept, masks, _masked(network, masks)


def _masked(network, masks):
    return network | {name: network[name] * masks[name] for name in masks}


@exercise.solution
def solution(network, splits, max_drop):
    tries = _tries(network, _one_threshold)
    return smallest_within(network, splits["validation"], max_drop, tries)


def _inputs(network, splits):
    """The root mean square of what each matrix reads, on training images."""
    read = [splits["train"][0]]
    for i in (1, 2):
        read.append(np.maximum(read[-1] @ network[f"W{i}"].T + network[f"b{i}"], 0))
    return {f"W{i}": np.sqrt((x**2).mean(axis=0)) for i, x in enumerate(read, 1)}


@lru_cache(maxsize=32)
def _limits(task):
    """The most percent of the weights that may stay; see ``levels``."""
    network, loud = task.network, _inputs(task.network, task.splits)
    heard = {name: W * loud[name] for name, W in matrices(network).items()}

    def fewest(masks_of, split="validation"):
        tries = _tries(network, masks_of)
        part = task.splits[split]
        return smallest_within(network, part, task.max_drop, tries)

    same = _percent(fewest(_same_share).values())
    several = (_one_threshold, lambda _, share: _one_threshold(heard, share))
    most = 1.2 * max(_percent(fewest(each).values()) for each in several)
    careless = _masked(network, fewest(_one_threshold, "train"))
    first = _percent(fewest(_first_only).values())
    # every mistake reaches the same level of every task
    if same < 1.05 * most or task.fits(careless) or not 1.12 * same < first < 69:
        return []
    return [70.0, 1.1 * same, most]


def _percent(masks):
    masks = list(masks)
    kept = sum(int(mask.sum()) for mask in masks)
    return 100 * kept / sum(mask.size for mask in masks)


def _grade(answer, task, got, limit):
    weights = matrices(task.network)
    masks = dict(zip(weights, bool_masks(answer, got, weights), strict=True))
    network = _masked(task.network, masks)
    shares = [float(mask.mean()) for mask in masks.values()]
    if not task.fits(network) and min(shares) > 0:
        flipped = {name: ~mask for name, mask in masks.items()}
        if task.fits(_masked(task.network, flipped)):
            answer.fail_with("mask-flipped")
        if all((W[masks[name]] > 0).all() for name, W in weights.items()):
            answer.fail_with("sign")
    require_budget(answer, task, network)
    mistake = "budget-unused" if 2 * task.lost(network) < task.max_drop else ""
    if max(shares) == 1:
        mistake = "nothing-goes" if min(shares) == 1 else "one-layer"
    elif max(shares) - min(shares) < 0.03:
        mistake = "M12"
    value = _percent(masks.values())
    require_level(answer, value, limit, mistake)
    return value


levels(
    exercise,
    partial(drawn_task, widths=(64, 40, 24)),
    _limits,
    _grade,
    "masks within the budget that prune three weights in ten",
    "as sparse as with the same share in every layer",
    "as sparse as with one threshold for all layers",
)


@exercise.mistake(
    "M12",
    "Every layer loses the same share, so the most sensitive one sets the limit for "
    "all. Layers differ: let them lose different shares.",
)
def same_share_in_every_layer(network, splits, max_drop):
    """A fair cut takes the same share of every layer."""
    tries = _tries(network, _same_share)
    return smallest_within(network, splits["validation"], max_drop, tries)


@exercise.mistake(
    "one-layer",
    "One layer keeps all of its weights. Prune it too, and fewer stay in total.",
)
def first_layer_only(network, splits, max_drop):
    """The largest layer has all the weights worth pruning."""
    tries = _tries(network, _first_only)
    return smallest_within(network, splits["validation"], max_drop, tries)


@exercise.mistake("wrong-split", WRONG_SPLIT)
def chosen_on_training_images(network, splits, max_drop):
    """Images are images: the drop can be measured on any of them."""
    return solution(network, splits | {"validation": splits["train"]}, max_drop)


@exercise.mistake("over-budget", OVER_BUDGET)
def always_six_in_a_hundred(network, splits, max_drop):
    """Whatever the network, six weights in a hundred are enough."""
    return _one_threshold(network, 0.94)


@exercise.mistake("points-as-fraction", AS_FRACTION)
def drop_as_fraction(network, splits, max_drop):
    """A difference of two accuracies is a drop in points."""
    return solution(network, splits, 100 * max_drop)


@exercise.mistake("budget-unused", UNUSED)
def always_half(network, splits, max_drop):
    """Half of the weights is what one can prune."""
    return _one_threshold(network, 0.5)


@exercise.mistake(
    "nothing-goes",
    "All weights stay. Do you count the drop in points, like max_drop, and measure "
    "the accuracy with the weights that are left?",
)
def nothing_goes(network, splits, max_drop):
    """Whatever is pruned costs too much."""
    return _one_threshold(network, 0)


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the weight is kept."
)
def true_is_pruned(network, splits, max_drop):
    """The mask marks what is pruned."""
    masks = solution(network, splits, max_drop)
    return {name: ~mask for name, mask in masks.items()}


@exercise.mistake(
    "sign",
    "No negative weight stays. A large negative weight matters as much as a large "
    "positive one: rank the absolute values.",
)
def largest_numbers(network, splits, max_drop):
    """The largest numbers are the largest weights."""
    return {name: 0.1 * W.max() < W for name, W in matrices(network).items()}


@exercise.mistake(
    "numbers-not-bools",
    "Those are ones and zeros. A mask is made of True and False, like the result of a "
    "comparison.",
)
def ones_and_zeros(network, splits, max_drop):
    """Ones and zeros are as good as True and False."""
    masks = solution(network, splits, max_drop)
    return {name: mask.astype(float) for name, mask in masks.items()}


@exercise.mistake(
    "values-not-mask",
    "Those are the weights themselves. Return a mask for each matrix: True or False "
    "for every weight.",
)
def the_weights_that_stay(network, splits, max_drop):
    """Pruning gives weights, some of them zero."""
    masks = solution(network, splits, max_drop)
    return {name: network[name] * mask for name, mask in masks.items()}


@exercise.mistake(
    "indices",
    "Those are positions. Return a mask for each matrix, in its shape: True or False "
    "for every weight.",
)
def positions_that_stay(network, splits, max_drop):
    """The positions of the kept weights are as good as a mask."""
    masks = solution(network, splits, max_drop)
    return {name: np.flatnonzero(mask) for name, mask in masks.items()}
