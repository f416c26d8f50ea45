"""Checks of chapter 01, first part: splitting the data."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from course_lib.check.answer import Answer
from course_lib.check.core import exercise
from course_lib.check.failure import show

PARTS = ("train", "validation", "test")


@exercise(
    chapter="01",
    section=1,
    title="Split without a leak",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="leak",
    room="Math",
)
def split_indices(answer: Answer, rng: np.random.Generator) -> None:
    """Disjoint, complete, random, the same for the same seed."""
    sizes = [int(n) for n in rng.integers(20, 60, size=2)]
    sizes[1] += 5 * (sizes[0] == sizes[1])
    count = 300 + int(rng.integers(60))
    seed = int(rng.integers(1, 1000))
    parts = _split(answer, count, sizes, seed)
    _fail_if_parts_meet(answer, parts)
    _fail_if_sizes_differ(answer, parts, [count - sum(sizes), *sizes])
    _fail_if_in_order(answer, parts)
    if _split(answer, count, sizes, seed) != parts:
        answer.fail(
            "not-reproducible",
            "Called with the same seed twice, your function gave two splits. Nobody "
            "could repeat your measurement. Where does the seed enter?",
            expected="the same split for the same seed",
        )
    if _split(answer, count, sizes, seed + 1) == parts:
        answer.fail(
            "ignores-seed",
            "With another seed came the same split: another seed gave the same "
            "split, so the argument is never used. Its use is to try other splits.",
            expected="another split for another seed",
        )


def _split(
    answer: Answer, count: int, sizes: list[int], seed: int
) -> dict[str, list[int]]:
    """The three parts as sorted lists: order inside a part is free."""
    came = answer(count=count, validation=sizes[0], test=sizes[1], seed=seed)
    parts = {}
    for name, value in zip(PARTS, answer.entries(came, PARTS), strict=True):
        numbers = answer.numbers(value, f"the part {name!r}")
        inside = (numbers >= 0) & (numbers < count) & (numbers == np.floor(numbers))
        if numbers.ndim != 1 or not inside.all():
            answer.fail(
                "wrong-type",
                "Each part is a one-dimensional array of positions: whole numbers "
                f"from 0 to {count - 1}.",
                came=f"{name}: {show(value)}",
                expected="positions of images",
            )
        parts[name] = sorted(int(number) for number in numbers)
    return parts


def _fail_if_parts_meet(answer: Answer, parts: dict[str, list[int]]) -> None:
    for name, part in parts.items():
        if len(set(part)) < len(part):
            answer.fail(
                "replacement",
                f"In {name!r} some images stand more than once: they were drawn "
                "with replacement. A shuffle uses every position exactly once.",
                came=f"{len(part)} positions, {len(set(part))} different ones",
                expected="no position twice",
            )
    for first, second in (PARTS[:2], PARTS[1:], PARTS[::2]):
        shared = len(set(parts[first]) & set(parts[second]))
        if shared:
            answer.fail(
                "leak",
                "Some images are in two parts at once: the network would be judged "
                "on what it has seen. Shuffle once, then cut that one order.",
                came=f"{shared} images in both {first!r} and {second!r}",
                expected="three parts that share nothing",
            )


def _fail_if_sizes_differ(
    answer: Answer, parts: dict[str, list[int]], wanted: list[int]
) -> None:
    sizes = [len(parts[name]) for name in PARTS]

    def fail(misconception: str, hint: str) -> NoReturn:
        told = f"sizes {wanted}"
        answer.fail(misconception, hint, came=f"sizes {sizes}", expected=told)

    if sizes == wanted:
        return
    if sizes == [wanted[0], wanted[2], wanted[1]]:
        fail("sizes", "The two sizes are exchanged: validation comes before test.")
    lost = sum(wanted) - sum(sizes)
    if 0 < lost <= 4:
        fail(
            "off-by-one",
            f"{lost} of the images got lost on the way. A slice a[i:j] ends before "
            "j, so the next one starts at j, not behind it.",
        )
    fail("sizes", "What is in neither held-out part goes to train.")


def _fail_if_in_order(answer: Answer, parts: dict[str, list[int]]) -> None:
    blocks = [n for n in PARTS if parts[n][-1] - parts[n][0] == len(parts[n]) - 1]
    if blocks:
        answer.fail(
            "unshuffled",
            f"The part {blocks[0]!r} is one block of neighbours in the file. Files "
            "are often sorted, by class or by date; then a part holds one kind only. "
            "Shuffle all positions before you cut.",
            came=f"positions {parts[blocks[0]][0]} to {parts[blocks[0]][-1]}",
            expected="parts drawn from the whole file",
        )
