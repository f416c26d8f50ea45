"""Two networks on the same images: what was lost and gained, and could it be luck?"""

import math

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="compare_pair",
    chapter="01",
    section=5,
    title="Compare two networks on the same images",
    points=3,
    difficulty=2,
    minutes=12,
    misconception="M9",
    room="Demo",
    returns=("lost", "gained", "p_value"),
    expected="the images that only one network gets right, counted for each network, "
    "and how often fair coins come out at least as unevenly",
    hint="Look at each of the three numbers on its own. Every image on which exactly "
    "one network is right is one toss of a coin.",
)

BOTH_WRONG = (
    "An image that both networks get wrong is no toss, even if they give it different "
    "wrong answers. A toss is an image on which exactly one of them is right."
)
ONE_SIDED = (
    "You counted only one direction. A difference in the other direction would have "
    "been just as surprising, so both tails count."
)
NOT_SMALLER = (
    "Your tail always begins at the same one of the two counts. Which of them is "
    "smaller depends on the networks."
)
NORMAL = (
    "Close, but that is an approximation by a bell curve. With few tosses, it is "
    "inaccurate; count the outcomes of the tosses instead."
)
NO_TOSS = (
    "There is no image on which only one network is right, so there was no toss. Then "
    "fair coins always come out exactly like this."
)


def _counts(before, after, labels):
    first, second = before == labels, after == labels
    return int(np.sum(first & ~second)), int(np.sum(second & ~first))


def _tail(tosses, heads):
    """The probability of at most this many heads."""
    return sum(math.comb(tosses, k) for k in range(heads + 1)) / 2**tosses


def _result(lost, gained, p_value):
    return {"lost": lost, "gained": gained, "p_value": p_value}


def _two_sided(lost, gained):
    return min(1.0, 2 * _tail(lost + gained, min(lost, gained)))


@exercise.solution
def solution(before, after, labels):
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, _two_sided(lost, gained))


@exercise.drawn("networks that differ on a few images")
def a_few(rng: Rng) -> Calls:
    yield _networks(rng, 60, 9, 4, 8)
    yield _networks(rng, 30, 3, 8, 7)
    for more, fewer in rng.integers((6, 1), (12, 4), size=(2, 2)):
        yield _networks(rng, 50, more, fewer, 5)
        yield _networks(rng, 40, fewer, more, 6)


@exercise.drawn(
    "as many lost as gained",
    name="over-one",
    hint="As many images were lost as gained. Nothing could be more even, so fair "
    "coins always come out at least as unevenly.",
)
def even(rng: Rng) -> Calls:
    for number in (1, 5, int(rng.integers(6, 20))):
        yield _networks(rng, 40, number, number, 6)


@exercise.drawn("no image that only one gets right", name="no-toss", hint=NO_TOSS)
def no_toss(rng: Rng) -> Calls:
    yield _networks(rng, 30, 0, 0, 8)
    yield _networks(rng, int(rng.integers(5, 9)), 0, 0, 0)


@exercise.drawn("images lost and none gained, or the other way around")
def one_side(rng: Rng) -> Calls:
    for lost, gained in ((8, 0), (0, 6), (1, 0), (0, int(rng.integers(2, 12)))):
        yield _networks(rng, 50, lost, gained, 5)


@exercise.drawn(
    "hundreds of images that only one gets right",
    name="overflow",
    hint="Right for a few tosses, wrong for many. The numbers of outcomes are huge "
    "here; Python's own integers hold them exactly.",
    double=True,
)
def hundreds(rng: Rng) -> Calls:
    yield _networks(rng, 900, 66, 4, 30)
    lost = int(rng.integers(350, 450))
    yield _networks(rng, 2000, lost, lost - 30, 50)


def _networks(rng: Rng, both: int, lost: int, gained: int, neither: int) -> Arguments:
    """Answers of two networks with given numbers of images that both get right, etc."""
    sizes = (both, lost, gained, neither)
    labels = rng.integers(10, size=sum(sizes))
    kind = rng.permutation(np.repeat(np.arange(4), sizes))
    first, second = (rng.integers(1, 10, size=len(labels)) for _ in range(2))
    # of the images that both get wrong, some get the same wrong answer from both
    second = np.where(rng.random(len(labels)) < 0.4, first, second)
    return {
        "before": (labels + first * np.isin(kind, (2, 3))) % 10,
        "after": (labels + second * np.isin(kind, (1, 3))) % 10,
        "labels": labels,
    }


@exercise.mistake(
    "M9",
    "You counted the change in accuracy. It hides lost images that are offset by "
    "gained ones: look at each image, not at the two totals.",
)
def from_the_accuracies(before, after, labels):
    """The difference of two accuracies is the number of images that changed."""
    drop = int(np.sum(before == labels)) - int(np.sum(after == labels))
    lost, gained = max(drop, 0), max(-drop, 0)
    return _result(lost, gained, _two_sided(lost, gained))


@exercise.mistake("both-wrong", BOTH_WRONG)
def every_other_change_gains(before, after, labels):
    """An image whose answer changed was either lost or gained."""
    lost, _ = _counts(before, after, labels)
    gained = int(np.sum(before != after)) - lost
    return _result(lost, gained, _two_sided(lost, gained))


@exercise.mistake("both-wrong", BOTH_WRONG)
def every_change_is_a_toss(before, after, labels):
    """Every image with two different answers is a toss."""
    lost, gained = _counts(before, after, labels)
    tosses = int(np.sum(before != after))
    return _result(lost, gained, min(1.0, 2 * _tail(tosses, min(lost, gained))))


@exercise.mistake(
    "all-images",
    "You tossed a coin for every image. Those that both networks get right, or both "
    "get wrong, show nothing about which one is better.",
)
def every_image_is_a_toss(before, after, labels):
    """Every image is a toss."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, min(1.0, 2 * _tail(len(labels), min(lost, gained))))


@exercise.mistake(
    "all-errors",
    "You counted all errors of each network. Count only the errors that the other "
    "network does not make.",
)
def all_errors(before, after, labels):
    """Lost is what the second network gets wrong, gained what the first did."""
    lost, gained = int(np.sum(after != labels)), int(np.sum(before != labels))
    return _result(lost, gained, _two_sided(lost, gained))


@exercise.mistake(
    "swapped",
    "Lost and gained are swapped. Lost images are those that the first network, "
    "before, gets right and the second one gets wrong.",
)
def seen_from_the_second(before, after, labels):
    """Lost is what the first network does not get right."""
    return solution(after, before, labels)


@exercise.mistake("one-sided", ONE_SIDED)
def smaller_tail(before, after, labels):
    """The probability of so few on the smaller side is the p-value."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, _tail(lost + gained, min(lost, gained)))


@exercise.mistake("one-sided", ONE_SIDED)
def losses_only(before, after, labels):
    """Only losses matter, so the p-value is how often there are at least this many."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, _tail(lost + gained, gained))


@exercise.mistake("not-the-smaller", NOT_SMALLER)
def always_the_gained(before, after, labels):
    """A pruned network gains less than it loses."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, min(1.0, 2 * _tail(lost + gained, gained)))


@exercise.mistake("not-the-smaller", NOT_SMALLER)
def always_the_lost(before, after, labels):
    """The p-value is about the losses."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, min(1.0, 2 * _tail(lost + gained, lost)))


@exercise.mistake(
    "over-one",
    "The p-value is larger than one. The two tails overlap in the middle, and no "
    "probability is larger than one.",
)
def twice_the_tail(before, after, labels):
    """Both tails together are twice one of them."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, 2 * _tail(lost + gained, min(lost, gained)))


@exercise.mistake(
    "point",
    "That is the probability of exactly these counts, on either side. Outcomes that "
    "are even more uneven also belong to the p-value.",
)
def exactly_as_uneven(before, after, labels):
    """The p-value is how probable this very result is."""
    lost, gained = _counts(before, after, labels)
    tosses = lost + gained
    p_value = 2 * math.comb(tosses, lost) / 2**tosses
    return _result(lost, gained, min(1.0, p_value))


@exercise.mistake(
    "off-by-one",
    "Outcomes as uneven as this one are missing: at least this uneven includes it.",
)
def more_uneven_only(before, after, labels):
    """Only more uneven outcomes count."""
    lost, gained = _counts(before, after, labels)
    fewer = min(lost, gained)
    return _result(lost, gained, 2 * _tail(lost + gained, fewer - 1))


@exercise.mistake(
    "mid-p", "Outcomes exactly as uneven as this one count in full, not half."
)
def by_half(before, after, labels):
    """The observed outcome belongs half to one side and half to the other."""
    lost, gained = _counts(before, after, labels)
    tosses = lost + gained
    half = math.comb(tosses, lost) / 2**tosses / 2
    return _result(lost, gained, 2 * (_tail(tosses, min(lost, gained)) - half))


@exercise.mistake("normal", NORMAL)
def bell_curve(before, after, labels):
    """A coin that is tossed often follows the normal distribution."""
    lost, gained = _counts(before, after, labels)
    distance = abs(lost - gained) / math.sqrt(max(lost + gained, 1))
    return _result(lost, gained, math.erfc(distance / math.sqrt(2)))


@exercise.mistake("normal", NORMAL)
def corrected_bell_curve(before, after, labels):
    """With a correction by one, the normal distribution is exact."""
    lost, gained = _counts(before, after, labels)
    apart = max(abs(lost - gained) - 1, 0)
    distance = apart / math.sqrt(max(lost + gained, 1))
    return _result(lost, gained, math.erfc(distance / math.sqrt(2)))


@exercise.mistake(
    "complement",
    "That is one minus the p-value. A small p-value means that fair coins seldom come "
    "out so unevenly; it is not the probability that the networks are alike or differ.",
)
def probability_of_a_difference(before, after, labels):
    """The p-value is the probability that one network is better."""
    lost, gained = _counts(before, after, labels)
    return _result(lost, gained, 1 - _two_sided(lost, gained))


@exercise.mistake(
    "fractions", "Lost and gained are counts of images here, not fractions of them."
)
def fractions_of_images(before, after, labels):
    """Lost and gained are fractions, like accuracies."""
    lost, gained = _counts(before, after, labels)
    images = len(labels)
    return _result(lost / images, gained / images, _two_sided(lost, gained))


@exercise.mistake("no-toss", NO_TOSS)
def zero_without_a_toss(before, after, labels):
    """Without a difference there is no probability."""
    lost, gained = _counts(before, after, labels)
    p_value = _two_sided(lost, gained) if lost + gained else 0.0
    return _result(lost, gained, p_value)


@exercise.mistake(
    "overflow",
    "With more than 62 tosses, 2 to that power does not fit into a NumPy integer and "
    "silently becomes zero. Convert the count to a Python integer first.",
)
def power_of_a_numpy_integer(before, after, labels):
    """A NumPy integer is as good as any other."""
    lost, gained = _counts(before, after, labels)
    tosses = np.int64(lost + gained)
    tail = float(sum(math.comb(tosses, k) for k in range(min(lost, gained) + 1)))
    return _result(lost, gained, min(1.0, 2 * tail / 2**tosses))
