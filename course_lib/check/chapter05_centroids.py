"""Checks of chapter 05, fourth part: how a shared weight learns."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show


@exercise(
    chapter="05",
    section=4,
    title="One weight in many places",
    points=2,
    difficulty=2,
    minutes=7,
    misconception="mean-not-sum",
    room="Math",
)
def centroid_gradient(answer: Answer, rng: np.random.Generator) -> None:
    """A centroid is moved by one, and the change of a linear loss is measured."""
    for shape, k in (((4, 5), 4), ((3, 7), 5), ((12,), 3)):
        size = int(np.prod(shape))
        # pruned weights first, every centroid but number 1 in use, the rest drawn
        used = [j for j in range(k) if j != 1]
        drawn = rng.choice(used, size=size - 2 - 2 * len(used))
        codes = rng.permutation(np.concatenate([[-1, -1], used, used, drawn]))
        codes = codes.astype(int).reshape(shape)
        # whole numbers, so that the change is exact; none of them is zero
        grad = rng.integers(1, 20, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        _check_gradient(answer, grad, codes, k)


def _check_gradient(
    answer: Answer, grad: np.ndarray, codes: np.ndarray, k: int
) -> None:
    came = answer(grad=grad, codes=codes, k=k)
    found = answer.numbers(came, "the gradient of the centroids")
    slopes = [_loss(np.eye(k)[j], grad, codes) for j in range(k)]
    use = np.bincount(codes[codes >= 0], minlength=k)
    if found.shape == (int((use > 0).sum()),):
        answer.fail(
            "unused-missing",
            "One is missing for each centroid that nobody uses. All k are asked for; "
            "the loss does not depend on those, so their gradient is 0.",
            came=show(found),
            expected=f"{k} numbers",
        )
    if found.shape == (k + 1,):
        answer.fail(
            "pruned-shifts",
            "That is one too many. Code -1 is no centroid: it marks a pruned weight.",
            came=show(found),
            expected=f"{k} numbers",
        )
    answer.expect(
        answer.shaped(came, "the gradient of the centroids", (k,)),
        slopes,
        _slips(grad, codes, np.array(slopes), use),
        expected="how much the loss changes when a centroid, and with it every weight "
        "that uses it, grows by one",
        hint="Take one centroid and mark the weights that use it. All of them move "
        "with it. What does each contribute?",
    )


def _loss(centroids: np.ndarray, grad: np.ndarray, codes: np.ndarray) -> float:
    """A loss that changes by ``grad`` with each weight; pruned ones are 0."""
    weights = np.append(centroids, 0.0)[codes]
    return float((grad * weights).sum())


def _slips(
    grad: np.ndarray, codes: np.ndarray, slopes: np.ndarray, use: np.ndarray
) -> list[Slip]:
    last, first = slopes.copy(), slopes.copy()
    last[-1] += grad[codes == -1].sum()
    first[0] += grad[codes == -1].sum()
    pruned = "The gradients of pruned weights went to the {} centroid. Code -1 marks a "
    pruned += "weight that is zero and stays zero: it uses no centroid."
    once = np.zeros(len(slopes))
    once[codes[codes >= 0]] = grad[codes >= 0]
    absolute = [_loss(row, np.abs(grad), codes) for row in np.eye(len(slopes))]
    divided = "You divided by a number of weights. The centroid is one parameter, and "
    divided += "all weights that use it move at once: their gradients add up."
    slips = [
        Slip(
            "mean-not-sum",
            slopes / np.maximum(use, 1),
            "That is the mean. But the centroid is one parameter, and all weights that "
            "use it move at once: their gradients add up.",
        )
    ]
    for count in (grad.size, (codes >= 0).sum(), len(slopes)):
        slips.append(Slip("mean-not-sum", slopes / count, divided))
    slips += [
        Slip("pruned-counted", last, pruned.format("last")),
        Slip("pruned-counted", first, pruned.format("first")),
        Slip(
            "last-only",
            once,
            "Each centroid got the gradient of one weight. Adding at an array of "
            "indices happens only once for each index, however often it appears.",
        ),
        Slip(
            "sign",
            -slopes,
            "The sign is turned. A gradient points to where the loss grows; the step "
            "against it comes later.",
        ),
        Slip(
            "absolute",
            absolute,
            "You added absolute values. Gradients of different sign do cancel.",
        ),
        Slip("counts", use, "Those say how many weights use each centroid."),
    ]
    return slips
