"""What is being typed, kept at every change until it becomes an answer or a note.

A field that is open on a page writes to a file of its own, so that two notebooks
that show the same field cannot spoil each other's text, and a kernel that dies
takes nothing with it. The next page that shows the field goes on from the newest.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from course_lib.files import whole
from course_lib.journal import work_folder

_FIELD = re.compile(r"[0-9a-z][0-9a-z-]*")


@dataclass(frozen=True)
class Draft:
    """A text that was typed and not kept as an answer; ``when`` is UTC, ISO 8601."""

    field: str
    text: str
    when: str
    path: Path


class OpenField:
    """One open field of a page: where its text is kept while it is typed.

    ``field`` is a short name such as ``"02-explain"``; ``started_from`` is the newest
    draft that an earlier page left, if any. Raises ValueError for another form of name.
    """

    def __init__(self, field: str, *, folder: str | Path | None = None) -> None:
        self.field = field
        kept = drafts(field, folder=folder)
        self.started_from = kept[-1] if kept else None
        self.others = kept[:-1]
        self._name, self._where = f"{field}.{uuid.uuid4().hex[:12]}.txt", folder

    @property
    def _path(self) -> Path:
        # asked every time: on Colab the folder changes when Drive is mounted
        return _folder(self._where) / self._name

    def save(self, text: str) -> None:
        """Keep the text as it is now; an empty one leaves no file."""
        if text.strip():
            with whole(self._path) as partial:
                partial.write_text(text, encoding="utf-8")
        else:
            self._path.unlink(missing_ok=True)
        self._supersede()

    def done(self) -> None:
        """The text was kept elsewhere: its draft goes."""
        self._path.unlink(missing_ok=True)
        self._supersede()

    def _supersede(self) -> None:
        """Remove the draft that was continued, unless its own page changed it since."""
        old, self.started_from = self.started_from, None
        if old is None:
            return
        try:
            path = _folder(self._where) / old.path.name
            unchanged = path.read_text(encoding="utf-8") == old.text
        except (OSError, UnicodeDecodeError):
            return
        if unchanged:
            path.unlink(missing_ok=True)


def drafts(field: str, *, folder: str | Path | None = None) -> list[Draft]:
    """The drafts of a field, oldest first; what is no readable text is left alone."""
    if not _FIELD.fullmatch(field):
        raise ValueError(
            f"field is {field!r}; allowed are small letters, digits and hyphens"
        )
    found = []
    for path in _folder(folder).glob(f"{field}.*.txt"):
        try:
            text, changed = path.read_text(encoding="utf-8"), path.stat().st_mtime
        except (OSError, UnicodeDecodeError):
            continue
        when = datetime.fromtimestamp(changed, UTC).isoformat(timespec="microseconds")
        found.append(Draft(field, text, when, path))
    return sorted(found, key=lambda draft: (draft.when, draft.path.name))


def _folder(folder: str | Path | None) -> Path:
    return (work_folder() if folder is None else Path(folder)) / "drafts"
