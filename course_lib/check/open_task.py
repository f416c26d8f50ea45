"""Open exercises: a small trained network, a budget of points, and levels to reach.

Any answer within the budget counts; how good it has to be is measured by simple
programs on the same network. What is drawn depends on the seed and on the class.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np

from course_lib.check.answer import Answer
from course_lib.check.compare import names_of, parts_of
from course_lib.check.exercise import Exercise
from course_lib.check.failure import UNRECOGNIZED, show

Network = dict[str, np.ndarray]
Split = tuple[np.ndarray, np.ndarray]
Try = tuple[float, Any, Network]  # its size, the result, and the network it makes
# what is drawn from a whole number: a Task, or another with its own fields
Drawn = Callable[[int], Any]
Caller = Callable[[Answer, Any], Any]
# answer, task, result, limit → how good the result is: less is better
Grade = Callable[[Answer, Any, Any, float], float]
Limits = Callable[[Any], list[float]]

OVER_BUDGET = (
    "More than max_drop points are lost on validation. Measure the whole network that "
    "your answer leads to, and stop before that."
)
WRONG_SPLIT = (
    "The drop is within max_drop on the training images, but not on the validation "
    "images. A network knows its training images too well: choose on validation."
)
AS_FRACTION = (
    "Hardly any accuracy is left. Either the wrong part went, or you read max_drop in "
    "another unit: it is in percentage points, and 0.02 of an accuracy is two points."
)
UNUSED = "Most of max_drop is unused. Continue until the next step would lose too much."
GUESSING = 50  # points: losing more means that max_drop was read in another unit
NOISE = {"train": 0.9, "validation": 1.5}  # training images are the easier ones
IMAGES = {"train": 300, "validation": 600}
STEPS = 150
SPREAD = (0, 1, 1)  # only the hidden layers differ in width from draw to draw


@dataclass(frozen=True, eq=False)
class Task:
    """A network with two hidden ReLU layers, its images, and the points it may lose."""

    network: Network
    splits: dict[str, Split]
    max_drop: float

    def lost(self, network: Network, split: str = "validation") -> float:
        """Return how many points of accuracy another network loses."""
        part = self.splits[split]
        return accuracy(self.network, part) - accuracy(network, part)

    def fits(self, network: Network, split: str = "validation") -> bool:
        """Return whether a network is within the budget, max_drop included."""
        return self.lost(network, split) <= self.max_drop + 1e-9


def accuracy(network: Network, split: Split) -> float:
    """Return the percentage of a split that a network answers correctly."""
    hidden, labels = split
    with np.errstate(all="ignore"):  # an answer's numbers may be anything
        for i in (1, 2, 3):
            hidden = hidden @ network[f"W{i}"].T + network[f"b{i}"]
            hidden = np.maximum(hidden, 0) if i < 3 else hidden
    return float(100 * np.mean(hidden.argmax(axis=1) == labels))


def matrices(network: Network) -> Network:
    """Return the weights of a network without its biases."""
    return {name: array for name, array in network.items() if name[0] == "W"}


@lru_cache(maxsize=32)
def drawn_task(key: int, widths: tuple[int, int, int]) -> Task:
    """Draw images of ten classes and train a network on them, with an L1 penalty.

    ``widths`` are those of the images and, about, of the hidden layers.
    """
    rng = np.random.default_rng(key)
    pixels, first, second = (int(w) for w in widths + rng.integers(-4, 5, 3) * SPREAD)
    loud = np.exp(rng.normal(0, 0.7, size=pixels))
    loud[rng.permutation(pixels)[: pixels // 5]] = 0  # black in every image
    classes = rng.normal(size=(10, pixels))
    splits = {}
    for name, count in IMAGES.items():
        labels = rng.permutation(np.arange(count) % 10)
        noise = rng.normal(0, NOISE[name], size=(count, pixels))
        splits[name] = np.maximum(classes[labels] + noise, 0) * loud, labels
    network = _trained(_initial((pixels, first, second, 10), rng), splits["train"])
    return Task(network, splits, float(rng.integers(8, 17)) / 8)


def _initial(widths: tuple[int, ...], rng: np.random.Generator) -> Network:
    network = {}
    for i, (inputs, units) in enumerate(pairwise(widths), 1):
        network[f"W{i}"] = rng.normal(0, np.sqrt(2 / inputs), size=(units, inputs))
        network[f"b{i}"] = np.zeros(units)
    return network


def _trained(network: Network, split: Split) -> Network:
    """Train with Adam, all images in each step."""
    first = {name: np.zeros_like(array) for name, array in network.items()}
    second = {name: np.zeros_like(array) for name, array in network.items()}
    for step in range(1, STEPS + 1):
        for name, slope in _gradients(network, split).items():
            first[name] = 0.9 * first[name] + 0.1 * slope
            second[name] = 0.99 * second[name] + 0.01 * slope**2
            size = np.sqrt(second[name] / (1 - 0.99**step)) + 1e-8
            move = 0.02 * first[name] / (1 - 0.9**step) / size
            network = network | {name: network[name] - move}
    return network


def _gradients(network: Network, split: Split) -> Network:
    images, labels = split
    inputs = [images]
    for i in (1, 2):
        hidden = inputs[-1] @ network[f"W{i}"].T + network[f"b{i}"]
        inputs.append(np.maximum(hidden, 0))
    logits = inputs[2] @ network["W3"].T + network["b3"]
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    error = (shares - np.eye(10)[labels]) / len(labels)
    slopes = {}
    for i in (3, 2, 1):
        weights = network[f"W{i}"]
        slopes[f"W{i}"] = error.T @ inputs[i - 1] + 0.001 * np.sign(weights)
        slopes[f"b{i}"] = error.sum(axis=0)
        error = (error @ weights) * (inputs[i - 1] > 0)
    return slopes


def smallest_within(
    network: Network, split: Split, max_drop: float, tries: Iterable[Try]
) -> Any:
    """Return the smallest result within the budget, or None if there is none."""
    least = accuracy(network, split) - max_drop - 1e-9
    for _, result, smaller in sorted(tries, key=lambda each: each[0]):
        if accuracy(smaller, split) >= least:
            return result
    return None


def levels(
    exercise: Exercise,
    draw: Drawn,
    limits: Limits,
    grade: Grade,
    *titles: str,
    call: Caller = lambda answer, task: answer(**vars(task)),
) -> None:
    """Declare one kind of input per level, the easiest first.

    All levels judge the same drawn task, and an answer is called once for it.
    ``limits`` are measured on each task, the most that each level allows; none where a
    mistake does no harm, and then another task is drawn.
    """

    def judge(level: int, answer: Answer, rng: np.random.Generator) -> float:
        allowed: list[float] = []
        while not allowed:
            task = draw(int(rng.integers(2**32)) + (seed_of(rng) << 32))
            allowed = limits(task)
        if task not in answer.memo:
            answer.memo[task] = call(answer, task)
        return grade(answer, task, answer.memo[task], allowed[level])

    for level, title in enumerate(titles):
        exercise.judged(title)(partial(judge, level))


def seed_of(rng: np.random.Generator) -> int:
    """Return the first number of a generator's seed.

    With it, a task has as many bits as the seed, not the 32 of one draw.
    """
    found = getattr(rng.bit_generator.seed_seq, "entropy", 0)
    return int(found[0] if isinstance(found, Sequence) else found)


def require_budget(answer: Answer, task: Task, network: Network) -> None:
    """Fail with a mistake of the exercise unless a network is within the budget."""
    if not task.fits(network):
        lost = task.lost(network)
        name = "wrong-split" if task.fits(network, "train") else "over-budget"
        answer.fail_with(
            "points-as-fraction" if lost > GUESSING else name,
            got=f"{lost:.2f} points lost on validation",
            expected=f"at most {task.max_drop:g} points",
        )


def require_level(answer: Answer, value: float, limit: float, mistake: str) -> None:
    """Fail, with ``mistake`` if given, if a result is larger than a level allows."""
    if value > limit:
        got, most = map(answer.exercise.with_unit, (f"{value:.5g}", f"{limit:.5g}"))
        expected = f"at most {most}"
        if mistake:
            answer.fail_with(mistake, got=got, expected=expected)
        hint = answer.exercise.hint
        answer.fail(UNRECOGNIZED, hint, got=got, expected=expected)


def bool_masks(answer: Answer, got: Any, like: Any) -> list[np.ndarray]:
    """Return the masks of an answer; fail with a mistake of the exercise otherwise."""
    names = names_of(like, answer.exercise.returns)
    masks = answer.parts(got, like, names)
    shapes = [mask.shape for mask in parts_of(like, like) or ()]
    for name, mask, shape in zip(names, masks, shapes, strict=True):
        if mask.dtype.kind != "b":
            if mask.shape != shape:
                mistake = "indices"
            else:
                is_binary = np.isin(mask, (0, 1)).all()
                mistake = "numbers-not-bools" if is_binary else "values-not-mask"
            seen = f"{name}: {show(mask)}, {mask.dtype}"
            answer.fail_with(mistake, got=seen, expected=answer.exercise.expected)
        if mask.shape != shape:
            answer.wrong_shape(mask, name, shape)
    return masks
