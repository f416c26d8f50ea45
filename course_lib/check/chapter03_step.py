"""Checks of chapter 03, third part: a step of the optimizer that keeps the mask."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.variations import VARIATIONS, variation

Moving = tuple[np.ndarray, np.ndarray]  # weights and their velocity
MOMENTUM = 0.9


@exercise(
    chapter="03",
    section=3,
    title="Pruned stays pruned",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M8",
    room="Code",
)
def masked_step(answer: Answer, rng: np.random.Generator) -> None:
    """Against PyTorch's SGD on a vector of the kept weights alone."""
    rule = variation("masked_step", answer.class_seed)
    for shape in ((3, 4), (6,)):
        mask = rng.permutation(np.arange(np.prod(shape)) % 2 == 0).reshape(shape)
        # a new mask: what it prunes has a value and a velocity still
        moving = rng.normal(size=shape), rng.normal(size=shape)
        for lr in (0.5, 0.2, 0.05):
            moving = _check_step(answer, moving, rng.normal(size=shape), mask, lr, rule)


def _sgd(
    start: Moving, grad: np.ndarray, lr: float, momentum: float, rule: Mapping[str, str]
) -> Moving:
    """One step of torch.optim.SGD, in the class's bookkeeping of the velocity."""
    parameter = torch.nn.Parameter(torch.tensor(start[0]))
    optimizer = torch.optim.SGD(
        [parameter],
        lr=lr,
        momentum=momentum,
        dampening=momentum if "(1 - momentum)" in rule["velocity"] else 0,
    )
    unit = lr if "lr" in rule["velocity"] else 1  # some keep lr inside the velocity
    state = optimizer.state[parameter]
    state["momentum_buffer"] = torch.tensor(start[1]) / unit
    parameter.grad = torch.tensor(grad)
    optimizer.step()
    return parameter.detach().numpy(), unit * state["momentum_buffer"].numpy()


def _check_step(
    answer: Answer,
    start: Moving,
    grad: np.ndarray,
    mask: np.ndarray,
    lr: float,
    rule: Mapping[str, str],
) -> Moving:
    w, velocity = start
    names = ("weights", "velocity")
    parts = answer.parts(
        answer(w=w, velocity=velocity, grad=grad, mask=mask, lr=lr, momentum=MOMENTUM),
        names,
    )
    came = [
        answer.shaped(part, f"the new {name}", w.shape)
        for name, part in zip(names, parts, strict=True)
    ]
    kept = _sgd((w[mask], velocity[mask]), grad[mask], lr, MOMENTUM, rule)
    wanted = np.zeros(w.shape), np.zeros(w.shape)
    for whole, part in zip(wanted, kept, strict=True):
        whole[mask] = part
    answer.expect(
        came,
        wanted,
        _step_slips(start, grad, mask, lr, rule),
        expected="kept weights: the step of your class; pruned ones: weight 0 and "
        "velocity 0",
        hint="Take one kept and one pruned weight out of the arrays above and do the "
        f"step by hand. The velocity of your class: {rule['velocity']}.",
    )
    return wanted


def _step_slips(
    start: Moving,
    grad: np.ndarray,
    mask: np.ndarray,
    lr: float,
    rule: Mapping[str, str],
) -> list[Slip]:
    w, velocity = start
    dense = _sgd(start, grad, lr, MOMENTUM, rule)
    part = _sgd(start, grad * mask, lr, MOMENTUM, rule)
    early = _sgd((w * mask, velocity), grad, lr, MOMENTUM, rule)
    both = _sgd((w * mask, velocity), grad * mask, lr, MOMENTUM, rule)
    revived = "The gradient of a pruned weight is masked, but its velocity still "
    revived += "remembers the steps before the mask. It moves the weight once more."
    left = "The weights are right. But a velocity is left under the mask, and it still "
    left += "pushes: the first step without the mask would bring pruned weights back."
    frozen = "Pruned weights stand still here, at the value they had. Pruned means 0, "
    frozen += "also for a weight that the mask meets for the first time."
    slips = [
        Slip(
            "M8",
            dense,
            "There is no mask at all in this step. Gradient and velocity do not know "
            "that a weight was pruned: they bring it back.",
        ),
        Slip("M8", part, revived),
        Slip("M8", both, revived),
        Slip(
            "M8",
            early,
            "The mask came before the step, and then everything moved, pruned weights "
            "too. What counts is what is zero afterwards.",
        ),
        Slip("velocity-left", (dense[0] * mask, None), left),
        Slip("frozen", (np.where(mask, dense[0], w), None), frozen),
        Slip(
            "mask-flipped",
            (dense[0] * ~mask, None),
            "It is the other way round: True means that the weight is kept.",
        ),
    ]
    return slips + _formula_slips(start, grad, mask, lr, rule)


def _formula_slips(
    start: Moving,
    grad: np.ndarray,
    mask: np.ndarray,
    lr: float,
    rule: Mapping[str, str],
) -> list[Slip]:
    """Steps that keep to the mask and go elsewhere."""
    w, velocity = start

    def step(velocity: np.ndarray, using: Mapping[str, str] = rule) -> Moving:
        new = _sgd((w, velocity), grad, lr, MOMENTUM, using)
        return new[0] * mask, new[1] * mask

    right = step(velocity)
    unit = 1 if "lr" in rule["velocity"] else lr
    hint = "The mask holds. But this is another kind of velocity than the one that "
    hint += f"your class keeps: {rule['velocity']}."
    others = [using for using in VARIATIONS["masked_step"] if using != rule]
    slips = [Slip("other-convention", step(velocity, using), hint) for using in others]
    return [
        *slips,
        Slip(
            "no-momentum",
            step(np.zeros_like(velocity)),
            "The mask holds, but the kept weights have forgotten the steps before this "
            "one: momentum is missing.",
        ),
        Slip(
            "stale-velocity",
            ((w - unit * velocity) * mask, right[1]),
            "The weights moved with the old velocity. Renew the velocity first, then "
            "move.",
        ),
        Slip(
            "ascent",
            ((2 * w - right[0]) * mask, right[1]),
            "The weights went uphill: the loss falls against the gradient.",
        ),
    ]
