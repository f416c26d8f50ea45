"""What a learner has done so far, read from kept answers, notes and passed checks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_lib import check, journal, notes
from course_lib.claims import load_claims
from course_lib.page.questions import questions

# approximate minutes per task; an exercise declares its own
MINUTES = {"prediction": 1, "practice": 4, "claims": 1, "note": 5}


@dataclass(frozen=True)
class Progress:
    """Progress in one chapter: pairs (done, total) by kind of task.

    ``minutes`` is such a pair, too: about how long the finished tasks take, and all of
    them. ``right`` says whether the newest prediction was right, ``sure`` how sure it
    was in percent; both are None before a prediction.
    """

    chapter: str
    done: dict[str, tuple[int, int]]
    minutes: tuple[int, int]
    right: bool | None
    sure: int | None

    def share(self) -> float:
        """Return the finished fraction of the chapter's minutes."""
        spent, of = self.minutes
        return spent / of

    def sentence(self) -> str:
        """Return what is done, in words."""
        parts = [f"{name} {done} of {of}" for name, (done, of) in self.done.items()]
        return f"{self.chapter}: {100 * self.share():.0f}% done – {', '.join(parts)}"


def progress(
    chapter: str,
    *,
    kept: list[journal.Answer] | None = None,
    folder: str | Path | None = None,
) -> Progress:
    """Return a learner's progress in a chapter; ValueError for an unknown chapter.

    ``kept`` are all answers, oldest first, if they have been read already.
    """
    asked = questions(chapter)
    kept = journal.answers(folder=folder) if kept is None else kept
    names = {entry.question for entry in kept}
    practised = [f"{chapter}-{question.name}" for question in asked.practice]
    shown = [claim for claim in load_claims().values() if chapter in claim.chapters]
    judged = [f"claim-{claim.name}" for claim in shown]
    exercises = [e for e in check.EXERCISES.values() if e.chapter == chapter]
    passed = [check.passed_name(exercise.name) for exercise in exercises]
    written, _ = notes.read(chapter, folder=folder)
    done = {
        "prediction": _count([asked.predict.name], names),
        "practice": _count(practised, names),
        "claims": _count(judged, names),
        "note": (min(len(written), 1), 1),
    }
    spent, of = (
        sum(MINUTES[kind] * counts[place] for kind, counts in done.items())
        for place in (0, 1)
    )
    if passed:
        done["exercises"] = _count(passed, names)
        spent += sum(e.minutes for e in exercises if check.passed_name(e.name) in names)
        of += sum(e.minutes for e in exercises)
    guess = next((e for e in reversed(kept) if e.question == asked.predict.name), None)
    return Progress(
        chapter,
        done,
        (spent, of),
        None if guess is None else guess.answer == asked.predict.answer,
        None if guess is None else guess.confidence,
    )


def calibration(found: list[Progress]) -> str:
    """Say how often predictions were right, and how sure they were on average."""
    guesses = [one for one in found if one.right is not None]
    if not guesses:
        return "No prediction yet."
    right = sum(bool(one.right) for one in guesses)
    sure = [one.sure for one in guesses if one.sure is not None]
    average = f", {sum(sure) / len(sure):.0f}% sure on average" if sure else ""
    return f"Predictions: {right} of {len(guesses)} right{average}."


def _count(wanted: list[str], names: set[str]) -> tuple[int, int]:
    return sum(name in names for name in wanted), len(wanted)
