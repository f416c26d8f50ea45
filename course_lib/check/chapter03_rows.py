"""Checks of chapter 03, first part: which weights of a row stay.

No mask is computed to compare with: a row is judged by what stayed and what went.
"""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show


@exercise(
    chapter="03",
    section=1,
    title="Keep exactly k",
    points=3,
    difficulty=2,
    minutes=12,
    misconception="ties",
    room="Code",
)
def keep_k_per_row(answer: Answer, rng: np.random.Generator) -> None:
    """Rows without ties, then rows full of them, then the two extreme values of k."""
    for rows, inputs, k in ((5, 8, 3), (4, 9, 5)):
        W = _without_ties(rng, rows, inputs)
        mask = _mask_of(answer, W, k)
        if _is_right(mask, W, k):
            continue
        answer.expect(
            mask,
            np.full(W.shape, np.nan),  # no mask is equal to that: which slip is it?
            _row_slips(W, k),
            expected=f"True for the {k} largest weights of each row",
            hint="Take the first row by itself and sort its absolute values. Which "
            "ones should stay, and which ones does your mask say?",
        )
    tied = _with_ties(rng)
    for k in (3, 0, tied.shape[1]):
        _check_tied(answer, tied, k)


def _without_ties(rng: np.random.Generator, rows: int, inputs: int) -> np.ndarray:
    """Rows of different scale; the largest weight of each is negative."""
    W = rng.normal(size=(rows, inputs)) * 1.5 ** np.arange(rows)[:, None]
    top = np.abs(W).argmax(axis=1)
    W[np.arange(rows), top] = -np.abs(W).max(axis=1)
    return np.asarray(rng.permutation(W))


def _with_ties(rng: np.random.Generator) -> np.ndarray:
    rows: list[list[float]] = [
        [3, -2, 1, 1, -1, 1, 0, 1],
        [0, 0, 0, 0, 0, -5, 0, 0],  # a row that has been pruned before
        [1, -1, 1, -1, 1, 1, -1, 1],
        [4, -3, 2, -1, 0.5, 0.25, 0, 0],
    ]
    return np.stack([rng.permutation(row) for row in rows]).astype(float)


def _mask_of(answer: Answer, W: np.ndarray, k: int) -> np.ndarray:
    came = answer(W=W, k=k)
    mask = answer.numbers(came, "the mask")
    if mask.shape != W.shape:
        if mask.shape == (len(W), k):
            answer.fail(
                "indices",
                "Those are positions. Return a mask instead: True or False for every "
                "weight, in the shape of W.",
                came=show(came),
                expected=f"True or False in shape {W.shape}",
            )
        answer.wrong_shape(came, "the mask", W.shape)
    if not np.isin(mask, (0, 1)).all():
        is_weight = np.array_equal(mask[mask != 0], W[mask != 0])
        answer.fail(
            "weights-not-mask" if is_weight else "wrong-type",
            "Those are the weights themselves. Masks are plain data: True or False for "
            "every weight, and multiplying comes later."
            if is_weight
            else "A mask says True or False for every weight, nothing in between.",
            came=show(came),
            expected=f"True or False in shape {W.shape}",
        )
    return mask.astype(bool)


def _is_right(mask: np.ndarray, W: np.ndarray, k: int) -> bool:
    """Whether k of each row stay and none that went is larger than one that stayed."""
    for row, stays in zip(np.abs(W), mask, strict=True):
        if stays.sum() != k:
            return False
        if 0 < k < len(row) and row[stays].min() < row[~stays].max():
            return False
    return True


def _top(scores: np.ndarray, count: int) -> np.ndarray:
    """The ``count`` highest scores of each column. Shape of ``scores``, bool."""
    mask = np.zeros(scores.shape, dtype=bool)
    order = np.argsort(-scores, axis=0)[:count]
    np.put_along_axis(mask, order, True, axis=0)
    return mask


def _row_slips(W: np.ndarray, k: int) -> list[Slip]:
    size = np.abs(W)
    flat = size.reshape(-1, 1)
    whole = "The whole matrix was ranked at once. Then rows with large weights keep "
    whole += "more than k, and rows with small ones fewer. Rank each row by itself."
    slips = [
        Slip(
            "sign",
            _top(W.T, k).T,
            "Signs decided: −5 lost against 1. A large negative weight pulls as hard "
            "as a large positive one.",
        ),
        Slip(
            "wrong-axis",
            _top(size, min(k, len(W))),
            "Each column keeps k. A row of W belongs to one neuron, and each neuron "
            "is to keep k of its inputs.",
        ),
        Slip(
            "mask-flipped",
            ~_top(size.T, k).T,
            "It is the other way round: True means that the weight is kept.",
        ),
        Slip(
            "smallest-kept",
            _top(-size.T, k).T,
            "The smallest weights of each row stayed. Sorting puts them first.",
        ),
        Slip(
            "strict",
            _top(size.T, k - 1).T,
            "One too few in each row: the k-th largest is not above itself, and it "
            "should stay.",
        ),
    ]
    masks = (_top(flat, count).reshape(W.shape) for count in (k * len(W), k))
    return slips + [Slip("whole-matrix", mask, whole) for mask in masks]


def _check_tied(answer: Answer, W: np.ndarray, k: int) -> None:
    mask = _mask_of(answer, W, k)
    if _is_right(mask, W, k):
        return
    expected = f"exactly {k} True in each row, and none of them a smaller weight than "
    expected += "one that went"
    if k == 0 and mask.all():
        answer.fail(
            "minus-zero",
            "With k = 0 everything stayed. A slice that starts at minus zero starts "
            "at zero: count from the front instead.",
            came=show(mask),
            expected=expected,
        )
    one = (slice(i, i + 1) for i in range(len(W)))
    row = next(i for i in one if not _is_right(mask[i], W[i], k))
    kept = int(mask[row].sum())
    if kept == k:
        name, hint = "unrecognised", "The count is right, but in this row a larger "
        hint += "weight went while a smaller one stayed."
    else:
        name, hint = "ties", "This row keeps more than k. Several weights are as large "
        hint += "as the k-th, and a comparison treats them all alike. Rank the row and "
        hint += "count: any of the equal ones may stay, but not all of them."
        if kept < k:
            hint = "This row keeps fewer than k. Several weights are equally large, "
            hint += "and a comparison drops them all. Rank the row and count: some of "
            hint += "the equal ones have to stay."
    answer.fail(
        name,
        hint,
        came=f"in the row {show(W[row][0])} these: {show(mask[row][0])}",
        expected=expected,
    )
