"""The MACs of each layer once some hidden units are gone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

exercise = Exercise(
    name="macs_after",
    chapter="04",
    section=4,
    title="Half the channels, how much of the work?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M7",
    room="Math",
    returns=("the MACs of each layer",),
    expected="the MACs of each layer of the small network, first layer first",
    hint="Write down the widths of the small network. How many pairs of units has its "
    "first layer? How many has the second?",
)

ONE_SIDE = (
    "You made each layer smaller on one side. A layer between two pruned ones loses "
    "some of its outputs and also some of its inputs."
)


@exercise.solution
def solution(widths, per_pair, kept):
    return _macs(_small(widths, kept), per_pair)


def _small(widths, kept):
    return [widths[0], *kept, widths[-1]]


def _macs(widths, per_pair):
    return [a * b * p for a, b, p in zip(widths, widths[1:], per_pair, strict=False)]


@exercise.drawn("halves first, then networks of any widths")
def networks(rng: np.random.Generator) -> Iterator[Arguments]:
    yield _arguments([6, 8, 4, 2], [324, 81, 1], [4, 2])
    for layers in (3, 3, 4, 2):
        widths = [int(n) for n in rng.integers(8, 20, size=layers + 1)]
        kept = [int(rng.integers(1, width // 2)) for width in widths[1:-1]]
        per_pair = [int(n) for n in rng.integers(2, 400, size=layers)]
        yield _arguments(widths, per_pair, kept)


@exercise.drawn(
    "nothing to remove, nothing removed, an entire layer removed",
    name="extreme-cut",
    hint="A network may have no hidden layer at all. And a hidden layer may keep all "
    "of its units, or none: then nothing is multiplied on either side of it.",
)
def extremes(rng: np.random.Generator) -> Iterator[Arguments]:
    a, b, c, d = (int(n) for n in rng.integers(4, 20, size=4))
    per_pair = [int(n) for n in rng.integers(2, 50, size=3)]
    yield _arguments([a, b], per_pair[:1], [])
    for kept in ([b, c], [0, c], [b, 0], [0, 0]):
        yield _arguments([a, b, c, d], per_pair, kept)


@exercise.drawn(
    "a deep network of large layers",
    name="large-network",
    hint="For a deep network with large layers, some number is wrong. Mind the layers "
    "between two pruned ones, and numbers of many digits.",
)
def deep(rng: np.random.Generator) -> Iterator[Arguments]:
    widths = [3, 64, 128, 256, 512, 512, 1000]
    # 3 × 3 kernels on maps that shrink by half, then linear layers
    per_pair = [9 * (512 >> i) ** 2 for i in range(4)] + [1, 1]
    for least in (3, 2):
        kept = [int(rng.integers(least * w // 4, w)) for w in widths[1:-1]]
        yield _arguments(widths, per_pair, kept)


def _arguments(widths: list[int], per_pair: list[int], kept: list[int]) -> Arguments:
    return {"widths": widths, "per_pair": per_pair, "kept": kept}


@exercise.mistake("M7", ONE_SIDE)
def outputs_only(widths, per_pair, kept):
    """Half of a layer's units take half of its arithmetic."""
    small = _small(widths, kept)[1:]
    return [a * b * p for a, b, p in zip(widths, small, per_pair, strict=False)]


@exercise.mistake("M7", ONE_SIDE)
def inputs_only(widths, per_pair, kept):
    """A layer has less to do because fewer numbers come in."""
    small = _small(widths, kept)
    return [a * b * p for a, b, p in zip(small, widths[1:], per_pair, strict=False)]


@exercise.mistake(
    "M7",
    "Every layer keeps the same share here. But a pair of units is left only if both "
    "of its ends are: how many pairs are left between two halves?",
)
def same_share_everywhere(widths, per_pair, kept):
    """Half of the units, half of the work, in every layer."""
    share = sum(kept) / sum(widths[1:-1])
    return [macs * share for macs in _macs(widths, per_pair)]


@exercise.mistake(
    "ends-shrink",
    "Every layer shrinks on both sides here. The inputs and outputs of the network do "
    "not: the pixels stay, and so do the classes.",
)
def quarter_everywhere(widths, per_pair, kept):
    """Half of the units is a quarter of the work, in every layer."""
    share = sum(kept) / sum(widths[1:-1])
    return [macs * share**2 for macs in _macs(widths, per_pair)]


@exercise.mistake(
    "M1",
    "That is the arithmetic before the cut. Units that are gone are no longer "
    "multiplied.",
)
def nothing_saved(widths, per_pair, kept):
    """Pruning leaves the arithmetic as it is."""
    return _macs(widths, per_pair)


@exercise.mistake(
    "kept-not-removed",
    "The list kept says how many units stay, not how many go.",
)
def counts_what_goes(widths, per_pair, kept):
    """The list says how many units go."""
    left = [w - k for w, k in zip(widths[1:-1], kept, strict=True)]
    return _macs(_small(widths, left), per_pair)


@exercise.mistake(
    "pairs-not-macs",
    "Those are the pairs of units. A filter runs over the entire map: look up how "
    "often each pair is multiplied.",
)
def pairs_only(widths, per_pair, kept):
    """A layer multiplies once for each pair of units."""
    return _macs(_small(widths, kept), [1] * len(per_pair))


@exercise.mistake(
    "returns-total",
    "That is the sum. Return one number for each layer: only there can you see which "
    "layer saves how much.",
)
def total_only(widths, per_pair, kept):
    """The sum is what counts."""
    return sum(_macs(_small(widths, kept), per_pair))


@exercise.mistake(
    "returns-share",
    "Those are shares of what there was. Return the MACs themselves.",
)
def shares_only(widths, per_pair, kept):
    """The share that is left is the answer."""
    after = _macs(_small(widths, kept), per_pair)
    return [a / b for a, b in zip(after, _macs(widths, per_pair), strict=True)]


@exercise.mistake(
    "flops",
    "That is twice too many: one multiplication with its addition is one MAC. "
    "(Counted separately, they are two FLOPs.)",
)
def counts_flops(widths, per_pair, kept):
    """A multiplication and an addition are two operations."""
    return [2 * macs for macs in _macs(_small(widths, kept), per_pair)]


@exercise.mistake(
    "off-by-one",
    "Two layers are missing: the one that reads the inputs of the network and the one "
    "that gives its outputs.",
)
def hidden_layers_only(widths, per_pair, kept):
    """The layers that matter are those between hidden units."""
    return _macs(kept, per_pair[1:])


@exercise.mistake(
    "one-unit-stays",
    "A hidden layer may keep none of its units. Then nothing is multiplied on either "
    "side of it.",
)
def one_unit_stays(widths, per_pair, kept):
    """A layer keeps at least one unit."""
    return _macs(_small(widths, [max(k, 1) for k in kept]), per_pair)


@exercise.mistake(
    "overflow",
    "Layers can have billions of MACs. That is more than the integers of your "
    "function can hold, so they start anew from below.",
)
def four_byte_macs(widths, per_pair, kept):
    """Four bytes are enough for the MACs of a layer."""
    small = np.array(_small(widths, kept), dtype=np.int32)
    return small[:-1] * small[1:] * np.array(per_pair, dtype=np.int32)
