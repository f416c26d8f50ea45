"""Research notes, kept as Markdown, with a readable file in ``my_work/notes/``.

A note is attached to an object of a page and keeps what was verified apart from what is
only assumed. It stays on this machine; ``handoff`` turns it into a question to take to
a tutor or a colleague.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from course_lib import store
from course_lib.files import write_new
from course_lib.workspace import work_folder

SECTIONS = {
    "question": "Question",
    "note": "Note",
    "verified": "Verified here",
    "assumed": "Assumed",
    "evidence": "Evidence to inspect",
    "resolved_by": "What would resolve it",
    "prerequisite": "Prerequisite",
    "next_action": "Next action",
}
LATER = {"Prerequisite"}  # notes of versions up to 0.1.0 lack it
_HEAD = re.compile(
    r"# Note on (?P<anchor>.+?) – (?P<label>[^\n]*)\n\n"
    r"Chapter (?P<chapter>\d\d), written (?P<when>[^\n]*)\n"
)
_HEADING = re.compile(r"^## ([^\n]*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Note:
    """One research note; ``anchor`` and ``label`` name the object of the page.

    ``when`` is UTC in ISO 8601, or empty while the note is a draft; ``evidence`` and
    ``resolved_by`` are Markdown lists.
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
    prerequisite: str = ""
    next_action: str = ""
    when: str = ""

    def markdown(self) -> str:
        """Return the note as a file: a header line and a section for each part."""
        head = f"# Note on {self.anchor} – {self.label}\n\n"
        head += f"Chapter {self.chapter}, written {self.when}\n"
        parts = [
            f"## {title}\n\n{_escape(getattr(self, name).strip())}\n"
            for name, title in SECTIONS.items()
        ]
        return "\n".join([head, *parts])


def parse(text: str) -> Note:
    """Return the note in a text; ValueError if the text is not a note."""
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("its first lines must name object, chapter and time")
    pieces = _HEADING.split(text[head.end() :])
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if list(found) != [t for t in SECTIONS.values() if t in found or t not in LATER]:
        raise ValueError(
            f"its sections must be {[*SECTIONS.values()]}, got {list(found)}"
        )
    parts = {
        name: _unescape(found[title].strip())
        for name, title in SECTIONS.items()
        if title in found
    }
    return Note(**head.groupdict(), **parts)


def write(note: Note, *, folder: str | Path | None = None) -> Path:
    """Keep a note with its time, and return the path of a readable copy.

    The copy is never read back. Raises ValueError for an empty note.
    """
    if not note.note.strip() and not note.question.strip():
        raise ValueError("note or question must not be empty, got two empty texts")
    now = datetime.now(UTC)
    text = replace(note, when=now.isoformat(timespec="seconds")).markdown()
    name = f"{note.chapter}-{now:%Y%m%d-%H%M%S}-{store.new_id()}"
    work = work_folder() if folder is None else Path(folder)
    path = work / "notes" / f"{name}.md"
    write_new(path, text)
    try:
        store.append("note", note.chapter, text, id=name, folder=work)
    except BaseException:
        path.unlink()  # a page that says “not saved” must leave nothing behind
        raise
    return path


def read(
    chapter: str | None = None, *, folder: str | Path | None = None
) -> tuple[list[Note], list[str]]:
    """Return the kept notes, oldest first, and a list of damaged ones.

    ``chapter`` selects the notes of one chapter. Unreadable notes are left as they are
    and described in the second list, one sentence each.
    """
    found, damaged = store.read(
        "note", lambda record: parse(record.value), chapter, folder=folder
    )
    return sorted(found, key=lambda note: note.when), damaged


def handoff(note: Note) -> str:
    """Return the note as a grounded question, to copy to a tutor or a colleague."""
    parts = [
        f"I am working through chapter {note.chapter} of the course “Pruning, "
        f"measured.” My question is about one object of its page: {note.label} "
        f"({note.anchor}).",
        f"Question: {note.question or '(none yet)'}",
        f"What I noted: {note.note or '(nothing yet)'}",
        f"Verified here: {note.verified or '(nothing yet)'}",
        f"Assumed, not verified: {note.assumed or '(nothing)'}",
        f"Evidence to inspect:\n{note.evidence}",
        f"What would resolve it:\n{note.resolved_by or '(not said yet)'}",
        f"Prerequisite that would repair it: {note.prerequisite or '(not named yet)'}",
        "Please answer from this evidence, keep what is verified apart from what is "
        "assumed, name the objects that the answer rests on, and end with one next "
        "action.",
    ]
    return "\n\n".join(parts)


def _escape(text: str) -> str:
    """Escape a line that looks like a heading of the file, to keep it as text."""
    return re.sub(r"^(\\*## )", r"\\\1", text, flags=re.MULTILINE)


def _unescape(text: str) -> str:
    return re.sub(r"^\\(\\*## )", r"\1", text, flags=re.MULTILINE)
