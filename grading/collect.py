"""Finding submissions: notebooks in folders and zip files, without following links."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grading import archives
from grading.archives import MAX_BYTES, ArchiveError
from grading.lms_names import NOTEBOOK, Named, read_name, stem
from grading.roster import Roster, normal, same
from grading.walk import UNLISTED, File, Place, content, files

MAX_FILES = 24  # notebooks of a learner
TOO_MANY = f"a learner may hand in at most {MAX_FILES} files, and there are more"
TOO_LARGE = f"a learner may hand in at most {MAX_BYTES} bytes, and there are more"


@dataclass(frozen=True)
class Submission:
    """A submitted file: its learner, its path below the folder, and its location.

    ``problem`` is why it is not read; it still counts as submitted. ``user`` is the
    learner's number in Canvas or Moodle, and ``order`` grows from one submission to the
    next. An entry with ``ignored`` stands for the files that are not notebooks.
    """

    learner: str
    notebook: str
    place: Place
    problem: str = ""
    user: str = ""
    order: float = 0
    is_late: bool = False
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def file_key(notebook: str) -> str:
    """Return a name for files about a notebook: readable, unique, safe anywhere."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", notebook).strip("-")[:60]
    digest = hashlib.sha256(notebook.encode()).hexdigest()[:10]
    return f"{readable}-{digest}"


def read(submission: Submission) -> tuple[bytes, str]:
    """Return the bytes of a submission, or no bytes and the reason."""
    if submission.problem:
        return b"", f"not graded: {submission.problem}"
    try:
        return content(submission.place), ""
    except ArchiveError as error:
        return b"", f"not graded: {error}"
    except OSError as error:
        return b"", f"not graded: it cannot be read ({error.strerror})"


def collect(
    folder: Path, *, out: Path | None = None, assignments_first: bool = False
) -> Iterator[Submission]:
    """Yield every notebook below ``folder``, in order of name.

    ``folder`` may be a zip file, and each learner may have handed in one. The learner
    is the first part of a path – the second with ``assignments_first`` – unless Canvas
    or Moodle named it. Of a learner's notebooks beyond ``MAX_FILES``, only the first is
    yielded, and those beyond ``MAX_BYTES`` are not read. Everything else that a learner
    handed in follows as one ``ignored`` entry. Nothing in ``out`` is yielded. Raises
    ValueError if there is nothing to read.
    """
    level, ignored = int(assignments_first), dict[str, list[Submission]]()
    counts, sizes = Counter[str](), Counter[str]()
    for file in files(folder, out):
        submission = _submission(file, level)
        learner = submission.learner
        if not _is_notebook(file):
            ignored.setdefault(learner, []).append(submission)
            continue
        counts[learner] += 1
        sizes[learner] += 0 if submission.problem else file.size
        problem = TOO_LARGE if sizes[learner] > MAX_BYTES else ""
        problem = TOO_MANY if counts[learner] > MAX_FILES else problem
        if counts[learner] <= MAX_FILES + 1:
            yield replace(submission, problem=submission.problem or problem)
    for others in ignored.values():
        names = tuple(submission.notebook for submission in others)
        yield replace(others[0], problem="", ignored=names)


def identified(submissions: Iterable[Submission], roster: Roster) -> list[Submission]:
    """Return the submissions under the names of the roster, with notes on the others.

    Without a roster, a note points out learners whose names differ only in case.
    """
    found = list(submissions)
    alike: dict[str, set[str]] = {}
    for one in found:
        alike.setdefault(same(one.learner), set()).add(one.learner)
    for place, one in enumerate(found):
        person = roster.find(one.learner, one.user)
        if person is not None:
            found[place] = replace(one, learner=person.learner)
        elif roster.kind:
            found[place] = replace(one, notes=("not on the roster",))
        elif len(alike[same(one.learner)]) > 1:
            note = "another learner's name differs from this one only in case"
            found[place] = replace(one, notes=(note,))
    return found


def _submission(file: File, level: int) -> Submission:
    parts = tuple(map(_shown, file.parts))
    is_file = len(parts) == 1 or archives.is_archive(parts[0])
    named = read_name(parts[0], is_file)
    if named is None:
        own = parts[level] if len(parts) > level else parts[-1]
        is_file = len(parts) <= level + 1 or archives.is_archive(own)
        named = Named(stem(own) if is_file else own)
    return Submission(
        normal(named.learner) or parts[0],
        "/".join(parts),
        file.place,
        file.problem,
        named.user,
        named.order or file.changed,
        named.is_late,
    )


def _is_notebook(file: File) -> bool:
    """Return whether a file is graded: by its extension, or because it has none."""
    name = file.parts[-1]
    # an archive gets here only if it was not read
    is_folder = file.problem == UNLISTED or archives.is_archive(name)
    return is_folder or bool(NOTEBOOK.search(name)) or "." not in name


def _shown(name: str) -> str:
    """Return a name as valid UTF-8 text, even if its bytes are not.

    Backslashes are doubled, so that different names stay different.
    """
    return name.replace("\\", r"\\").encode("utf-8", "backslashreplace").decode()
