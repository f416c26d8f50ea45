"""Checks of chapter 05, sixth part: what a mask costs when rows differ."""

from __future__ import annotations

import math

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show

WIDTH = 8
# kept positions in a row of eight → the bits that tell kept from pruned, for each
# position: written down from the logarithms of 3, 5 and 7
BITS = {
    0: 0.0,
    1: 3 - 7 / 8 * math.log2(7),
    2: 2 - 3 / 4 * math.log2(3),
    3: 3 - (3 * math.log2(3) + 5 * math.log2(5)) / 8,
    4: 1.0,
    6: 2 - 3 / 4 * math.log2(3),
    8: 0.0,
}
CASES = ((2, 0, 1, 0, 4), (8, 1, 6, 0, 3, 2), (3, 1, 2), (0, 8))


@exercise(
    chapter="05",
    section=6,
    title="What does the mask cost?",
    points=2,
    difficulty=2,
    minutes=9,
    misconception="iid-floor",
    room="Math",
)
def row_entropy(answer: Answer, rng: np.random.Generator) -> None:
    """Rows whose entropies are written down, with their positions drawn."""
    for case in CASES:
        counts = [int(n) for n in rng.permutation(case)]
        mask = np.stack([rng.permutation(np.arange(WIDTH) < n) for n in counts])
        _check_mask(answer, mask, [BITS[n] for n in counts])


def _check_mask(answer: Answer, mask: np.ndarray, bits: list[float]) -> None:
    came = answer(mask=mask)
    found = answer.numbers(came, "the bits for each position")
    if found.shape == (len(mask),) and len(mask) > 1:
        answer.fail(
            "one-for-each-row",
            "That is a number for each row. Asked for is one number for the mask.",
            came=show(found),
            expected="the bits for each position, over all rows",
        )
    number = answer.number(came, "the bits for each position")
    if not math.isfinite(number):
        answer.fail(
            "zero-times-log",
            "It is not a number: 0 · log 0 has no value for a computer. A symbol that "
            "does not occur costs nothing, so leave its term out.",
            came=show(number),
            expected="0 for a row where everything is kept, or nothing",
        )
    answer.expect(
        number,
        float(np.mean(bits)),
        _slips(mask, np.array(bits)),
        expected="the bits for each position if every row is coded by its own density",
        hint="Take one row and compute its density. A kept position costs the base-2 "
        "logarithm of 1 over that density, a pruned one that of 1 over the rest. What "
        "do they cost on average? And all rows?",
    )


def _slips(mask: np.ndarray, bits: np.ndarray) -> list[Slip]:
    rows, density = mask.mean(axis=1), mask.mean()
    share = mask.sum(axis=1) / mask.sum()
    left_out = "Rows without a kept position, or with all of them, were left out. They "
    left_out += "need no bits, and they do have positions: the mean is over all rows."
    total = "That is a sum. Asked for are the bits for each position, from 0 to 1."
    mean = bits.mean()
    slips = [
        Slip(
            "iid-floor",
            _two_costs(np.array([density])).sum(),
            "You used the density of the whole mask. That is the floor for a coder who "
            "knows nothing else. Each row has its own density.",
        ),
        Slip(
            "wrong-base",
            mean * math.log(2),
            "You took the natural logarithm. Bits come from the base 2.",
        ),
        Slip(
            "wrong-base",
            mean * math.log10(2),
            "You took logarithms to the base of ten. Bits come from the base 2.",
        ),
        Slip(
            "half-of-it",
            _two_costs(rows)[0].mean(),
            "You counted what the kept positions cost. The pruned ones have to be told "
            "as well: cheap, but many.",
        ),
        Slip(
            "wrong-axis",
            _two_costs(mask.mean(axis=0)).sum(axis=0).mean(),
            "You used the densities of the columns. Each row is an entry of axis 0, so "
            "its mean runs over axis 1.",
        ),
        Slip("total-not-mean", bits.sum(), total),
        Slip("total-not-mean", bits.sum() * mask.shape[1], total),
        Slip(
            "share-of-rows",
            _two_costs(share)[0].sum(),
            "You answered in which row a kept weight is. Asked is, for each position "
            "of a row: kept or not?",
        ),
    ]
    for chosen in ((rows > 0) & (rows < 1), rows > 0, rows < 1):
        if chosen.any() and not chosen.all():
            slips.append(Slip("empty-rows-left-out", bits[chosen].mean(), left_out))
    return slips


def _two_costs(shares: np.ndarray) -> np.ndarray:
    """What kept and pruned positions contribute, as two rows."""
    both = np.stack([shares, 1 - shares])
    return np.asarray(-both * np.log2(np.where(both > 0, both, 1)))
