"""Checks of chapter 05, first part: a matrix as three arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show

NAMES = ("row_starts", "columns", "values")
# nonzeros of each row: empty ones at the start, in the middle and at the end; none
# empty; nothing at all. The number of columns is another one than that of rows.
CASES = (
    ((0, 3, 0, 0, 5, 2, 0), 6),
    ((4, 1, 2), 5),
    ((0, 0, 1, 0), 3),
    ((0, 0, 0), 4),
    ((3, 3), 3),
)


@exercise(
    chapter="05",
    section=1,
    title="Three arrays instead of one",
    points=3,
    difficulty=2,
    minutes=11,
    misconception="empty-row",
    room="Code",
)
def csr_arrays(answer: Answer, rng: np.random.Generator) -> None:
    """The three arrays are drawn first, and the matrix is filled from them."""
    for counts, width in CASES:
        rows = np.repeat(np.arange(len(counts)), counts)
        columns = [np.sort(rng.permutation(width)[:count]) for count in counts]
        flat = np.concatenate(columns).astype(int)
        sign = 1 - 2 * (np.arange(len(flat)) % 2)
        values = sign * (1 + rng.permutation(len(flat)) + 0.5)
        A = np.zeros((len(counts), width))
        A[rows, flat] = values
        starts = np.array([sum(counts[:row]) for row in range(len(counts) + 1)])
        _check_arrays(answer, A, [starts, flat, values])


def _check_arrays(answer: Answer, A: np.ndarray, wanted: list[np.ndarray]) -> None:
    came = answer.parts(answer(A=A), NAMES)
    arrays = [answer.numbers(c, n) for n, c in zip(NAMES, came, strict=True)]
    answer.expect(
        arrays,
        wanted,
        _slips(A, wanted),
        expected="row_starts, columns, values: from them a reader has to fill "
        f"{len(A)} rows and find each nonzero where it was",
        hint="Read your arrays back by hand: row r has the values from number "
        "row_starts[r] up to, but without, number row_starts[r + 1]. Which row is the "
        "first to come out wrong?",
    )
    for name, part in zip(NAMES[:2], came, strict=False):
        _check_width(answer, name, part)


def _check_width(answer: Answer, name: str, part: Any) -> None:
    width = str(getattr(part, "dtype", "")).removeprefix("torch.")
    if width == "int32":
        return
    misconception, hint = "wrong-width", "The exercise asks for four bytes an index; "
    hint += "what another program is to read has to have the promised width."
    if not width:
        misconception, hint = "no-type", "A list has no width that a file could have. "
        hint += "Make arrays of it, and say of which type."
    elif width == "int64":
        misconception, hint = "int64", "The numbers are right, but each index takes "
        hint += "eight bytes, more than a float32 weight. NumPy makes such indices if "
        hint += "nobody asks for others."
    answer.fail(
        misconception,
        hint,
        came=f"{name}: {show(part)}, {width or type(part).__name__}",
        expected=f"{name} as int32",
    )


def _slips(A: np.ndarray, wanted: list[np.ndarray]) -> list[Slip]:
    starts, columns, values = wanted
    return [
        Slip(
            "order",
            (values, columns, starts),
            "The arrays are right and stand in another order. Ours is row_starts, "
            "columns, values.",
        ),
        *_start_slips(starts),
        *_column_slips(A, columns),
        *_value_slips(A, starts, values),
    ]


def _start_slips(starts: np.ndarray) -> list[Slip]:
    counts, total = np.diff(starts), starts[-1]
    lost = "An empty row has a start too: the place where its values would stand, "
    lost += "which is also where the next row begins. Otherwise a reader takes the "
    lost += "values of one row for those of another."
    one_more = "There is one more than rows: the start of each of them, the first of "
    one_more += "which is 0, and behind them the end of the last one."
    from_one = "Indices count from 0 here: the first nonzero is number 0, and so is "
    from_one += "the first column."
    number = "Those say how many nonzeros each row has. A start says how many there "
    number += "are in all rows before it."
    found = [
        ("empty-row", np.append(starts[:-1][counts > 0], total), lost),
        ("empty-row", np.append(starts[:-1] * (counts > 0), total), lost),
        ("off-by-one", starts[:-1], one_more),
        ("off-by-one", starts[1:], one_more),
        (
            "off-by-one",
            np.append(starts[1:], total),
            "That is where each row ends, so the first row is lost. The first start "
            "is 0.",
        ),
        ("one-based", starts + 1, from_one),
        ("counts-not-starts", counts, number),
        ("counts-not-starts", np.append(0, counts), number),
        (
            "coo",
            np.repeat(np.arange(len(counts)), counts),
            "Those are the row of every nonzero, as in the coordinate format. CSR "
            "says only where each row starts.",
        ),
    ]
    return [Slip(name, (value, None, None), hint) for name, value, hint in found]


def _column_slips(A: np.ndarray, columns: np.ndarray) -> list[Slip]:
    from_one = "Indices count from 0 here: the first nonzero is number 0, and so is "
    from_one += "the first column."
    flat = "Those are places in the flat matrix. The row is known from the starts, so "
    flat += "the column is enough, and it is the smaller number."
    return [
        Slip("one-based", (None, columns + 1, None), from_one),
        Slip("flat-positions", (None, np.flatnonzero(A), None), flat),
    ]


def _value_slips(A: np.ndarray, starts: np.ndarray, values: np.ndarray) -> list[Slip]:
    rows, width = A.shape
    down = A.T[A.T != 0]
    by_column = "The nonzeros come column by column. CSR goes row by row, and each row "
    by_column += "from left to right."
    return [
        Slip("column-major", (None, None, down), by_column),
        Slip(
            "M1",
            (np.arange(rows + 1) * width, None, A.ravel()),
            "You stored the zeros as well, each with an index: larger than before.",
        ),
        Slip(
            "sign",
            (None, None, values[values > 0]),
            "The negative weights are lost. Kept is what differs from zero.",
        ),
    ]
