"""A page per learner: what passed, recognized misconceptions, and what to read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.check import EXERCISES
from course_lib.check.failure import UNRECOGNIZED, WIDTH
from course_lib.handin.results import ExerciseResult, Result, Verdict
from course_lib.handin.shown import environment, number
from course_lib.misconceptions import misconceptions
from course_lib.page.learning_map import CHAPTERS

LABELS = ("given", "got", "expected")
# "  given     values", and continuation lines below the values
LABELED = re.compile(rf"  ({'|'.join(LABELS)}|hint|read) +(.*)")
ARGUMENT = re.compile(r"\w+ = ")
# verdicts that are not misconceptions
PLAIN = {
    "missing": "No function found",
    "no-answer": "No answer came back",
    "not-written": "Not written yet",
    "error": "Your function stopped with an error",
    UNRECOGNIZED: "Not a mistake that the course recognizes",
}
MAX_NOTES = 20


@dataclass
class Advice:
    """Advice on one mistake: the checks that found it, and what they saw."""

    heading: str
    corrects: str
    hint: str
    checks: list[str] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """One exercise of the page: the part of its result that a learner may see.

    ``state`` is ``"right"``, ``"partly"`` or ``"wrong"``; ``score`` is what an open
    exercise measured, with its unit.
    """

    result: ExerciseResult
    verdicts: list[Verdict]
    advice: list[Advice]
    read_on: str
    state: str
    score: str


def page(
    result: Result, *, proof: bool, marks: Mapping[str, tuple[str, str]] | None = None
) -> str:
    """Return a self-contained HTML page about one notebook, without scripts.

    With ``proof`` it shows points from all checks; without, only the visible checks and
    no points. The inputs and expected values of hidden checks are never shown.
    ``marks`` maps the name of a long answer's question to its mark and comment.
    """
    parts = [_part(result.chapter, exercise, proof) for exercise in result.exercises]
    return environment().get_template("feedback.html").render(
        result=result,
        title=CHAPTERS.get(result.chapter, ""),
        proof=proof,
        parts=parts,
        right=sum(part.state == "right" for part in parts),
        marks=marks or {},
        counted=any(answer.out_of for answer in result.long_answers),
        notes=result.notes[:MAX_NOTES],
        more_notes=len(result.notes[MAX_NOTES:]),
    ) + "\n"  # fmt: skip


def heading(misconception: str) -> str:
    """Return the heading for a misconception or slip."""
    entry = misconceptions().get(misconception)
    if entry is not None:
        return f"“{entry.belief}” ({misconception})"
    return PLAIN.get(misconception, f"Mistake: {misconception}")


def read_on(chapter: str, result: ExerciseResult) -> str:
    """Return where an exercise is, and which part of the lesson explains it."""
    where = f"Read on: exercise {result.section} of chapter {chapter}, “{result.title}”"
    exercise = EXERCISES.get(result.exercise)
    return f"{where}; in the lesson: {exercise.room}." if exercise else f"{where}."


def _part(chapter: str, result: ExerciseResult, proof: bool) -> Part:
    shown = [v for v in result.verdicts if proof or v.visible]
    state = _state(result, shown, proof)
    where = read_on(chapter, result)
    return Part(result, shown, _advice(shown), where, state, _score(result))


def _score(result: ExerciseResult) -> str:
    exercise = EXERCISES.get(result.exercise)
    if exercise is None or result.score is None:
        return ""
    return exercise.with_unit(number(result.score))


def _state(result: ExerciseResult, shown: list[Verdict], proof: bool) -> str:
    """Return the state, by points if the page shows them, else by visible checks."""
    passed = [verdict.passed for verdict in shown]
    # an exercise may be for practice only, without points
    counts = proof and result.out_of > 0
    earned = result.points if counts else sum(passed)
    if earned and earned == (result.out_of if counts else len(passed)):
        return "right"
    return "partly" if earned else "wrong"


def _advice(verdicts: list[Verdict]) -> list[Advice]:
    """Return one entry per mistake, however many checks found it."""
    found: dict[tuple[str, str], Advice] = {}
    for verdict in verdicts:
        if verdict.passed:
            continue
        name, hint = verdict.misconception, verdict.hint
        entry = misconceptions().get(name)
        new = Advice(heading(name), entry.corrects if entry else "", hint)
        advice = found.setdefault((name, hint), new)
        advice.checks.append(verdict.check)
        if verdict.visible and not advice.seen:
            advice.seen = _seen(verdict.detail)
    return list(found.values())


def _seen(detail: str) -> list[tuple[str, str]]:
    """Parse given, returned and expected values from a failed check's message."""
    parts: list[tuple[str, list[str]]] = []
    before = ""
    for line in detail.split("\n"):
        labeled, text = LABELED.fullmatch(line), line.strip()
        if labeled:
            text = labeled[2]
            parts.append((labeled[1], [text]))
        elif parts and _was_wrapped(before, text):
            parts[-1][1][-1] += " " + text
        elif parts:
            parts[-1][1].append(text)
        before = text
    return [(label, "\n".join(lines)) for label, lines in parts if label in LABELS]


def _was_wrapped(before: str, line: str) -> bool:
    """Return whether a line continues the previous one, which had no room for it."""
    first = line.split(" ", 1)[0]
    return len(before) + 1 + len(first) > WIDTH and not ARGUMENT.match(line)
