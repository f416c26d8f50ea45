"""Checks of chapter 04, second part: a convolution, its BatchNorm, its reader."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from course_lib.check.answer import Answer, close
from course_lib.check.core import exercise
from course_lib.check.draw import draw_mask

NORM = ("gamma", "beta", "mean", "var")
Arrays = dict[str, np.ndarray]  # "conv", the four of NORM, "next_conv"
# (misconception, the arrays as this slip leaves them, what to say about it)
Spoiled = tuple[str, Arrays, str]


@exercise(
    chapter="04",
    section=2,
    title="Cut a convolution with its BatchNorm",
    points=3,
    difficulty=2,
    minutes=12,
    misconception="batchnorm-shift",
    room="Math",
)
def cut_conv_bn(answer: Answer, rng: np.random.Generator) -> None:
    """The small trio runs as the large one does with its channels switched off."""
    for inputs, units, outputs, kept in ((6, 6, 6, 3), (2, 8, 3, 4), (3, 5, 2, 5)):
        arrays = {
            "conv": rng.normal(size=(units, inputs, 3, 3)),
            "gamma": rng.uniform(0.5, 2, size=units),
            "beta": rng.uniform(0.5, 2, size=units),
            "mean": rng.normal(size=units),
            "var": rng.uniform(0.5, 4, size=units),
            "next_conv": rng.normal(size=(outputs, units, 3, 3)),
        }
        keep = draw_mask(rng, units, kept) if kept < units else np.ones(units, bool)
        _check_trio(answer, arrays, keep, rng.normal(size=(4, inputs, 6, 6)))


def _check_trio(
    answer: Answer, arrays: Arrays, keep: np.ndarray, images: np.ndarray
) -> None:
    came = _read_trio(answer, arrays, keep)
    if not keep.all():
        _name_slip(answer, arrays, keep, came)
    kept = int(keep.sum())
    for name, array in came.items():
        shape = list(arrays[name].shape)
        shape[1 if name == "next_conv" else 0] = kept
        if array.shape != tuple(shape):
            answer.wrong_shape(array, f"the new {name}", tuple(shape))
    answer.expect(
        _run(came, images, np.ones(kept)),
        _run(arrays, images, keep.astype(float)),
        [],
        expected="the same outputs as with the removed channels switched off",
        hint="The shapes are right, but the small trio computes something else. Is it "
        "the same channels, in the same order, in all six arrays?",
    )


def _read_trio(answer: Answer, arrays: Arrays, keep: np.ndarray) -> Arrays:
    bn = {name: arrays[name] for name in NORM}
    conv, next_conv = arrays["conv"], arrays["next_conv"]
    came = answer(conv=conv, bn=bn, next_conv=next_conv, keep=keep)
    first, norm, last = answer.parts(came, ("conv", "bn", "next_conv"))
    vectors = zip(NORM, answer.entries(norm, NORM), strict=True)
    parts = {"conv": first, **dict(vectors), "next_conv": last}
    return {name: answer.numbers(p, f"the new {name}") for name, p in parts.items()}


def _run(arrays: Arrays, images: np.ndarray, speaks: np.ndarray) -> np.ndarray:
    """The outputs of the second convolution; ``speaks`` is 0 for a silent channel."""
    layers = {name: torch.from_numpy(array) for name, array in arrays.items()}
    maps = functional.conv2d(torch.from_numpy(images), layers["conv"], padding=1)
    statistics = layers["mean"], layers["var"]
    maps = functional.batch_norm(maps, *statistics, layers["gamma"], layers["beta"])
    maps = torch.relu(maps) * torch.from_numpy(speaks)[:, None, None]
    return np.asarray(functional.conv2d(maps, layers["next_conv"], padding=1))


def _name_slip(answer: Answer, arrays: Arrays, keep: np.ndarray, came: Arrays) -> None:
    slips = [
        *_axis_slips(arrays, keep),
        *_zero_slips(arrays, keep),
        *_norm_slips(arrays, keep),
    ]
    for name, spoiled, text in slips:
        if all(close(came[key], array, 1e-12) for key, array in spoiled.items()):
            answer.fail(
                name,
                text,
                came=", ".join(f"{key} {array.shape}" for key, array in came.items()),
                expected=f"a trio with {int(keep.sum())} channels inside",
            )


def _axis_slips(arrays: Arrays, keep: np.ndarray) -> list[Spoiled]:
    conv, next_conv = arrays["conv"], arrays["next_conv"]
    index, kept = keep.astype(int), int(keep.sum())
    slips: list[Spoiled] = [
        (
            "mask-flipped",
            {"conv": conv[~keep], "next_conv": next_conv[:, ~keep]},
            "It is the other way round: True in keep means that the channel stays.",
        ),
        (
            "mask-as-index",
            {"conv": conv[index], "next_conv": next_conv[:, index]},
            "The mask became numbers, so you got copies of channels 0 and 1 over and "
            "over. Index with the booleans themselves.",
        ),
    ]
    if conv.shape[0] == conv.shape[1]:
        hint = "You took input channels of conv. Our channels are what it puts out."
        slips.append(("wrong-axis", {"conv": conv[:, keep]}, hint))
    if len(next_conv) == len(keep):
        hint = "You took filters of next_conv. Those are the channels behind it; what "
        hint += "it reads from ours is a slice of every filter."
        slips.append(("wrong-axis", {"next_conv": next_conv[keep]}, hint))
    hint = "The next layer has to lose what it read from the removed channels: these "
    hint += "slices, and no others."
    for whole in (next_conv, next_conv[:, :kept]):
        spoiled = {"conv": conv[keep], "next_conv": whole}
        slips.append(("consumer-left-whole", spoiled, hint))
    return slips


def _zero_slips(arrays: Arrays, keep: np.ndarray) -> list[Spoiled]:
    zeros = arrays["conv"] * keep[:, None, None, None]
    unread = arrays["next_conv"] * keep[:, None, None]
    silent = {name: arrays[name] * keep for name in ("gamma", "beta")}
    gone = "The removed channels are silent now, but they are still there: as many "
    gone += "numbers to store and to multiply as before. Take them out."
    hint = "A filter of zeros still speaks: BatchNorm takes its zeros, subtracts the "
    hint += "mean and adds beta, and the next layer hears that number everywhere."
    return [
        ("M1", {"conv": zeros, **silent}, gone),
        ("M1", {"conv": zeros, "next_conv": unread}, gone),
        ("batchnorm-shift", {"conv": zeros}, hint),
    ]


def _norm_slips(arrays: Arrays, keep: np.ndarray) -> list[Spoiled]:
    kept = int(keep.sum())
    conv = {"conv": arrays["conv"][keep]}
    new = "Mean and variance are those of a layer that starts anew: 0 and 1. The "
    new += "channels that stay have learned theirs, and need them."
    slips: list[Spoiled] = [
        ("fresh-norm", conv | {"mean": np.zeros(kept), "var": np.ones(kept)}, new)
    ]
    for name in NORM:
        for left in (arrays[name], arrays[name][:kept]):
            spoiled = conv | {name: left}
            if name in ("gamma", "beta"):
                hint = f"{name} did not go with its channel. Each channel owns one "
                hint += "entry in each of the four vectors; all stay or all go."
                slips.append(("norm-left-behind", spoiled, hint))
            else:
                hint = f"{name} did not shrink with the channels. Mean and variance "
                hint += "are no parameters, and yet each channel owns an entry of both."
                slips.append(("statistics-left-behind", spoiled, hint))
    return slips
