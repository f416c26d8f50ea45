"""Which checks an answer gets, and what each of them is worth.

Half of the points are for the visible check with inputs that nobody can know, the
other half for each of its kinds of inputs, drawn once more. The visible check itself,
with the inputs that a learner has seen, gives none: a table of its answers would pass.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from course_lib.check import Exercise
from course_lib.check.kinds import Inputs, Judged
from course_lib.handin.examine import Planned, visible_check
from course_lib.handin.remote import Function, Reading

OTHER_INPUTS = "the visible check with other inputs"
ROUNDS = 3


@dataclass(frozen=True)
class Secret:
    """An instructor's secret text, from which all hidden inputs are drawn."""

    text: str

    def seed(self, *purpose: object) -> int:
        """A number below 2**256 that only the secret's owner can foretell.

        All of the digest: 32 bits are found in minutes from a few leaked inputs.
        """
        message = "/".join(map(str, purpose)).encode()
        digest = hmac.new(self.text.encode(), message, hashlib.sha256).digest()
        return int.from_bytes(digest, "big")


@dataclass(frozen=True)
class HiddenPlan:
    """The plan of a class: called with an exercise, it lists the checks to make."""

    secret: Secret
    class_seed: int = 0

    def __call__(self, exercise: Exercise, reading: Reading) -> list[Planned]:
        """The checks of one exercise; their shares add up to 1."""
        visible = visible_check(exercise, self.class_seed, share=0.0)
        other = self._other_inputs(exercise)
        share = 0.5 / len(exercise.inputs)
        kinds = [self._kind(exercise, kind, share) for kind in exercise.inputs]
        return [visible, other, *kinds]

    def _other_inputs(self, exercise: Exercise) -> Planned:
        def examine(function: Function) -> float | None:
            scores: list[Any] = []
            for turn in range(ROUNDS):
                seed = self.secret.seed(exercise.name, turn)
                scores.append(
                    exercise.examine(function, seed=seed, class_seed=self.class_seed)
                )
            return fmean(scores) if exercise.score else None

        return Planned(OTHER_INPUTS, 0.5, False, examine)

    def _kind(self, exercise: Exercise, kind: Inputs | Judged, share: float) -> Planned:
        seed = self.secret.seed(exercise.name, kind.title)

        def examine(function: Function) -> float | None:
            return exercise.examine(
                function, seed=seed, class_seed=self.class_seed, inputs=[kind]
            )

        return Planned(kind.title, share, False, examine)
