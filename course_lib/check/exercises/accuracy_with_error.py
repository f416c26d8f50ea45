"""Accuracy and its standard error from a list of right and wrong answers."""

import math

import numpy as np

from course_lib.check.compare import Parts, close
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="accuracy_with_error",
    chapter="01",
    section=3,
    title="How sure is an accuracy?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="spread-not-error",
    room="Measure",
    returns=("the accuracy", "the standard error"),
    expected="two fractions: the share of right answers, and how much that share "
    "would typically vary on as many other images",
    hint="Look at each of the two numbers on its own. Which one depends on how many "
    "images there are?",
    agree=lambda got, wanted, correct: _close_to_n_or_one_less(got, wanted, correct),
)

IGNORES_ACCURACY = (
    "This rule of thumb gives every accuracy the same error. The accuracy of a "
    "network that is nearly always right varies less than that of coin tosses."
)
NOTHING_RIGHT = (
    "All answers are wrong. They do not differ, so there is no spread at all."
)


def _close_to_n_or_one_less(got: Parts, wanted: Parts, correct: np.ndarray) -> bool:
    """n and n − 1 are both in use as the divisor of the variance."""
    corrected = wanted[1] * np.sqrt(correct.size / (correct.size - 1))
    return close(got[0], wanted[0], 1e-5) and (
        close(got[1], wanted[1], 1e-4) or close(got[1], corrected, 1e-4)
    )


@exercise.solution
def solution(correct):
    return np.mean(correct), np.std(correct) / math.sqrt(len(correct))


@exercise.drawn("any number of images, any fraction of them right")
def any_fraction(rng: Rng) -> Calls:
    for accuracy, images in ((0.9, 400), (0.8, 900), (0.98, 2500), (0.5, 100)):
        yield _marks(rng, images, round(accuracy * images))
    for _ in range(4):
        images = int(rng.integers(300, 2400))
        yield _marks(rng, images, int(rng.integers(20, images - 20)))


@exercise.drawn(
    "four times as many images",
    name="n-not-root",
    hint="With four times as many images, the accuracy stays the same, and its error "
    "is halved: it falls with the square root of the number of images.",
)
def four_times(rng: Rng) -> Calls:
    drawn = _marks(rng, 2000, int(rng.integers(1000, 1900)))["correct"]
    for correct in (drawn, np.repeat(drawn, 4), ~drawn):
        yield {"correct": correct}


@exercise.drawn("no answer right", name="nothing-right", hint=NOTHING_RIGHT)
def none_right(rng: Rng) -> Calls:
    yield _marks(rng, int(rng.integers(20, 80)), 0)


@exercise.drawn(
    "every answer right", hint="All answers are right, so there is no spread at all."
)
def all_right(rng: Rng) -> Calls:
    images = int(rng.integers(20, 80))
    yield _marks(rng, images, images)


def _marks(rng: Rng, images: int, right: int) -> Arguments:
    return {"correct": rng.permutation(np.arange(images) < right)}


@exercise.mistake(
    "percent",
    "That is in percent. The course writes accuracies as fractions, such as 0.98.",
)
def in_percent(correct):
    """An accuracy is a percentage."""
    return tuple(100 * number for number in solution(correct))


@exercise.mistake(
    "spread-not-error",
    "That is the spread of a single answer. The mean of many answers varies less than "
    "a single one.",
)
def spread_of_answers(correct):
    """The standard deviation of the answers is the error of their mean."""
    return np.mean(correct), np.std(correct)


@exercise.mistake(
    "n-not-root",
    "Your error is too small. Halving the error of a mean takes four times as many "
    "images, not twice as many.",
)
def divided_by_n(correct):
    """Twice the images, half the error."""
    return np.mean(correct), np.std(correct) / len(correct)


@exercise.mistake(
    "variance-not-error",
    "That is a variance: its unit is squared. One step is missing.",
)
def variance_of_the_mean(correct):
    """A variance is a spread."""
    return np.mean(correct), np.var(correct) / len(correct)


@exercise.mistake("ignores-accuracy", IGNORES_ACCURACY)
def one_over_root_n(correct):
    """The error depends on the number of images only."""
    return np.mean(correct), 1 / math.sqrt(len(correct))


@exercise.mistake("ignores-accuracy", IGNORES_ACCURACY)
def coin_flips(correct):
    """Every answer is a coin flip."""
    return np.mean(correct), 0.5 / math.sqrt(len(correct))


@exercise.mistake(
    "error-rate",
    "That is the fraction of wrong answers. The standard error is something else: how "
    "much the accuracy would vary on other images.",
)
def fraction_of_wrong_answers(correct):
    """The error is the fraction of wrong answers."""
    return np.mean(correct), 1 - np.mean(correct)


@exercise.mistake(
    "interval",
    "That is half the width of a confidence interval. The standard error itself is "
    "about half of it.",
)
def half_an_interval(correct):
    """The standard error is half of the 95% interval."""
    return np.mean(correct), 1.96 * np.std(correct) / math.sqrt(len(correct))


@exercise.mistake(
    "looked-up",
    "Right for some accuracies, wrong for others. Compute both numbers from the "
    "answers that you are given.",
)
def spread_from_a_table(correct):
    """The spreads that belong to the usual accuracies can be looked up."""
    accuracy = float(np.mean(correct))
    spreads = {0.9: 0.3, 0.8: 0.4, 0.98: 0.14, 0.5: 0.5, 1.0: 0.0}
    nearest = min(spreads, key=lambda known: abs(known - accuracy))
    return accuracy, spreads[nearest] / len(correct) ** 0.5


@exercise.mistake(
    "floor",
    "With very many images, your error no longer falls. It should keep falling with "
    "the square root of their number: four times as many halve it.",
)
def error_with_a_floor(correct):
    """Above 2,500 images the error does not fall any more."""
    return np.mean(correct), np.std(correct) / min(len(correct), 2500) ** 0.5


@exercise.mistake("nothing-right", NOTHING_RIGHT)
def divided_by_the_accuracy(correct):
    """Dividing by the accuracy and multiplying by it changes nothing."""
    accuracy = np.mean(correct)
    return accuracy, accuracy * ((1 / accuracy - 1) / len(correct)) ** 0.5
