"""The class as its school lists it: a plain table, or what Canvas or Moodle exports."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from grading.marked_table import SEPARATORS
from grading.policy import timestamp

# the headings by which a file is recognized; both systems' exports are in English
CANVAS = ("Student", "ID", "Section")
MOODLE = ("Identifier", "Full name", "Grade", "Last modified (grade)")
PLAIN = ("learner",)
# when a learner handed in, as Moodle writes it in English and in American English
MOODLE_TIME = "Last modified (submission)"
MOODLE_FORMATS = ("%A, %d %B %Y, %I:%M %p", "%A, %B %d, %Y, %I:%M %p")
Table = Sequence[Sequence[str]]
NO_LEARNER = re.compile(r"\s*(points possible|student, test|test student)", re.I)


@dataclass(frozen=True)
class Person:
    """One row. ``user`` is the number by which Canvas or Moodle knows a learner.

    ``submitted`` is the time of submission, ``deadline`` an extended deadline.
    """

    learner: str
    user: str = ""
    deadline: datetime | None = None
    submitted: datetime | None = None


@dataclass(frozen=True)
class Roster:
    """A roster's people by name, and the table that it was read from.

    ``kind`` is ``"plain"``, ``"canvas"``, ``"moodle"``, or empty without a roster.
    ``table`` has the header first.
    """

    kind: str = ""
    people: Mapping[str, Person] = field(default_factory=dict)
    table: Table = ()

    def find(self, learner: str, user: str = "") -> Person | None:
        """Return who handed in under a name: by number, by name, by name in any case.

        The last holds only if it fits one person.
        """
        if user in self._by_user:
            person = self._by_user[user]
            # Moodle names a group's hand-in by the number of the group
            is_other = self.kind == "moodle" and _letters(person.learner) != _letters(
                learner
            )
            return None if is_other else person
        if learner in self.people:
            return self.people[learner]
        alike = self._by_same.get(same(learner), [])
        return alike[0] if len(alike) == 1 else None

    def person_of(self, row: Sequence[str]) -> Person | None:
        """Return who a row of ``table`` is about, if anybody."""
        try:
            person = _person(self.kind, dict(zip(self.table[0], row, strict=True)))
        except ValueError:
            return None
        return self.people.get(person.learner)

    @cached_property
    def _by_user(self) -> dict[str, Person]:
        return {person.user: person for person in self.people.values() if person.user}

    @cached_property
    def _by_same(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in self.people.values():
            found.setdefault(same(person.learner), []).append(person)
        return found


def normal(name: str) -> str:
    """Return a name normalized for comparison (NFC), because systems differ."""
    return unicodedata.normalize("NFC", name).strip()


def same(name: str) -> str:
    """Return a case-folded form, the same for names that differ only in case."""
    return unicodedata.normalize("NFC", name.casefold())


def read_roster(path: Path | None) -> Roster:
    """Return the roster in a file. Raises ValueError, which names the line."""
    if path is None:
        return Roster()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(
            f"{path} must be UTF-8 text; from a spreadsheet, save it as “CSV UTF-8”"
        ) from None
    kind, rows = _recognized(path, text)
    header, people = rows[0][1], dict[str, Person]()
    lines_of: dict[str, int] = {}
    for line, cells in rows[1:]:
        if not any(cells) or (kind == "canvas" and _is_no_learner(cells)):
            continue
        if len(cells) != len(header):
            count = f"{len(header)} cells in line {line}, got {len(cells)}"
            raise ValueError(f"{path} must have {count}")
        try:
            person = _person(kind, dict(zip(header, cells, strict=True)))
        except ValueError as error:
            raise ValueError(f"{path}, line {line}: {error}") from None
        if person.learner in people:
            twice = f"{person.learner!r} in lines {lines_of[person.learner]} and {line}"
            raise ValueError(f"{path} must name each learner once, got {twice}")
        people[person.learner], lines_of[person.learner] = person, line
    return Roster(kind, people, [cells for _, cells in rows])


def _recognized(path: Path, text: str) -> tuple[str, list[tuple[int, list[str]]]]:
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            rows = [(reader.line_num, [c.strip() for c in row]) for row in reader]
        except csv.Error as error:
            raise ValueError(f"{path} must be a CSV file, got {error}") from None
        header = set(rows[0][1]) if rows else set()
        for kind, names in (("canvas", CANVAS), ("moodle", MOODLE), ("plain", PLAIN)):
            if header.issuperset(names):
                return kind, rows
    raise ValueError(
        f"{path} must have a column named learner, or be the grade book that Canvas "
        f"exports ({', '.join(CANVAS)}) or Moodle's grading worksheet "
        f"({', '.join(MOODLE)}), got {text.partition(chr(10))[0][:200]!r}"
    )


def _is_no_learner(cells: list[str]) -> bool:
    """Return whether a row of Canvas's is about assignments, or its test student."""
    return NO_LEARNER.match(cells[0]) is not None or not cells[0]


def _person(kind: str, row: dict[str, str]) -> Person:
    user = ""
    if kind == "canvas":
        name, user = _letters(row["Student"]), row["ID"]
    elif kind == "moodle":
        found = re.search(r"\d+$", row["Identifier"])
        name, user = row["Full name"].replace("_", " "), found[0] if found else ""
    else:
        name = row["learner"]
    if not name or (kind != "plain" and not user.isdecimal()):
        wanted = "a learner" if kind == "plain" else "a learner and their number"
        raise ValueError(f"the row must name {wanted}, got {list(row.values())[:3]}")
    times = {}
    for column in ("deadline", "submitted"):
        try:
            times[column] = timestamp(row[column]) if row.get(column) else None
        except ValueError:
            raise ValueError(
                f"{column} must be a date and time such as 2027-03-01T23:59, "
                f"got {row[column]!r}"
            ) from None
    learner = normal(f"{name}_{user}" if user else name)
    submitted = times["submitted"] or _moodle_time(row.get(MOODLE_TIME, ""))
    return Person(learner, user, times["deadline"], submitted)


def _moodle_time(text: str) -> datetime | None:
    """Return the time in a worksheet's cell, if it can be read."""
    for form in MOODLE_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(" ".join(text.split()), form).astimezone()
    return None


def _letters(name: str) -> str:
    """Return what is left of a name in the names of files."""
    return re.sub(r"[\W_]", "", normal(name)).lower()
