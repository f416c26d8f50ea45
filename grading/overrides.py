"""``overrides.csv``: points set by hand in place of the checks', with a reason.

The grader reads it in every run and never writes to it once it exists.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from course_lib.check import EXERCISES
from course_lib.files import write_new
from course_lib.handin.results import ExerciseResult, Result
from grading.cells import cell
from grading.marked_table import SEPARATORS, DamagedTableError
from grading.policy import Policy, number
from grading.roster import normal

COLUMNS = ("learner", "exercise", "points", "reason")


@dataclass(frozen=True)
class Override:
    """``points`` for an exercise, out of what it is worth in this class."""

    points: float
    reason: str
    line: int


Overrides = Mapping[tuple[str, str], Override]


def read_overrides(path: Path, policy: Policy) -> Overrides:
    """Return the points set by hand, by learner and exercise.

    If there is no file, one with only a header is created. Raises ValueError, which
    names the line, if a row cannot be applied as written.
    """
    write_new(path, ",".join(COLUMNS) + "\n")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DamagedTableError(path, "is not UTF-8 text") from None
    found: dict[tuple[str, str], Override] = {}
    for line, row in _rows(path, text):
        learner, exercise = normal(row["learner"]), row["exercise"]
        exercise = exercise.partition("_")[2] if exercise[:2].isdigit() else exercise
        try:
            override = _override(row, exercise, line, policy)
            if (learner, exercise) in found:
                first = found[learner, exercise].line
                raise ValueError(f"learner and exercise must not repeat line {first}")
        except ValueError as error:
            raise ValueError(f"{path}, line {line}: {error}") from None
        found[learner, exercise] = override
    return found


def _override(
    row: dict[str, str], exercise: str, line: int, policy: Policy
) -> Override:
    if not row["learner"]:
        raise ValueError("learner must be a name, got an empty cell")
    if exercise not in EXERCISES:
        known = ", ".join(EXERCISES)
        raise ValueError(f"exercise must be one of {known}, got {row['exercise']!r}")
    out_of = policy.points_of(EXERCISES[exercise].chapter)[exercise]
    points = number(row["points"])
    if points is None or not 0 <= points <= out_of:
        raise ValueError(
            f"points must be a number from 0 to {out_of:g}, got {row['points']!r}"
        )
    if not row["reason"]:
        raise ValueError("reason must be given, got an empty cell")
    return Override(points, row["reason"], line)


def _rows(path: Path, text: str) -> Iterable[tuple[int, dict[str, str]]]:
    for separator in SEPARATORS:
        lines = io.StringIO(text, newline="")
        reader = csv.DictReader(lines, delimiter=separator, restval="")
        if set(COLUMNS) <= {str(name).strip() for name in reader.fieldnames or ()}:
            break
    else:
        names = ", ".join(COLUMNS)
        problem = f"does not begin with one column for each of {names}"
        raise DamagedTableError(path, problem)
    for row in reader:
        # cells beyond the header's last come as a list
        cells = {
            str(k).strip(): v.strip() for k, v in row.items() if isinstance(v, str)
        }
        if any(cells.values()):
            yield reader.line_num, cells


def applied(
    results: Sequence[Result], overrides: Overrides, policy: Policy
) -> list[Result]:
    """Return the results with the points set by hand.

    They apply to every notebook of that learner and chapter; if there is none, the
    learner gets a result without a file.
    """
    # a name may be copied from class.csv
    shown = {cell(result.learner): result.learner for result in results}
    left = {(shown.get(who, who), name): o for (who, name), o in overrides.items()}
    used: set[tuple[str, str]] = set()
    changed = []
    for result in results:
        own = [(result.learner, e.exercise) for e in result.exercises]
        used.update(own)
        exercises = [
            _awarded(e, left.get(key))
            for e, key in zip(result.exercises, own, strict=True)
        ]
        changed.append(replace(result, exercises=exercises))
    missing = sorted({(w, EXERCISES[name].chapter) for w, name in left.keys() - used})
    return changed + [_without_file(*key, left, policy) for key in missing]


def _without_file(
    learner: str, chapter: str, overrides: Overrides, policy: Policy
) -> Result:
    exercises = []
    for name, out_of in policy.points_of(chapter).items():
        declared = EXERCISES[name]
        made = ExerciseResult(name, declared.section, declared.title, out_of, [])
        exercises.append(_awarded(made, overrides.get((learner, name))))
    return Result(learner, "", chapter, exercises)


def _awarded(exercise: ExerciseResult, override: Override | None) -> ExerciseResult:
    if override is None:
        return exercise
    return replace(exercise, awarded=override.points, reason=override.reason)
