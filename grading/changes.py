"""``changes.csv``: which grades differ from those of the previous run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from grading.cells import write_rows

TEXT = ("learner", "notes")
Grades = Mapping[str, Mapping[str, str]]


def grades(path: Path) -> Grades:
    """Return the numbers in a ``class.csv`` by learner and column.

    Empty if there is no such file, or not one that this grader wrote.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    # splitlines() also splits at characters that do not end lines in CSV
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return {
        row["learner"]: {k: v for k, v in row.items() if v and _is_grade(k)}
        for row in rows
        if "learner" in row
    }


def write(before: Grades, now: Grades, path: Path) -> int:
    """Write a row for each grade that changed; return how many did.

    A learner or a column that is new, or gone, has an empty cell on that side. After
    the first run there is only a header.
    """
    rows = [["learner", "grade", "before", "now"]]
    for learner in sorted(before.keys() | now.keys()) if before else ():
        old, new = before.get(learner, {}), now.get(learner, {})
        for column in dict.fromkeys([*new, *old]):
            pair = old.get(column, ""), new.get(column, "")
            if pair[0] != pair[1]:
                rows.append([learner, column, *pair])
    write_rows(path, rows)
    return len(rows) - 1


def _is_grade(column: object) -> bool:
    return isinstance(column, str) and not (
        column in TEXT or column.endswith(("_notebook", "out_of"))
    )
