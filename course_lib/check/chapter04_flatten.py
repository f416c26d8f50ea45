"""Checks of chapter 04, first part: the columns behind a flatten."""

from __future__ import annotations

import numpy as np
import torch

from course_lib.check.answer import Answer, Slip, is_boolean
from course_lib.check.core import exercise
from course_lib.check.draw import draw_mask


@exercise(
    chapter="04",
    section=1,
    title="One channel, how many columns?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="one-column",
    room="Code",
)
def flat_columns(answer: Answer, rng: np.random.Generator) -> None:
    """Maps that are True or False throughout, flattened as a network does it."""
    for channels, height, width in ((4, 2, 3), (6, 5, 2), (8, 4, 4)):
        keep = draw_mask(rng, channels, channels // 2)
        maps = np.zeros((channels, height, width), dtype=bool)
        maps[keep] = True
        _check_columns(answer, keep, maps)


def _check_columns(answer: Answer, keep: np.ndarray, maps: np.ndarray) -> None:
    _, height, width = maps.shape
    came = answer(keep=keep, height=height, width=width)
    mask = answer.numbers(came, "the mask")
    truth = torch.flatten(torch.from_numpy(maps)).numpy()
    if mask.shape != truth.shape:
        _name_shape_slip(answer, maps, mask)
        answer.wrong_shape(came, "the mask", truth.shape)
    answer.expect(
        mask,
        truth,
        _column_slips(maps, truth),
        expected="True for each column that reads a kept channel",
        hint="Number the cells of all maps in the order in which flatten takes them. "
        "To which channel does each number belong?",
    )
    if not is_boolean(came):
        answer.fail(
            "numbers-not-bools",
            "Those are ones and zeros. As an index they would fetch the columns 1 and "
            "0 over and over. A mask is made of True and False.",
            came=str(mask),
            expected="the same as booleans",
        )


def _name_shape_slip(answer: Answer, maps: np.ndarray, mask: np.ndarray) -> None:
    channels, height, width = maps.shape
    sides = (height, width, height + width, height * height, width * width)
    slips = [
        (
            "one-column",
            mask.shape == (channels,),
            "There is one column for each channel. But a channel is a whole map, and "
            "flatten makes an input of the next layer out of every cell of it.",
        ),
        (
            "not-flat",
            mask.size == maps.size,
            "That is the shape before the flatten. The layer behind it knows nothing "
            "of maps: its inputs stand in one long row.",
        ),
        (
            "indices",
            mask.size == maps.sum() and len(np.unique(mask)) > 2,
            "Those are positions. Return a mask instead: True or False for each "
            "column of the layer.",
        ),
        (
            "one-side",
            mask.ndim == 1 and mask.size in [channels * n for n in sides],
            "You counted one side of the map, or added its sides, or took it for a "
            f"square. Here a map has {height} rows and {width} columns.",
        ),
    ]
    for name, is_this, hint in slips:
        if is_this:
            answer.fail(
                name,
                hint,
                came=f"shape {mask.shape}",
                expected=f"{maps.size} times True or False",
            )


def _column_slips(maps: np.ndarray, truth: np.ndarray) -> list[Slip]:
    first = np.ones_like(truth)
    first[: len(maps)] = maps.all(axis=(1, 2))
    turns = "You let the channels take turns. Flatten does not: it finishes the whole "
    turns += "map of channel 0 before it begins with the map of channel 1."
    return [
        # channel last, or in the middle
        Slip("interleaved", np.moveaxis(maps, 0, 2).ravel(), turns),
        Slip("interleaved", np.moveaxis(maps, 0, 1).ravel(), turns),
        Slip(
            "mask-flipped",
            ~truth,
            "It is the other way round: True means that the column stays.",
        ),
        Slip(
            "one-column",
            first,
            "Only the first columns were decided, one column for each channel. What "
            "about the other cells of its map?",
        ),
    ]
