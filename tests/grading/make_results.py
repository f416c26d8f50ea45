"""Results as the grader makes them, without grading anything."""

from collections.abc import Collection

from course_lib.check import EXERCISES, CheckFailed
from course_lib.handin.results import ExerciseResult, LongAnswer, Result, Verdict

# what a submission's author may try on whoever reads the outputs
HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "'=1+1",
    "line\nbreak, and \"quotes\"; 'more'",
    "\u202egnp.exe",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x1b[31m\x07",
    "\ud800 alone",
    "Ω 学生 👩🏽‍🎓 ﷽",
    "a" * 1000,
)
SECRET = "7243.125"  # stands for what a hidden check expects


def failure(name: str, misconception: str, hint: str, **seen: str) -> CheckFailed:
    """What a check raises."""
    return CheckFailed(misconception, hint, exercise=EXERCISES[name], **seen)


def exercise_result(
    name: str, passed: Collection[int] = (), misconception: str = "off-by-one"
) -> ExerciseResult:
    """One exercise with three checks: the visible one, and two hidden ones.

    ``passed`` are the numbers of those that passed: 0, 1, 2.
    """
    hint, verdicts = "Look at both ends.", []
    checks = ("the visible check", "the visible check with other inputs")
    for number, title in enumerate((*checks, "an empty input")):
        visible, share = number == 0, 0.5 * (number > 0)
        if number in passed:
            verdicts.append(Verdict(title, share, visible, passed=True))
            continue
        seen = {"arguments": {"k": 2}, "got": "[0, 1]"}
        expected = "[1, 2]" if visible else SECRET
        raised = failure(name, misconception, hint, **seen, expected=expected)
        verdicts.append(
            Verdict(title, share, visible, False, misconception, hint, str(raised))
        )
    exercise = EXERCISES[name]
    return ExerciseResult(
        name, exercise.section, exercise.title, exercise.points, verdicts
    )


def long_answer(written: str = "I would ask for the spread.") -> LongAnswer:
    """What was written below the open question of chapter 03."""
    return LongAnswer("03-own-words", "> What would **you** ask?", written)


def result(
    learner: str = "ada",
    *,
    chapter: str = "03",
    notebook: str = "",
    passed: Collection[int] = (0, 1, 2),
    first_passed: Collection[int] | None = None,
    misconception: str = "off-by-one",
    notes: Collection[str] = (),
    written: str | None = None,
) -> Result:
    """A notebook whose exercises all end alike, but for the first if it is given."""
    exercises = [
        exercise_result(e.name, passed, misconception)
        for e in EXERCISES.values()
        if e.chapter == chapter
    ]
    if first_passed is not None and exercises:
        name = exercises[0].exercise
        exercises[0] = exercise_result(name, first_passed, misconception)
    texts = [] if written is None else [long_answer(written)]
    path = notebook or f"{learner}/{chapter}.ipynb"
    return Result(learner, path, chapter, exercises, texts, list(notes))
