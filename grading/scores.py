"""The scores that count: the best or latest notebook of each learner and chapter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from course_lib.handin.results import ExerciseResult, Result


@dataclass(frozen=True)
class Score:
    """The score of one learner in one chapter.

    ``others`` are notebooks of the same chapter that do not count, with their points.
    ``notes`` are those of all notebooks, as pairs of notebook and note. ``deducted``
    are points taken off a late notebook, ``marks`` the marks that count, by
    question.
    """

    learner: str
    chapter: str
    notebook: str
    points: float
    out_of: float
    exercises: list[ExerciseResult]
    deducted: float
    marks: dict[str, float]
    notes: list[tuple[str, str]]
    others: list[tuple[str, float]]


def best_scores(results: Iterable[Result]) -> Iterator[Score]:
    """Return one score per learner and chapter, in the order of names.

    Of several notebooks with the highest rank, the one with the most points counts; in
    a tie, the first by name. The order of ``results`` does not matter.
    """
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        found.setdefault((result.learner, result.chapter), []).append(result)
    for learner, chapter in sorted(found):
        by_name = sorted(found[learner, chapter], key=lambda result: result.notebook)
        best, *others = sorted(by_name, key=lambda r: (-r.rank, -r.points))
        yield Score(
            learner,
            chapter,
            best.notebook,
            best.points,
            best.out_of,
            best.exercises,
            best.deducted,
            {a.question: a.points for a in best.long_answers if a.out_of},
            [(result.notebook, note) for result in by_name for note in result.notes],
            [(other.notebook, other.points) for other in others],
        )
