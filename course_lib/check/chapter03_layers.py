"""Checks of chapter 03, second part: what global selection does to each layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise

SHAPES = {"conv1": (8, 4, 2, 2), "fc1": (12, 20), "fc2": (4, 12)}
SPREADS = {"conv1": 2.0, "fc1": 0.5, "fc2": 4.0}  # of the large weights
NEGATIVE = {"conv1": 0.8, "fc1": 0.3, "fc2": 0.5}  # so that signs decide differently
TOTAL = sum(int(np.prod(shape)) for shape in SHAPES.values())
# how many of each layer's weights are made small: a half, three quarters, a quarter
SMALL = ((116, 84, 8), (90, 216, 6), (12, 68, 24))


@exercise(
    chapter="03",
    section=2,
    title="Who pays?",
    points=2,
    difficulty=2,
    minutes=10,
    misconception="M12",
    room="Measure",
)
def layer_shares(answer: Answer, rng: np.random.Generator) -> None:
    """Layers whose small weights were counted when they were made."""
    for counts in SMALL:
        moved = int(rng.integers(-4, 5))
        small = dict(zip(SHAPES, counts, strict=True))
        small["conv1"] += moved
        small["fc1"] -= moved
        _check_shares(answer, _layers(rng, small), small)
    for sparsity, hint in (
        (1.0, "With sparsity 1 every weight goes, the largest one too."),
        (0.0, "With sparsity 0 nothing goes, not even the smallest weight."),
    ):
        answer.expect(
            _shares(answer, _layers(rng, small), sparsity),
            [sparsity] * len(SHAPES),
            [Slip("edge", None, hint)],
            expected=f"{sparsity:.0f} for each layer",
            hint=hint,
        )


def _layers(
    rng: np.random.Generator, small: Mapping[str, int]
) -> dict[str, np.ndarray]:
    """Weights of which ``small[name]`` are below 1 and all others above."""
    layers = {}
    for name, shape in SHAPES.items():
        size = int(np.prod(shape))
        weights = rng.uniform(1.05, 1.05 + SPREADS[name], size=size)
        weights[: small[name]] = rng.uniform(0.05, 0.95, size=small[name])
        signs = np.where(rng.random(size) < NEGATIVE[name], -1, 1)
        layers[name] = rng.permutation(weights * signs).reshape(shape)
    return layers


def _shares(
    answer: Answer, layers: dict[str, np.ndarray], sparsity: float
) -> list[float]:
    entries = answer.entries(answer(layers=layers, sparsity=sparsity), list(layers))
    return [
        answer.number(entry, f"the share of {name}")
        for name, entry in zip(layers, entries, strict=True)
    ]


def _check_shares(
    answer: Answer, layers: dict[str, np.ndarray], small: Mapping[str, int]
) -> None:
    gone = np.array(list(small.values()))
    sparsity = float(gone.sum() / TOTAL)
    answer.expect(
        _shares(answer, layers, sparsity),
        list(gone / [w.size for w in layers.values()]),
        _share_slips(layers, sparsity, gone),
        expected="for each layer, the part of its own weights that goes when all "
        "layers are ranked together",
        hint="Put the absolute values of all layers into one list, sort it and draw a "
        "line after sparsity times its length. Then go back to the layers: how many "
        "of each lie before the line?",
    )


def _below(scores: list[np.ndarray], limit: float) -> list[float]:
    return [float(np.mean(values <= limit)) for values in scores]


def _share_slips(
    layers: dict[str, np.ndarray], sparsity: float, gone: np.ndarray
) -> list[Slip]:
    signed = list(layers.values())
    sizes = [np.abs(w) for w in signed]
    counts = np.array([w.size for w in signed])
    each = sparsity * TOTAL / len(layers) / counts
    own = [np.quantile(size, sparsity) for size in sizes]
    slips = [
        Slip(
            "M12",
            [sparsity] * len(layers),
            "You gave every layer the same share. That is uniform pruning. Under one "
            "common threshold a layer of large weights loses less, a layer of small "
            "ones more.",
        ),
        Slip(
            "M12",
            _below(sizes, float(np.mean(own))),
            "You averaged the layers: each had its own threshold first, at its own "
            "quantile. There are no layers while weights are ranked together.",
        ),
        Slip(
            "sign",
            _below(signed, float(np.quantile(np.concatenate(_flat(signed)), sparsity))),
            "Signs decided: large negative weights went first. Magnitude is the "
            "absolute value.",
        ),
        Slip(
            "mask-flipped",
            list(1 - gone / counts),
            "That is what stays of each layer. The question is what goes.",
        ),
        Slip(
            "counts",
            list(gone),
            "Those are numbers of weights, how many go. As shares, divide each by the "
            "size of its layer.",
        ),
        Slip(
            "percent",
            list(100 * gone / counts),
            "Right, but in percent. Sparsity came as a fraction; give fractions back.",
        ),
    ]
    hint = "You divided by the number of all weights of the network. Name the "
    hint += "denominator: a layer's share is a part of that layer."
    slips.append(Slip("M16", list(gone / TOTAL), hint))
    hint = "These shares add up to one: they are parts of everything pruned. Name the "
    hint += "denominator: a layer's share is a part of that layer."
    slips.append(Slip("M16", list(gone / gone.sum()), hint))
    hint = "You took equally many weights from each layer. A common threshold does not "
    hint += "know layers at all."
    slips += [Slip("equal-counts", list(e), hint) for e in (each, np.minimum(each, 1))]
    return slips + _rescaled_slips(sizes, signed, sparsity)


def _flat(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [array.ravel() for array in arrays]


def _rescaled_slips(
    sizes: list[np.ndarray], signed: list[np.ndarray], sparsity: float
) -> list[Slip]:
    hint = (
        "Each layer was divided by its own scale before the ranking. That is another "
    )
    hint += "method. Here the weights compete as they are."
    scales = [
        [size.max() for size in sizes],
        [size.mean() for size in sizes],
        [w.std() for w in signed],
        [np.linalg.norm(w) for w in signed],
    ]
    slips = []
    for scale in scales:
        scaled = [size / s for size, s in zip(sizes, scale, strict=True)]
        limit = float(np.quantile(np.concatenate(_flat(scaled)), sparsity))
        slips.append(Slip("rescaled", _below(scaled, limit), hint))
    return slips
