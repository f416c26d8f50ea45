"""The largest number of nonzeros with which CSR is smaller than dense."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

exercise = Exercise(
    name="break_even",
    chapter="05",
    section=2,
    title="When does the format pay?",
    points=2,
    difficulty=1,
    minutes=7,
    misconception="M13",
    room="Math",
    returns=("the number of nonzeros",),
    expected="the largest number of nonzeros for which the three arrays together have "
    "fewer bytes than {rows} × {columns} dense values",
    hint="Count the three arrays for one nonzero: how many bytes are there besides the "
    "matrix itself? And how many more for each nonzero?",
)

NO_COLUMNS = (
    "You did not count the columns: every nonzero brings an index along, which may be "
    "as large as the value itself."
)


@exercise.solution
def solution(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - 1) // (value_bytes + index_bytes)


@exercise.drawn("small matrices, values and indices of any width")
def small(rng: np.random.Generator) -> Iterator[Arguments]:
    rows, columns = (int(n) for n in rng.integers(6, 12, size=2))
    for sizes in (
        (6, 15, 4, 4),
        (7, 12, 2, 4),
        (7, 12, 4, 4),
        (9, 12, 4, 1),
        (20, 30, 8, 4),
        (rows, columns + 7, 4, 2),
    ):
        yield _arguments(*sizes)


@exercise.drawn("matrices of real size")
def real(rng: np.random.Generator) -> Iterator[Arguments]:
    for widths in ((4, 4), (2, 4), (4, 2), (8, 4)):
        rows, columns = (int(n) for n in rng.integers(200, 600, size=2))
        yield _arguments(rows, columns, *widths)


@exercise.drawn(
    "sizes at which both formats can be equally large",
    name="border",
    hint="In these sizes there is a number of nonzeros with which CSR is exactly as "
    "large as the dense matrix, or nearly so. Exactly as large is not smaller.",
)
def equal(rng: np.random.Generator) -> Iterator[Arguments]:
    for rest in (0, 1, 2, -1) * 3:  # bytes that are left of a nonzero
        while True:
            rows, columns = (int(n) for n in rng.integers(5, 40, size=2))
            value, index = (int(n) for n in rng.choice([1, 2, 4, 8], size=2))
            left = rows * columns * value - (rows + 1) * index
            if left > value + index and (left - rest) % (value + index) == 0:
                break
        yield _arguments(rows, columns, value, index)


def _arguments(rows: int, columns: int, value: int, index: int) -> Arguments:
    return {
        "rows": rows,
        "columns": columns,
        "value_bytes": value,
        "index_bytes": index,
    }


@exercise.mistake(
    "M13",
    NO_COLUMNS,
)
def no_indices(rows, columns, value_bytes, index_bytes):
    """A sparse format is smaller as soon as there is a zero."""
    return (rows * columns * value_bytes - 1) // value_bytes


@exercise.mistake(
    "M13",
    NO_COLUMNS,
)
def starts_but_no_columns(rows, columns, value_bytes, index_bytes):
    """Only the row starts are an expense beside the values."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - 1) // value_bytes


@exercise.mistake(
    "M13",
    "You took half of the weights. That is close if an index is as large as a value; "
    "here each has its own size, and the row starts are added.",
)
def one_half(rows, columns, value_bytes, index_bytes):
    """Zeros pay from one half on."""
    return rows * columns // 2


@exercise.mistake(
    "no-row-starts",
    "The row starts are missing. They are stored however few nonzeros there are.",
)
def no_row_starts(rows, columns, value_bytes, index_bytes):
    """The row starts are so few that nobody counts them."""
    dense = rows * columns * value_bytes
    return (dense - 1) // (value_bytes + index_bytes)


@exercise.mistake(
    "off-by-one",
    "A row start is missing. There is one more than there are rows, for the end of the "
    "last row.",
)
def as_many_starts_as_rows(rows, columns, value_bytes, index_bytes):
    """There is one start for each row."""
    left = rows * columns * value_bytes - rows * index_bytes
    return (left - 1) // (value_bytes + index_bytes)


@exercise.mistake(
    "column-major",
    "You counted a start for each column. CSR has one for each row, and the end.",
)
def starts_of_columns(rows, columns, value_bytes, index_bytes):
    """There is one start for each column, and one more."""
    left = rows * columns * value_bytes - (columns + 1) * index_bytes
    return (left - 1) // (value_bytes + index_bytes)


@exercise.mistake(
    "coo",
    "You counted the row of every nonzero, as in the coordinate format. CSR has its "
    "row starts instead.",
)
def row_and_column(rows, columns, value_bytes, index_bytes):
    """Each nonzero brings its row and its column."""
    dense = rows * columns * value_bytes
    return (dense - 1) // (value_bytes + 2 * index_bytes)


@exercise.mistake(
    "equal-is-not-smaller",
    "With that many, it may be exactly as large as the dense matrix: nothing is "
    "gained.",
)
def equal_counts(rows, columns, value_bytes, index_bytes):
    """At the break-even the sparse file is smaller."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return left // (value_bytes + index_bytes)


@exercise.mistake(
    "one-too-many",
    "That is the first number at which it no longer pays. We ask for the last one at "
    "which it does.",
)
def first_that_does_not_pay(rows, columns, value_bytes, index_bytes):
    """The answer is the first number at which it does not pay."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - 1) // (value_bytes + index_bytes) + 1


@exercise.mistake(
    "not-an-integer",
    "That is where the two lines cross. Nonzeros come one by one, so we ask for an "
    "integer: the last one below the crossing.",
)
def where_lines_cross(rows, columns, value_bytes, index_bytes):
    """A break-even is where two lines cross."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return left / (value_bytes + index_bytes)


@exercise.mistake(
    "M16",
    "That is a fraction of all weights. We ask for the number of nonzeros.",
)
def as_density(rows, columns, value_bytes, index_bytes):
    """A break-even point is a density."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return left / (value_bytes + index_bytes) / (rows * columns)


@exercise.mistake(
    "zeros-counted",
    "That is how many zeros there have to be. We ask for the number of nonzeros.",
)
def zeros_needed(rows, columns, value_bytes, index_bytes):
    """The question is how many weights have to go."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return rows * columns - (left - 1) // (value_bytes + index_bytes)


@exercise.mistake(
    "cut-short",
    "For the layers of a real network the number is far too small. Did you try only "
    "the first numbers of nonzeros?",
)
def first_thousand(rows, columns, value_bytes, index_bytes):
    """A thousand nonzeros are enough to look at."""
    k = np.arange(1000)
    sparse = k * value_bytes + (k + rows + 1) * index_bytes
    return np.flatnonzero(sparse < rows * columns * value_bytes).max()


@exercise.mistake(
    "smaller-by-an-index",
    "You ask the sparse file to be smaller by several bytes. One byte less is less.",
)
def smaller_by_an_index(rows, columns, value_bytes, index_bytes):
    """To be smaller the file must be smaller by one index."""
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - index_bytes) // (value_bytes + index_bytes)
