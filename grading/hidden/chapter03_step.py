"""Further properties of the answers of chapter 03: the step, and the bill."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from course_lib.check.variations import variation
from grading.hidden.core import demand, further

from course_lib.check.answer import Answer, close

Moving = tuple[np.ndarray, np.ndarray]  # weights and their velocity
BILL = ("parameters", "nonzeros", "bytes", "dense_macs", "effective_macs")


def _step(
    answer: Answer,
    start: Moving,
    grad: np.ndarray,
    mask: np.ndarray,
    lr: float,
    momentum: float,
) -> Moving:
    w, velocity = start
    came = answer(
        w=w, velocity=velocity, grad=grad, mask=mask, lr=lr, momentum=momentum
    )
    new_w, new_velocity = answer.parts(came, ("weights", "velocity"))
    return (
        answer.shaped(new_w, "the new weights", w.shape),
        answer.shaped(new_velocity, "the new velocity", w.shape),
    )


def _by_formula(
    answer: Answer, start: Moving, grad: np.ndarray, lr: float, momentum: float
) -> Moving:
    """The two lines that the page prints for the class, read as they stand."""
    rule = variation("masked_step", answer.class_seed)
    names: dict[str, Any] = {"w": start[0], "velocity": start[1], "grad": grad}
    names |= {"lr": lr, "momentum": momentum}
    names["velocity"] = eval(rule["velocity"], {}, names)
    return eval(rule["w"], {}, names), names["velocity"]


@further("masked_step", "everything kept, everything pruned")
def _all_or_none(answer: Answer, rng: np.random.Generator) -> None:
    for shape in ((2, 3, 2, 2), (1,)):
        start = rng.normal(size=shape), rng.normal(size=shape)
        grad = rng.normal(size=shape)
        lr, momentum = float(rng.uniform(0.01, 2)), float(rng.uniform(0.1, 0.99))
        keep = np.ones(shape, dtype=bool)
        came = _step(answer, start, grad, keep, lr, momentum)
        hint = (
            "Where all weights are kept, this is the ordinary step of your class, for "
        )
        hint += "any learning rate and momentum."
        wanted = _by_formula(answer, start, grad, lr, momentum)
        demand(answer, close(came, wanted, 1e-9), "ordinary-step", hint, came=came)
        came = _step(answer, start, grad, ~keep, lr, momentum)
        hint = "Where all weights are pruned, weights and velocities are all zero."
        demand(answer, not np.any(came), "M8", hint, came=came)


@further("masked_step", "many steps, while the mask prunes more and more")
def _many_steps(answer: Answer, rng: np.random.Generator) -> None:
    order = rng.permutation(24).reshape(4, 6)
    moving = expected = rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    lr, momentum = 0.1, float(rng.uniform(0.5, 0.9))
    for kept in (20, 20, 20, 12, 12, 12, 5, 5, 5, 5):
        mask, grad = order < kept, rng.normal(size=(4, 6))
        moving = _step(answer, moving, grad, mask, lr, momentum)
        w, velocity = _by_formula(answer, expected, grad, lr, momentum)
        expected = np.where(mask, w, 0), np.where(mask, velocity, 0)
        hint = "After some steps, with what your function returned put in again, a "
        hint += "pruned weight or its velocity is not zero."
        demand(answer, not np.any(np.stack(moving)[:, ~mask]), "M8", hint)
        hint = "After some steps, with what your function returned put in again, the "
        hint += "kept weights are elsewhere than by the formula of your class."
        demand(answer, close(moving, expected, 1e-9), "drifts", hint)


@further("masked_step", "the weights alone, without momentum")
def _no_momentum(answer: Answer, rng: np.random.Generator) -> None:
    start = rng.normal(size=12), rng.normal(size=12)
    mask, grad = rng.permutation(12) < 6, rng.normal(size=12)
    kept = torch.nn.Parameter(torch.tensor(start[0][mask]))
    kept.grad = torch.tensor(grad[mask])
    lr = float(rng.uniform(0.01, 1))
    torch.optim.SGD([kept], lr=lr).step()  # the same in every class
    came, _ = _step(answer, start, grad, mask, lr, 0.0)
    wanted = np.zeros(12)
    wanted[mask] = kept.detach().numpy()
    hint = "With a momentum of 0 nothing of the steps before is left: kept weights go "
    hint += "against their gradient, pruned ones are 0."
    demand(answer, close(came, wanted, 1e-9), "without-momentum", hint, came=came)


def _check_bill(
    answer: Answer, W: np.ndarray, mask: np.ndarray, name: str, hint: str
) -> None:
    entries = answer.entries(answer(W=W, mask=mask), BILL)
    pairs = [answer.shaped(e, n, (2,)) for n, e in zip(BILL, entries, strict=True)]
    size = [W.shape[0] * W.shape[1]] * 2
    stored = (torch.from_numpy(A).to_sparse() for A in (W, np.where(mask, W, 0)))
    nonzeros = [sparse.values().numel() for sparse in stored]
    wanted = [size, nonzeros, [4 * n for n in size], size, nonzeros]
    demand(
        answer, close([list(p) for p in pairs], wanted, 1e-12), name, hint, came=pairs
    )


def _layer(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Weights of which about a third are zero already."""
    return np.asarray(rng.normal(size=shape) * (rng.random(shape) < 0.7))


@further("bill", "weights that come as float32")
def _float32(answer: Answer, rng: np.random.Generator) -> None:
    hint = "The weights come as float32 here. What is stored has four bytes a number, "
    hint += "whatever type the array has in memory."
    W = _layer(rng, (9, 11)).astype(np.float32)
    _check_bill(answer, W, rng.random(W.shape) < 0.5, "float32", hint)


@further("bill", "everything kept, everything pruned, a single weight")
def _extreme_masks(answer: Answer, rng: np.random.Generator) -> None:
    hint = "The mask keeps all or nothing, or there is one weight only. Go through the "
    hint += "five entries again: shape or values?"
    for shape in ((4, 7), (1, 1), (1, 9)):
        W = rng.normal(size=shape)  # no zeros of its own
        for mask in (np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)):
            _check_bill(answer, W, mask, "extreme-mask", hint)
    _check_bill(
        answer, np.zeros((3, 4)), rng.random((3, 4)) < 0.5, "extreme-mask", hint
    )


@further("bill", "a large layer with very small weights in it")
def _small_weights(answer: Answer, rng: np.random.Generator) -> None:
    hint = "This layer is large, and some of its weights are very small. Small is not "
    hint += "zero: a kernel that skips zeros multiplies by them."
    W = _layer(rng, (100, 150))
    W[::3] *= 1e-20
    _check_bill(answer, W, rng.random(W.shape) < 0.1, "small-is-not-zero", hint)
