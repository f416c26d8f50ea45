"""The entropy of a mask whose rows have densities of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

exercise = Exercise(
    name="row_entropy",
    chapter="05",
    section=5,
    title="What does the mask cost?",
    points=2,
    difficulty=2,
    minutes=9,
    misconception="iid-floor",
    room="Math",
    returns=("the bits for each position",),
    expected="the bits for each position if every row is coded by its own density",
    hint="Take one row and compute its density. A kept position costs the base-2 "
    "logarithm of 1 over that density, a pruned one that of 1 over the rest. What do "
    "they cost on average? And in all rows?",
)

LEFT_OUT = (
    "Rows without a kept position, or with all of them, were left out. They need no "
    "bits, but they do have positions: the mean is over all rows."
)
TOTAL = "That is a sum. We ask for the bits for each position, from 0 to 1."
EXTREME = (
    "A row in which nothing is kept, or everything, costs nothing, even if all rows "
    "are like that or have one position only. A row of which half is kept costs one "
    "bit for each position."
)


def _entropy(p):
    """The bits for each position of rows with these densities."""
    p = np.asarray(p, dtype=float)
    bits = np.zeros(p.shape)
    for part in (p, 1 - p):
        bits -= part * np.log2(np.where(part > 0, part, 1))
    return bits


@exercise.solution
def solution(mask):
    return _entropy(mask.mean(axis=1)).mean()


@exercise.drawn("rows of eight positions, some of them empty or full")
def eight(rng: np.random.Generator) -> Iterator[Arguments]:
    for counts in ((2, 0, 1, 0, 4), (8, 1, 6, 0, 3, 2), (3, 1, 2)):
        rows = [rng.permutation(np.arange(8) < n) for n in rng.permutation(counts)]
        yield {"mask": np.stack(rows)}


@exercise.drawn("masks of any size, rows of any density")
def any_density(rng: np.random.Generator) -> Iterator[Arguments]:
    for shape in ((30, 50), (7, 200), (5, 13), (9, 16)):
        density = rng.uniform(0.02, 0.98, size=(shape[0], 1))
        yield {"mask": rng.random(shape) < density}


@exercise.drawn(
    "rows that cost nothing, and rows that cost one bit",
    name="extreme-rows",
    hint=EXTREME,
)
def extremes(rng: np.random.Generator) -> Iterator[Arguments]:
    rows, width = (int(n) for n in rng.integers(3, 9, size=2))
    full = rng.permutation(np.arange(rows) < 2)
    half = [rng.permutation(2 * width) < width for _ in range(rows)]
    for mask in (
        np.zeros((rows, width), dtype=bool),
        np.ones((rows, width), dtype=bool),
        np.tile(full[:, None], (1, width)),
        full[:, None],
        np.stack(half),
    ):
        yield {"mask": mask}


@exercise.mistake(
    "iid-floor",
    "You used the density of the entire mask. That is the floor for a coder who knows "
    "nothing else. Each row has its own density.",
)
def one_density(mask):
    """The density of a mask says how many bits it needs."""
    return float(_entropy(mask.mean()))


@exercise.mistake(
    "wrong-base",
    "You took the natural logarithm. Bits come from the base 2.",
)
def natural_logarithm(mask):
    """A logarithm is a logarithm."""
    return float(np.mean(_entropy(mask.mean(axis=1))) * np.log(2))


@exercise.mistake(
    "wrong-base",
    "You took logarithms to the base of ten. Bits come from the base 2.",
)
def base_of_ten(mask):
    """Logarithms are taken to the base of ten."""
    return float(np.mean(_entropy(mask.mean(axis=1))) * np.log10(2))


@exercise.mistake(
    "half-of-it",
    "You counted what the kept positions cost. The pruned ones have to be described as "
    "well: cheap, but many.",
)
def kept_positions_only(mask):
    """Only what is kept has to be said."""
    p = mask.mean(axis=1)
    return float(np.mean(-p * np.log2(np.where(p > 0, p, 1))))


@exercise.mistake(
    "zero-times-log",
    "The result is not a number: 0 · log 0 has no value for a computer. A symbol that "
    "does not occur costs nothing, so leave its term out.",
)
def zero_times_infinity(mask):
    """NumPy knows that nothing times anything is nothing."""
    p = mask.mean(axis=1)
    with np.errstate(all="ignore"):
        return np.mean(-p * np.log2(p) - (1 - p) * np.log2(1 - p))


@exercise.mistake(
    "empty-rows-left-out",
    LEFT_OUT,
)
def rows_with_a_choice(mask):
    """Rows that need no bits are left out of the mean."""
    p = mask.mean(axis=1)
    return float(_entropy(p[(p > 0) & (p < 1)]).mean())


@exercise.mistake(
    "empty-rows-left-out",
    LEFT_OUT,
)
def rows_with_something_in_them(mask):
    """Empty rows are not part of the network any more."""
    p = mask.mean(axis=1)
    return float(_entropy(p[p > 0]).mean())


@exercise.mistake(
    "wrong-axis",
    "You used the densities of the columns. Each row is an entry of axis 0, so its "
    "mean runs over axis 1.",
)
def columns_for_rows(mask):
    """The mean over axis 0 is the mean of each row."""
    return float(_entropy(mask.mean(axis=0)).mean())


@exercise.mistake(
    "total-not-mean",
    TOTAL,
)
def sum_over_rows(mask):
    """Entropies of the rows add up."""
    return float(_entropy(mask.mean(axis=1)).sum())


@exercise.mistake(
    "total-not-mean",
    TOTAL,
)
def bits_of_the_mask(mask):
    """What counts is how many bits the entire mask needs."""
    return float(_entropy(mask.mean(axis=1)).sum() * mask.shape[1])


@exercise.mistake(
    "where-the-kept-are",
    "That says in which row a kept weight is. The question is, for each position of a "
    "row: kept or not?",
)
def where_the_kept_are(mask):
    """A row's probability is its part of all that is kept."""
    part = mask.sum(axis=1) / mask.sum()
    return float(-(part * np.log2(np.where(part > 0, part, 1))).sum())


@exercise.mistake(
    "one-for-each-row",
    "That is one number per row. Return one number for the entire mask.",
)
def list_of_rows(mask):
    """Every row has its own answer."""
    return _entropy(mask.mean(axis=1))


@exercise.mistake(
    "rounded",
    "You rounded the densities, and the result is not exact.",
)
def rounded_density(mask):
    """Two digits are enough for a density."""
    return _entropy(np.round(mask.mean(axis=1), 2)).mean()


@exercise.mistake(
    "eight-positions",
    "You divided by a fixed number of positions. A row has as many as the mask has "
    "columns.",
)
def eight_positions(mask):
    """A row has eight positions."""
    bits = _entropy(mask.mean(axis=1)) * mask.shape[1]
    return bits.sum() / (8 * len(mask))
