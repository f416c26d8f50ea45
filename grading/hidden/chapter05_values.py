"""Further properties of the answers of chapter 05: shared weights, and the floor."""

from __future__ import annotations

import numpy as np
import torch
from grading.hidden.core import demand, further

from course_lib.check.answer import Answer, close


def _gradient(
    answer: Answer, grad: np.ndarray, codes: np.ndarray, k: int
) -> np.ndarray:
    came = answer(grad=grad, codes=codes, k=k)
    return answer.shaped(came, "the gradient of the centroids", (k,))


def _loss(centroids: np.ndarray, codes: np.ndarray, wishes: np.ndarray) -> float:
    """Half the squared distance of the shared weights, pruned ones 0, from wishes."""
    return float(np.sum((np.append(centroids, 0)[codes] - wishes) ** 2) / 2)


@further("centroid_gradient", "the slope of a loss, measured")
def _slope(answer: Answer, rng: np.random.Generator) -> None:
    hint = "The centroids were moved a little, and the change of a loss was measured. "
    hint += "Your gradient says something else."
    for shape, k in (((40, 30), 16), ((6, 4, 3, 3), 5)):
        codes = rng.integers(-1, k, size=shape)
        wishes = rng.normal(size=shape)
        centroids = rng.normal(size=k)
        grad = np.append(centroids, 0)[codes] - wishes
        # central differences have no error on a quadratic loss
        steps = 0.5 * np.eye(k)
        slopes = [
            _loss(centroids + s, codes, wishes) - _loss(centroids - s, codes, wishes)
            for s in steps
        ]
        came = _gradient(answer, grad, codes, k)
        demand(answer, close(came, slopes, 1e-7), "not-the-slope", hint, came=came)


@further("centroid_gradient", "everything pruned, a single centroid")
def _all_pruned(answer: Answer, rng: np.random.Generator) -> None:
    k = int(rng.integers(3, 9))
    grad = rng.normal(size=(4, 5))
    hint = (
        "Every weight is pruned, so no centroid is used, and the loss depends on none."
    )
    came = _gradient(answer, grad, np.full((4, 5), -1), k)
    demand(answer, not came.any(), "pruned-counted", hint, came=came)
    hint = "There is a single centroid for all weights that were not pruned."
    codes = rng.integers(-1, 1, size=(4, 5))
    codes[0, :2] = 0, -1
    came = _gradient(answer, grad, codes, 1)
    wanted = [np.where(codes == 0, grad, 0).sum()]
    demand(answer, close(came, wanted, 1e-9), "one-centroid", hint, came=came)


@further("centroid_gradient", "two halves of a layer add up to the whole")
def _halves(answer: Answer, rng: np.random.Generator) -> None:
    k = 6
    codes, grad = rng.integers(-1, k, size=(12, 7)), rng.normal(size=(12, 7))
    codes[6:][codes[6:] == k - 1] = 0  # the last centroid is used above only
    whole = _gradient(answer, grad, codes, k)
    parts = [_gradient(answer, grad[h], codes[h], k) for h in (np.s_[:6], np.s_[6:])]
    hint = (
        "The layer was cut into two halves. What they contribute to a centroid should "
    )
    hint += "add up to what the whole layer contributes."
    demand(answer, close(sum(parts), whole, 1e-9), "mean-not-sum", hint, came=whole)
    hint = "The layer's gradient came out as zero."
    demand(answer, whole.any(), "no-gradient", hint)


def _entropy(answer: Answer, mask: np.ndarray) -> float:
    return answer.number(answer(mask=mask), "the bits for each position")


@further("row_entropy", "masks of any size, rows of any density")
def _any_density(answer: Answer, rng: np.random.Generator) -> None:
    hint = "For a larger mask with rows of all densities the number is another one."
    for shape in ((30, 50), (7, 200), (1, 13)):
        density = rng.uniform(0.02, 0.98, size=(shape[0], 1))
        mask = rng.random(shape) < density
        mask[:, :2] = True, False  # no row without either
        shares = torch.from_numpy(mask).double().mean(dim=1)
        nats = torch.distributions.Bernoulli(probs=shares).entropy()
        came = _entropy(answer, mask)
        wanted = float(nats.mean()) / np.log(2)
        demand(answer, close(came, wanted, 1e-7), "wrong-entropy", hint, came=came)


@further("row_entropy", "rows that cost nothing, and rows that cost a whole bit")
def _extreme_rows(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "A row in which nothing is kept, or everything, costs nothing, also when all "
    )
    hint += "rows are like that or have one position only. Half of a row kept is a "
    hint += "whole bit for each position."
    rows, width = (int(n) for n in rng.integers(3, 9, size=2))
    half = np.stack([rng.permutation(2 * width) < width for _ in range(rows)])
    whole = rng.permutation(np.arange(rows) < 2)
    for mask, wanted in (
        (np.zeros((rows, width), dtype=bool), 0.0),
        (np.ones((rows, width), dtype=bool), 0.0),
        (np.tile(whole[:, None], (1, width)), 0.0),
        (whole[:, None], 0.0),
        (half, 1.0),
    ):
        came = _entropy(answer, mask)
        demand(answer, close(came, wanted, 1e-9), "extreme-rows", hint, came=came)


@further("row_entropy", "kept and pruned exchanged cost the same")
def _exchanged(answer: Answer, rng: np.random.Generator) -> None:
    mask = rng.random((9, 16)) < rng.choice([0.05, 0.2, 0.6], size=(9, 1))
    mask[:, :2] = True, False  # no row without either
    bits = _entropy(answer, mask)
    hint = "A mask, the same with kept and pruned exchanged, with its rows in another "
    hint += "order, or with everything twice: all need as many bits for each position."
    turned = rng.permuted(mask, axis=1)[::-1]
    for other in (
        ~mask,
        turned,
        np.repeat(mask, 2, axis=0),
        np.repeat(mask, 2, axis=1),
    ):
        came = _entropy(answer, np.ascontiguousarray(other))
        demand(answer, close(came, bits, 1e-9), "half-of-it", hint, came=came)
    hint = "Some rows are mixed here, so the mask costs something, and less than a bit."
    demand(answer, 0 < bits < 1, "out-of-range", hint, came=bits)
