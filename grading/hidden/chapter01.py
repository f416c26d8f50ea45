"""Further properties of the answers of chapter 01: splitting and measuring."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

import numpy as np
from grading.hidden.core import demand, further

from course_lib.check.answer import Answer, close

PARTS = ("train", "validation", "test")
Running = tuple[int, float, float]  # count, mean, sum of squared deviations


def _parts(
    answer: Answer, count: int, validation: int, test: int, seed: int
) -> list[frozenset[int]]:
    """The three parts, once they are known to be a split of all positions."""
    came = answer(count=count, validation=validation, test=test, seed=seed)
    entries = answer.entries(came, PARTS)
    numbers = [answer.numbers(part, "each part") for part in entries]
    sizes = [count - validation - test, validation, test]
    demand(
        answer,
        [part.size for part in numbers] == sizes,
        "sizes",
        "A part has another size than was asked for. What is in neither held-out part "
        "goes to train.",
    )
    parts = [
        answer.shaped(part, f"the part {name!r}", (size,))
        for name, part, size in zip(PARTS, numbers, sizes, strict=True)
    ]
    demand(
        answer,
        np.array_equal(np.sort(np.concatenate(parts)), np.arange(count)),
        "leak",
        "Not every position is in exactly one part. Shuffle once, then cut that one "
        "order.",
    )
    return [frozenset(int(position) for position in part) for part in parts]


@further("split_indices", "drawn from the whole file, by every seed anew")
def _many_seeds(answer: Answer, rng: np.random.Generator) -> None:
    seeds = [int(seed) for seed in rng.choice(10_000, size=15, replace=False)]
    splits = [_parts(answer, 40, 10, 10, seed) for seed in seeds]
    demand(
        answer,
        len(set(map(tuple, splits))) == len(seeds),
        "few-splits",
        "Different seeds gave the same split. There are very many ways to deal out a "
        "file; a seed chooses one of all of them.",
    )
    for drawn in zip(*splits, strict=True):
        demand(
            answer,
            len(frozenset().union(*drawn)) >= 30,
            "part-of-the-file",
            "Some positions never come into some part, whatever the seed. Every image "
            "may land in every part.",
        )


@further("split_indices", "the same split again, after others were made")
def _again(answer: Answer, rng: np.random.Generator) -> None:
    validation, test = (int(n) for n in rng.integers(300, 900, size=2))
    count = 4000 + int(rng.integers(1000))
    for seed in (0, int(rng.integers(2**31))):
        first = _parts(answer, count, validation, test, seed)
        _parts(answer, count, validation, test, seed + 1)
        demand(
            answer,
            _parts(answer, count, validation, test, seed) == first,
            "not-reproducible",
            "The same seed gave two splits: it matters what was called before, or the "
            "seed 0 is treated like no seed at all.",
        )


@further("split_indices", "parts of a single position")
def _tiny(answer: Answer, rng: np.random.Generator) -> None:
    for count, validation, test in ((3, 1, 1), (9, 1, 7), (9, 7, 1)):
        _parts(answer, count, validation, test, int(rng.integers(1000)))


def _error(answer: Answer, correct: np.ndarray) -> list[float]:
    names = ("accuracy", "standard error")
    parts = zip(names, answer.parts(answer(correct=correct), names), strict=True)
    return [answer.number(part, f"the {name}") for name, part in parts]


def _marks(rng: np.random.Generator) -> np.ndarray:
    """Right and wrong answers, some of each, in any order. Shape (n,), bool."""
    images = int(rng.integers(300, 3000))
    right = int(rng.integers(20, images - 20))
    return np.asarray(rng.permutation(np.arange(images) < right))


@further("accuracy_with_error", "any number of images, any share of them right")
def _any_share(answer: Answer, rng: np.random.Generator) -> None:
    for _ in range(5):
        correct = _marks(rng)
        accuracy, error = _error(answer, correct)
        wanted = statistics.stdev(map(float, correct)) / len(correct) ** 0.5
        demand(
            answer,
            close(accuracy, correct.mean(), 1e-9) and close(error, wanted, 5e-3),
            "wrong-error",
            "Right for round accuracies, not for others; or one of the two numbers is "
            "wrong. Compute both from the answers that you are given.",
            came=(accuracy, error),
        )


@further("accuracy_with_error", "four times as many images halve the error")
def _four_times(answer: Answer, rng: np.random.Generator) -> None:
    correct = _marks(rng)
    accuracy, error = _error(answer, correct)
    more = _error(answer, np.repeat(correct, 4))
    demand(
        answer,
        close(more, (accuracy, error / 2), 5e-3),
        "n-not-root",
        "Every answer was given four times instead of once. The accuracy stays, and "
        "its error is halved: it falls with the root of the number of images.",
        came=more,
    )
    turned = _error(answer, ~correct)
    demand(
        answer,
        close(turned, (1 - accuracy, error), 5e-3),
        "wrong-error",
        "With right and wrong exchanged, the error should stay as it is.",
        came=turned,
    )


@further("accuracy_with_error", "no answer right")
def _none_right(answer: Answer, rng: np.random.Generator) -> None:
    came = _error(answer, np.zeros(int(rng.integers(20, 80)), dtype=bool))
    hint = "All answers are wrong. They do not differ, so there is no spread at all."
    demand(answer, close(came, (0, 0), 1e-9), "nothing-right", hint, came=came)


def _fold(answer: Answer, values: Iterable[float]) -> list[float]:
    """The triple after all values, each result handed on to the next call."""
    running: Running = (0, 0.0, 0.0)
    names = ("count", "mean", "M2")
    for number, value in enumerate(values, start=1):
        parts = answer.parts(answer(running=running, value=float(value)), names)
        count, mean, m2 = (answer.number(part, "each part") for part in parts)
        hint = "The count goes up by one with every value."
        demand(answer, count == number, "forgets-count", hint, came=parts)
        running = (number, mean, m2)
    return list(running)


@further("add_value", "many values of either sign")
def _many_values(answer: Answer, rng: np.random.Generator) -> None:
    step = float(rng.uniform(1, 3))
    # the mean is exactly zero after the first two
    values = [step, -step, *(float(v) for v in rng.normal(-1, 5, size=16))]
    came = _fold(answer, values)
    wanted = [len(values), statistics.fmean(values)]
    wanted.append(statistics.pvariance(values) * len(values))
    hint = "Step after step something adds up to a wrong mean or sum of squares. Note "
    hint += (
        "that a mean may be negative, and that a mean of 0 is a mean like any other."
    )
    demand(answer, close(came, wanted, 1e-9), "wrong-moments", hint, came=came)


@further("add_value", "a value that never changes")
def _same_value(answer: Answer, rng: np.random.Generator) -> None:
    drawn = rng.uniform(-9, 9, size=2) * np.array([1, 1e8])
    hint = (
        "The same value came again and again. It is the mean, and there is no spread."
    )
    for value in map(float, drawn):
        came = _fold(answer, [value] * 5)
        right = close(came, (5, value, 0), 1e-9)
        demand(answer, right, "spread-of-nothing", hint, came=came)


@further("add_value", "very small values, and a small spread far below zero")
def _small_values(answer: Answer, rng: np.random.Generator) -> None:
    values = rng.normal(1, 1, size=9)
    spread = values.var() * 9
    count, mean, m2 = _fold(answer, values * 1e-7)
    hint = "Right for values around one, wrong for small ones. Is there something that "
    hint += "is rounded, or a limit below which a number counts as zero?"
    right = close((count, mean * 1e7, m2 * 1e14), (9, values.mean(), spread), 1e-7)
    demand(answer, right, "scale", hint)
    m2 = _fold(answer, values - 1e8)[2]
    hint = "Far from zero the small spread is lost: somewhere two huge numbers are "
    hint += "subtracted. Work with deviations from the mean."
    demand(answer, close(m2, spread, 1e-3), "cancellation", hint)
