"""Check every exercise in a notebook by a plan of checks.

Visible checks come first, in a child whose messages a learner may read. Hidden checks
follow in another child, which nothing leaves but the verdicts.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from course_lib.check import EXERCISES, CheckFailed, Exercise
from course_lib.check.failure import UNRECOGNIZED
from course_lib.handin.clock import Clock, NoAnswerError
from course_lib.handin.connection import Limits
from course_lib.handin.long_answers import long_answer
from course_lib.handin.remote import Function, Handin, Reading
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
NO_EXERCISE = "no function for any exercise was found"
QUOTED = "the notebook says: "
SCORE_DIGITS = 3  # of an open exercise's hidden score: an answer chooses the others
STALLED = (
    "the machine stalled twice while this was graded, so answers may be missing; the "
    "next run will grade it again"
)
# for a hidden check: the usual hint depends on what the answer raised or returned
SEALED_HINTS = {
    "error": "Your function stopped with an error on inputs that are not shown. Try it "
    "on short, empty, and unusual inputs of your own.",
    "wrong-type": "What came back does not have the form that the exercise asks for, "
    "on inputs that are not shown.",
}


def visible_check(exercise: Exercise, class_seed: int, share: float) -> Planned:
    """Return the check from the page, with the same inputs."""
    return Planned(
        VISIBLE, share, True, lambda f: exercise.examine(f, class_seed=class_seed)
    )


def chapter_of(names: frozenset[str]) -> str:
    """Return the chapter with the most exercises defined, or an empty string."""
    counts = Counter(EXERCISES[name].chapter for name in names & EXERCISES.keys())
    return min(counts, key=lambda chapter: (-counts[chapter], chapter), default="")


def chapters_of(reading: Reading) -> list[str]:
    """Return the chapters that a notebook answers, in order.

    For chapters other than the one with the most exercises, only functions count: a
    page may have a variable with the name of another chapter's exercise.
    """
    answered = {EXERCISES[name].chapter for name in reading.functions}
    main = chapter_of(reading.names)
    return sorted(answered | {main} if main else answered)


def quoted(problem: str) -> str:
    """Return a one-line note that quotes text which may be a submission's own."""
    return f"{QUOTED}{' '.join(problem.split())}"


def examine_notebook(
    data: bytes,
    *,
    launch: Callable[[], subprocess.Popen],
    plan: Plan,
    notebook: str = "",
    limits: Limits | None = None,
) -> Result:
    """Examine the chapter that a notebook answers most of; see ``examine_chapters``."""
    limits = limits or Limits()
    with Handin(data, launch, limits, Clock(limits.notebook, "a notebook")) as handin:
        reading = handin.read()
        chapters = [chapter_of(reading.names)]
        (result,) = _examine(handin, reading, plan, chapters, None)
        notes = _notes_of(reading, chapters) + result.notes
        return replace(result, notebook=notebook, notes=notes)


def examine_chapters(
    data: bytes,
    *,
    launch: Callable[[], subprocess.Popen],
    plan: Plan,
    chapter: str = "",
    class_seed: int = 0,
    limits: Limits | None = None,
    clock: Clock | None = None,
    only: Collection[str] | None = None,
) -> list[Result]:
    """Read a notebook and run the plan's checks on every exercise of its chapters.

    ``launch`` starts a child process (see ``connection.Child``). There is one result
    per chapter that the notebook answers, or per ``chapter``, if given; one without a
    chapter if there is none. ``only`` names the exercises to check, all by default. A
    note points out a notebook that is for a class other than ``class_seed``. ``clock``
    is the learner's. Raises ChildError if no child starts; whatever a notebook does is
    in the results.
    """
    limits = limits or Limits()
    own = Clock(limits.notebook, "a notebook", clock)
    with Handin(data, launch, limits, own) as handin:
        reading = handin.read()
        chapters = [chapter] if chapter else chapters_of(reading) or [""]
        first = _notes_of(reading, chapters, class_seed)
        results = []
        for result in _examine(handin, reading, plan, chapters, only):
            results.append(replace(result, notes=first + result.notes))
            first = []
        return results


def _notes_of(
    reading: Reading, chapters: list[str], class_seed: int | None = None
) -> list[str]:
    """Return notes on a notebook as a whole, those in its own words last."""
    notes = [reading.unreadable] if reading.unreadable else []
    if not notes and chapters == [""]:
        notes.append(NO_EXERCISE)
    varied = any(e.variations for chapter in chapters for e in exercises_of(chapter))
    if class_seed not in (None, reading.class_seed) and varied and not notes:
        named = reading.class_seed or "0 or missing"
        notes.append(
            f"its CLASS_SEED is {named}, but this class's is {class_seed}: its answers "
            "may be for another class's variation"
        )
    return notes + [quoted(problem) for problem in reading.problems]


def _examine(
    handin: Handin,
    reading: Reading,
    plan: Plan,
    chapters: list[str],
    only: Collection[str] | None,
) -> list[Result]:
    """Return the results of all chapters: first all visible checks, then the hidden."""
    by_chapter = {
        chapter: [
            _Examined(e, plan(e, reading), reading.shapes.get(e.name, ""))
            for e in exercises_of(chapter)
            if only is None or e.name in only
        ]
        for chapter in chapters
    }
    for visible in (True, False):
        for examined in by_chapter.values():
            for one in examined:
                one.examine(handin, reading, visible)
        handin.end()  # what a process knows of hidden inputs ends with it
    results = []
    for chapter, examined in by_chapter.items():
        notes = [STALLED] if handin.stalled else []
        notes += [f"{e.exercise.name}: {text}" for e in examined for text in e.problems]
        results.append(
            Result(
                "",
                "",
                chapter,
                [one.result() for one in examined],
                long_answer(chapter, reading.texts),
                notes,
                retried=handin.retried,
                stalled=handin.stalled,
            )
        )
    return results


def empty_result(plan: Plan, chapter: str, note: str) -> Result:
    """Return the result for an unreadable file: no check passed, with the reason."""
    nothing = Reading(unreadable=note)
    results = [
        _result(e, [_missing(e, planned) for planned in plan(e, nothing)])
        for e in exercises_of(chapter)
    ]
    return Result("", "", chapter, results, [], [note])


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
        shape=shape,
    )


@dataclass
class _Examined:
    """One exercise: its checks, the verdicts so far, and notes for the instructor.

    ``ended`` is why the answer did not return; after that, it is not called again.
    """

    exercise: Exercise
    checks: Sequence[Planned]
    shape: str = ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    ended: str = ""

    def examine(self, handin: Handin, reading: Reading, visible: bool) -> None:
        """Make the visible or the hidden checks."""
        checks = [planned for planned in self.checks if planned.visible == visible]
        if not checks:
            return
        function = None
        if self.exercise.name in reading.names and not self.ended:
            function = self._load(handin, visible)
        for planned in checks:
            if self.ended:
                hint = _not_finished(self.ended)
                verdict = _failed(planned, "no-answer", hint)
            elif function is None:
                verdict = _missing(self.exercise, planned)
            else:
                verdict = self._judge(planned, function)
            self.verdicts[planned.title] = verdict

    def result(self) -> ExerciseResult:
        """Return all verdicts, in the order of the checks."""
        verdicts = [self.verdicts[c.title] for c in self.checks]
        return _result(self.exercise, verdicts, self.shape)

    def _load(self, handin: Handin, visible: bool) -> Function | None:
        try:
            function, problems = handin.load(self.exercise.name)
        except NoAnswerError as error:
            self.ended = str(error)
            return None
        self.problems += map(quoted, problems if visible else [])
        return function

    def _judge(self, planned: Planned, function: Function) -> Verdict:
        try:
            score = planned.examine(function)
        except Exception as error:
            self.ended = function.ended
            if self.ended:
                return _failed(planned, "no-answer", _not_finished(self.ended))
            if isinstance(error, CheckFailed):
                return _explained(planned, error)
            # values crafted to break the check itself: the instructor should look
            kind = type(error).__name__ if planned.visible else "an error"
            self.problems.append(f"{planned.title} stopped with {kind}")
            hint = "The returned value cannot be compared with the expected one."
            return _failed(planned, UNRECOGNIZED, hint)
        if score is not None and not planned.visible:
            score = float(f"{score:.{SCORE_DIGITS}g}")
        return Verdict(
            planned.title, planned.share, planned.visible, passed=True, score=score
        )


def _explained(planned: Planned, failure: CheckFailed) -> Verdict:
    """Return the verdict; of a hidden check nothing that an answer could choose."""
    name = failure.misconception
    if planned.visible:
        return _failed(planned, name, failure.hint, str(failure))
    return _failed(planned, name, SEALED_HINTS.get(name, failure.hint))


def _failed(
    planned: Planned, misconception: str, hint: str, detail: str = ""
) -> Verdict:
    title, share, visible = planned.title, planned.share, planned.visible
    return Verdict(title, share, visible, False, misconception, hint, detail)


def _missing(exercise: Exercise, planned: Planned) -> Verdict:
    hint = f"No cell that runs defines a function named {exercise.name}."
    return _failed(planned, "missing", hint)


def _not_finished(reason: str) -> str:
    return (
        f"Your function returned no answer: {reason}. An endless loop, a very large "
        "array, or a call that ends Python can cause this."
    )
