"""Checks of chapter 05, third part: relative indices and their fillers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.answer import Answer
from course_lib.check.core import exercise
from course_lib.check.failure import show

NAMES = ("numbers", "is_filler")
# for each weight: how many fillers lead to it, and its own number (-1 is the largest)
WEIGHTS = ((1, 2), (0, -1), (0, 0), (2, 3), (1, 0), (0, 1))


@exercise(
    chapter="05",
    section=3,
    title="From one weight to the next",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="overflow",
    room="Code",
)
def gaps(answer: Answer, rng: np.random.Generator) -> None:
    """Entries are drawn; the positions are where a reader of them finds weights."""
    for bits in (3, 4):
        _check_weights(answer, WEIGHTS, bits)
        order = rng.permutation(len(WEIGHTS))
        _check_weights(answer, ((0, 0), *(WEIGHTS[i] for i in order)), bits)
    rests = rng.integers(0, 4, size=5)
    _check_weights(answer, tuple((0, int(rest)) for rest in rests), 2)
    _check_weights(answer, ((1, 1), (0, 0), (3, 0), (0, 1)), 1)
    _check_weights(answer, (), 4)


def _check_weights(
    answer: Answer, weights: tuple[tuple[int, int], ...], bits: int
) -> None:
    most = 2**bits - 1
    entries = []
    for steps, rest in weights:
        entries += [(most, True)] * steps + [(rest % 2**bits, False)]
    table = np.array(entries, dtype=int).reshape(-1, 2)
    positions = _read(table[:, 0], table[:, 1])
    came = answer(positions=positions, bits=bits)
    numbers, fillers = (
        answer.numbers(part, name)
        for name, part in zip(NAMES, answer.parts(came, NAMES), strict=True)
    )
    if numbers.ndim != 1 or fillers.shape != numbers.shape:
        answer.wrong_shape(fillers, "is_filler", numbers.shape)
    if np.array_equal(np.stack([numbers, fillers], axis=1), table):
        return
    for misconception, hint in _slips(numbers, fillers != 0, positions, most):
        answer.fail(
            misconception,
            hint,
            came=f"numbers {show(numbers)}, fillers {show(fillers != 0)}",
            expected=f"numbers from 0 to {most} that lead a reader to the "
            f"{len(positions)} weights, with as few entries as possible",
        )


def _read(
    numbers: np.ndarray,
    fillers: np.ndarray,
    weight_takes: int = 1,
    filler_takes: int = 1,
) -> np.ndarray:
    """The positions of the weights, as a reader of the entries finds them."""
    takes = np.where(fillers, filler_takes, weight_takes)
    places = np.cumsum(numbers + takes) - 1
    return np.asarray(places[fillers == 0])


Found = tuple[str, str]  # the misconception, and what to say about it


def _slips(
    numbers: np.ndarray, fillers: np.ndarray, positions: np.ndarray, most: int
) -> Iterator[Found]:
    """What these entries look like; the first one counts."""
    yield from _flag_slips(numbers, fillers, positions, most)
    yield from _range_slips(numbers, fillers, positions, most)
    yield from _reading_slips(numbers, fillers, positions)
    found = _read(numbers, fillers)
    if np.array_equal(found, positions) and numbers[fillers].max(initial=0) < most:
        yield (
            "limit",
            f"The largest number that fits into the bits is {most}. Your fillers stop "
            "before it, so there are more of them than needed.",
        )
    yield (
        "unrecognised",
        f"A reader of your entries would put the weights at {show(found)}. They are at "
        f"{show(positions)}. Which one is the first to be wrong?",
    )


def _flag_slips(
    numbers: np.ndarray, fillers: np.ndarray, positions: np.ndarray, most: int
) -> Iterator[Found]:
    if np.array_equal(numbers, positions) and not fillers.any():
        yield (
            "positions",
            "Those are positions, counted from the start of the layer. Count from the "
            "entry before.",
        )
    if fillers.any() and np.array_equal(_read(numbers, ~fillers), positions):
        yield "flags-flipped", "It is the other way round: True marks a filler."
    early = np.roll(fillers, -1)
    if fillers.any() and np.array_equal(_read(numbers, early), positions):
        yield (
            "flags-late",
            "You marked the weight behind it. The filler is the entry in front, the "
            "one that holds no weight.",
        )
    zeros = not numbers[fillers].any() and fillers.any()
    if zeros and np.array_equal(
        _read(np.where(fillers, most, numbers), fillers), positions
    ):
        yield (
            "filler-skips",
            "A filler's value is zero, its number is not: it skips as much as a number "
            "can say.",
        )


def _range_slips(
    numbers: np.ndarray, fillers: np.ndarray, positions: np.ndarray, most: int
) -> Iterator[Found]:
    top, skipped = numbers.max(initial=0), np.diff(positions, prepend=-1) - 1
    same_length = len(numbers) == len(skipped) and not fillers.any()
    if same_length and np.array_equal(numbers, skipped):
        yield (
            "overflow",
            f"A number above {most} does not fit into the bits. Such a gap needs a "
            "filler.",
        )
    slide = "and all weights behind them slide to the left. Such a gap needs a filler."
    if same_length and not ((numbers - skipped) % (most + 1)).any():
        yield "overflow", f"Numbers that are too large wrapped around, {slide}"
    if same_length and not (numbers - skipped)[skipped <= most].any():
        yield "overflow", f"Numbers that are too large were cut off, {slide}"
    if top > most and numbers[fillers].max(initial=0) == most:
        yield (
            "one-filler",
            "Here one filler is not enough: what is left behind it is still too large.",
        )
    if top > most and fillers.any():
        yield (
            "limit",
            f"The largest number that fits into the bits is {most}, since one of them "
            "is 0.",
        )
    if numbers.min(initial=0) < 0:
        yield (
            "needless-filler",
            f"A gap of {most} zeros still fits and needs no filler. With one you step "
            "over the weight, and its number becomes negative.",
        )


def _reading_slips(
    numbers: np.ndarray, fillers: np.ndarray, positions: np.ndarray
) -> Iterator[Found]:
    """Entries that are right for a reader who follows another rule."""
    distances = _read(numbers, fillers, 0, 0) + 1
    if any(np.array_equal(distances, positions + start) for start in (0, 1)):
        yield (
            "distance",
            "You stored the distance from one entry to the next. Stored are the zeros "
            "in between, one less: neighbours have 0, and no number is wasted.",
        )
    if np.array_equal(_read(numbers, fillers, 1, 0), positions):
        yield (
            "filler-takes-a-place",
            "A filler is a zero itself: it takes a place in the layer, behind those it "
            "skips. You counted it as if it had none.",
        )
    found = _read(numbers, fillers)
    if 0 < len(found) <= len(positions):
        off = positions[len(positions) - len(found) :] - found
        if off.any() and len(set(off)) == 1:
            yield (
                "first-gap",
                "The zeros in front of the first weight are lost, or one of them. They "
                "are counted like all others.",
            )
