"""Research notes: one Markdown file each in ``my_work/notes/``, never overwritten.

A note is attached to an object of a page and keeps what was verified apart from what
is only assumed. It stays on this machine; ``handoff`` makes of it a question in words
to take to a tutor or a colleague.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from course_lib.files import write_new
from course_lib.journal import work_folder

SECTIONS = {
    "question": "Question",
    "note": "Note",
    "verified": "Verified here",
    "assumed": "Assumed",
    "evidence": "Evidence to inspect",
    "resolved_by": "What would resolve it",
    "next_action": "Next action",
}
_HEAD = re.compile(
    r"# Note on (?P<anchor>\S+) – (?P<label>[^\n]*)\n\n"
    r"Chapter (?P<chapter>\d\d), written (?P<when>[^\n]*)\n"
)
_HEADING = re.compile(r"^## ([^\n]*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Note:
    """One research note; ``anchor`` and ``label`` name the object of the page.

    ``when`` is UTC in ISO 8601, or empty while the note is a draft; ``evidence`` and
    ``resolved_by`` are lists as Markdown.
    """

    chapter: str
    anchor: str
    label: str
    question: str = ""
    note: str = ""
    verified: str = ""
    assumed: str = ""
    evidence: str = ""
    resolved_by: str = ""
    next_action: str = ""
    when: str = ""

    def markdown(self) -> str:
        """The note as a file: a head line and a section for each part."""
        head = f"# Note on {self.anchor} – {self.label}\n\n"
        head += f"Chapter {self.chapter}, written {self.when}\n"
        parts = [
            f"## {title}\n\n{_escape(getattr(self, name).strip())}\n"
            for name, title in SECTIONS.items()
        ]
        return "\n".join([head, *parts])


def parse(text: str) -> Note:
    """The note that a file holds; ValueError where the file is no note."""
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("its first lines name no object, chapter and time")
    pieces = _HEADING.split(text[head.end() :])
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if list(found) != list(SECTIONS.values()):
        raise ValueError(f"its sections are {list(found)}, not {[*SECTIONS.values()]}")
    parts = {name: _unescape(found[title].strip()) for name, title in SECTIONS.items()}
    return Note(**head.groupdict(), **parts)


def write(note: Note, *, folder: str | Path | None = None) -> Path:
    """Keep a note in a file of its own, with the time; returns the file.

    Raises ValueError for a note that says nothing.
    """
    if not note.note.strip() and not note.question.strip():
        raise ValueError("note and question are empty; allowed is a note that has one")
    now = datetime.now(UTC)
    kept = replace(note, when=now.isoformat(timespec="seconds"))
    name = f"{note.chapter}-{now:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}.md"
    path = _folder(folder) / name
    if not write_new(path, kept.markdown()):
        raise FileExistsError(f"{path} is there already; nothing was changed")
    return path


def read(
    chapter: str | None = None, *, folder: str | Path | None = None
) -> tuple[list[Note], list[str]]:
    """The kept notes, of one chapter or all, oldest first; and what is damaged.

    A file that is no note any more stays as it is and is named, a sentence each.
    """
    found, damaged = [], []
    for path in sorted(_folder(folder).glob(f"{chapter or ''}*.md")):
        try:
            found.append(parse(path.read_text(encoding="utf-8")))
        except (ValueError, OSError) as error:
            damaged.append(f"{path} cannot be read as a note ({error}); it was kept")
    return found, damaged


def handoff(note: Note) -> str:
    """The note as a grounded question, to copy to a tutor or a colleague."""
    parts = [
        f"I am working through chapter {note.chapter} of the course “Pruning, "
        f"measured”. My question is about one object of its page: {note.label} "
        f"({note.anchor}).",
        f"Question: {note.question or '(none yet)'}",
        f"What I noted: {note.note or '(nothing yet)'}",
        f"Verified here: {note.verified or '(nothing yet)'}",
        f"Assumed, not verified: {note.assumed or '(nothing)'}",
        f"Evidence to inspect:\n{note.evidence}",
        f"What would resolve it:\n{note.resolved_by}",
        "Please answer from this evidence, keep what is verified apart from what is "
        "assumed, name the objects that the answer rests on, and end with one next "
        "action.",
    ]
    return "\n\n".join(parts)


def _escape(text: str) -> str:
    """A line that looks like a heading of the file is kept as text."""
    return re.sub(r"^(\\*## )", r"\\\1", text, flags=re.MULTILINE)


def _unescape(text: str) -> str:
    return re.sub(r"^\\(\\*## )", r"\1", text, flags=re.MULTILINE)


def _folder(folder: str | Path | None) -> Path:
    return (work_folder() if folder is None else Path(folder)) / "notes"
