"""Checks of chapter 05, second part: from which number on a format pays."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise

# rows, columns, bytes a value, bytes an index. In the first case a row start more or
# less makes no difference, in the second it does, in the third both files can be
# equally large: so that each mistake is met where it can be told from the others.
CASES = ((6, 15, 4, 4), (7, 12, 2, 4), (7, 12, 4, 4), (9, 12, 4, 1), (20, 30, 8, 4))


@exercise(
    chapter="05",
    section=2,
    title="When does the format pay?",
    points=2,
    difficulty=1,
    minutes=7,
    misconception="M13",
    room="Math",
)
def break_even(answer: Answer, rng: np.random.Generator) -> None:
    """Arrays are made for every number of nonzeros, and their bytes counted."""
    rows, columns = (int(n) for n in rng.integers(6, 12, size=2))
    for case in (*CASES, (rows, columns + 7, 4, 2)):
        _check_case(answer, *case)


def _check_case(
    answer: Answer, rows: int, columns: int, value: int, index: int
) -> None:
    came = answer(rows=rows, columns=columns, value_bytes=value, index_bytes=index)
    number = answer.number(came, "the number of nonzeros")
    dense = np.zeros((rows, columns), dtype=f"V{value}").nbytes
    sizes = [
        _stored(nonzeros, value) + _stored(nonzeros, index) + _stored(rows + 1, index)
        for nonzeros in range(rows * columns + 1)
    ]
    wanted = int(np.flatnonzero(np.array(sizes) < dense).max())
    if number == wanted + 1:
        _name_one_more(answer, sizes[wanted + 1], dense, index)
    answer.expect(
        number,
        wanted,
        _slips(rows, columns, value, index, wanted),
        expected="the largest number of nonzeros for which the three arrays have "
        f"fewer bytes together than the dense {dense}",
        hint=f"Count the three arrays for one nonzero: how many bytes are there, apart "
        f"from the matrix itself? And how many more for each nonzero? Dense, the "
        f"matrix has {rows * columns} values.",
    )


def _stored(count: int, width: int) -> int:
    """The bytes of an array of ``count`` items, made and written."""
    return len(np.zeros(count, dtype=f"V{width}").tobytes())


def _name_one_more(answer: Answer, size: int, dense: int, index: int) -> None:
    """What it means to be one too high, at this size of the sparse file."""
    name, hint = "one-too-many", "That is the first number at which it no longer pays. "
    hint += "Asked for is the last one at which it does."
    if size == dense:
        name, hint = "equal-is-not-smaller", "With one nonzero less it pays. With that "
        hint += "many it is exactly as large as the dense matrix: nothing is gained."
    elif size - index < dense:
        name, hint = "off-by-one", "That is one too high, because a row start is "
        hint += "missing. There is one more than rows, for the end of the last row."
    answer.fail(name, hint, expected=f"fewer bytes than {dense}, not {size}")


def _slips(rows: int, columns: int, value: int, index: int, wanted: int) -> list[Slip]:
    n, dense, starts = rows * columns, rows * columns * value, (rows + 1) * index
    exact = (dense - starts) / (value + index)
    free = "You did not count the columns: every nonzero brings an index along, and "
    free += "that may be as large as the value itself."
    pointers = "The row starts are missing. They are there however few nonzeros there "
    pointers += "are."
    return [
        Slip("M13", (dense - 1) // value, free),
        Slip("M13", (dense - starts - 1) // value, free),
        Slip(
            "M13",
            n // 2,
            "You took half of the weights. That is near the truth if an index is as "
            "large as a value; here they have their own sizes, and row starts come on "
            "top.",
        ),
        Slip("no-row-starts", (dense - 1) // (value + index), pointers),
        Slip(
            "column-major",
            (dense - (columns + 1) * index - 1) // (value + index),
            "You counted a start for each column. CSR has one for each row, and the "
            "end.",
        ),
        Slip(
            "coo",
            (dense - 1) // (value + 2 * index),
            "You counted the row of every nonzero, as in the coordinate format. CSR "
            "has its row starts instead.",
        ),
        Slip(
            "M16",
            exact / n,
            "That is a share. Asked for is the number of nonzeros.",
        ),
        Slip(
            "not-whole",
            exact,
            "That is where the two lines cross. Nonzeros come one by one, so asked for "
            "is a whole number: the last one below the crossing.",
        ),
        Slip(
            "zeros-counted",
            n - wanted,
            "That is how many zeros there have to be. Asked for is the number of "
            "nonzeros.",
        ),
    ]
