"""Cutting neurons out of a pair of layers."""

import numpy as np

from course_lib.check.compare import Parts, close
from course_lib.check.draw import draw_mask
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="cut_pair",
    chapter="02",
    section=3,
    title="Remove a neuron from both layers",
    points=2,
    difficulty=2,
    minutes=8,
    misconception="wrong-axis",
    room="Code",
    returns=("the new W1", "the new b1", "the new W2"),
    expected="a pair of layers that gives the same outputs as the original pair with "
    "the removed neurons switched off",
    hint="The small pair computes something else. Did you keep the same neurons, in "
    "the same order, in all three arrays?",
    agree=lambda got, wanted, **arguments: _same_outputs(got, wanted),
)

BIAS = (
    "The bias did not go with its neuron. Each neuron owns a row of W1 and its own "
    "entry of b1; both stay or both go."
)


def _same_outputs(got: Parts, wanted: Parts) -> bool:
    """The neurons may come in another order, as long as all three arrays agree."""
    images = np.random.default_rng(0).normal(size=(20, wanted[0].shape[1]))
    outputs = [np.maximum(images @ W1.T + b1, 0) @ W2.T for W1, b1, W2 in (got, wanted)]
    return close(outputs[0], outputs[1], 1e-5)


@exercise.solution
def solution(W1, b1, W2, keep):
    return W1[keep], b1[keep], W2[:, keep]


@exercise.drawn("some neurons stay, or all of them")
def pairs(rng: Rng) -> Calls:
    for sizes, kept in (((6, 6, 6), 3), ((5, 8, 3), 4), ((4, 6, 2), 6)):
        yield _arguments(rng, sizes, draw_mask(rng, sizes[1], kept))


@exercise.drawn(
    "one neuron stays, or one goes",
    hint="With a single neuron left, or a single one removed, the small pair computes "
    "something else.",
)
def one(rng: Rng) -> Calls:
    for inputs, units, outputs in ((6, 6, 6), (4, 7, 3)):
        only = np.arange(units) == rng.integers(1, units)
        for keep in (only, ~only):
            yield _arguments(rng, (inputs, units, outputs), keep)


@exercise.drawn(
    "one input, one output, and layers of real size",
    hint="For layers of other sizes, the small pair computes something else. A layer "
    "may also have a single input or output.",
)
def sizes(rng: Rng) -> Calls:
    for inputs, units, outputs in ((1, 6, 1), (5, 5, 1), (40, 60, 10)):
        keep = rng.permutation(np.arange(units) < units // 2)
        yield _arguments(rng, (inputs, units, outputs), keep)


def _arguments(rng: Rng, sizes: tuple[int, int, int], keep: np.ndarray) -> Arguments:
    inputs, units, outputs = sizes
    return {
        "W1": rng.normal(size=(units, inputs)),
        "b1": rng.normal(size=units),
        "W2": rng.normal(size=(outputs, units)),
        "keep": keep,
    }


@exercise.mistake(
    "wrong-axis",
    "You took columns of W1. A column of W1 belongs to one input; a neuron of this "
    "layer is a row.",
)
def columns_of_w1(W1, b1, W2, keep):
    """A neuron is a column of its own weight matrix."""
    return W1[:, keep], b1[keep], W2[:, keep]


@exercise.mistake(
    "wrong-axis",
    "You took rows of W2. A row of W2 is a neuron of the next layer; the weights that "
    "read our neurons are in the columns.",
)
def rows_of_w2(W1, b1, W2, keep):
    """A neuron is a row in every matrix."""
    return W1[keep], b1[keep], W2[keep]


@exercise.mistake("bias-left-behind", BIAS)
def bias_left_behind(W1, b1, W2, keep):
    """A neuron is its weights."""
    return W1[keep], b1, W2[:, keep]


@exercise.mistake("bias-left-behind", BIAS)
def first_biases(W1, b1, W2, keep):
    """The first biases belong to the neurons that are left."""
    return W1[keep], b1[: int(np.sum(keep))], W2[:, keep]


@exercise.mistake(
    "consumer-left-whole",
    "W1 has fewer neurons now, but the next layer still reads all of them. It must "
    "lose the weights that read the removed ones.",
)
def next_layer_unchanged(W1, b1, W2, keep):
    """Only the layer that is pruned changes its shape."""
    return W1[keep], b1[keep], W2


@exercise.mistake(
    "mask-flipped",
    "It is the other way around: True in keep means that the neuron stays.",
)
def removes_the_kept(W1, b1, W2, keep):
    """The mask says what to take out."""
    return W1[~keep], b1[~keep], W2[:, ~keep]


@exercise.mistake(
    "M1",
    "The removed neurons are zeros now, but they are still there: there are as many "
    "numbers to store and multiply as before. Take them out.",
)
def zeros_instead(W1, b1, W2, keep):
    """Zeros make the network smaller."""
    return W1 * keep[:, None], b1 * keep, W2 * keep


@exercise.mistake(
    "mask-as-index",
    "The mask became numbers, so you got copies of neurons 0 and 1 over and over. "
    "Index with the booleans themselves.",
)
def mask_as_numbers(W1, b1, W2, keep):
    """True and False are 1 and 0, so they may be numbers."""
    index = keep.astype(int)
    return W1[index], b1[index], W2[:, index]


@exercise.mistake(
    "squeezed",
    "An axis of length one is missing. A layer with a single neuron is still a matrix.",
)
def squeezed_pair(W1, b1, W2, keep):
    """Axes of length one are of no use and can be squeezed."""
    return np.squeeze(W1[keep]), np.squeeze(b1[keep]), np.squeeze(W2[:, keep])
