"""``long_answers.csv``: the answers graded by hand, with columns for marks.

A rerun keeps what was entered in ``mark``, ``comment``, ``note`` and added columns.
Rows are identified by ``key``, even if a spreadsheet changes a learner's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from course_lib.handin.results import LongAnswer, Result
from grading.cells import cell
from grading.marked_table import Row, Table, read, write

# a spreadsheet could read "12e5" as a number, but not "k-12e5"
COLUMNS = ("key", "learner", "notebook", "question", "asked", "written",
           "mark", "comment", "note", "text_id")  # fmt: skip
FILLED_IN = ("mark", "comment", "note")
CHANGED = "The text changed after it was marked: look again, then delete this sentence."
VANISHED = "No longer handed in."
Marks = dict[str, dict[str, tuple[str, str]]]


def update(results: Iterable[Result], path: Path) -> Marks:
    """Update the table, keep what was entered by hand, and return the marks.

    They are ``(mark, comment)`` by learner and question. If the text changed after it
    was marked, the mark stays in the table, with a ``note`` on it, and is returned
    only after somebody has deleted that sentence. Raises DamagedTableError, a
    ValueError, for a file that cannot be read as written.
    """
    chosen = _chosen(results)
    table = read(path, COLUMNS)
    old, rows, marks = dict(table.rows), [], Marks()
    for learner, answer, row in chosen:
        row = _merged(row, old.pop(row["key"], {}))
        rows.append(row)
        if (row["mark"] or row["comment"]) and CHANGED not in row["note"]:
            own = marks.setdefault(learner, {})
            own[answer.question] = row["mark"], row["comment"]
    rows += [_vanished(row) for row in old.values() if _is_filled(row)]
    rows.sort(key=lambda row: (row["learner"], row["question"], row["key"]))
    by_key = {row["key"]: row for row in rows}
    write(path, Table(table.columns, by_key, table.separator))
    return marks


def _chosen(results: Iterable[Result]) -> list[tuple[str, LongAnswer, Row]]:
    """Return one text per learner and question, from the notebook that counts.

    Among those with a text, that is the one with the highest rank, then most points.
    """
    best: dict[str, tuple[tuple[bool, float, float, str], Result, LongAnswer]] = {}
    for result in results:
        for answer in result.long_answers:
            key = _digest(result.learner, answer.question)
            rank = (not answer.written, -result.rank, -result.points, result.notebook)
            if key not in best or rank < best[key][0]:
                best[key] = rank, result, answer
    return [(r.learner, answer, _row(r, answer)) for _, r, answer in best.values()]


def _row(result: Result, answer: LongAnswer) -> Row:
    return {
        "key": f"k-{_digest(result.learner, answer.question)}",
        "learner": cell(result.learner),
        "notebook": cell(result.notebook),
        "question": cell(answer.question),
        "asked": cell(answer.asked),
        "written": cell(answer.written),
        "mark": "",
        "comment": "",
        "note": "",
        "text_id": f"t-{_digest(answer.written)}",
    }


def _digest(*texts: str) -> str:
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:12]


def _merged(new: Row, old: Row) -> Row:
    """Return the current submissions with what was entered about them before."""
    kept = {k: v for k, v in old.items() if k in FILLED_IN or k not in COLUMNS}
    row = new | kept
    note = row["note"].replace(VANISHED, "").strip()
    if not (row["mark"] or row["comment"]):
        note = _own(note)
    elif old["text_id"] != new["text_id"] and CHANGED not in note:
        note = f"{CHANGED} {note}".strip()
    return row | {"note": note}


def _vanished(row: Row) -> Row:
    note = row["note"].replace(VANISHED, "").strip()
    return row | {"note": f"{VANISHED} {note}".strip()}


def _is_filled(row: Row) -> bool:
    row = row | {"note": _own(row["note"])}
    return any(v for k, v in row.items() if k in FILLED_IN or k not in COLUMNS)


def _own(note: str) -> str:
    """Return what the instructor wrote in a note."""
    return note.replace(CHANGED, "").replace(VANISHED, "").strip()
