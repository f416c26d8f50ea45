"""Which checks an answer gets, and what each of them is worth.

Each kind of input is worth the same, and is drawn from a seed that nobody can know. The
visible check itself, with the inputs that a learner has seen, gives no points: a table
of its answers would pass. Nor does a kind by itself: a constant may be right on it. So
each kind is checked together with the first, which is what the exercise is about.
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

ROUNDS = 3  # times that a kind of input is drawn


@dataclass(frozen=True)
class Secret:
    """An instructor's secret text, from which all hidden inputs are drawn."""

    text: str

    def seed(self, *purpose: object) -> int:
        """A number below 2**256 that only the secret's owner can predict.

        The whole digest: 32 bits could be found in minutes from a few leaked inputs.
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
        share = 1 / len(exercise.inputs)
        kinds = [self._kind(exercise, kind, share) for kind in exercise.inputs]
        return [visible, *kinds]

    def _kind(self, exercise: Exercise, kind: Inputs | Judged, share: float) -> Planned:
        first = exercise.inputs[0]
        inputs = [first] if kind is first else [first, kind]

        def examine(function: Function) -> float | None:
            scores: list[Any] = []
            for turn in range(ROUNDS):
                seed = self.secret.seed(exercise.name, turn)
                scores.append(
                    exercise.examine(
                        function, seed=seed, class_seed=self.class_seed, inputs=inputs
                    )
                )
            return fmean(scores) if exercise.score else None

        return Planned(kind.title, share, False, examine)
