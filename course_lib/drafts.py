"""What is being typed, saved at every change until it becomes an answer or a note.

Each open field has a draft of its own, so that two pages that show the same field
cannot spoil each other's text. The next page that shows it continues with the newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_lib import store


@dataclass(frozen=True)
class Draft:
    """A text that was typed and not kept as an answer; ``when`` is UTC, ISO 8601.

    ``id`` tells the open fields of one name apart.
    """

    field: str
    text: str
    when: str
    id: str


class Autosave:
    """Saves the text of one open field of a page while it is typed.

    ``field`` is a short name such as ``"02-explain"``; ``started_from`` is the newest
    draft that an earlier page left, if any, and ``others`` are the older ones. Raises
    ValueError for another form of name.
    """

    def __init__(self, field: str, *, folder: str | Path | None = None) -> None:
        self.field = store.valid_name("field", field)
        self._id, self._folder = store.new_id(), folder
        kept = drafts(field, folder=folder)
        self.started_from = kept[-1] if kept else None
        self.others = kept[:-1]

    def save(self, text: str) -> None:
        """Save the text as it is now; an empty one leaves no draft.

        The draft that it continues goes, unless its own page has changed it since.
        """
        self._append(text if text.strip() else "", self._id)
        old = self.started_from
        if old is not None and old in drafts(self.field, folder=self._folder):
            self._append("", old.id)
        self.started_from = None

    def done(self) -> None:
        """The text was kept elsewhere: its draft goes."""
        self.save("")

    def _append(self, text: str, id: str) -> None:
        store.append("draft", self.field, text, id=id, folder=self._folder)


def drafts(field: str, *, folder: str | Path | None = None) -> list[Draft]:
    """The drafts of a field, oldest first."""
    found, _ = store.read("draft", _draft, field, folder=folder)
    return [draft for draft in found if draft.text]


def _draft(record: store.Record) -> Draft:
    if not isinstance(record.value, str):
        raise TypeError(f"a draft must be text, got {record.value!r}")
    return Draft(record.name, record.value, record.when, record.id)
