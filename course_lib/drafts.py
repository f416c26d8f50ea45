"""Text as it is typed, saved at every change until it becomes an answer or a note.

Each open field has its own draft, so that two pages that show the same field cannot
overwrite each other's text. The next page that shows the field continues with the
newest draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_lib import store


@dataclass(frozen=True)
class Draft:
    """A text that was typed but not kept as an answer; ``when`` is UTC, ISO 8601.

    ``id`` distinguishes open fields that have the same name.
    """

    field: str
    text: str
    when: str
    id: str


class Autosave:
    """Saves the text of one open field of a page as it is typed.

    ``field`` is a short name such as ``"02-explain"``; ``started_from`` is the newest
    draft that an earlier page left, if any, and ``others`` are the older ones. Raises
    ValueError for an invalid name.
    """

    def __init__(self, field: str, *, folder: str | Path | None = None) -> None:
        self.field = store.valid_name("field", field)
        self._id, self._folder = store.new_id(), folder
        kept = drafts(field, folder=folder)
        self.started_from = kept[-1] if kept else None
        self.others = kept[:-1]

    def save(self, text: str) -> None:
        """Save the current text; an empty text leaves no draft.

        The draft that it continues is removed, unless its own page has changed it
        since.
        """
        self._append(text if text.strip() else "", self._id)
        old = self.started_from
        if old is not None and old in drafts(self.field, folder=self._folder):
            self._append("", old.id)
        self.started_from = None

    def done(self) -> None:
        """Remove the draft, because its text was kept elsewhere."""
        self.save("")

    def _append(self, text: str, id: str) -> None:
        store.append("draft", self.field, text, id=id, folder=self._folder)


def drafts(field: str, *, folder: str | Path | None = None) -> list[Draft]:
    """Return the drafts of a field, oldest first."""
    found, _ = store.read("draft", _draft, field, folder=folder)
    return [draft for draft in found if draft.text]


def _draft(record: store.Record) -> Draft:
    if not isinstance(record.value, str):
        raise TypeError(f"a draft must be text, got {record.value!r}")
    return Draft(record.name, record.value, record.when, record.id)
