"""Holding and tightening masks while a network trains."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from course_lib.magnitude.networks import Masks, apply_masks, global_magnitude_masks
from course_lib.training import Callback, State


class KeepMasks(Callback):
    """Holds masks while ``fit`` trains: what is pruned is zero after every step.

    Without it the optimizer revives pruned weights at once: their gradients are not
    zero, and momentum goes on even where the gradient is.
    """

    def __init__(self, masks: Mapping[str, Tensor]) -> None:
        self.masks = dict(masks)

    def after_step(self, state: State) -> None:
        """Set what the step revived back to zero."""
        apply_masks(state.model, self.masks)


class GradualSchedule(Callback):
    """Prunes a little more every few steps, from dense to ``sparsity``.

    The sparsity rises as a cubic between the fractions ``start`` and ``end`` of the
    training, fast at first, while there is much to choose from (Zhu & Gupta 2018):
    s(t) = s · (1 − (1 − t)³). In between, and afterwards, the masks hold. A weight
    may come back only while it is larger than what the threshold removes. The
    current masks are in ``masks``.
    """

    def __init__(
        self,
        sparsity: float,
        *,
        start: float = 0.0,
        end: float = 0.6,
        every: int = 50,
    ) -> None:
        if not 0 <= sparsity <= 1 or not 0 <= start < end <= 1 or every < 1:
            raise ValueError(
                f"sparsity is {sparsity!r}, start {start!r}, end {end!r} and every "
                f"{every!r}; allowed are a sparsity in [0, 1], 0 ≤ start < end ≤ 1 "
                "and every ≥ 1"
            )
        self.sparsity, self.start, self.end = sparsity, start, end
        self.every = every
        self.masks: Masks = {}

    def sparsity_at(self, progress: float) -> float:
        """The sparsity asked for at ``progress``, a fraction of the training."""
        t = (progress - self.start) / (self.end - self.start)
        return self.sparsity * (1 - (1 - min(max(t, 0.0), 1.0)) ** 3)

    def after_step(self, state: State) -> None:
        """Prune further where it is time, and hold what has been pruned."""
        progress = state.step / state.steps
        last = progress >= self.end > (state.step - 1) / state.steps
        if last or (progress < self.end and state.step % self.every == 0):
            goal = self.sparsity_at(progress)
            self.masks = global_magnitude_masks(state.model, goal)
        apply_masks(state.model, self.masks)
