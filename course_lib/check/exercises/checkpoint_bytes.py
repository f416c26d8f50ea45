"""The bytes of a safetensors file, every piece of it counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

WIDTHS = {"float16": 2, "float32": 4, "float64": 8}

exercise = Exercise(
    name="checkpoint_bytes",
    chapter="01",
    section=5,
    title="How many bytes will the file have?",
    points=3,
    difficulty=2,
    minutes=10,
    misconception="M14",
    room="Measure",
    returns=("the number of bytes",),
    expected="the bytes of a file with {weights} weights and {biases} biases",
    hint="Take the file apart on paper: a length field, the header, its fillers, then "
    "every tensor. Which of the four is off? Your class stores {weights} for weights and "
    "{biases} for biases.",
    variations=(
        {"weights": "float32", "biases": "float32"},
        {"weights": "float16", "biases": "float32"},
        {"weights": "float64", "biases": "float32"},
        {"weights": "float16", "biases": "float64"},
    ),
)


def _padded(header_length):
    return header_length + -header_length % 8


def _tensors(shapes, weights, biases):
    kinds = {True: WIDTHS[biases], False: WIDTHS[weights]}
    return sum(math.prod(s) * kinds[n.endswith("bias")] for n, s in shapes.items())


@exercise.solution
def solution(shapes, header_length, *, weights, biases):
    return 8 + _padded(header_length) + _tensors(shapes, weights, biases)


@exercise.drawn("networks of one or two layers")
def networks(rng: np.random.Generator) -> Iterator[Arguments]:
    for layers, length in ((1, 83), (2, 96), (1, 120), (2, 77)):
        sizes = [int(n) for n in rng.integers(3, 20, size=layers + 1)]
        shapes: dict[str, tuple[int, ...]] = {}
        for i in range(1, layers + 1):
            shapes[f"fc{i}.weight"] = (sizes[i], sizes[i - 1])
            shapes[f"fc{i}.bias"] = (sizes[i],)
        if layers > 1:
            shapes["scale.weight"] = ()
        yield _file(shapes, length)
    yield _file({}, 2)


@exercise.drawn(
    "a header of any length",
    name="fillers",
    hint="How many fillers are missing up to the next multiple of eight, for every "
    "length of the header?",
)
def headers(rng: np.random.Generator) -> Iterator[Arguments]:
    shapes = {"fc1.weight": tuple(int(n) for n in rng.integers(3, 20, size=2))}
    for length in rng.permutation(8) + int(rng.integers(60, 160)):
        yield _file(shapes, int(length))


@exercise.drawn(
    "tensors of any shape, told apart by the end of their name",
    name="wrong-bytes",
    hint="Shapes may have any number of sides, even none. And a bias is a tensor whose "
    "name ends in bias, nothing else.",
)
def any_shapes(rng: np.random.Generator) -> Iterator[Arguments]:
    a, b, c = (int(n) for n in rng.integers(3, 20, size=3))
    shapes: dict[str, tuple[int, ...]] = {
        "conv1.weight": (a, 1, 5, 5),
        "conv1.bias": (a,),
        "conv2.weight": (b, a, 3, 3),
        "conv2.bias": (b + 1, 1),
        "bias_gate.weight": (c, b),
        "norm.weight": (b,),
        "steps": (),
        "bias.scale": (1, c, 1),
    }
    for length in rng.permutation(8)[:3] + int(rng.integers(100, 300)):
        yield _file(shapes, int(length))


def _file(shapes: Mapping[str, tuple[int, ...]], header_length: int) -> Arguments:
    return {"shapes": dict(shapes), "header_length": header_length}


@exercise.mistake(
    "M14",
    "Those are the tensors alone. A file also needs what tells a program where each "
    "tensor starts and how it is shaped.",
)
def numbers_only(shapes, header_length, *, weights, biases):
    """The size of a file is the size of its numbers."""
    return _tensors(shapes, weights, biases)


@exercise.mistake(
    "bits",
    "The tensors are counted in bits. A byte has eight of them.",
)
def bits_for_bytes(shapes, header_length, *, weights, biases):
    """float32 means 32 bytes."""
    return 8 + _padded(header_length) + 8 * _tensors(shapes, weights, biases)


@exercise.mistake(
    "forgets-length-field",
    "Eight bytes are missing: the number at the very start that says how long the "
    "header is.",
)
def no_length_field(shapes, header_length, *, weights, biases):
    """The file starts with the header."""
    return _padded(header_length) + _tensors(shapes, weights, biases)


@exercise.mistake(
    "forgets-padding",
    "The header's fillers are missing: spaces up to a multiple of eight.",
)
def no_fillers(shapes, header_length, *, weights, biases):
    """The tensors start where the header's text ends."""
    return 8 + header_length + _tensors(shapes, weights, biases)


@exercise.mistake(
    "pads-always",
    "This header is already a multiple of eight, so no filler is needed.",
)
def fillers_when_full(shapes, header_length, *, weights, biases):
    """Eight minus the rest is always the filler."""
    padded = header_length + 8 - header_length % 8
    return 8 + padded + _tensors(shapes, weights, biases)


@exercise.mistake(
    "scalar",
    "A tensor of shape () holds one number, not none.",
)
def scalar_is_empty(shapes, header_length, *, weights, biases):
    """A tensor with shape () is empty."""
    sides = {name: shape for name, shape in shapes.items() if shape}
    return 8 + _padded(header_length) + _tensors(sides, weights, biases)


@exercise.mistake(
    "sum-of-sides",
    "You added the sides of each shape. A matrix has rows times columns.",
)
def sides_added(shapes, header_length, *, weights, biases):
    """A 300 by 784 matrix holds 1,084 numbers."""
    sides = {name: (sum(shape),) for name, shape in shapes.items()}
    return 8 + _padded(header_length) + _tensors(sides, weights, biases)


@exercise.mistake(
    "wrong-type",
    "Everything is there, but in another precision. Look again at the type your class "
    "stores for weights and for biases, and at its bytes.",
)
def float64_on_disk(shapes, header_length, *, weights, biases):
    """A computer calculates in eight bytes, so it stores eight."""
    return 8 + _padded(header_length) + _tensors(shapes, "float64", "float64")


@exercise.mistake(
    "fillers",
    "Right for some lengths of the header only. How many fillers are missing up to the "
    "next multiple of eight?",
)
def five_fillers(shapes, header_length, *, weights, biases):
    """A header that does not fit lacks five bytes."""
    padded = header_length + (5 if header_length % 8 else 0)
    return 8 + padded + _tensors(shapes, weights, biases)


@exercise.mistake(
    "two-sides",
    "Shapes may have any number of sides. A convolution has four of them.",
)
def two_sides(shapes, header_length, *, weights, biases):
    """A tensor has two sides at most."""
    sides = {name: shape[:2] for name, shape in shapes.items()}
    return 8 + _padded(header_length) + _tensors(sides, weights, biases)


@exercise.mistake(
    "by-rank",
    "A bias is a tensor whose name ends in bias. Other tensors have a single side, too, "
    "and a bias may have two.",
)
def biases_by_their_rank(shapes, header_length, *, weights, biases):
    """Biases are the tensors with one side."""
    kinds = {True: WIDTHS[biases], False: WIDTHS[weights]}
    sizes = (math.prod(s) * kinds[len(s) == 1] for s in shapes.values())
    return 8 + _padded(header_length) + sum(sizes)
