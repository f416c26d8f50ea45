"""Checks of chapter 03, fifth part: what a mask saves, and what it does not."""

from __future__ import annotations

import numpy as np
import torch

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show
from course_lib.measure import mac_count, parameter_count

NAMES = ("parameters", "nonzeros", "bytes", "dense_macs", "effective_macs")


@exercise(
    chapter="03",
    section=5,
    title="The bill",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M1",
    room="Measure",
)
def bill(answer: Answer, rng: np.random.Generator) -> None:
    """Against a layer that is built, stored and counted before and after."""
    for outputs, inputs in ((3, 5), (12, 7)):
        W = rng.normal(size=(outputs, inputs))
        mask = rng.permutation(np.arange(W.size) < W.size // 3).reshape(W.shape)
        # zeros of its own on both sides of the mask, so that counting them shows
        for side in (mask, ~mask):
            W[tuple(rng.choice(np.argwhere(side)))] = 0
        _check_bill(answer, W, mask)


def _check_bill(answer: Answer, W: np.ndarray, mask: np.ndarray) -> None:
    entries = answer.entries(answer(W=W, mask=mask), NAMES)
    pairs = [answer.numbers(e, n) for n, e in zip(NAMES, entries, strict=True)]
    for name, pair in zip(NAMES, pairs, strict=True):
        if pair.size == 1:
            answer.fail(
                "after-only",
                "A bill is for comparing: give two numbers for each entry, before and "
                "after the mask.",
                came=f"{name}: {show(pair)}",
                expected="a pair (before, after) for each entry",
            )
        if pair.shape != (2,):
            answer.wrong_shape(pair, name, (2,))
    wanted = [_column(W), _column(W * mask)]
    answer.expect(
        [list(pair) for pair in pairs],
        [list(pair) for pair in zip(*wanted, strict=True)],
        _bill_slips(W, mask),
        expected=f"pairs (before, after) of {', '.join(NAMES)}",
        hint="Go through the entries one by one. Which of them look at the shape of "
        "the array, and which at the values in it?",
    )


def _column(W: np.ndarray) -> list[int]:
    """What is measured on a layer with these weights, in the order of NAMES."""
    outputs, inputs = W.shape
    # "meta" has shapes but no numbers: the learner's random state stays as it is
    with torch.device("meta"):
        layer = torch.nn.Linear(inputs, outputs, bias=False)
        macs = mac_count(layer, torch.zeros(1, inputs))
    products = W * np.ones(inputs)  # each weight times an input that is not zero
    return [
        parameter_count(layer),
        int(np.count_nonzero(W)),
        len(W.astype(np.float32).tobytes()),
        macs,
        int(np.count_nonzero(products)),
    ]


def _bill_slips(W: np.ndarray, mask: np.ndarray) -> list[Slip]:
    """Known mistakes; each spoils the entries that it names and no others."""
    size, kept = W.size, int(mask.sum())
    before, after, other = (
        int(np.count_nonzero(array)) for array in (W, W * mask, W * ~mask)
    )
    stored = "The bytes shrink here. But a dense array stores a zero like any other "
    stored += "number, in four bytes. A file shrinks when it is written in another way."
    slips = [_slip("M1", stored, bytes=(None, 4 * n)) for n in (after, kept)]
    hint = "Parameters are counted by their shape here. A parameter that is zero is "
    hint += "still there: it is stored, loaded and trained if nobody masks it."
    slips += [_slip("M16", hint, parameters=(None, n)) for n in (after, kept)]
    hint = "A dense kernel does not look at the values. It multiplies by a zero as it "
    hint += "multiplies by any number."
    slips += [_slip("M2", hint, dense_macs=(None, n)) for n in (after, kept)]
    hint = "W has zeros of its own, before the mask and under it. Count in the array, "
    hint += "not in the mask."
    slips += [_slip("mask-counted", hint, nonzeros=(None, kept))]
    slips += [_slip("mask-counted", hint, nonzeros=(size, None))]
    return [
        *slips,
        _slip(
            "mask-flipped",
            "It is the other way round: True means that the weight is kept.",
            nonzeros=(before, other),
        ),
        _slip(
            "shape-not-values",
            "The effective MACs count for a kernel that can skip zeros. What would it "
            "have left to multiply?",
            effective_macs=(size, size),
        ),
        _slip(
            "order",
            "The pairs stand as after, before. Give what was there before the mask "
            "first.",
            nonzeros=(after, before),
        ),
        _slip(
            "float64",
            "A number of eight bytes is a float64, as NumPy computes. Stored is "
            "float32.",
            bytes=(8 * size, 8 * size),
        ),
        _slip(
            "bits",
            "Those are bits. A byte has eight of them.",
            bytes=(32 * size, 32 * size),
        ),
        _slip(
            "mask-stored",
            "The mask is not stored beside the weights: it has been multiplied in, and "
            "what is stored has the size of W.",
            bytes=(4 * size, 5 * size),
        ),
        _slip(
            "flops",
            "The MACs are twice too many: one multiplication with its addition is one "
            "MAC.",
            dense_macs=(2 * size, 2 * size),
        ),
    ]


def _slip(
    misconception: str, hint: str, **spoiled: tuple[int | None, int | None]
) -> Slip:
    return Slip(misconception, [spoiled.get(name) for name in NAMES], hint)
