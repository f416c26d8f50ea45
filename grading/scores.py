"""The scores that count: the best or latest notebook of each learner and chapter.

Large parts of a result – texts, hints, details of checks – are dropped, so that a class
of any size can be processed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from course_lib.handin.results import ExerciseResult, Result


@dataclass(frozen=True, slots=True)
class ExerciseScore:
    """``points`` of ``out_of``, the recognized misconceptions, an open one's score."""

    exercise: str
    section: int
    title: str
    points: float
    out_of: float
    misconceptions: tuple[str, ...]
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one learner in one chapter.

    ``others`` are notebooks of the same chapter that do not count, with their points.
    ``notes`` are those of all notebooks, as pairs of notebook and note. ``deducted``
    are points taken off a late notebook, ``marks`` a human's marks that count, by
    question.
    """

    learner: str
    chapter: str
    notebook: str
    points: float
    out_of: float
    exercises: tuple[ExerciseScore, ...]
    notes: tuple[tuple[str, str], ...]
    deducted: float = 0
    marks: tuple[tuple[str, float], ...] = ()
    rank: float = 0
    others: tuple[tuple[str, float], ...] = ()


def best_scores(results: Iterable[Result]) -> Iterator[Score]:
    """Return one score per learner and chapter, in the order of names.

    Of several notebooks with the highest rank, the one with the most points counts; in
    a tie, the first by name. The order of ``results`` does not matter.
    """
    found: dict[tuple[str, str], list[Score]] = {}
    for result in results:
        found.setdefault((result.learner, result.chapter), []).append(_score(result))
    for key in sorted(found):
        yield _best(found[key])


def _best(scores: list[Score]) -> Score:
    if len(scores) == 1:
        return scores[0]
    by_name = sorted(scores, key=lambda score: score.notebook)
    best, *others = sorted(by_name, key=lambda score: (-score.rank, -score.points))
    return replace(
        best,
        others=tuple((other.notebook, other.points) for other in others),
        notes=tuple(note for score in by_name for note in score.notes),
    )


def _score(result: Result) -> Score:
    return Score(
        result.learner,
        result.chapter,
        result.notebook,
        result.points,
        result.out_of,
        tuple(map(_exercise, result.exercises)),
        tuple((result.notebook, note) for note in result.notes),
        result.deducted,
        tuple((a.question, a.points) for a in result.long_answers if a.out_of),
        result.rank,
    )


def _exercise(result: ExerciseResult) -> ExerciseScore:
    failed = [verdict for verdict in result.verdicts if not verdict.passed]
    # if the visible check names the mistake, the others only see its effects
    informative = [v for v in failed if v.visible] or failed
    recognized = dict.fromkeys(verdict.misconception for verdict in informative)
    return ExerciseScore(
        result.exercise,
        result.section,
        result.title,
        result.points,
        result.out_of,
        tuple(recognized),
        result.score,
    )
