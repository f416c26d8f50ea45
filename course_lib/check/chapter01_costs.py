"""Checks of chapter 01, third part: parameters, MACs and bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np
import torch
from safetensors.numpy import save

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.variations import variation
from course_lib.measure import mac_count, parameter_count
from course_lib.models import MLP


@exercise(
    chapter="01",
    section=4,
    title="Count before you build",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M16",
    room="Measure",
)
def mlp_costs(answer: Answer, rng: np.random.Generator) -> None:
    """A case worked out by hand, then real networks, built and counted."""
    cases: dict[tuple[int, ...], tuple[int, int]] = {(4, 3, 2): (23, 18)}
    for layers in (1, 2, 4):
        widths = tuple(int(n) for n in rng.integers(5, 30, size=layers + 1))
        # "meta" has shapes but no numbers: the learner's random state stays as it is
        with torch.device("meta"):
            model = MLP(widths)
            macs = mac_count(model, torch.zeros(1, widths[0]))
        cases[widths] = (parameter_count(model), macs)
    for widths, wanted in cases.items():
        names = ("parameters", "macs")
        entries = answer.entries(answer(widths=widths), names)
        came = [answer.number(e, n) for n, e in zip(names, entries, strict=True)]
        answer.expect(
            came,
            wanted,
            _count_slips(widths, *wanted),
            expected="[parameters, macs] as the built network has them",
            hint=f"Draw the network {widths} with all its arrows. Each arrow is a "
            "weight. What belongs to a neuron besides its arrows?",
        )


def _count_slips(widths: tuple[int, ...], parameters: int, macs: int) -> list[Slip]:
    last = widths[-2] * widths[-1]
    return [
        Slip(
            "M16",
            (sum(widths[1:]), macs),
            "As parameters you counted neurons. A neuron is not one number: it has a "
            "weight for each of its inputs. Say which of the two you mean.",
        ),
        Slip(
            "forgets-biases",
            (macs, macs),
            "The weights are all there. What is missing is the bias of every neuron.",
        ),
        Slip(
            "M3",
            (parameters, parameters),
            "The parameters are right. MACs count the multiplications of weights and "
            "nothing else: they are not a stopwatch, although a bias takes time too.",
        ),
        Slip(
            "flops",
            (parameters, 2 * macs),
            "The MACs are twice too many: one multiplication with its addition is one "
            "MAC. (Counted apart they are two FLOPs.)",
        ),
        Slip(
            "input-bias",
            (parameters + widths[0], macs),
            "There are biases for the inputs too, but pixels are given: nothing is "
            "computed there, so nothing is learned there.",
        ),
        Slip(
            "off-by-one",
            (parameters - last - widths[-1], macs - last),
            "The last layer is missing. A list of n widths has n − 1 layers.",
        ),
        Slip(
            "one-bias-per-layer",
            (macs + len(widths) - 1, macs),
            "You counted one bias for a whole layer. How long is the vector b?",
        ),
    ]


# header texts of every length are wanted: names are filled up with this letter
FILLER = "x"


@exercise(
    chapter="01",
    section=5,
    title="How many bytes will the file have?",
    points=3,
    difficulty=2,
    minutes=10,
    misconception="M14",
    room="Measure",
)
def checkpoint_bytes(answer: Answer, rng: np.random.Generator) -> None:
    """Against files that the safetensors library writes, in the class's types."""
    types = variation("checkpoint_bytes", answer.class_seed)
    for layers, extra in ((1, 3), (2, 0), (1, 8)):
        sizes = [int(n) for n in rng.integers(3, 20, size=layers + 1)]
        shapes: dict[str, tuple[int, ...]] = {}
        for i in range(1, layers + 1):
            shapes[f"fc{i}.weight"] = (sizes[i], sizes[i - 1])
            shapes[f"fc{i}.bias"] = (sizes[i],)
        if layers > 1:
            shapes["scale.weight"] = ()
        _check_file(answer, _with_remainder(shapes, types, extra), types)


def _write(shapes: Mapping[str, tuple[int, ...]], types: Mapping[str, str]) -> bytes:
    """The file that holds zeros of these shapes, as the library writes it."""
    arrays = {
        name: np.zeros(shape, types["biases" if name.endswith("bias") else "weights"])
        for name, shape in shapes.items()
    }
    return bytes(save(arrays))


def _header_length(file: bytes) -> int:
    """The length of the header's text, without the spaces behind it."""
    stored = int.from_bytes(file[:8], "little")
    text = file[8 : 8 + stored].rstrip(b" ")
    json.loads(text)
    return len(text)


def _with_remainder(
    shapes: dict[str, tuple[int, ...]], types: Mapping[str, str], wanted: int
) -> dict[str, tuple[int, ...]]:
    """The same shapes, one name made longer until the header has ``wanted`` mod 8."""
    first, *others = shapes
    for extra in range(32):
        # a longer name may also move its tensor, so lengths are tried, not computed
        renamed = {FILLER * extra + first: shapes[first]}
        renamed |= {name: shapes[name] for name in others}
        if (_header_length(_write(renamed, types)) - wanted) % 8 == 0:
            return renamed
    raise AssertionError(f"no name gives a header of length {wanted} modulo 8")


def _check_file(
    answer: Answer, shapes: dict[str, tuple[int, ...]], types: Mapping[str, str]
) -> None:
    file = _write(shapes, types)
    length = _header_length(file)
    came = answer.number(
        answer(shapes=shapes, header_length=length), "the number of bytes"
    )
    answer.expect(
        came,
        len(file),
        _byte_slips(shapes, length, len(file)),
        expected=f"the bytes of a file with {types['weights']} weights and "
        f"{types['biases']} biases",
        hint="Take the file apart on paper: a length field, the header, its fillers, "
        "then every tensor. Which of the four is off? The type your class stores "
        f"is {types['weights']} for weights and {types['biases']} for biases.",
    )


def _byte_slips(
    shapes: Mapping[str, tuple[int, ...]], length: int, right: int
) -> list[Slip]:
    """Known mistakes; most miss one piece of the file and have the others."""
    fillers = -length % 8
    tensors = right - 8 - length - fillers
    numbers = sum(math.prod(shape) for shape in shapes.values())
    scalars = sum(shape == () for shape in shapes.values())
    head = right - tensors
    slips = [
        Slip(
            "M14",
            tensors,
            "Those are the tensors alone. A file also needs what tells a program "
            "where each tensor starts and how it is shaped.",
        ),
        Slip(
            "bits",
            head + 8 * tensors,
            "The tensors are counted in bits. A byte has eight of them.",
        ),
        Slip(
            "forgets-length-field",
            right - 8,
            "Eight bytes are missing: the number at the very start that says how long "
            "the header is.",
        ),
        Slip(
            "sum-of-sides",
            head + tensors // numbers * sum(sum(s) for s in shapes.values()),
            "You added the sides of each shape. A matrix has rows times columns.",
        ),
    ]
    if fillers:
        hint = "The header's fillers are missing: spaces up to a multiple of eight."
        slips.append(Slip("forgets-padding", right - fillers, hint))
    else:
        hint = "This header is already a multiple of eight, so no filler is needed."
        slips.append(Slip("pads-always", right + 8, hint))
    hint = "A tensor of shape () holds one number, not none."
    slips += [
        Slip("scalar", right - scalars * width, hint) for width in (2, 4, 8) if scalars
    ]
    return slips + _type_slips(shapes, head, right)


def _type_slips(
    shapes: Mapping[str, tuple[int, ...]], head: int, right: int
) -> list[Slip]:
    biases = sum(math.prod(s) for n, s in shapes.items() if n.endswith("bias"))
    weights = sum(math.prod(s) for n, s in shapes.items() if not n.endswith("bias"))
    widths = (2, 4, 8)
    sizes = {head + weights * w + biases * b for w in widths for b in widths}
    hint = "Everything is there, but in another precision. Look again at the type "
    hint += "your class stores for weights and for biases, and at its bytes."
    return [Slip("wrong-type", size, hint) for size in sorted(sizes - {right})]
