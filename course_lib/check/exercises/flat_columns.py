"""The columns behind a flatten: one for each cell of a channel's map."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

exercise = Exercise(
    name="flat_columns",
    chapter="04",
    section=1,
    title="One channel, how many columns?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="one-column",
    room="Code",
    returns=("the mask",),
    expected="True for each column that reads a kept channel, False for any other",
    hint="Number the cells of all maps in the order in which flatten takes them. To "
    "which channel does each number belong?",
    types={"the mask": ("bool", "list of bool")},
)

ONE_SIDE = (
    "You counted one side of the map, added its sides, or took it for a square. How "
    "many cells has a map of two rows and three columns?"
)
INTERLEAVED = (
    "You let the channels take turns. Flatten does not: it finishes the map of one "
    "channel before it begins with the map of the next."
)


@exercise.solution
def solution(keep, height, width):
    return np.repeat(keep, height * width)


@exercise.drawn("maps of several shapes")
def maps(rng: np.random.Generator) -> Iterator[Arguments]:
    for channels, height, width in ((4, 2, 3), (6, 5, 2), (6, 2, 5), (8, 4, 4)):
        yield _arguments(rng, channels, channels // 2, height, width)


@exercise.drawn(
    "maps of one pixel, one row or one column",
    name="thin-maps",
    hint="A map may be a single row, a single column, or a single pixel. Each channel "
    "still has as many columns as its map has cells.",
)
def thin(rng: np.random.Generator) -> Iterator[Arguments]:
    for height, width in ((1, 1), (1, 5), (5, 1)):
        yield _arguments(rng, 7, 3, height, width)


@exercise.drawn(
    "all channels, none, or one of them",
    name="extreme-mask",
    hint="Every channel may be kept, or none, or a single one. The rule stays the "
    "same.",
)
def extremes(rng: np.random.Generator) -> Iterator[Arguments]:
    for kept in (0, 1, 5):
        yield _arguments(rng, 5, kept, 2, 3)


@exercise.drawn(
    "many channels, large maps",
    name="wrong-columns",
    hint="With more columns, some belong to the wrong channel. Is there a limit to "
    "the number of columns in your function?",
)
def many(rng: np.random.Generator) -> Iterator[Arguments]:
    for channels, height, width in ((50, 4, 4), (12, 7, 3), (3, 30, 20)):
        yield _arguments(rng, channels, channels // 3, height, width)


def _arguments(
    rng: np.random.Generator, channels: int, kept: int, height: int, width: int
) -> Arguments:
    keep = rng.permutation(np.arange(channels) < kept)
    return {"keep": keep, "height": height, "width": width}


@exercise.mistake(
    "one-column",
    "There is one column for each channel. But a channel is an entire map, and flatten "
    "turns every cell of it into an input of the next layer.",
)
def one_column_per_channel(keep, height, width):
    """A channel is one input of the next layer."""
    return keep.copy()


@exercise.mistake(
    "one-column",
    "Only the first columns were decided, one column for each channel. What about the "
    "other cells of its map?",
)
def first_columns_only(keep, height, width):
    """The first columns are the channels; the rest has nothing to do with them."""
    columns = np.ones(len(keep) * height * width, dtype=bool)
    columns[: len(keep)] = keep
    return columns


@exercise.mistake("interleaved", INTERLEAVED)
def channels_take_turns(keep, height, width):
    """Flatten takes one number of each channel in turn."""
    return np.tile(keep, height * width)


@exercise.mistake("interleaved", INTERLEAVED)
def rows_take_turns(keep, height, width):
    """Flatten goes row by row through all channels."""
    return np.tile(np.repeat(keep, width), height)


@exercise.mistake("one-side", ONE_SIDE)
def height_only(keep, height, width):
    """A channel has as many columns as its map is high."""
    return np.repeat(keep, height)


@exercise.mistake("one-side", ONE_SIDE)
def width_only(keep, height, width):
    """A channel has as many columns as its map is wide."""
    return np.repeat(keep, width)


@exercise.mistake("one-side", ONE_SIDE)
def sum_of_sides(keep, height, width):
    """Height and width are added."""
    return np.repeat(keep, height + width)


@exercise.mistake("one-side", ONE_SIDE)
def square_of_height(keep, height, width):
    """A map is as wide as it is high."""
    return np.repeat(keep, height * height)


@exercise.mistake("one-side", ONE_SIDE)
def square_of_width(keep, height, width):
    """A map is as high as it is wide."""
    return np.repeat(keep, width * width)


@exercise.mistake(
    "mask-flipped",
    "It is the other way round: True means that the column stays.",
)
def true_is_removed(keep, height, width):
    """The mask says which columns go."""
    return np.repeat(~keep, height * width)


@exercise.mistake(
    "indices",
    "Those are positions. Return a mask instead: True or False for each column of the "
    "layer.",
)
def positions_of_columns(keep, height, width):
    """A list of positions is as good as a mask."""
    return np.flatnonzero(np.repeat(keep, height * width))


@exercise.mistake(
    "numbers-not-bools",
    "Those are ones and zeros. As an index they would fetch columns 1 and 0 over and "
    "over. A mask is made of True and False.",
)
def ones_and_zeros(keep, height, width):
    """Ones and zeros are as good as True and False."""
    return np.kron(keep, np.ones(height * width, dtype=int))


@exercise.mistake(
    "not-flat",
    "That is the shape before the flatten. The layer behind it knows nothing of maps: "
    "its inputs form one long row.",
)
def as_maps(keep, height, width):
    """The mask has the shape of the maps."""
    return np.broadcast_to(keep[:, None, None], (len(keep), height, width)).copy()


@exercise.mistake(
    "thin-maps",
    "A map may be a single row, a single column, or a single pixel. Each channel "
    "still has as many columns as its map has cells.",
)
def two_rows_at_least(keep, height, width):
    """A map has at least two rows and two columns."""
    return np.repeat(keep, max(height, 2) * max(width, 2))


@exercise.mistake(
    "extreme-mask",
    "A mask may be False everywhere: then no column stays either.",
)
def never_none(keep, height, width):
    """A layer needs inputs, so where no channel is kept all are."""
    return np.repeat(keep if keep.any() else ~keep, height * width)


@exercise.mistake(
    "wrong-columns",
    "The numbers of the columns were kept in too few bits, so that they start anew "
    "halfway through a large layer.",
)
def one_byte_columns(keep, height, width):
    """One byte is enough for the number of a column."""
    columns = np.arange(len(keep) * height * width).astype(np.uint8)
    return keep[columns // (height * width)]
