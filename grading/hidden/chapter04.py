"""Further properties of the answers of chapter 04."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_lib.check.answer import Answer, close, is_boolean
from course_lib.check.variations import variation
from grading.hidden.core import demand, further

NORM = ("gamma", "beta", "mean", "var")
Arrays = dict[str, np.ndarray]  # "conv", the four of NORM, "next_conv"
BOOLEANS = "A mask is made of True and False. As an index, 1 and 0 would fetch the "
BOOLEANS += "positions 1 and 0 over and over."


def _columns(answer: Answer, keep: np.ndarray, height: int, width: int) -> np.ndarray:
    came = answer(keep=keep, height=height, width=width)
    columns = answer.shaped(came, "the mask", (len(keep) * height * width,))
    demand(answer, is_boolean(came), "numbers-not-bools", BOOLEANS)
    return columns.astype(bool)


@further("flat_columns", "maps of one pixel, one row or one column")
def _thin_maps(answer: Answer, rng: np.random.Generator) -> None:
    hint = "A map may be a single row, a single column or a single pixel. Each channel "
    hint += "still has as many columns as its map has cells."
    for height, width in ((1, 1), (1, 5), (5, 1)):
        keep = rng.permutation(np.arange(7) < 3)
        maps = np.zeros((7, height, width), dtype=bool)
        maps[keep] = True
        came = _columns(answer, keep, height, width)
        demand(answer, np.array_equal(came, maps.reshape(-1)), "thin-maps", hint)


@further("flat_columns", "all channels, none, or one of them")
def _extreme_channels(answer: Answer, rng: np.random.Generator) -> None:
    hint = "Every channel is kept, or none, or a single one. Nothing else changes."
    for kept in (0, 1, 5):
        keep = rng.permutation(np.arange(5) < kept)
        first = int(np.flatnonzero(keep)[0]) * 6 if kept else 0
        came = _columns(answer, keep, 2, 3)
        wanted = np.arange(first, first + 6 * kept)
        demand(
            answer, np.array_equal(np.flatnonzero(came), wanted), "extreme-mask", hint
        )


@further("flat_columns", "a linear layer computes the same with channels cut out")
def _layer_reads(answer: Answer, rng: np.random.Generator) -> None:
    for channels, height, width in ((50, 4, 4), (12, 7, 3)):
        keep = rng.random(channels) < 0.4
        maps = torch.from_numpy(rng.normal(size=(3, channels, height, width)))
        W = torch.from_numpy(rng.normal(size=(10, maps[0].numel())))
        columns = torch.from_numpy(_columns(answer, keep, height, width))
        kept = torch.from_numpy(keep)
        hint = "Cut out and switched off should be the same network. Here the layer "
        hint += "behind the flatten reads numbers that belong to other weights."
        fits = int(columns.sum()) == int(kept.sum()) * height * width
        demand(answer, fits, "wrong-columns", hint)
        off = functional.linear((maps * kept[:, None, None]).flatten(1), W)
        cut = functional.linear(maps[:, kept].flatten(1), W[:, columns])
        demand(answer, torch.allclose(off, cut), "wrong-columns", hint)


def _run(arrays: Arrays, images: np.ndarray, speaks: np.ndarray) -> np.ndarray:
    """The second convolution's outputs; ``speaks`` is 0 for a silent channel."""
    outputs, inputs = arrays["conv"].shape[:2]
    first = nn.Conv2d(inputs, outputs, 3, bias=False, dtype=torch.float64)
    norm = nn.BatchNorm2d(outputs, dtype=torch.float64).eval()
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    first.weight.data = tensors["conv"]
    norm.weight.data, norm.bias.data = tensors["gamma"], tensors["beta"]
    norm.running_mean, norm.running_var = tensors["mean"], tensors["var"]
    with torch.no_grad():
        maps = torch.relu(norm(first(torch.from_numpy(images))))
        maps = maps * torch.from_numpy(speaks.astype(float))[:, None, None]
        return np.asarray(functional.conv2d(maps, tensors["next_conv"]))


def _check_trio(
    answer: Answer, rng: np.random.Generator, ends: tuple[int, int], keep: np.ndarray
) -> None:
    """Against the large trio; gamma and beta have either sign."""
    units, kept = len(keep), int(keep.sum())
    arrays = {name: rng.normal(size=units) for name in NORM}
    arrays["var"] = rng.uniform(0.1, 4, size=units)
    arrays["conv"] = rng.normal(size=(units, ends[0], 3, 3))
    arrays["next_conv"] = rng.normal(size=(ends[1], units, 3, 3))
    conv, bn, last = answer.parts(
        answer(
            conv=arrays["conv"],
            bn={name: arrays[name] for name in NORM},
            next_conv=arrays["next_conv"],
            keep=keep,
        ),
        ("conv", "bn", "next_conv"),
    )
    vectors = zip(NORM, answer.entries(bn, NORM), strict=True)
    small = {n: answer.shaped(v, f"the new {n}", (kept,)) for n, v in vectors}
    small["conv"] = answer.shaped(conv, "the new conv", (kept, ends[0], 3, 3))
    shape = (ends[1], kept, 3, 3)
    small["next_conv"] = answer.shaped(last, "the new next_conv", shape)
    images = rng.normal(size=(3, ends[0], 7, 6))
    came, wanted = _run(small, images, np.ones(kept)), _run(arrays, images, keep)
    hint = "The small trio computes something else than the large one with its removed "
    hint += "channels switched off. Each channel owns a place in all six arrays."
    demand(answer, close(came, wanted, 1e-9), "wrong-channels", hint)


@further("cut_conv_bn", "one channel stays, or one goes")
def _one_channel(answer: Answer, rng: np.random.Generator) -> None:
    for units, ends in ((6, (6, 6)), (5, (2, 3))):
        one = np.arange(units) == rng.integers(1, units)
        for keep in (one, ~one):
            _check_trio(answer, rng, ends, keep)


@further("cut_conv_bn", "a grey image, a single output, many channels")
def _other_ends(answer: Answer, rng: np.random.Generator) -> None:
    for units, ends in ((6, (1, 1)), (5, (5, 1)), (40, (16, 24))):
        keep = rng.permutation(np.arange(units) < units // 2)
        _check_trio(answer, rng, ends, keep)


def _check_shared(
    answer: Answer, scores: list[np.ndarray], k: int, name: str, hint: str
) -> None:
    """Whoever stays has a higher joined score than whoever goes, or a lower place."""
    join = variation("shared_keep", answer.class_seed)["join"]
    table = np.stack(scores)
    rules = {"sum": table, "squares": table**2, "first": table[:1]}
    joined = table.max(axis=0) if join == "max" else rules[join].sum(axis=0)
    came = answer(scores=scores, k=k)
    mask = answer.shaped(came, "the mask", joined.shape)
    demand(answer, is_boolean(came), "numbers-not-bools", BOOLEANS)
    demand(answer, mask.sum() == k, name, hint + " Exactly k channels stay.")
    ranked = [(score, -place) for place, score in enumerate(joined)]
    stay = [pair for pair, kept in zip(ranked, mask, strict=True) if kept]
    go = [pair for pair, kept in zip(ranked, mask, strict=True) if not kept]
    demand(answer, not stay or not go or min(stay) > max(go), name, hint)


@further("shared_keep", "nobody stays, everybody, or a single channel")
def _few_stay(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "k may be as small as 0 and as large as the number of channels. A slice that "
    )
    hint += (
        "counts from the end of a list takes everything when it should take nothing."
    )
    for k in (0, 30, *[1] * 12):
        # so many steps that there are hardly any equals
        scores = list(rng.integers(1, 4000, size=(int(rng.integers(2, 5)), 30)) / 64)
        _check_shared(answer, scores, k, "few-stay", hint)


@further("shared_keep", "a layer without partners")
def _no_partner(answer: Answer, rng: np.random.Generator) -> None:
    hint = "The list holds a single layer. Its own scores decide, and of equals the "
    hint += "ones at the lower position stay."
    scores = rng.permutation(40)[:9] / 4
    for layer in (scores, np.full(7, 1.5), np.round(scores / 4)):
        _check_shared(answer, [layer], 4, "no-partner", hint)


@further("shared_keep", "many partners, many channels, equals among them")
def _many_partners(answer: Answer, rng: np.random.Generator) -> None:
    hint = "With more layers and channels the choice is another one than the rule of "
    hint += (
        "your class makes. Join first, then choose; of equals the ones at the lower "
    )
    hint += "position stay."
    for layers, channels in ((5, 64), (2, 40), (4, 1000)):
        scores = list(rng.integers(0, 20, size=(layers, channels)) / 8)
        k = int(rng.integers(channels // 4, channels // 2))
        _check_shared(answer, scores, k, "many-partners", hint)
