"""A result in the form that Gradescope reads from an autograder's ``results.json``.

Source: "Output format" of https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_lib.files import atomic_write
from course_lib.handin.feedback import heading, read_on
from course_lib.handin.results import ExerciseResult, Result, Verdict
from course_lib.handin.shown import clean, clipped
from course_lib.misconceptions import misconceptions

MAX_CHARACTERS = 4000


def results(result: Result) -> dict[str, Any]:
    """Return the result as plain data for JSON: a test per check and exercise.

    The findings of hidden checks are shown when the grades are published, but never
    their inputs or expected values.
    """
    tests = [
        _test(result.chapter, exercise, number, verdict)
        for exercise in result.exercises
        for number, verdict in enumerate(exercise.verdicts, 1)
    ]
    return {
        "score": result.points,
        "output": _text(_output(result)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {
            "learner": clean(result.learner),
            "notebook": clean(result.notebook),
            "chapter": result.chapter,
            "out_of": result.out_of,
        },
        "tests": tests,
    }


def write(data: dict[str, Any], path: Path) -> None:
    """Write what ``results`` returned as a JSON file, atomically."""
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    with atomic_write(path) as partial:
        partial.write_bytes(text.encode())


def _test(
    chapter: str, exercise: ExerciseResult, number: int, verdict: Verdict
) -> dict[str, Any]:
    most = round(exercise.out_of * verdict.share, 4)
    return {
        "score": most if verdict.passed else 0.0,
        "max_score": most,
        "status": "passed" if verdict.passed else "failed",
        "name": _text(f"{exercise.title}: {verdict.check}"),
        "number": f"{exercise.section}.{number}",
        "output": _text("\n".join(_advice(chapter, exercise, verdict))),
        "output_format": "text",
        "visibility": "visible" if verdict.visible else "after_published",
        "extra_data": {
            "exercise": exercise.exercise,
            "misconception": clean(verdict.misconception),
        },
    }


def _advice(chapter: str, exercise: ExerciseResult, verdict: Verdict) -> list[str]:
    if verdict.passed:
        return ["Passed."]
    if verdict.visible and verdict.detail:
        return [verdict.detail]
    entry = misconceptions().get(verdict.misconception)
    lines = [heading(verdict.misconception)]
    lines += [f"What corrects it: {entry.corrects}."] if entry else []
    return [*lines, verdict.hint, read_on(chapter, exercise)]


def _output(result: Result) -> str:
    lines = [f"Note: {note}" for note in result.notes]
    lines += [
        f"{exercise.title}: your instructor set these points: {exercise.reason}"
        for exercise in result.exercises
        if exercise.awarded is not None
    ]
    for answer in result.long_answers:
        lines.append(f"{answer.question}: your instructor will read this text.")
    return "\n".join(lines)


def _text(text: str) -> str:
    return clipped(clean(text), MAX_CHARACTERS)
