"""Checks of chapter 02, second part: cutting a pair of layers, folding a mean."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.draw import draw_mask

Pair = tuple[np.ndarray, np.ndarray, np.ndarray]  # W1, b1, W2


def _run(pair: Pair, images: np.ndarray) -> np.ndarray:
    """What arrives at the next layer, before its bias: shape (N, out)."""
    W1, b1, W2 = pair
    arrived: np.ndarray = np.maximum(images @ W1.T + b1, 0) @ W2.T
    return arrived


@exercise(
    chapter="02",
    section=3,
    title="Cut both sides of the seam",
    points=2,
    difficulty=2,
    minutes=8,
    misconception="wrong-axis",
    room="Code",
)
def cut_pair(answer: Answer, rng: np.random.Generator) -> None:
    """The small pair runs as the large one does with its removed neurons silenced."""
    for inputs, units, outputs, kept in ((6, 6, 6, 3), (5, 8, 3, 4), (4, 6, 2, 6)):
        pair = (
            rng.normal(size=(units, inputs)),
            rng.normal(size=units),
            rng.normal(size=(outputs, units)),
        )
        keep = draw_mask(rng, units, kept) if kept < units else np.ones(units, bool)
        _check_cut(answer, pair, keep, rng.normal(size=(20, inputs)))


def _check_cut(
    answer: Answer, pair: Pair, keep: np.ndarray, images: np.ndarray
) -> None:
    W1, b1, W2 = pair
    names = ("W1", "b1", "W2")
    parts = answer.parts(answer(W1=W1, b1=b1, W2=W2, keep=keep), names)
    came = [
        answer.numbers(p, f"the new {n}") for n, p in zip(names, parts, strict=True)
    ]
    _name_cut_slips(answer, pair, keep, came)
    kept = int(keep.sum())
    shapes = ((kept, W1.shape[1]), (kept,), (W2.shape[0], kept))
    for name, array, shape in zip(names, came, shapes, strict=True):
        if array.shape != shape:
            answer.wrong_shape(array, f"the new {name}", shape)
    silenced = (W1 * keep[:, None], b1 * keep, W2)
    answer.expect(
        _run((came[0], came[1], came[2]), images),
        _run(silenced, images),
        [],
        expected="the same outputs as with the removed neurons switched off",
        hint="The shapes are right, but the small pair computes something else. Is it "
        "the same neurons, in the same order, in all three arrays?",
    )


def _name_cut_slips(
    answer: Answer, pair: Pair, keep: np.ndarray, came: list[np.ndarray]
) -> None:
    """Name a known slip; each spoils one array or more of the three."""
    W1, b1, W2 = pair
    if keep.all():
        return
    kept, index = int(keep.sum()), keep.astype(int)
    slips = [
        (
            "wrong-axis",
            {0: W1[:, keep] if W1.shape[1] == len(keep) else None},
            "You took columns of W1. A column of W1 belongs to one input; a neuron of "
            "this layer is a row.",
        ),
        (
            "wrong-axis",
            {2: W2[keep] if len(W2) == len(keep) else None},
            "You took rows of W2. A row of W2 is a neuron of the next layer; what it "
            "reads from ours stands in the columns.",
        ),
        (
            "mask-flipped",
            {0: W1[~keep], 1: b1[~keep], 2: W2[:, ~keep]},
            "It is the other way round: True in keep means that the neuron stays.",
        ),
        (
            "mask-as-index",
            {0: W1[index], 1: b1[index], 2: W2[:, index]},
            "The mask became numbers, so you got copies of neurons 0 and 1 over and "
            "over. Index with the booleans themselves.",
        ),
        (
            "M1",
            {0: W1 * keep[:, None]},
            "The removed neurons are zeros now, but they are still there: as many "
            "numbers to store and to multiply as before. Take them out.",
        ),
        (
            "consumer-left-whole",
            {2: W2},
            "W1 has fewer neurons now, but the next layer still reads all of them. It "
            "has to lose what it read from the removed ones.",
        ),
    ]
    hint = "The bias did not go with its neuron. Each neuron owns a row of W1 and its "
    hint += "own entry of b1; both stay or both go."
    slips += [("bias-left-behind", {1: b}, hint) for b in (b1, b1[:kept])]
    for name, spoiled, text in slips:
        if all(_equal(came[i], array) for i, array in spoiled.items()):
            answer.fail(
                name,
                text,
                came=f"shapes {', '.join(str(array.shape) for array in came)}",
                expected=f"a pair with {kept} neurons between its two layers",
            )


def _equal(came: np.ndarray, array: np.ndarray | None) -> bool:
    if array is None or came.shape != array.shape:
        return False
    return bool(np.allclose(came, array, rtol=1e-12, atol=0))


@exercise(
    chapter="02",
    section=4,
    title="Fold the mean into the bias",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M5",
    room="Math",
)
def fold(answer: Answer, rng: np.random.Generator) -> None:
    """What the next layer receives on average is the same before and after."""
    for outputs, units in ((6, 6), (3, 7)):
        removed = draw_mask(rng, units, units // 2)
        activations = np.tanh(rng.normal(size=units) + rng.normal(size=(50, units)))
        # removed means of both signs, so that neither sign nor size is guessed
        low, high = np.flatnonzero(removed)[:2]
        activations[:, low] -= activations[:, low].mean() + 0.8
        activations[:, high] -= activations[:, high].mean() - 0.6
        W2, b2 = rng.normal(size=(outputs, units)), rng.normal(size=outputs)
        mean = activations.mean(axis=0)
        came = answer(W2=W2, b2=b2, mean=mean, removed=removed)
        answer.expect(
            answer.shaped(came, "the new bias", b2.shape),
            _needed_bias(activations, W2, b2, removed),
            _fold_slips(activations, W2, b2, removed),
            expected="a bias with which the next layer receives on average what it "
            "received before",
            hint="Imagine that the removed neurons always put out their mean. What "
            "would they add to each neuron of the next layer?",
        )


def _needed_bias(
    activations: np.ndarray, W2: np.ndarray, b2: np.ndarray, removed: np.ndarray
) -> np.ndarray:
    """Measured, not derived: the layer runs with and without the removed neurons."""
    before = (activations @ W2.T + b2).mean(axis=0)
    without = (activations[:, ~removed] @ W2[:, ~removed].T).mean(axis=0)
    return np.asarray(before - without)


def _fold_slips(
    activations: np.ndarray, W2: np.ndarray, b2: np.ndarray, removed: np.ndarray
) -> list[Slip]:
    def needed(
        outputs: np.ndarray = activations,
        weight: np.ndarray = W2,
        gone: np.ndarray = removed,
    ) -> np.ndarray:
        return _needed_bias(outputs, weight, b2, gone)

    right = needed()
    slips = [
        Slip(
            "M5",
            b2,
            "The bias came back unchanged. A neuron that hardly moves is not worth "
            "nothing: it has sent nearly the same number every time, and the next "
            "layer counts on it.",
        ),
        Slip(
            "sign",
            2 * b2 - right,
            "The sign is wrong: what the removed neurons sent must not be missing "
            "from the next layer, so it has to come from the bias now.",
        ),
        Slip(
            "kept-not-removed",
            needed(gone=~removed),
            "That is the mean of the neurons that stay. They still speak for "
            "themselves; with this they would speak twice.",
        ),
        Slip(
            "all-folded",
            needed(gone=np.ones_like(removed)),
            "The mean of every neuron went into the bias, but only the removed ones "
            "need somebody to speak for them.",
        ),
        Slip(
            "absolute",
            needed(activations * np.sign(activations.mean(axis=0))),
            "You took the absolute value of the mean. A tanh neuron at −0.9 pulls the "
            "other way from one at +0.9.",
        ),
        Slip(
            "weights-forgotten",
            needed(weight=np.ones_like(W2)),
            "The means were added bare, without the weight through which each neuron "
            "of the next layer reads them.",
        ),
        Slip(
            "replaces-bias",
            right - b2,
            "What the neurons sent is right, but the old bias is gone. It is needed "
            "as before.",
        ),
    ]
    if W2.shape[0] == W2.shape[1]:
        hint = "You took rows of W2. What comes from our neurons stands in its columns."
        slips.append(Slip("wrong-axis", needed(weight=W2.T), hint))
    return slips
