"""Names of files and folders as Canvas and Moodle make them, parsed and rebuilt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

# Canvas, lib/content_zipper.rb: lastnamefirst_LATE_user_attachment_original
CANVAS = re.compile(
    r"(?P<name>[^_/]*)_(?P<late>LATE_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>[^/]+)"
)
# Moodle, mod/assign/classes/downloader.php: Full Name_participant_plugin; releases
# before 4.1 ended a folder's name in "_", and without folders the file's name follows
MOODLE = re.compile(
    r"(?P<name>[^_/]*)_(?P<user>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_[^/]*)?"
)
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?( ?\(\d+\))?$|\.json$", re.I)


@dataclass(frozen=True)
class Named:
    """What a path reveals: the learner, their number, the order, and lateness."""

    learner: str
    user: str = ""
    order: int = 0
    is_late: bool = False


def read_name(first: str, is_file: bool) -> Named | None:
    """Return what the first part of a path reveals, or None for any other name."""
    if is_file and (found := CANVAS.fullmatch(first)):
        name, user = found["name"], found["user"]
        return Named(f"{name}_{user}", user, int(found["number"]), bool(found["late"]))
    if found := MOODLE.fullmatch(first):
        return Named(f"{found['name']}_{found['user']}", found["user"])
    return None


def page_name(notebook: str, chapter: str = "") -> str:
    """Return the name under which Canvas or Moodle accepts a page about a notebook.

    Both match the numbers at its start: Canvas those of learner and submission
    (``infer_comment_context_from_filename`` in app/models/assignment.rb), Moodle that
    of the participant in a folder's name (mod/assign/feedback/file/importziplib.php).
    """
    first, *rest = PurePosixPath(notebook).parts
    added = f"-{chapter}" if chapter else ""
    if CANVAS.fullmatch(first) or not rest:
        inner = "".join(f"-{stem(part)}" for part in rest)
        return f"{stem(first)}{inner}{added}.html"
    inner = "-".join(stem(part) for part in rest)
    return f"{first}/feedback-{inner}{added}.html"


def stem(name: str) -> str:
    """Return a file's name without the extension of a notebook or an archive."""
    return NOTEBOOK.sub("", name).removesuffix(".zip")
