"""An open exercise: the best search within a budget of milliseconds."""

from functools import lru_cache

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.open_task import levels, require_level
from course_lib.check.search_task import (
    block_outputs,
    drawn_search,
    embeddings,
    points_below_100,
)

exercise = Exercise(
    name="prune_block",
    chapter="06",
    section=6,
    title="The best search for the time",
    points=3,
    difficulty=3,
    minutes=14,
    misconception="M3",
    room="Measure",
    returns=("W1", "b1", "W2", "b2"),
    expected="a dict of W1, b1, W2, and b2, with as many units as the budget allows",
    hint="Simple programs find more within the budget. Which units move the outputs "
    "most, and do the ones that stay take over what the others did?",
    score="points of MRR missing",
)

SLACK = 3  # points that a level allows beyond what the simple programs miss
CLEARLY = 3  # points by which the levels must differ
SAME = 0.5  # points by which a mistake must reach or miss a level
FEW = 8  # units, far fewer than any budget allows


def _hidden(network, texts):
    tokens = texts.reshape(-1, texts.shape[2])
    return np.maximum(tokens @ network["W1"].T + network["b1"], 0)


def _moved(network, texts):
    """How much each unit moves the outputs."""
    reads = np.linalg.norm(network["W2"], axis=0)
    return _hidden(network, texts).std(axis=0) * reads


def _largest(network):
    """How large the weights of each unit are, on both sides."""
    before = np.linalg.norm(network["W1"], axis=1)
    return before * np.linalg.norm(network["W2"], axis=0)


def _most(cost, budget):
    """The largest number of units within the budget."""
    return int(np.flatnonzero(cost <= budget).max())


def _first(scores, count):
    return np.sort(np.argsort(-scores, kind="stable")[:count])


def _cut(network, kept):
    cut = {"W1": network["W1"][kept], "b1": network["b1"][kept]}
    return cut | {"W2": network["W2"][:, kept], "b2": network["b2"].copy()}


def _folded(network, texts, kept):
    """The mean of the removed units in the bias."""
    gone = np.setdiff1d(np.arange(len(network["b1"])), kept)
    mean = _hidden(network, texts)[:, gone].mean(axis=0)
    cut = _cut(network, kept)
    return cut | {"b2": cut["b2"] + network["W2"][:, gone] @ mean}


def _refitted(network, texts, kept, residual=False):
    """The second layer fitted to the old outputs of the block."""
    targets = _hidden(network, texts) @ network["W2"].T + network["b2"]
    if residual:
        targets = targets + texts.reshape(targets.shape)
    inputs = _hidden(network, texts)[:, kept]
    inputs = np.hstack([inputs, np.ones((len(inputs), 1))])
    fitted = np.linalg.lstsq(inputs, targets, rcond=None)[0].T
    return _cut(network, kept) | {"W2": fitted[:, :-1], "b2": fitted[:, -1]}


@exercise.solution
def solution(network, texts, cost, budget):
    kept = _first(_moved(network, texts), _most(cost, budget))
    return _refitted(network, texts, kept)


def _missing(task, network):
    with np.errstate(all="ignore"):  # an answer's numbers may be anything
        pair = [embeddings(network, part) for part in (task.queries, task.documents)]
    return points_below_100(*pair)


@lru_cache(maxsize=64)
def _limits(task):
    """The most points that may be missing; see ``levels``."""
    network, texts, most = task.network, task.texts, _most(task.cost, task.budget)
    large = _first(_largest(network), most)
    moved, few = (_first(_moved(network, texts), n) for n in (most, FEW))

    def worst(*blocks):
        return max(_missing(task, block) for block in blocks)

    by_size = worst(_cut(network, large))
    by_motion = [_cut(network, moved), _folded(network, texts, moved)]
    fitted = [_refitted(network, texts, units) for units in (large, moved)]
    limits = [by_size, worst(*by_motion), worst(*fitted)]
    first, second, third = (limit + SLACK for limit in limits)
    unused = worst(_refitted(network, texts, few))
    twice = worst(_refitted(network, texts, moved, residual=True))
    best = min(unused, *(_missing(task, block) for block in by_motion))
    clear = first > second + CLEARLY and best > third + CLEARLY
    # every mistake reaches the same level of every task
    clear &= unused < second - SAME and second + SAME < twice < first - SAME
    return [first, second, third] if clear else []


def _call(answer, task):
    names = ("network", "texts", "cost", "budget")
    return answer(**{name: getattr(task, name) for name in names})


def _grade(answer, task, got, limit):
    parts = answer.parts(got, task.network, exercise.returns)
    network = dict(zip(exercise.returns, parts, strict=True))
    _require_shapes(answer, task, network)
    units = len(network["b1"])
    if task.cost[units] > task.budget:
        silent = (network["W1"] == 0).all(axis=1) | (network["W2"] == 0).all(axis=0)
        answer.fail_with(
            "M1" if silent.any() else "M3",
            got=f"{units} units, {task.cost[units]:g} ms",
            expected=f"at most {task.budget:g} ms",
        )
    value = _missing(task, network)
    with np.errstate(all="ignore"):
        mistake = _by_content(task, network) if value > limit else ""
    require_level(answer, value, limit, mistake)
    return value


def _require_shapes(answer, task, network):
    """Fail unless the four arrays make a block with as many units or fewer."""
    outputs, most = task.network["W2"].shape
    shape = network["W2"].shape
    if shape == (*network["b1"].shape, outputs) and shape[0] != outputs:
        answer.fail_with("transposed", got=f"W2 of shape {shape}")
    units = len(network["W1"]) if network["W1"].ndim else 0
    wanted = {"W1": (units, outputs), "b1": (units,), "W2": (outputs, units)}
    for name, right in (wanted | {"b2": (outputs,)}).items():
        array = network[name]
        if array.shape != right:
            if array.shape == task.network[name].shape and name != "W1":
                answer.fail_with("left-whole", got=f"{name} of shape {array.shape}")
            answer.wrong_shape(array, name, right)
    if units > most:
        answer.wrong_shape(network["W1"], "W1", (most, outputs))


def _by_content(task, network):
    """Name the mistake in a block that finds too little."""
    old, units = task.network, len(network["b1"])
    if units < _most(task.cost, task.budget):
        return "budget-unused"
    unlike = np.abs(network["W1"][:, None] - old["W1"]).max(axis=2)
    kept = unlike.argmin(axis=1)
    if np.allclose(network["W2"], old["W2"][:, kept], rtol=1e-5, atol=1e-6):
        sizes = [np.linalg.norm(old["W1"], axis=1), np.linalg.norm(old["W2"], axis=0)]
        for scores in (*sizes, _largest(old)):
            if set(kept) == set(_first(scores, units)):
                return "M4"
        same = np.allclose(network["b2"], old["b2"], rtol=1e-5, atol=1e-6)
        return "nothing-refitted" if same else "mean-only"
    tokens = task.texts.reshape(-1, task.texts.shape[2])
    wanted, found = (block_outputs(each, tokens) for each in (old, network))
    errors = [np.mean((found - w) ** 2) for w in (wanted, wanted + tokens)]
    is_twice = errors[1] < min(errors[0], np.mean((wanted + tokens) ** 2)) / 2
    return "residual-twice" if is_twice else ""


levels(
    exercise,
    drawn_search,
    _limits,
    _grade,
    "a block within the budget that finds as much as the one with the largest weights",
    "as much as with the units that move the outputs most",
    "as much as with a second layer that is fitted by least squares",
    call=_call,
)


@exercise.mistake(
    "M3",
    "This block takes longer than the budget. Time does not fall in proportion to the "
    "units: a part of it is there with a single unit. Look the time up in cost.",
)
def in_proportion(network, texts, cost, budget):
    """Half of the units take half of the time."""
    units = len(network["b1"])
    kept = _first(_moved(network, texts), int(units * budget / cost[units]))
    return _refitted(network, texts, kept)


@exercise.mistake(
    "M4",
    "You kept the units with the largest weights. Units differ in scale: a large "
    "weight before a unit is made up for by a small one after it, and many large ones "
    "do the same. What counts is what a unit does to the outputs.",
)
def largest_weights(network, texts, cost, budget):
    """The units with the largest weights matter most."""
    return _cut(network, _first(_largest(network), _most(cost, budget)))


@exercise.mistake(
    "nothing-refitted",
    "The second layer came back as it was. Removed units have relatives among those "
    "that stay: fit W2 and b2 to the old outputs, as in exercise 4.",
)
def nothing_refitted(network, texts, cost, budget):
    """What is removed is lost, and the rest stays as it is."""
    return _cut(network, _first(_moved(network, texts), _most(cost, budget)))


@exercise.mistake(
    "mean-only",
    "Only the mean of the removed units is in the bias. What they sent also varied, "
    "and the units that stay can follow it: fit W2, too.",
)
def mean_only(network, texts, cost, budget):
    """All that can be saved of a unit is its mean."""
    kept = _first(_moved(network, texts), _most(cost, budget))
    return _folded(network, texts, kept)


@exercise.mistake(
    "budget-unused",
    "More units fit into the budget. Time rises in steps, so a larger number can even "
    "be faster: look at the whole table.",
)
def one_step_only(network, texts, cost, budget):
    """The fewest units that the fast kernel takes are the fastest."""
    return _refitted(network, texts, _first(_moved(network, texts), FEW))


@exercise.mistake(
    "M1",
    "The removed units are zeros, but they are still there, and the block takes as "
    "long as before. Take them out.",
)
def zeros_instead(network, texts, cost, budget):
    """Zeros make a block faster."""
    kept = _first(_moved(network, texts), _most(cost, budget))
    wide = np.zeros_like(network["W2"])
    wide[:, kept] = _refitted(network, texts, kept)["W2"]
    return network | {"W2": wide}


@exercise.mistake(
    "residual-twice",
    "Your block also returns the token itself. That is added around the block already, "
    "so it counts twice: fit what the block adds.",
)
def fitted_with_the_residual(network, texts, cost, budget):
    """The block has to return the new token."""
    kept = _first(_moved(network, texts), _most(cost, budget))
    return _refitted(network, texts, kept, residual=True)


@exercise.mistake(
    "transposed",
    "W2 is transposed: like the old one, it has one row per output and one column per "
    "unit.",
)
def transposed(network, texts, cost, budget):
    """A fit returns its weights in the shape that a layer stores."""
    small = solution(network, texts, cost, budget)
    return small | {"W2": small["W2"].T}


@exercise.mistake(
    "left-whole",
    "An array still has all of its units. Each unit owns a row of W1, its entry of b1, "
    "and a column of W2; all three go.",
)
def second_layer_unchanged(network, texts, cost, budget):
    """Only the first layer has units."""
    small = solution(network, texts, cost, budget)
    return small | {"W2": network["W2"].copy()}
