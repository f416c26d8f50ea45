"""What a mask saves: values change, shapes do not."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Calls, Rng

exercise = Exercise(
    name="bill",
    chapter="03",
    section=4,
    title="The bill",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M1",
    room="Measure",
    returns=("parameters", "nonzeros", "bytes", "dense_macs", "effective_macs"),
    expected="pairs (before, after) of parameters, nonzeros, bytes, dense_macs, and "
    "effective_macs",
    hint="Go through the entries one by one. Which of them depend on the shape of the "
    "array, and which on its values?",
)

STORED = (
    "Your bytes shrink. But a dense array stores a zero like any other number, in "
    "four bytes. A file shrinks only if it is written in another format."
)
BY_SHAPE = (
    "Parameters are counted by the shape here. A parameter that is zero is still "
    "there: it is stored, loaded, and trained unless it is masked."
)
DENSE = (
    "A dense kernel does not look at the values. It multiplies by zero as by any "
    "other number."
)
OWN_ZEROS = (
    "W has zeros of its own, where the mask is True and where it is False. Count in "
    "the array, not in the mask."
)


@exercise.solution
def solution(W, mask):
    before, after = np.count_nonzero(W), np.count_nonzero(W * mask)
    return {
        "parameters": (W.size, W.size),
        "nonzeros": (before, after),
        "bytes": (4 * W.size, 4 * W.size),
        "dense_macs": (W.size, W.size),
        "effective_macs": (before, after),
    }


@exercise.drawn("layers with zeros of their own")
def zeros_of_its_own(rng: Rng) -> Calls:
    for shape in ((3, 5), (12, 7)):
        W = rng.normal(size=shape)
        mask = rng.permutation(np.arange(W.size) < W.size // 3).reshape(shape)
        for side in (mask, ~mask):
            W[tuple(rng.choice(np.argwhere(side)))] = 0
        yield {"W": W, "mask": mask}


@exercise.drawn(
    "weights that are float32 already",
    name="float32",
    hint="The weights are in single precision here. Each stored number takes four "
    "bytes, whatever type the array has in memory.",
)
def single_precision(rng: Rng) -> Calls:
    W = _layer(rng, (9, 11)).astype(np.float32)
    yield {"W": W, "mask": rng.random(W.shape) < 0.5}


@exercise.drawn(
    "everything kept, everything pruned, a single weight",
    name="extreme-mask",
    hint="The mask keeps all or nothing, or there is only one weight. Go through the "
    "five entries again: does each depend on the shape or on the values?",
)
def extreme_masks(rng: Rng) -> Calls:
    for shape in ((4, 7), (1, 1), (1, 9)):
        W = rng.normal(size=shape)  # no zeros of its own
        for kept in (True, False):
            yield {"W": W, "mask": np.full(shape, kept)}
    yield {"W": np.zeros((3, 4)), "mask": rng.random((3, 4)) < 0.5}


@exercise.drawn(
    "a larger layer with very small weights in it",
    name="small-is-not-zero",
    hint="Some weights of this layer are very small. Small is not zero: a kernel that "
    "skips zeros still multiplies by them.",
)
def small_weights(rng: Rng) -> Calls:
    W = _layer(rng, (40, 60))
    W[::3] *= 1e-20
    yield {"W": W, "mask": rng.random(W.shape) < 0.1}


def _layer(rng: Rng, shape: tuple[int, int]) -> np.ndarray:
    """Weights of which about a third are zero already."""
    return np.asarray(rng.normal(size=shape) * (rng.random(shape) < 0.7))


def _with_nonzeros(W, mask, before, after):
    pair = {"nonzeros": (before, after), "effective_macs": (before, after)}
    return solution(W, mask) | pair


@exercise.mistake("M1", STORED)
def zeros_are_free_to_store(W, mask):
    """A zero needs no memory."""
    return solution(W, mask) | {"bytes": (4 * W.size, 4 * np.count_nonzero(W * mask))}


@exercise.mistake("M1", STORED)
def stores_what_is_kept(W, mask):
    """Only what the mask keeps is stored."""
    return solution(W, mask) | {"bytes": (4 * W.size, 4 * int(np.sum(mask)))}


@exercise.mistake("M1", STORED)
def everything_shrinks(W, mask):
    """Whatever is pruned is gone from every entry of the bill."""
    pair = (W.size, int(np.sum(mask)))
    shrunk = dict.fromkeys(solution(W, mask), pair)
    return shrunk | {"bytes": tuple(4 * count for count in pair)}


@exercise.mistake("M16", BY_SHAPE)
def parameters_are_nonzeros(W, mask):
    """A parameter that is zero is no parameter."""
    return solution(W, mask) | {"parameters": (W.size, np.count_nonzero(W * mask))}


@exercise.mistake("M16", BY_SHAPE)
def parameters_are_kept(W, mask):
    """The parameters of a masked layer are the ones that the mask keeps."""
    return solution(W, mask) | {"parameters": (W.size, int(np.sum(mask)))}


@exercise.mistake("M2", DENSE)
def kernels_skip_zeros(W, mask):
    """Multiplying by zero is no multiplication."""
    bill = solution(W, mask)
    return bill | {"dense_macs": bill["nonzeros"]}


@exercise.mistake("M2", DENSE)
def kernels_skip_what_is_pruned(W, mask):
    """A kernel knows the mask and skips what is pruned."""
    return solution(W, mask) | {"dense_macs": (W.size, int(np.sum(mask)))}


@exercise.mistake(
    "shape-not-values",
    "Effective MACs are those of a kernel that skips zeros. What is left for it to "
    "multiply?",
)
def nothing_is_ever_skipped(W, mask):
    """Nothing changes at all, since the shape stays."""
    return solution(W, mask) | {"effective_macs": (W.size, W.size)}


@exercise.mistake("mask-counted", OWN_ZEROS)
def counts_the_mask(W, mask):
    """The True entries of the mask are the nonzeros."""
    return _with_nonzeros(W, mask, W.size, int(np.sum(mask)))


@exercise.mistake("mask-counted", OWN_ZEROS)
def counts_the_mask_afterward(W, mask):
    """After masking, the True entries of the mask are the nonzeros."""
    return _with_nonzeros(W, mask, np.count_nonzero(W), int(np.sum(mask)))


@exercise.mistake("mask-counted", OWN_ZEROS)
def all_weights_are_nonzero_before(W, mask):
    """Before it is masked, a layer has no zeros."""
    return _with_nonzeros(W, mask, W.size, np.count_nonzero(W * mask))


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the weight is kept."
)
def keeps_the_pruned(W, mask):
    """The mask marks what is pruned."""
    return solution(W, ~mask)


@exercise.mistake(
    "float64",
    "A number of eight bytes is a float64, the type that NumPy computes with. The "
    "array is stored as float32.",
)
def bytes_in_memory(W, mask):
    """The bytes of the array in memory are the bytes that are stored."""
    return solution(W, mask) | {"bytes": (W.nbytes, (W * mask).nbytes)}


@exercise.mistake("bits", "Those are bits. A byte has eight of them.")
def counts_bits(W, mask):
    """A float32 costs 32."""
    return solution(W, mask) | {"bytes": (32 * W.size, 32 * W.size)}


@exercise.mistake(
    "mask-stored",
    "The mask is not stored with the weights: it has been multiplied in, and the "
    "stored array has the size of W.",
)
def pays_for_the_mask(W, mask):
    """The mask must be stored beside the weights."""
    return solution(W, mask) | {"bytes": (4 * W.size, 4 * W.size + mask.nbytes)}


@exercise.mistake(
    "flops",
    "You count twice as many MACs as there are: one multiplication with its addition "
    "is one MAC.",
)
def counts_flops(W, mask):
    """Multiplication and addition are two operations."""
    bill = solution(W, mask)
    names = ("dense_macs", "effective_macs")
    return bill | {name: tuple(2 * macs for macs in bill[name]) for name in names}


@exercise.mistake(
    "order", "Your pairs are (after, before). Put the number before masking first."
)
def after_then_before(W, mask):
    """The result comes first."""
    return {name: pair[::-1] for name, pair in solution(W, mask).items()}


@exercise.mistake(
    "after-only",
    "A bill makes a comparison: give two numbers for each entry, before and after "
    "masking.",
)
def only_what_it_costs_now(W, mask):
    """The bill of a masked layer says what it costs now."""
    return {name: after for name, (_, after) in solution(W, mask).items()}


@exercise.mistake(
    "half-of-memory",
    "Half of the memory is right only for float64 weights. Here the weights are "
    "float32. Each stored number takes four bytes, whatever the type.",
)
def half_of_memory(W, mask):
    """An array in memory is twice as large as in float32."""
    return solution(W, mask) | {"bytes": (W.nbytes // 2, W.nbytes // 2)}


@exercise.mistake(
    "distinct-values",
    "You counted distinct values and assumed that one of them is zero. Count the "
    "weights that are not zero, however many of them are equal.",
)
def distinct_values(W, mask):
    """There is always a zero somewhere, and no weight appears twice."""
    counts = [len(np.unique(array)) - 1 for array in (W, W * mask)]
    return _with_nonzeros(W, mask, *counts)


@exercise.mistake(
    "small-is-not-zero",
    "Very small weights were counted as zeros. Small is not zero: a kernel that skips "
    "zeros still multiplies by them.",
)
def nearly_zero_is_zero(W, mask):
    """What is as small as a rounding error is zero."""
    counts = [int(np.sum(~np.isclose(array, 0))) for array in (W, W * mask)]
    return _with_nonzeros(W, mask, *counts)
