"""Further properties of the answers of chapter 01: parameters, MACs and bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import torch
from course_lib.check.variations import variation
from grading.hidden.core import demand, further
from safetensors.numpy import save
from torch import nn

from course_lib.check.answer import Answer, close


def _check_costs(answer: Answer, widths: tuple[int, ...], hint: str, name: str) -> None:
    names = ("parameters", "macs")
    with torch.device("meta"):  # shapes without numbers
        layers = [nn.Linear(*pair) for pair in pairwise(widths)]
    weights = sum(layer.weight.numel() for layer in layers)
    biases = sum(layer.bias.numel() for layer in layers)
    entries = answer.entries(answer(widths=widths), names)
    came = [answer.number(e, n) for n, e in zip(names, entries, strict=True)]
    demand(
        answer, close(came, (weights + biases, weights), 1e-12), name, hint, came=came
    )


@further("mlp_costs", "networks as deep and wide as real ones")
def _real_networks(answer: Answer, rng: np.random.Generator) -> None:
    deep = tuple(int(n) for n in rng.integers(5, 60, size=9))
    wide = (784, *(int(n) for n in rng.integers(300, 900, size=2)), 10)
    hint = (
        "Right for small networks, or for none. Draw a few layers: which weights and "
    )
    hint += "biases lie between two neighbouring widths?"
    for widths in (deep, wide):
        _check_costs(answer, widths, hint, "wrong-count")


@further("mlp_costs", "equal widths, and layers of one neuron")
def _equal_widths(answer: Answer, rng: np.random.Generator) -> None:
    a, b = (int(n) for n in rng.integers(5, 20, size=2))
    hint = "Some of these layers have the same width, or a single neuron. A layer is "
    hint += "known by its place in the list, not by its width."
    for widths in ((a, b, b, b), (a, b, a, b, a), (1, 1), (a, 1, b), (1, a, 1, 1)):
        _check_costs(answer, widths, hint, "equal-widths")


def _check_bytes(
    answer: Answer, shapes: Mapping[str, tuple[int, ...]], note: str, hint: str
) -> None:
    """Against the file that the safetensors library writes, with ``note`` in it."""
    types = variation("checkpoint_bytes", answer.class_seed)
    arrays = {
        name: np.zeros(shape, types["biases" if name.endswith("bias") else "weights"])
        for name, shape in shapes.items()
    }
    file = bytes(save(arrays, metadata={"note": note}))
    header = file[8 : 8 + int.from_bytes(file[:8], "little")].rstrip(b" ")
    json.loads(header)
    came = answer(shapes=dict(shapes), header_length=len(header))
    number = answer.number(came, "the number of bytes")
    demand(answer, number == len(file), "wrong-bytes", hint, came=number)


@further("checkpoint_bytes", "a header of any length")
def _header_lengths(answer: Answer, rng: np.random.Generator) -> None:
    shapes = {"fc1.weight": tuple(int(n) for n in rng.integers(3, 20, size=2))}
    hint = "Right for some lengths of the header only, or for none. How many fillers "
    hint += "are missing up to the next multiple of eight, for each rest from 0 to 7?"
    for length in rng.permutation(8) + int(rng.integers(100)):
        _check_bytes(answer, shapes, "x" * int(length), hint)


@further(
    "checkpoint_bytes", "tensors of any shape, told apart by the end of their name"
)
def _any_shapes(answer: Answer, rng: np.random.Generator) -> None:
    a, b, c = (int(n) for n in rng.integers(3, 20, size=3))
    shapes: dict[str, tuple[int, ...]] = {
        "conv1.weight": (a, 1, 5, 5),
        "conv1.bias": (a,),
        "conv2.weight": (b, a, 3, 3),
        "conv2.bias": (b,),
        "bias_gate.weight": (c, b),
        "steps": (),
        "bias.scale": (1, c, 1),
    }
    hint = (
        "Shapes may have any number of sides, none among them. And a bias is a tensor "
    )
    hint += "whose name *ends* in bias, nothing else."
    for length in rng.permutation(8) + int(rng.integers(100)):
        _check_bytes(answer, shapes, "x" * int(length), hint)
