"""Further properties of the answers of chapter 03: which weights go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import torch
from grading.hidden.core import demand, further
from torch import nn
from torch.nn.utils import prune

from course_lib.check.answer import Answer, close


def _check_rows(answer: Answer, W: np.ndarray, k: int, name: str, hint: str) -> None:
    """Exactly k stay in each row, and they are as large as the k largest."""
    mask = answer.shaped(answer(W=W, k=k), "the mask", W.shape)
    size, first = np.abs(W.astype(np.float64)), W.shape[1] - k
    is_mask = np.isin(mask, (0, 1)).all() and (mask.sum(axis=1) == k).all()
    kept = np.sort(np.where(mask == 1, size, -1.0), axis=1)[:, first:]
    largest = np.sort(size, axis=1)[:, first:]
    demand(answer, is_mask and np.array_equal(kept, largest), name, hint)


@further("keep_k_per_row", "rows that were pruned before, and weights from a grid")
def _pruned_before(answer: Answer, rng: np.random.Generator) -> None:
    hint = "Here many weights are equally large or zero already. Exactly k stay in "
    hint += "each row all the same, and no zero stays while a larger weight goes."
    W = rng.normal(size=(6, 12)) * (rng.random((6, 12)) < 0.3)
    W[2] = 0.0
    for k in (1, 7, 11):
        _check_rows(answer, W, k, "ties", hint)
    grid = rng.integers(-3, 4, size=(20, 30)).astype(float)
    _check_rows(answer, grid, int(rng.integers(3, 27)), "ties", hint)


@further("keep_k_per_row", "one long row, a single column, any k")
def _any_k(answer: Answer, rng: np.random.Generator) -> None:
    hint = "A matrix may have a single row or a single column, and k may be anything "
    hint += "from 0 to the number of inputs."
    row, column = rng.normal(size=(1, 200)), rng.normal(size=(9, 1))
    for k in (0, 1, int(rng.integers(2, 199)), 199, 200):
        _check_rows(answer, row, k, "extreme-k", hint)
    for k in (0, 1):
        _check_rows(answer, column, k, "extreme-k", hint)


@further("keep_k_per_row", "very small and very large weights, float32 too")
def _any_scale(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "Only the order of the sizes counts. Is there a fixed limit, a rounding, or a "
    )
    hint += "small number that is added?"
    W = rng.normal(size=(5, 9))
    for scaled in (W * 1e-15, W * 1e15, (W * 1e-6).astype(np.float32), -np.abs(W)):
        _check_rows(answer, scaled, int(rng.integers(2, 8)), "scale", hint)


def _weights(
    rng: np.random.Generator, shape: tuple[int, ...], small: int, steps: int = 0
) -> np.ndarray:
    """Weights of which ``small`` are below 1 and the others above, of either sign.

    With ``steps`` they come from so many values a side, and zeros are among them.
    """
    size = int(np.prod(shape))
    low, high = rng.uniform(0.05, 0.95, size=small), rng.uniform(1.05, 4, size - small)
    if steps:
        low, high = np.floor(low * steps) / steps, 2 + np.floor(high)
    signs = rng.choice([-1, 1], size=size)
    weights = rng.permutation(np.concatenate([low, high])) * signs
    return np.asarray(weights.reshape(shape))


def _check_shares(
    answer: Answer,
    layers: Mapping[str, np.ndarray],
    small: Sequence[int],
    name: str,
    hint: str,
) -> None:
    """The weights below 1 are those that go."""
    sizes = [W.size for W in layers.values()]
    came = answer(layers=dict(layers), sparsity=sum(small) / sum(sizes))
    entries = answer.entries(came, list(layers))
    shares = [answer.number(entry, "each share") for entry in entries]
    wanted = [part / size for part, size in zip(small, sizes, strict=True)]
    demand(answer, close(shares, wanted, 1e-9), name, hint, came=shares)


# 256 weights together: every sparsity of theirs is exact in binary
SHAPES = {"stem": (4, 4, 2, 2), "b": (16, 8), "gain": (48,), "a": (1, 16)}


@further("layer_shares", "layers of any number, name and shape")
def _any_layers(answer: Answer, rng: np.random.Generator) -> None:
    hint = "For other layers than those of the visible check some share is wrong. A "
    hint += "network may have one layer or many, and an array one side or four."
    for names in (list(SHAPES), ["b"], ["stem", "b", "gain", "a"][::-1]):
        shapes = [SHAPES[name] for name in names]
        small = [int(rng.integers(1, np.prod(shape))) for shape in shapes]
        layers = [_weights(rng, *each) for each in zip(shapes, small, strict=True)]
        named = dict(zip(names, layers, strict=True))
        _check_shares(answer, named, small, "other-layers", hint)


@further("layer_shares", "layers that go whole, or stay whole")
def _whole_layers(answer: Answer, rng: np.random.Generator) -> None:
    hint = "Ranked together, a layer of small weights may go whole and one of large "
    hint += "weights stay whole, at the same sparsity."
    for order in (["stem", "b", "gain", "a"], ["gain", "a", "b", "stem"]):
        sizes = [int(np.prod(SHAPES[name])) for name in order]
        small = [sizes[0], 0, int(rng.integers(1, sizes[2])), sizes[3]]
        layers = {
            n: _weights(rng, SHAPES[n], s) for n, s in zip(order, small, strict=True)
        }
        _check_shares(answer, layers, small, "whole-layers", hint)
    hint = "Here every weight goes, the largest one too, or not even the smallest one."
    for share in (0, 1):
        small = [share * int(np.prod(shape)) for shape in SHAPES.values()]
        named = zip(SHAPES.items(), small, strict=True)
        layers = {name: _weights(rng, shape, count) for (name, shape), count in named}
        _check_shares(answer, layers, small, "whole-layers", hint)


@further("layer_shares", "zeros and equal weights away from the line")
def _equal_weights(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "Many of these weights are equal, or zero already; only at the line there are "
    )
    hint += "no equals. Each weight counts, as often as its value appears."
    sizes = [int(np.prod(shape)) for shape in SHAPES.values()]
    small = [int(rng.integers(4 * size // 5, size - 1)) for size in sizes]
    layers = {
        name: _weights(rng, shape, count, steps=4)
        for (name, shape), count in zip(SHAPES.items(), small, strict=True)
    }
    # the last one that goes and the first one that stays have no equals
    for inside, value in (
        (np.abs(layers["b"]) < 1, -0.99),
        (np.abs(layers["b"]) > 1, 1.5),
    ):
        layers["b"][tuple(np.argwhere(inside)[0])] = value
    _check_shares(answer, layers, small, "equal-weights", hint)


def _check_rounds(
    answer: Answer, amounts: list[float], wanted: Sequence[float], name: str, hint: str
) -> None:
    came = answer.shaped(answer(amounts=amounts), "the list", (len(amounts),))
    demand(answer, close(came, list(wanted), 1e-9), name, hint, came=came)


@further("compound", "thirty rounds")
def _thirty_rounds(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "Over many rounds the shares go wrong. Each round takes its part of what all "
    )
    hint += "rounds before have left, and nothing is rounded on the way."
    for amounts in ([0.2] * 30, [float(a) for a in rng.uniform(0, 0.3, size=30)]):
        left, wanted = Fraction(1), []
        for amount in amounts:
            left *= 1 - Fraction(amount)
            wanted.append(float(1 - left))
        _check_rounds(answer, amounts, wanted, "many-rounds", hint)


@further("compound", "rounds that take nothing, or everything")
def _nothing_left(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "An amount of 0 changes nothing, also in the first round. Behind an amount of "
    )
    hint += "1 nothing is left, and all stays pruned."
    share = float(rng.integers(1, 7)) / 8
    for amounts, wanted in (
        ([0.0, share, 0.0], [0.0, share, share]),
        ([share, 1.0, share, 0.0], [share, 1.0, 1.0, 1.0]),
        ([1.0], [1.0]),
        ([0.0, 0.0], [0.0, 0.0]),
    ):
        _check_rounds(answer, amounts, wanted, "zero-or-all", hint)


@further("compound", "the zeros that torch.nn.utils.prune makes")
def _as_torch(answer: Answer, rng: np.random.Generator) -> None:
    hint = "A layer was pruned by PyTorch in these rounds, and its zeros were counted."
    amounts = [float(n) / 4 for n in rng.integers(1, 4, size=5)]
    layer = nn.Linear(32, 32, bias=False)
    # all sizes are different, drawn apart from torch's own random state
    sizes = rng.permutation(np.arange(1, 1025)).reshape(32, 32)
    layer.weight.data = torch.from_numpy(sizes.astype(np.float32))
    wanted = []
    for amount in amounts:
        prune.l1_unstructured(layer, "weight", amount=amount)
        wanted.append(float((layer.weight == 0).double().mean()))
    _check_rounds(answer, amounts, wanted, "not-what-torch-does", hint)
