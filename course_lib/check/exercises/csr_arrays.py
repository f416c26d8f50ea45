"""The three arrays of a matrix in compressed sparse rows."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Calls, Rng

exercise = Exercise(
    name="csr_arrays",
    chapter="05",
    section=1,
    title="Three arrays instead of one",
    points=3,
    difficulty=2,
    minutes=11,
    misconception="empty-row",
    room="Code",
    returns=("row_starts", "columns", "values"),
    expected="row_starts, columns, values, from which a reader can restore "
    "{A.shape[0]} rows, with each nonzero in its place",
    hint="Read your arrays back by hand: a row has the values from its own start up "
    "to, but not including, the start of the next row. Which row is the first to be "
    "wrong?",
    types={"row_starts": ("int32",), "columns": ("int32",)},
)

EMPTY_ROW = (
    "An empty row has a start too: the place where its values would be, which is also "
    "where the next row begins. Otherwise a reader takes the values of one row for "
    "those of another."
)
ENDS = (
    "There is one more entry than there are rows: the start of each row, beginning "
    "with 0, and after them the end of the last row."
)
FROM_ZERO = (
    "Counting starts at 0 here: the first nonzero is number 0, and so is the first "
    "column."
)
COUNTS = (
    "Those are the numbers of nonzeros in each row. A start is the number of nonzeros "
    "in all rows before it."
)
INT64 = (
    "The numbers are right, but each index takes eight bytes, more than a float32 "
    "weight. NumPy uses such indices unless you ask for another type."
)
COLUMN_MAJOR = (
    "The nonzeros are listed column by column. CSR goes row by row, and each row from "
    "left to right."
)
THIN = (
    "A matrix may have a single row or a single column. There is still one more row "
    "start than there are rows."
)
SMALL_IS_NOT_ZERO = (
    "Small is not zero: every number that differs from zero is stored unchanged. And "
    "minus zero, which masking can leave, is a zero."
)


def _three(starts, columns, values):
    return np.asarray(starts, np.int32), np.asarray(columns, np.int32), values


def _right(A):
    rows, columns = np.nonzero(A)
    starts = np.append(0, np.cumsum(np.count_nonzero(A, axis=1)))
    return starts, columns, A[rows, columns]


@exercise.solution
def solution(A):
    return _three(*_right(A))


@exercise.drawn("matrices with empty rows, or without")
def matrices(rng: Rng) -> Calls:
    for counts, width in (
        ((0, 3, 0, 0, 5, 2, 0), 6),
        ((4, 1, 2), 5),
        ((0, 0, 1, 0), 3),
        ((0, 0, 0), 4),
        ((3, 3), 3),
    ):
        A = np.zeros((len(counts), width))
        for row, count in zip(A, counts, strict=True):
            row[rng.permutation(width)[:count]] = 1
        # numbers of their own, of either sign
        places = A != 0
        drawn = rng.permutation(int(places.sum())) + 1.5
        A[places] = drawn * rng.choice([-1, 1], size=len(drawn))
        if len(drawn):
            A[tuple(np.argwhere(places)[0])] = -0.5
        yield {"A": A}


@exercise.drawn("a matrix with very many columns")
def wide(rng: Rng) -> Calls:
    A = np.zeros((4, 40_000))
    A[[0, 2, 2, 3], [39_999, 3, 35_000, 17]] = rng.normal(size=4)
    yield {"A": A}


@exercise.drawn("a single row, or a single column", name="thin-matrix", hint=THIN)
def thin(rng: Rng) -> Calls:
    for shape in ((1, 9), (9, 1), (1, 1)):
        A = rng.normal(size=shape)
        A[rng.random(shape) < 0.5] = 0
        yield {"A": A}


@exercise.drawn(
    "very small numbers, and minus zero",
    name="small-is-not-zero",
    hint=SMALL_IS_NOT_ZERO,
)
def small(rng: Rng) -> Calls:
    A = rng.normal(size=(6, 8)) * 10.0 ** rng.integers(-30, 3, size=(6, 8))
    A[rng.random(A.shape) < 0.4] = 0
    A[rng.random(A.shape) < 0.3] = -0.0
    A[int(rng.integers(1, 5))] = 0
    A[0, :2] = (1e-30, 1)
    yield {"A": A}


@exercise.mistake("empty-row", EMPTY_ROW)
def first_appearance(A):
    """A row starts where its number first appears among the nonzeros."""
    rows, columns = np.nonzero(A)
    _, first = np.unique(rows, return_index=True)
    return _three(np.append(first, len(rows)), columns, A[rows, columns])


@exercise.mistake("empty-row", EMPTY_ROW)
def empty_rows_start_at_zero(A):
    """Rows without nonzeros keep the zero that the array was made with."""
    rows, columns = np.nonzero(A)
    starts = np.zeros(len(A) + 1, dtype=int)
    unique, first = np.unique(rows, return_index=True)
    starts[unique] = first
    starts[-1] = len(rows)
    return _three(starts, columns, A[rows, columns])


@exercise.mistake("off-by-one", ENDS)
def no_end(A):
    """There are as many row starts as there are rows."""
    starts, columns, values = _right(A)
    return _three(starts[:-1], columns, values)


@exercise.mistake("off-by-one", ENDS)
def no_zero(A):
    """The running sum of the counts is where rows start."""
    starts, columns, values = _right(A)
    return _three(starts[1:], columns, values)


@exercise.mistake(
    "off-by-one",
    "That is where each row ends, so the first row is lost. The first start is 0.",
)
def ends_for_starts(A):
    """The running sum only has to be made one entry longer at its end."""
    starts, columns, values = _right(A)
    return _three(np.append(starts[1:], starts[-1]), columns, values)


@exercise.mistake("one-based", FROM_ZERO)
def starts_from_one(A):
    """The first nonzero has number 1."""
    starts, columns, values = _right(A)
    return _three(starts + 1, columns, values)


@exercise.mistake("one-based", FROM_ZERO)
def columns_from_one(A):
    """The first column has number 1."""
    starts, columns, values = _right(A)
    return _three(starts, columns + 1, values)


@exercise.mistake("counts-not-starts", COUNTS)
def counts_of_rows(A):
    """It is enough to say how many nonzeros each row has."""
    starts, columns, values = _right(A)
    return _three(np.diff(starts), columns, values)


@exercise.mistake("counts-not-starts", COUNTS)
def zero_and_counts(A):
    """A zero in front of the counts turns them into starts."""
    starts, columns, values = _right(A)
    return _three(np.append(0, np.diff(starts)), columns, values)


@exercise.mistake("int64", INT64)
def wide_indices(A):
    """The indices that NumPy gives are as short as they can be."""
    return _right(A)


@exercise.mistake("int64", INT64)
def wide_starts(A):
    """Only the columns are many, so only they must be short."""
    starts, columns, values = _right(A)
    return starts, columns.astype(np.int32), values


@exercise.mistake(
    "no-type",
    "The entries of a list have no fixed width. Make arrays, and give their type.",
)
def plain_lists(A):
    """A list of integers is as good as an array."""
    return tuple(part.tolist() for part in solution(A))


@exercise.mistake(
    "wrong-width",
    "The exercise asks for four bytes per index: another program can read only the "
    "width that was agreed on.",
)
def short_indices(A):
    """Indices are positive, so they can be unsigned and short."""
    starts, columns, values = _right(A)
    return starts.astype(np.uint16), columns.astype(np.uint16), values


@exercise.mistake("column-major", COLUMN_MAJOR)
def compressed_columns(A):
    """Nonzeros are taken column by column."""
    return solution(A.T)


@exercise.mistake("column-major", COLUMN_MAJOR)
def values_down_the_columns(A):
    """Flattening takes the values in the order of the columns' index."""
    starts, columns, _ = _right(A)
    values = A.ravel(order="F")
    return _three(starts, columns, values[values != 0])


@exercise.mistake(
    "coo",
    "Those are the rows of the nonzeros, as in the coordinate format. CSR stores only "
    "where each row starts.",
)
def row_of_each_nonzero(A):
    """Every nonzero says which row it is in."""
    rows, columns = np.nonzero(A)
    return _three(rows, columns, A[rows, columns])


@exercise.mistake(
    "flat-positions",
    "Those are positions in the flattened matrix. The starts already give the row, so "
    "the column is enough, and it is a smaller number.",
)
def flat_positions(A):
    """The index of a nonzero is its place in the flat matrix."""
    starts, _, values = _right(A)
    return _three(starts, np.flatnonzero(A), values)


@exercise.mistake(
    "M1",
    "You stored the zeros too, each with an index. That takes more bytes than before.",
)
def zeros_as_well(A):
    """The format skips the zeros by itself."""
    rows, columns = A.shape
    starts = np.arange(rows + 1) * columns
    return _three(starts, np.tile(np.arange(columns), rows), A.ravel())


@exercise.mistake(
    "sign", "The negative weights are lost. Keep every number that differs from zero."
)
def only_positive(A):
    """A weight that is there is larger than zero."""
    return solution(np.where(A > 0, A, 0))


@exercise.mistake(
    "order",
    "The arrays are right, but in the wrong order. Return row_starts, columns, values.",
)
def as_scipy_takes_them(A):
    """The order is the one in which scipy takes them."""
    starts, columns, values = solution(A)
    return values, columns, starts


@exercise.mistake(
    "overflow",
    "In a matrix with very many columns, some column numbers do not fit into the type "
    "that you used along the way.",
)
def two_byte_columns(A):
    """Two bytes are enough for a column."""
    starts, columns, values = solution(A)
    return starts, columns.astype(np.int16).astype(np.int32), values


@exercise.mistake("thin-matrix", THIN)
def column_as_row(A):
    """A single column is the same as a single row."""
    return solution(np.atleast_2d(np.squeeze(A)))


@exercise.mistake("small-is-not-zero", SMALL_IS_NOT_ZERO)
def tiny_is_zero(A):
    """What is smaller than rounding is zero."""
    return solution(np.where(np.abs(A) > 1e-12, A, 0))
