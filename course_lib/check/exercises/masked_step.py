"""One step of an optimizer with a velocity that keeps pruned weights at zero."""

from itertools import product

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

# the names in the formulas are those of the arguments; `velocity` in the second one is
# the new velocity. First come three conventions, then those that look ahead (Nesterov),
# then the same six with a velocity that points downhill.
FORMULAS = tuple(
    {"velocity": velocity, "w": w}
    for velocity, w in (
        ("momentum * velocity + grad", "w - lr * velocity"),
        ("momentum * velocity + lr * grad", "w - velocity"),
        ("momentum * velocity + (1 - momentum) * grad", "w - lr * velocity"),
        ("momentum * velocity + grad", "w - lr * (grad + momentum * velocity)"),
        ("momentum * velocity + lr * grad", "w - lr * grad - momentum * velocity"),
        (
            "momentum * velocity + (1 - momentum) * grad",
            "w - lr * ((1 - momentum) * grad + momentum * velocity)",
        ),
        ("momentum * velocity - grad", "w + lr * velocity"),
        ("momentum * velocity - lr * grad", "w + velocity"),
        ("momentum * velocity - (1 - momentum) * grad", "w + lr * velocity"),
        ("momentum * velocity - grad", "w + lr * (momentum * velocity - grad)"),
        ("momentum * velocity - lr * grad", "w + momentum * velocity - lr * grad"),
        (
            "momentum * velocity - (1 - momentum) * grad",
            "w + lr * (momentum * velocity - (1 - momentum) * grad)",
        ),
    )
)

exercise = Exercise(
    name="masked_step",
    chapter="03",
    section=3,
    title="Pruned stays pruned",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M8",
    room="Code",
    returns=("the new weights", "the new velocity"),
    expected="kept weights: new velocity = {new_velocity}, new w = {new_w}; pruned "
    "ones: weight 0 and velocity 0",
    hint="Take one kept and one pruned weight from the arrays above and do the step "
    "by hand, with the formulas of your class.",
    variations=FORMULAS,
    prefix="new_",
)

REVIVED = (
    "The gradient of a pruned weight is masked, but its velocity still remembers the "
    "steps before the mask and moves the weight again."
)
VELOCITY_LEFT = (
    "The weights are right, but pruned weights still have a velocity: the first step "
    "without the mask would bring them back."
)
FROZEN = (
    "Pruned weights keep the value that they had. Pruned means 0, even for a weight "
    "that the mask removes for the first time."
)
OTHER_FORMULA = (
    "The mask works, but this is not the velocity of your class: new velocity = "
    "{new_velocity}, new w = {new_w}."
)
NO_MOMENTUM = (
    "With a momentum of 0, nothing is left of the earlier steps: kept weights move "
    "against their gradient, and pruned ones are 0."
)


def _dense(w, velocity, grad, lr, momentum, new_velocity, new_w):
    """A step without any mask, by the formulas that the page prints."""
    names = {"w": w, "grad": grad, "lr": lr, "momentum": momentum}
    velocity = eval(new_velocity, names | {"velocity": velocity})
    return eval(new_w, names | {"velocity": velocity}), velocity


@exercise.solution
def solution(w, velocity, grad, mask, lr, momentum, **formulas):
    w, velocity = _dense(w, velocity, grad, lr, momentum, **formulas)
    return w * mask, velocity * mask


@exercise.drawn("a new mask, with weights and velocities under it")
def new_mask(rng: Rng) -> Calls:
    for shape in ((3, 4), (6,)):
        for lr, momentum in product((0.5, 0.05), (0.9, 0.6)):
            mask = rng.permutation(np.arange(np.prod(shape)) % 2 == 0).reshape(shape)
            arguments = _arguments(rng, mask, lr, momentum)
            # a kept weight may be zero, as after an initialization
            arguments["w"][tuple(np.argwhere(mask)[0])] = 0
            yield arguments


@exercise.drawn(
    "everything kept, everything pruned",
    name="all-or-none",
    hint="If all weights are kept, this is the ordinary step of your class, for any "
    "learning rate and momentum. If all are pruned, everything is zero afterward.",
)
def all_or_none(rng: Rng) -> Calls:
    for shape, kept in product(((2, 3, 2, 2), (3,)), (True, False)):
        lr, momentum = float(rng.uniform(0.01, 2)), float(rng.uniform(0.1, 0.99))
        yield _arguments(rng, np.full(shape, kept), lr, momentum)


@exercise.drawn(
    "a mask that prunes more and more",
    name="M8",
    hint="Some pruned weights are already zero; others are pruned now. Return zero "
    "weight and velocity for all of them; kept weights take the step of your class.",
)
def growing_mask(rng: Rng) -> Calls:
    order = rng.permutation(24).reshape(4, 6)
    momentum = float(rng.uniform(0.5, 0.9))
    for before, kept in ((20, 20), (20, 12), (12, 5), (5, 5)):
        arguments = _arguments(rng, order < kept, 0.1, momentum)
        for name in ("w", "velocity"):
            arguments[name][order >= before] = 0
        yield arguments


@exercise.drawn("a momentum of 0", name="zero-momentum", hint=NO_MOMENTUM)
def no_momentum(rng: Rng) -> Calls:
    for _ in range(2):
        lr = float(rng.uniform(0.01, 1))
        yield _arguments(rng, rng.permutation(12) < 6, lr, 0.0)


def _arguments(rng: Rng, mask: np.ndarray, lr: float, momentum: float) -> Arguments:
    w, velocity, grad = (rng.normal(size=mask.shape) for _ in range(3))
    arrays = {"w": w, "velocity": velocity, "grad": grad, "mask": mask}
    return arrays | {"lr": lr, "momentum": momentum}


@exercise.mistake(
    "M8",
    "Your step uses no mask at all. Gradient and velocity do not know that a weight "
    "was pruned, so they bring it back.",
)
def trusts_the_zeros(w, velocity, grad, mask, lr, momentum, **formulas):
    """What is pruned is zero, and zeros stay zeros."""
    return _dense(w, velocity, grad, lr, momentum, **formulas)


@exercise.mistake("M8", REVIVED)
def masks_the_gradient(w, velocity, grad, mask, lr, momentum, **formulas):
    """A weight without a gradient does not move."""
    return _dense(w, velocity, grad * mask, lr, momentum, **formulas)


@exercise.mistake("M8", REVIVED)
def masks_weight_and_gradient(w, velocity, grad, mask, lr, momentum, **formulas):
    """Weight and gradient are masked, so nothing is left that could move."""
    return _dense(w * mask, velocity, grad * mask, lr, momentum, **formulas)


@exercise.mistake(
    "M8",
    "You applied the mask before the step, and then everything moved, including "
    "pruned weights. They must be zero after the step.",
)
def masks_before_the_step(w, velocity, grad, mask, lr, momentum, **formulas):
    """The mask is applied once, and then the step is an ordinary one."""
    return _dense(w * mask, velocity, grad, lr, momentum, **formulas)


@exercise.mistake("velocity-left", VELOCITY_LEFT)
def masks_the_weights_only(w, velocity, grad, mask, lr, momentum, **formulas):
    """The weights are masked after the step, so the rest does not matter."""
    w, velocity = _dense(w, velocity, grad, lr, momentum, **formulas)
    return w * mask, velocity


@exercise.mistake("velocity-left", VELOCITY_LEFT)
def waits_for_the_velocity(w, velocity, grad, mask, lr, momentum, **formulas):
    """Gradient and weights are masked; the velocity follows by itself."""
    w, velocity = _dense(w, velocity, grad * mask, lr, momentum, **formulas)
    return w * mask, velocity


@exercise.mistake("frozen", FROZEN)
def freezes_what_is_pruned(w, velocity, grad, mask, lr, momentum, **formulas):
    """A pruned weight is one that is not trained."""
    new, velocity = _dense(w, velocity, grad, lr, momentum, **formulas)
    return np.where(mask, new, w), velocity * mask


@exercise.mistake("frozen", FROZEN)
def freezes_weight_and_velocity(w, velocity, grad, mask, lr, momentum, **formulas):
    """A pruned weight and its velocity are left as they are."""
    new = _dense(w, velocity, grad, lr, momentum, **formulas)
    return np.where(mask, new[0], w), np.where(mask, new[1], velocity)


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the weight is kept."
)
def trains_the_pruned(w, velocity, grad, mask, lr, momentum, **formulas):
    """The mask marks what is pruned."""
    return solution(w, velocity, grad, ~mask, lr, momentum, **formulas)


@exercise.mistake(
    "zeros-frozen",
    "A kept weight that happens to be 0 did not move. The mask says which weights are "
    "pruned, not their values.",
)
def zeros_are_pruned(w, velocity, grad, mask, lr, momentum, **formulas):
    """What is zero is pruned, and what is pruned is zero."""
    mask = mask & (w != 0)
    return solution(w, velocity, grad, mask, lr, momentum, **formulas)


@exercise.mistake(
    "no-momentum",
    "The mask works, but the kept weights have forgotten the earlier steps: momentum "
    "is missing.",
)
def restarts_the_velocity(w, velocity, grad, mask, lr, momentum, **formulas):
    """The velocity is this step's gradient."""
    return solution(w, 0 * velocity, grad, mask, lr, momentum, **formulas)


@exercise.mistake(
    "stale-velocity",
    "The weights moved with the old velocity. Update the velocity first, then move.",
)
def moves_before_it_looks(w, velocity, grad, mask, lr, momentum, **formulas):
    """First the weights move, then the velocity is updated."""
    new = solution(w, velocity, grad, mask, lr, momentum, **formulas)[1]
    # one that looks ahead would be the usual step if it used the old velocity
    usual = {each["velocity"]: each["w"] for each in reversed(FORMULAS)}
    moved = usual[formulas["new_velocity"]]
    old_velocity = {"new_velocity": "velocity", "new_w": moved}
    return solution(w, velocity, grad, mask, lr, momentum, **old_velocity)[0], new


@exercise.mistake(
    "ascent", "The weights moved uphill: the loss falls in the opposite direction."
)
def climbs(w, velocity, grad, mask, lr, momentum, **formulas):
    """The weights follow the gradient."""
    new, velocity = solution(w, velocity, grad, mask, lr, momentum, **formulas)
    return 2 * w * mask - new, velocity


def _formula_of_another_class(steps):
    def another(w, velocity, grad, mask, lr, momentum, **formulas):
        """All formulas with a momentum are the same."""
        known = [{f"new_{n}": text for n, text in one.items()} for one in FORMULAS]
        other = known[(known.index(formulas) + steps) % len(known)]
        return solution(w, velocity, grad, mask, lr, momentum, **other)

    return another


for _steps in range(1, len(FORMULAS)):
    exercise.mistake("other-convention", OTHER_FORMULA)(
        _formula_of_another_class(_steps)
    )


@exercise.mistake(
    "usual-momentum",
    "You always use the same momentum. It is an argument, like the learning rate, and "
    "may be any number.",
)
def usual_momentum(w, velocity, grad, mask, lr, momentum, **formulas):
    """The momentum is always 0.9."""
    return solution(w, velocity, grad, mask, lr, 0.9, **formulas)


@exercise.mistake("zero-momentum", NO_MOMENTUM)
def zero_is_the_default(w, velocity, grad, mask, lr, momentum, **formulas):
    """A momentum of 0 says that the usual one is meant."""
    return solution(w, velocity, grad, mask, lr, momentum or 0.9, **formulas)


@exercise.mistake(
    "M8",
    "If all weights are pruned, your step sets nothing to zero. Pruned is pruned, "
    "even when no weight is left to move.",
)
def no_step_without_weights(w, velocity, grad, mask, lr, momentum, **formulas):
    """If nothing is kept, there is no step to take."""
    if not mask.any():
        return w, velocity
    return solution(w, velocity, grad, mask, lr, momentum, **formulas)
