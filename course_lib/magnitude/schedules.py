"""Callbacks and schedules that hold or tighten masks while a network trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from course_lib.arguments import fraction, integer, number
from course_lib.data import Split
from course_lib.magnitude.application import apply_masks
from course_lib.magnitude.networks import Masks, global_magnitude_masks
from course_lib.training import Callback, State, fit

Settings = dict[str, Any]


class KeepMasks(Callback):
    """Applies masks after every step of ``fit``, so that pruned weights stay zero.

    Without it, the optimizer revives pruned weights at once: their gradients are not
    zero, and momentum moves them even where the gradient is zero.
    """

    def __init__(self, masks: Mapping[str, Tensor]) -> None:
        self.masks = dict(masks)

    def after_step(self, state: State) -> None:
        """Reset the weights that the step revived to zero."""
        apply_masks(state.model, self.masks)


class GradualSchedule(Callback):
    """Prunes a little more every few steps, from dense to ``sparsity``.

    The sparsity rises as a cubic between the fractions ``start`` and ``end`` of the
    training, fast at first, while there is much to choose from (Zhu & Gupta 2018): s(t)
    = s · (1 − (1 − t)³). In between, and afterward, the masks hold. A weight may come
    back only while it is larger than what the threshold removes. ``masks`` holds the
    current masks.
    """

    def __init__(
        self, sparsity: float, *, start: float = 0.0, end: float = 0.6, every: int = 50
    ) -> None:
        self.sparsity, self.end = fraction("sparsity", sparsity), fraction("end", end)
        self.start = number("start", start, minimum=0, below=self.end)
        self.every = integer("every", every, 1)
        self.masks: Masks = {}

    def sparsity_at(self, progress: float) -> float:
        """Return the target sparsity at ``progress``, a fraction of the training."""
        t = (progress - self.start) / (self.end - self.start)
        return self.sparsity * (1 - (1 - min(max(t, 0.0), 1.0)) ** 3)

    def after_step(self, state: State) -> None:
        """Prune further if it is time, and reapply the current masks."""
        progress = state.step / state.steps
        last = progress >= self.end > (state.step - 1) / state.steps
        if last or (progress < self.end and state.step % self.every == 0):
            target = self.sparsity_at(progress)
            self.masks = global_magnitude_masks(state.model, target)
        apply_masks(state.model, self.masks)


def prune_one_shot(
    model: nn.Module,
    sparsity: float,
    train: Split,
    *,
    epochs: int,
    seed: int,
    learning_rate: float = 3e-3,
) -> None:
    """Prune at once, by one threshold for the network, then train the rest.

    Works in place, like the two schedules below; each trains for ``epochs`` in total.
    """
    masks = global_magnitude_masks(model, sparsity)
    tune_masked(
        model, masks, train, epochs=epochs, seed=seed, learning_rate=learning_rate
    )


def prune_iteratively(
    model: nn.Module,
    sparsity: float,
    train: Split,
    *,
    epochs: int,
    seed: int,
    rounds: int = 3,
    learning_rate: float = 3e-3,
) -> None:
    """Prune and train in ``rounds`` of one training run (Han et al. 2015, section 3).

    Every round keeps the same fraction of the remaining weights, so that the last one
    reaches ``sparsity``, and trains for an equal part of ``epochs``. The optimizer and
    its falling learning rate run through all rounds, as in the other schedules.
    """
    sparsity, rounds = fraction("sparsity", sparsity), integer("rounds", rounds, 1)
    if integer("epochs", epochs, 1) % rounds:
        raise ValueError(
            f"epochs must be a multiple of rounds, got {epochs} for {rounds} rounds"
        )
    # the last is given exactly, because rounding could change the count by one
    goals = [1 - (1 - sparsity) ** (done / rounds) for done in range(1, rounds)]
    first, *rest = [*goals, sparsity]
    masks = global_magnitude_masks(model, first)
    apply_masks(model, masks)
    callbacks = [_Rounds(masks, rest, epochs // rounds)]
    how: Settings = {"epochs": epochs, "seed": seed, "learning_rate": learning_rate}
    fit(model, train, None, callbacks=callbacks, **how)


class _Rounds(KeepMasks):
    """Prunes to the next of ``goals`` whenever a round of ``epochs`` is over."""

    def __init__(
        self, masks: Mapping[str, Tensor], goals: Sequence[float], epochs: int
    ) -> None:
        super().__init__(masks)
        self.goals, self.epochs = list(goals), epochs

    def after_epoch(self, state: State) -> None:
        if self.goals and state.epoch % self.epochs == 0:
            self.masks = global_magnitude_masks(state.model, self.goals.pop(0))
            apply_masks(state.model, self.masks)


def prune_gradually(
    model: nn.Module,
    sparsity: float,
    train: Split,
    *,
    epochs: int,
    seed: int,
    learning_rate: float = 3e-3,
) -> None:
    """Prune a little every few steps of one training run; see ``GradualSchedule``."""
    how: Settings = {"epochs": epochs, "seed": seed, "learning_rate": learning_rate}
    fit(model, train, None, callbacks=[GradualSchedule(sparsity)], **how)


def tune_masked(
    model: nn.Module,
    masks: Mapping[str, Tensor],
    train: Split,
    *,
    epochs: int,
    seed: int,
    learning_rate: float = 3e-3,
) -> None:
    """Apply ``masks``, then train while keeping them in place."""
    apply_masks(model, masks)
    how: Settings = {"epochs": epochs, "seed": seed, "learning_rate": learning_rate}
    fit(model, train, None, callbacks=[KeepMasks(masks)], **how)
