"""Keeping exactly k weights of each row, whatever ties there are."""

import numpy as np

from course_lib.check.compare import Parts
from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Calls, Rng


def largest_stay(got: Parts, wanted: Parts, W: np.ndarray, k: int) -> bool:
    """Whether each row keeps k weights as large as its k largest, ties either way."""
    mask, size = got[0], np.abs(W)
    if not np.isin(mask, (0, 1)).all() or (mask.sum(axis=1) != k).any():
        return False
    kept, largest = (np.sort(np.where(m, size, -1.0)) for m in (mask == 1, wanted[0]))
    return np.array_equal(kept, largest)


exercise = Exercise(
    name="keep_k_per_row",
    chapter="03",
    section=1,
    title="Keep exactly k",
    points=3,
    difficulty=2,
    minutes=12,
    misconception="ties",
    room="Code",
    returns=("the mask",),
    expected="exactly {k} True per row, at its largest absolute values",
    hint="Sort the absolute values of the first row. Which weights should stay, and "
    "which ones does your mask keep?",
    agree=largest_stay,
    types={"the mask": BOOL},
)

INDICES = (
    "Those are positions. Return a mask instead: True or False for every weight, in "
    "the shape of W."
)
WHOLE_MATRIX = (
    "The entire matrix was ranked at once. Then rows with large weights keep more "
    "than k, and rows with small ones keep fewer. Rank each row by itself."
)


def _largest(scores, k):
    """True for the k highest scores of each row."""
    rank = np.argsort(np.argsort(scores, axis=1), axis=1)
    return rank >= scores.shape[1] - k


@exercise.solution
def solution(W, k):
    return _largest(np.abs(W), k)


@exercise.drawn("rows of different scale, without equal weights")
def different_rows(rng: Rng) -> Calls:
    for neurons, inputs, k in ((5, 8, 3), (4, 9, 5)):
        W = rng.normal(size=(neurons, inputs)) * 1.5 ** np.arange(neurons)[:, None]
        # the largest weight of each row is negative
        W[np.arange(neurons), np.abs(W).argmax(axis=1)] = -np.abs(W).max(axis=1)
        yield {"W": _exact(rng.permutation(W)), "k": k}


@exercise.drawn(
    "rows that were pruned before, and weights from a grid",
    name="ties",
    hint="Here many weights are equally large or already zero. Exactly k must still "
    "stay in each row, and no weight may stay while a larger one goes.",
)
def equal_weights(rng: Rng) -> Calls:
    rows: list[list[float]] = [
        [3, -2, 1, 1, -1, 1, 0, 1],
        [0, 0, 0, 0, 0, -5, 0, 0],
        [1, -1, 1, -1, 1, 1, -1, 1],
        [4, -3, 2, -1, 0.5, 0.25, 0, 0],
    ]
    tied = np.stack([rng.permutation(row) for row in rows]).astype(float)
    for k in (3, 0, 8):
        yield {"W": tied, "k": k}
    pruned = _exact(rng.normal(size=(6, 12)) * (rng.random((6, 12)) < 0.3))
    pruned[2] = 0
    for k in (1, 7, 11):
        yield {"W": pruned, "k": k}
    grid = rng.integers(-3, 4, size=(20, 30)).astype(float)
    yield {"W": grid, "k": int(rng.integers(3, 27))}


@exercise.drawn(
    "one long row, a single column, any k",
    name="extreme-k",
    hint="A matrix may have a single row or a single column, and k may be anything "
    "from zero to the number of inputs.",
)
def any_k(rng: Rng) -> Calls:
    row, column = _exact(rng.normal(size=(1, 200))), _exact(rng.normal(size=(9, 1)))
    for k in (0, 1, int(rng.integers(2, 199)), 199, 200):
        yield {"W": row, "k": k}
    for k in (0, 1):
        yield {"W": column, "k": k}


@exercise.drawn(
    "very small and very large weights, float32 too",
    name="scale",
    hint="Only the order of the absolute values matters. Do you use a fixed limit, "
    "round the weights, or add a small number?",
)
def any_scale(rng: Rng) -> Calls:
    W = rng.normal(size=(5, 9))
    for scaled in (W * 1e-15, W * 1e15, -np.abs(W)):
        yield {"W": _exact(scaled), "k": int(rng.integers(2, 8))}
    yield {"W": (W * 1e-6).astype(np.float32), "k": int(rng.integers(2, 8))}


def _exact(W: np.ndarray) -> np.ndarray:
    """Rounded to single precision, so that no conversion changes the order."""
    return W.astype(np.float32).astype(np.float64)


@exercise.mistake(
    "ties",
    "This row keeps more than k. Several weights are as large as the k-th, and a "
    "comparison treats them all alike. Rank the row and count: any of the equal ones "
    "may stay, but not all of them.",
)
def at_least_the_kth(W, k):
    """The k-th largest weight is the threshold, and what reaches it stays."""
    if k == 0:
        return np.zeros(W.shape, dtype=bool)
    size = np.abs(W)
    return size >= np.sort(size, axis=1)[:, W.shape[1] - k, None]


@exercise.mistake(
    "ties",
    "This row keeps fewer than k. Several weights are equally large, and a comparison "
    "drops them all. Rank the row and count: some of the equal ones have to stay.",
)
def above_the_next(W, k):
    """Only what is larger than the largest pruned weight may stay."""
    size = np.abs(W)
    if k == W.shape[1]:
        return np.ones(W.shape, dtype=bool)
    return size > np.sort(size, axis=1)[:, W.shape[1] - k - 1, None]


@exercise.mistake(
    "strict",
    "Each row keeps one weight too few: the k-th largest is not above itself, and it "
    "should stay.",
)
def above_the_kth(W, k):
    """The k-th largest weight is the threshold, and weights above it stay."""
    if k == 0:
        return np.zeros(W.shape, dtype=bool)
    size = np.abs(W)
    return size > np.sort(size, axis=1)[:, W.shape[1] - k, None]


@exercise.mistake(
    "sign",
    "The signs were compared too: −5 lost to 1. A large negative weight matters as "
    "much as a large positive one.",
)
def largest_numbers(W, k):
    """The k largest numbers are the k largest weights."""
    return _largest(W, k)


@exercise.mistake(
    "wrong-axis",
    "Each column keeps k. A row of W belongs to one neuron, and each neuron should "
    "keep k of its inputs.",
)
def largest_of_each_column(W, k):
    """A row runs along the first axis."""
    return _largest(np.abs(W).T, min(k, len(W))).T


@exercise.mistake("whole-matrix", WHOLE_MATRIX)
def k_per_row_on_average(W, k):
    """One threshold for the matrix keeps k per row."""
    return _largest(np.abs(W).reshape(1, -1), k * len(W)).reshape(W.shape)


@exercise.mistake("whole-matrix", WHOLE_MATRIX)
def k_altogether(W, k):
    """The k largest weights of the matrix stay."""
    return _largest(np.abs(W).reshape(1, -1), k).reshape(W.shape)


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the weight is kept."
)
def true_is_pruned(W, k):
    """The mask marks what is pruned."""
    return ~solution(W, k)


@exercise.mistake(
    "smallest-kept", "The smallest weights of each row stayed. Sorting puts them first."
)
def first_of_the_sorted(W, k):
    """Sorting puts the largest first."""
    return ~solution(W, W.shape[1] - k)


@exercise.mistake(
    "minus-zero",
    "With k = 0 everything stayed. A slice that starts at minus zero starts at zero: "
    "count from the front instead.",
)
def last_k_by_slice(W, k):
    """The last k of a row are row[-k:], whatever k is."""
    mask = np.zeros(W.shape, dtype=bool)
    order = np.argsort(np.abs(W), axis=1)
    np.put_along_axis(mask, order[:, -k:], True, axis=1)
    return mask


@exercise.mistake(
    "weights-not-mask",
    "Those are the weights themselves. Masks are plain data: True or False for every "
    "weight. The multiplication comes later.",
)
def the_weights_that_stay(W, k):
    """Keeping weights gives weights."""
    return np.where(solution(W, k), W, 0)


@exercise.mistake("indices", INDICES)
def positions_that_stay(W, k):
    """The positions of the kept weights are as good as a mask."""
    return np.argsort(np.abs(W), axis=1)[:, W.shape[1] - k :]


@exercise.mistake("indices", INDICES)
def positions_from_the_largest(W, k):
    """The positions of the k largest, in their order, are as good as a mask."""
    return np.argsort(-np.abs(W), axis=1)[:, :k]


@exercise.mistake(
    "ties",
    "Some of the equal weights were dropped, but this row still keeps more than k. "
    "However many weights are equally large, exactly k stay.",
)
def at_most_five_ties(W, k):
    """A threshold keeps at most five weights too many."""
    size, mask = np.abs(W), at_least_the_kth(W, k)
    for row in range(len(W) if k else 0):
        equal = np.flatnonzero(size[row] == size[row][mask[row]].min())
        mask[row, equal[: min(5, mask[row].sum() - k)]] = False
    return mask


@exercise.mistake(
    "small-integers",
    "In a long row, the weights that stay are not the largest ones. A one-byte "
    "integer is too small for the positions of a long row.",
)
def one_byte_positions(W, k):
    """One byte is enough for the position of a weight."""
    order = np.argsort(-np.abs(W), axis=1, kind="stable")
    order = order.astype(np.int8).astype(int) % W.shape[1]
    mask = np.zeros(W.shape, dtype=bool)
    np.put_along_axis(mask, order[:, :k], True, axis=1)
    return mask


@exercise.mistake(
    "tie-breaker",
    "Very small weights were treated as equal. Do you round, or add a small number to "
    "tell equal weights apart? Next to very small weights, it is not small.",
)
def tiny_tie_breaker(W, k):
    """A tiny number that grows along the row makes equal weights different."""
    return _largest(np.abs(W) - 1e-12 * np.arange(W.shape[1]), k)
