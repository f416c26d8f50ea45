"""Folding the mean of removed neurons into the next layer's bias."""

import numpy as np

from course_lib.check.draw import draw_mask
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="fold",
    chapter="02",
    section=4,
    title="Fold the mean into the bias",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M5",
    room="Math",
    returns=("the new bias",),
    expected="a bias with which the next layer receives on average what it received "
    "before",
    hint="Imagine that the removed neurons always output their mean. What would they "
    "add to each neuron of the next layer?",
)

ALL_REMOVED = (
    "All neurons are removed. Only the bias of the next layer is left, and it must "
    "supply what the neurons supplied on average."
)


@exercise.solution
def solution(W2, b2, mean, removed):
    return b2 + W2[:, removed] @ mean[removed]


@exercise.drawn("about half of the neurons go")
def half(rng: Rng) -> Calls:
    for outputs, units in ((6, 6), (3, 7), (10, 60)):
        drawn = _arguments(rng, outputs, draw_mask(rng, units, units // 2))
        yield drawn
        yield drawn | {"b2": rng.normal(size=outputs)}  # as in a second step of pruning


@exercise.drawn(
    "none is removed, or one",
    hint="If no neuron is removed, the bias stays as it is; if one is removed, only "
    "its own mean is folded.",
)
def few(rng: Rng) -> Calls:
    for outputs, units in ((4, 4), (1, 6)):
        yield _arguments(rng, outputs, np.zeros(units, dtype=bool))
        yield _arguments(rng, outputs, np.arange(units) == rng.integers(units))


@exercise.drawn("all are removed", name="everybody-removed", hint=ALL_REMOVED)
def all_removed(rng: Rng) -> Calls:
    for outputs, units in ((4, 4), (1, 6), (3, 1)):
        yield _arguments(rng, outputs, np.ones(units, dtype=bool))


def _arguments(rng: Rng, outputs: int, removed: np.ndarray) -> Arguments:
    units = len(removed)
    # means of both signs, so that neither the sign nor the size can be guessed
    signs = rng.permutation(np.resize([-1.0, 1.0], units))
    signs[np.flatnonzero(removed)[:2]] = (-1, 1)[: min(2, int(removed.sum()))]
    return {
        "W2": rng.normal(size=(outputs, units)),
        "b2": rng.normal(size=outputs),
        "mean": signs * rng.uniform(0.2, 0.9, size=units),
        "removed": removed,
    }


@exercise.mistake(
    "M5",
    "The bias came back unchanged. A neuron that hardly moves is not worthless: it "
    "sends nearly the same number every time, and the next layer relies on it.",
)
def nothing_to_fold(W2, b2, mean, removed):
    """A neuron that hardly moves can simply be dropped."""
    return b2.copy()


@exercise.mistake(
    "sign",
    "The sign is wrong: the next layer still needs what the removed neurons sent, so "
    "the bias must supply it now.",
)
def subtracts(W2, b2, mean, removed):
    """What is removed is subtracted."""
    return b2 - W2[:, removed] @ mean[removed]


@exercise.mistake(
    "kept-not-removed",
    "You folded the neurons that stay. They still send their outputs themselves, so "
    "they would count twice.",
)
def folds_the_kept(W2, b2, mean, removed):
    """The neurons that stay carry the mean."""
    return b2 + W2[:, ~removed] @ mean[~removed]


@exercise.mistake(
    "all-folded",
    "The mean of every neuron went into the bias, but only the removed ones need "
    "a replacement.",
)
def folds_everything(W2, b2, mean, removed):
    """Every neuron's mean goes into the bias."""
    return b2 + W2 @ mean


@exercise.mistake(
    "absolute",
    "You took the absolute value of the mean. A tanh neuron at −0.9 pulls in the "
    "opposite direction from one at +0.9.",
)
def folds_sizes(W2, b2, mean, removed):
    """The size of the mean is what counts."""
    return b2 + W2[:, removed] @ np.abs(mean[removed])


@exercise.mistake(
    "wrong-axis",
    "You took rows of W2. The weights that read our neurons are in its columns.",
)
def reads_rows(W2, b2, mean, removed):
    """A neuron is a row of the next layer's matrix."""
    return b2 + W2[removed].T @ mean[removed]


@exercise.mistake(
    "weights-forgotten",
    "The means were added without the weights through which each neuron of the next "
    "layer reads them.",
)
def adds_bare_means(W2, b2, mean, removed):
    """The mean itself is what is missing."""
    return b2 + mean[removed].sum()


@exercise.mistake(
    "replaces-bias",
    "The neurons' part is right, but the old bias is gone. It is still needed.",
)
def forgets_old_bias(W2, b2, mean, removed):
    """The new bias is what the removed neurons sent."""
    return W2[:, removed] @ mean[removed]


@exercise.mistake("everybody-removed", ALL_REMOVED)
def no_fold_without_neurons(W2, b2, mean, removed):
    """With no neuron left there is nothing to repair."""
    return b2 + 0.0 if removed.all() else b2 + W2[:, removed] @ mean[removed]


@exercise.mistake(
    "squeezed",
    "An axis of length one is missing: a layer with one output still has a bias of "
    "shape (1,).",
)
def squeezed_bias(W2, b2, mean, removed):
    """A bias without spare axes is the same bias."""
    return np.squeeze(b2 + W2[:, removed] @ mean[removed])
