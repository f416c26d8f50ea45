"""Channels taken out of a convolution, its BatchNorm and the next convolution."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from course_lib.check.compare import Parts, close
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

NORM = ("gamma", "beta", "mean", "var")


def agree(got: Parts, wanted: Parts, **arguments: Any) -> bool:
    """Whether both give the same outputs; the channels may be in another order."""
    images = np.random.default_rng(0).normal(size=(8, wanted[0].shape[1], 5, 5))
    return close(_run(got, images), _run(wanted, images), 1e-5)


def _run(parts: Parts, images: np.ndarray) -> np.ndarray:
    """The outputs of the next convolution."""
    tensors = [torch.from_numpy(part.astype(np.float64)) for part in parts]
    conv, gamma, beta, mean, var, next_conv = tensors
    maps = functional.conv2d(torch.from_numpy(images), conv)
    maps = torch.relu(functional.batch_norm(maps, mean, var, gamma, beta))
    return np.asarray(functional.conv2d(maps, next_conv))


exercise = Exercise(
    name="cut_conv_bn",
    chapter="04",
    section=1,
    title="Cut a convolution with its BatchNorm",
    points=3,
    difficulty=2,
    minutes=12,
    misconception="batchnorm-shift",
    room="Math",
    returns=("conv", "bn (a dict with gamma, beta, mean, and var)", "next_conv"),
    expected="a trio that computes the same as the large one with the removed "
    "channels switched off",
    hint="The small trio does not compute what the large one does with the removed "
    "channels switched off. Did you keep the same channels, in the same order, in all "
    "six arrays?",
    agree=agree,
)

STILL_SPEAKS = (
    "A channel with a zero filter is not silent: BatchNorm takes its zeros, subtracts "
    "the mean, and adds beta, and the next layer reads that number everywhere."
)
STILL_THERE = (
    "The removed channels are silent now, but they are still there: there are as many "
    "numbers to store and multiply as before. Take them out."
)
LEFT_BEHIND = (
    "gamma or beta did not go with its channel. Each channel owns one entry in each "
    "of the four vectors; all four stay or all four go."
)
STATISTICS = (
    "mean or var did not shrink with the channels. Mean and variance are not "
    "parameters, and yet each channel owns an entry of both."
)
FRESH = (
    "The mean and variance are those of a new layer: 0 and 1. The channels that stay "
    "need their own values from training."
)
READER = (
    "The next layer must lose the slices that read the removed channels, and no others."
)


@exercise.solution
def solution(conv, bn, next_conv, keep):
    return conv[keep], _cut(bn, keep), next_conv[:, keep]


def _cut(bn, keep, names=NORM):
    return {n: v[keep] if n in names else v.copy() for n, v in bn.items()}


@exercise.drawn("half of the channels, or all of them")
def halves(rng: Rng) -> Calls:
    # channels, inputs of the first layer, outputs of the second, kept
    for sizes in ((6, 6, 6, 3), (6, 6, 6, 3), (8, 2, 3, 4), (5, 3, 2, 5)):
        yield _arguments(rng, *sizes)


@exercise.drawn("one channel stays, or one goes", name="wrong-channels")
def one(rng: Rng) -> Calls:
    for sizes in ((6, 6, 6, 1), (6, 6, 6, 5), (5, 2, 3, 1), (5, 2, 3, 4)):
        yield _arguments(rng, *sizes)


@exercise.drawn("a gray image, a single output, many channels", name="wrong-channels")
def ends(rng: Rng) -> Calls:
    for sizes in ((6, 1, 1, 3), (5, 5, 1, 2), (40, 16, 24, 20)):
        yield _arguments(rng, *sizes, scale=float(10.0 ** rng.integers(-2, 3)))


def _arguments(
    rng: Rng, channels: int, inputs: int, outputs: int, kept: int, scale: float = 1.0
) -> Arguments:
    """No channel is silent everywhere. The first one goes, unless all stay."""
    keep = np.arange(channels) >= channels - kept
    keep[1:] = rng.permutation(keep[1:])
    return {
        "conv": scale * rng.normal(size=(channels, inputs, 3, 3)),
        "bn": {
            "gamma": rng.choice([-1, 1], channels) * rng.uniform(0.5, 2, channels),
            "beta": rng.choice([-1, 1], channels) * rng.uniform(0.2, 1, channels),
            "mean": scale * rng.normal(size=channels),
            "var": scale**2 * rng.uniform(0.5, 4, size=channels),
        },
        "next_conv": rng.normal(size=(outputs, channels, 3, 3)),
        "keep": keep,
    }


@exercise.mistake("batchnorm-shift", STILL_SPEAKS)
def zero_filters(conv, bn, next_conv, keep):
    """A filter of zeros makes a channel of zeros."""
    return conv * keep[:, None, None, None], bn, next_conv


@exercise.mistake("batchnorm-shift", STILL_SPEAKS)
def zero_filters_and_scales(conv, bn, next_conv, keep):
    """With filter and scale at zero, nothing is left to say."""
    scales = bn | {"gamma": bn["gamma"] * keep}
    return conv * keep[:, None, None, None], scales, next_conv


@exercise.mistake("M1", STILL_THERE)
def zeros_everywhere(conv, bn, next_conv, keep):
    """Zeros make the network smaller."""
    silent = {"gamma": bn["gamma"] * keep, "beta": bn["beta"] * keep}
    return conv * keep[:, None, None, None], bn | silent, next_conv


@exercise.mistake("M1", STILL_THERE)
def zeros_on_both_sides(conv, bn, next_conv, keep):
    """A channel of zeros that is read with zeros is gone."""
    gate = keep[:, None, None]
    return conv * gate[:, None], bn, next_conv * gate


@exercise.mistake("norm-left-behind", LEFT_BEHIND)
def norm_untouched(conv, bn, next_conv, keep):
    """The normalization is a layer of its own and stays as it is."""
    return conv[keep], bn, next_conv[:, keep]


@exercise.mistake("norm-left-behind", LEFT_BEHIND)
def first_entries(conv, bn, next_conv, keep):
    """The first entries belong to the channels that are left."""
    kept = int(np.sum(keep))
    return conv[keep], {n: v[:kept] for n, v in bn.items()}, next_conv[:, keep]


@exercise.mistake("norm-left-behind", LEFT_BEHIND)
def first_shifts(conv, bn, next_conv, keep):
    """Only the scale belongs to a channel, the shift is shared."""
    small = _cut(bn, keep) | {"beta": bn["beta"][: int(np.sum(keep))]}
    return conv[keep], small, next_conv[:, keep]


@exercise.mistake("statistics-left-behind", STATISTICS)
def statistics_untouched(conv, bn, next_conv, keep):
    """Mean and variance are no parameters, so they need no pruning."""
    return conv[keep], _cut(bn, keep, ("gamma", "beta")), next_conv[:, keep]


@exercise.mistake("statistics-left-behind", STATISTICS)
def first_statistics(conv, bn, next_conv, keep):
    """Mean and variance only need the right length."""
    kept = int(np.sum(keep))
    small = _cut(bn, keep) | {name: bn[name][:kept] for name in ("mean", "var")}
    return conv[keep], small, next_conv[:, keep]


@exercise.mistake("fresh-norm", FRESH)
def new_norm(conv, bn, next_conv, keep):
    """A new layer gets a new normalization."""
    kept = int(np.sum(keep))
    ones, zeros = np.ones(kept), np.zeros(kept)
    new = {"gamma": ones, "beta": zeros, "mean": zeros, "var": ones}
    return conv[keep], new, next_conv[:, keep]


@exercise.mistake("fresh-norm", FRESH)
def new_statistics(conv, bn, next_conv, keep):
    """Copying the two learned vectors into a new layer is enough."""
    kept = int(np.sum(keep))
    new = _cut(bn, keep) | {"mean": np.zeros(kept), "var": np.ones(kept)}
    return conv[keep], new, next_conv[:, keep]


@exercise.mistake(
    "wrong-axis", "You took input channels of conv. Our channels are its outputs."
)
def slices_of_conv(conv, bn, next_conv, keep):
    """The first axis of a filter bank is what it reads."""
    return conv[:, keep], _cut(bn, keep), next_conv[:, keep]


@exercise.mistake(
    "wrong-axis",
    "You took filters of next_conv. Those make the channels after it; our channels "
    "are read by a slice of every filter.",
)
def filters_of_next(conv, bn, next_conv, keep):
    """A channel is a filter in both layers."""
    return conv[keep], _cut(bn, keep), next_conv[keep]


@exercise.mistake("consumer-left-whole", READER)
def next_layer_unchanged(conv, bn, next_conv, keep):
    """Only the layer that is pruned changes its shape."""
    return conv[keep], _cut(bn, keep), next_conv


@exercise.mistake("consumer-left-whole", READER)
def first_slices(conv, bn, next_conv, keep):
    """The next layer reads the first slices it has."""
    return conv[keep], _cut(bn, keep), next_conv[:, : int(np.sum(keep))]


@exercise.mistake(
    "mask-flipped",
    "It is the other way around: True in keep means that the channel stays.",
)
def removes_the_kept(conv, bn, next_conv, keep):
    """The mask says what to take out."""
    return solution(conv, bn, next_conv, ~keep)


@exercise.mistake(
    "mask-as-index",
    "The mask became numbers, so you got copies of channels 0 and 1 over and over. "
    "Index with the booleans themselves.",
)
def mask_as_numbers(conv, bn, next_conv, keep):
    """True and False are 1 and 0, so they may be numbers."""
    return solution(conv, bn, next_conv, keep.astype(int))


@exercise.mistake(
    "squeezed",
    "When a single channel is left, an axis is missing. An axis of length one is "
    "still an axis, and the layers expect it.",
)
def squeezed_trio(conv, bn, next_conv, keep):
    """A single channel needs no axis of its own."""
    small = {name: np.squeeze(vector[keep]) for name, vector in bn.items()}
    return np.squeeze(conv[keep]), small, np.squeeze(next_conv[:, keep])


@exercise.mistake(
    "positive-scale",
    "gamma may be negative: then it reverses the sign of its channel. Keep its sign.",
)
def positive_scale(conv, bn, next_conv, keep):
    """A scale is never negative."""
    small = _cut(bn, keep)
    return conv[keep], small | {"gamma": np.abs(small["gamma"])}, next_conv[:, keep]
