"""Checking every exercise in a notebook by a plan of checks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.check import EXERCISES, CheckFailed, Exercise
from course_lib.check.failure import UNRECOGNIZED
from course_lib.handin.long_answers import long_answer
from course_lib.handin.remote import Function, Handin, Limits, NoAnswerError, Reading
from course_lib.handin.results import ExerciseResult, Result, Verdict


@dataclass(frozen=True)
class Planned:
    """A planned check; see ``Verdict`` for ``title``, ``share`` and ``visible``.

    ``examine`` is called with the answer and raises CheckFailed; it returns an open
    exercise's score.
    """

    title: str
    share: float
    visible: bool
    examine: Callable[[Function], float | None]


Plan = Callable[[Exercise, Reading], list[Planned]]
VISIBLE = "the visible check"
NO_EXERCISE = "no function of any exercise was found"


def visible_check(exercise: Exercise, class_seed: int, share: float) -> Planned:
    """Return the check from the page, with the same inputs."""
    return Planned(
        VISIBLE, share, True, lambda f: exercise.examine(f, class_seed=class_seed)
    )


def chapter_of(names: frozenset[str]) -> str:
    """Return the chapter with most defined exercises, or an empty string."""
    counts = dict.fromkeys(sorted({e.chapter for e in EXERCISES.values()}), 0)
    for name in names & EXERCISES.keys():
        counts[EXERCISES[name].chapter] += 1
    best = max(counts, key=lambda chapter: counts[chapter])
    return best if counts[best] else ""


def examine_notebook(
    data: bytes,
    *,
    launch: Callable[[], subprocess.Popen],
    plan: Plan,
    learner: str = "",
    notebook: str = "",
    chapter: str = "",
    limits: Limits | None = None,
) -> Result:
    """Read a notebook and run the plan's checks on every exercise of its chapter.

    ``launch`` starts a child process (see ``remote.Child``). ``chapter`` defaults to
    the one that the notebook answers. Raises ChildError if no child starts; whatever a
    notebook does is in the result.
    """
    with Handin(data, launch, limits) as handin:
        reading = handin.read()
        chapter = chapter or chapter_of(reading.names)
        notes = [reading.unreadable] if reading.unreadable else []
        if not notes and not chapter:
            notes.append(NO_EXERCISE)
        notes += reading.problems
        results = []
        for exercise in exercises_of(chapter):
            checks = plan(exercise, reading)
            if exercise.name in reading.names:
                verdicts, problems = _examine(handin, exercise, checks)
            else:
                verdicts, problems = _missing(exercise, checks), []
            notes += [f"{exercise.name}: {problem}" for problem in problems]
            shape = reading.shapes.get(exercise.name, "")
            results.append(_result(exercise, verdicts, shape))
    texts = long_answer(chapter, reading.texts)
    return Result(learner, notebook, chapter, results, texts, notes)


def empty_result(
    plan: Plan, *, learner: str, notebook: str, chapter: str, note: str
) -> Result:
    """Return the result for an unreadable file: no check passed, with the reason."""
    nothing = Reading(frozenset(), [], [], unreadable=note)
    exercises = exercises_of(chapter)
    results = [_result(e, _missing(e, plan(e, nothing))) for e in exercises]
    return Result(learner, notebook, chapter, results, [], [note])


def exercises_of(chapter: str) -> list[Exercise]:
    """Return the exercises of a chapter, in page order."""
    return [e for e in EXERCISES.values() if e.chapter == chapter]


def _result(
    exercise: Exercise, verdicts: list[Verdict], shape: str = ""
) -> ExerciseResult:
    return ExerciseResult(
        exercise.name,
        exercise.section,
        exercise.title,
        exercise.points,
        verdicts,
        shape,
    )


def _examine(
    handin: Handin, exercise: Exercise, checks: list[Planned]
) -> tuple[list[Verdict], list[str]]:
    """Return all verdicts on one answer, and notes for a human."""
    try:
        function, problems = handin.load(exercise.name)
    except NoAnswerError as error:
        return [_failed(c, "no-answer", _not_finished(str(error))) for c in checks], []
    if function is None:
        return _missing(exercise, checks), problems
    verdicts = []
    for planned in checks:
        verdict, problem = _judge(planned, function)
        verdicts.append(verdict)
        problems += [problem] if problem else []
    return verdicts, problems


def _judge(planned: Planned, function: Function) -> tuple[Verdict, str]:
    try:
        score = planned.examine(function)
    except CheckFailed as failure:
        if function.ended:
            return _failed(planned, "no-answer", _not_finished(function.ended)), ""
        detail = str(failure)
        return _failed(planned, failure.misconception, failure.hint, detail), ""
    except Exception as error:
        if function.ended:
            return _failed(planned, "no-answer", _not_finished(function.ended)), ""
        # values crafted to break the check itself: no points, and a human should look
        hint = "The returned value cannot be compared with the expected one."
        problem = f"{planned.title} stopped with {type(error).__name__}"
        return _failed(planned, UNRECOGNIZED, hint), problem
    verdict = Verdict(
        planned.title, planned.share, planned.visible, passed=True, score=score
    )
    return verdict, ""


def _failed(
    planned: Planned, misconception: str, hint: str, detail: str = ""
) -> Verdict:
    return Verdict(
        planned.title,
        planned.share,
        planned.visible,
        passed=False,
        misconception=misconception,
        hint=hint,
        detail=detail,
    )


def _missing(exercise: Exercise, checks: list[Planned]) -> list[Verdict]:
    hint = f"No cell that runs defines a function {exercise.name}."
    return [_failed(planned, "missing", hint) for planned in checks]


def _not_finished(reason: str) -> str:
    return (
        f"Your function gave no answer: {reason}. A loop without an end, a very large "
        "array or a call that ends Python does this."
    )
