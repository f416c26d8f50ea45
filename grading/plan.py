"""Which checks an answer gets, and what each of them is worth.

Each kind of input is worth the same, and is drawn from a seed that nobody can know. The
visible check itself, with the inputs that a learner has seen, gives no points: a table
of its answers would pass. Nor does a kind by itself: a constant may be right on it. So
each kind is checked together with the first, which is what the exercise is about.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean
from typing import Any

from course_lib.check import CheckFailed, Exercise
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
        hidden = _Hidden(exercise, self)
        return [
            visible,
            *(
                Planned(kind.title, share, False, partial(hidden.examine, kind))
                for kind in exercise.inputs
            ),
        ]


@dataclass
class _Hidden:
    """The hidden checks of one answer, which ask it nothing twice."""

    exercise: Exercise
    plan: HiddenPlan
    first: dict[int, float | CheckFailed | None] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)

    def examine(self, kind: Inputs | Judged, function: Function) -> float | None:
        """Check inputs of the first kind and of ``kind``; return the mean score."""
        scores: list[Any] = []
        for turn in range(ROUNDS):
            score = self._first(function, turn)
            if kind is not self.exercise.inputs[0]:
                score = self._draw(function, kind, turn)
            scores.append(score)
        return fmean(scores) if self.exercise.score else None

    def _first(self, function: Function, turn: int) -> float | None:
        """The first kind's score; the same inputs are not tried once for each kind."""
        if turn not in self.first:
            try:
                kind = self.exercise.inputs[0]
                self.first[turn] = self._draw(function, kind, turn)
            except CheckFailed as failed:
                self.first[turn] = failed
        known = self.first[turn]
        if isinstance(known, CheckFailed):
            raise known
        return known

    def _draw(
        self, function: Function, kind: Inputs | Judged, turn: int
    ) -> float | None:
        return self.exercise.examine(
            function,
            seed=self.plan.secret.seed(self.exercise.name, turn),
            class_seed=self.plan.class_seed,
            inputs=[kind],
            memo=self.memo,
        )
