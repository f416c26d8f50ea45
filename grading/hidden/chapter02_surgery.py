"""Further properties of the answers of chapter 02: cutting and folding."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, close
from grading.hidden.core import demand, further


def _hidden(images: np.ndarray, W1: np.ndarray, b1: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(images @ W1.T + b1, 0))


def _check_cut(
    answer: Answer,
    rng: np.random.Generator,
    sizes: tuple[int, int],
    keep: np.ndarray,
    hint: str,
) -> None:
    """The small pair runs as the large one with its removed neurons at zero."""
    (inputs, outputs), units, kept = sizes, len(keep), int(keep.sum())
    W1, b1 = rng.normal(size=(units, inputs)), rng.normal(size=units)
    W2 = rng.normal(size=(outputs, units))
    names = ("W1", "b1", "W2")
    parts = answer.parts(answer(W1=W1, b1=b1, W2=W2, keep=keep), names)
    shapes = ((kept, inputs), (kept,), (outputs, kept))
    small = [
        answer.shaped(part, f"the new {name}", shape)
        for name, part, shape in zip(names, parts, shapes, strict=True)
    ]
    images = rng.normal(size=(30, inputs))
    came = _hidden(images, small[0], small[1]) @ small[2].T
    wanted = (_hidden(images, W1, b1) * keep) @ W2.T
    demand(answer, close(came, wanted, 1e-9), "wrong-neurons", hint)


@further("cut_pair", "one neuron stays, or one goes")
def _one_neuron(answer: Answer, rng: np.random.Generator) -> None:
    hint = "With a single neuron left, or a single one gone, the small pair computes "
    hint += "something else."
    for units, sizes in ((6, (6, 6)), (7, (4, 3))):
        one = np.arange(units) == rng.integers(1, units)
        for keep in (one, ~one):
            _check_cut(answer, rng, sizes, keep, hint)


@further("cut_pair", "one input, one output, and layers of real size")
def _other_sizes(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "For layers of another size than in the visible check the small pair computes "
    )
    hint += "something else. A layer may have a single input or output, too."
    for units, sizes in ((6, (1, 1)), (5, (5, 1)), (60, (40, 10))):
        keep = rng.permutation(np.arange(units) < units // 2)
        _check_cut(answer, rng, sizes, keep, hint)


def _layer(
    rng: np.random.Generator, outputs: int, units: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, bias and the means of the units, of either sign."""
    mean = rng.uniform(0.2, 0.9, size=units) * rng.choice([-1, 1], size=units)
    return rng.normal(size=(outputs, units)), rng.normal(size=outputs), mean


def _folded(
    answer: Answer,
    W2: np.ndarray,
    b2: np.ndarray,
    mean: np.ndarray,
    removed: np.ndarray,
) -> np.ndarray:
    came = answer(W2=W2, b2=b2, mean=mean, removed=removed)
    return answer.shaped(came, "the new bias", b2.shape)


@further("fold", "nobody is removed, or everybody")
def _nobody(answer: Answer, rng: np.random.Generator) -> None:
    for outputs, units in ((4, 4), (1, 6)):
        W2, b2, mean = _layer(rng, outputs, units)
        everybody = np.ones(units, dtype=bool)
        came = _folded(answer, W2, b2, mean, ~everybody)
        hint = "Nobody is removed, so nobody needs anyone to speak for them."
        demand(answer, close(came, b2, 1e-9), "nobody-removed", hint, came=came)
        came = _folded(answer, W2, b2, mean, everybody)
        hint = (
            "Everybody is removed. What remains of the layer is its bias, and it has "
        )
        hint += "to say what the layer said on average."
        wanted = (W2 * mean).sum(axis=1) + b2
        demand(answer, close(came, wanted, 1e-9), "everybody-removed", hint, came=came)


@further("fold", "in two steps as in one")
def _two_steps(answer: Answer, rng: np.random.Generator) -> None:
    W2, b2, mean = _layer(rng, 5, 9)
    parts = rng.permutation(9) % 3
    once = _folded(answer, W2, b2, mean, parts > 0)
    half = _folded(answer, W2, b2, mean, parts == 1)
    twice = _folded(answer, W2, half, mean, parts == 2)
    hint = "Some neurons are removed first, others later, each time with a fold. The "
    hint += "bias in the end should be that of removing all of them at once. The old "
    hint += "bias is where the new one begins."
    demand(answer, close(twice, once, 1e-9), "two-steps", hint, came=twice)
    hint = "Two groups of neurons were folded, and the bias did not move."
    demand(answer, not close(once, b2, 1e-9), "M5", hint, came=once)


@further("fold", "a constant neuron is replaced for every single image")
def _constant(answer: Answer, rng: np.random.Generator) -> None:
    for outputs, units in ((1, 3), (8, 8), (10, 60)):
        W2, b2, mean = _layer(rng, outputs, units)
        removed = rng.permutation(np.arange(units) < units // 2 + 1)
        activations = np.tanh(mean + rng.normal(size=(20, units)))
        activations[:, removed] = mean[removed]
        came = _folded(answer, W2, b2, activations.mean(axis=0), removed)
        before = activations @ W2.T + b2
        after = activations[:, ~removed] @ W2[:, ~removed].T + came
        hint = "The removed neurons never move here. So the next layer should receive "
        hint += "exactly what it received before, for each image."
        demand(answer, close(after, before, 1e-8), "not-replaced", hint, came=came)
