"""Finding submissions: only regular files, without following links."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 256 * 2**20  # of a file, and of all files of a learner
MAX_FILES = 24  # of a learner
# files that file managers, JupyterLab and archives leave next to a notebook
IGNORED = {".ipynb_checkpoints", "__MACOSX", ".DS_Store", "Thumbs.db", "__pycache__"}


TOO_MANY = f"a learner may hand in {MAX_FILES} files, and there are more"

TOO_LARGE = f"the files of a learner may have {MAX_BYTES} bytes, and these have more"


@dataclass(frozen=True)
class Submission:
    """A submitted file: its learner, its path below the folder, and its location.

    ``problem`` says why it is not read; it still counts as submitted.
    """

    learner: str
    notebook: str
    path: Path
    problem: str = ""


def file_key(notebook: str) -> str:
    """Return a name for files about a notebook: readable, unique, safe anywhere."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", notebook).strip("-")[:60]
    digest = hashlib.sha256(notebook.encode()).hexdigest()[:10]
    return f"{readable}-{digest}"


def read(submission: Submission) -> tuple[bytes, str]:
    """Return the bytes of a submission, or no bytes and the reason."""
    if submission.problem:
        return b"", f"not graded: {submission.problem}"
    # without blocking: opening a pipe would wait for a writer
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        with open(os.open(submission.path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return b"", "not graded: it is not a regular file"
            return file.read(MAX_BYTES), ""
    except OSError as error:
        return b"", f"not graded: it cannot be read ({error.strerror})"


def collect(folder: Path) -> Iterator[Submission]:
    """Yield every file below ``folder``, in the order of the names.

    The learner is the first folder of the path, or the file's name if it is directly in
    ``folder``. Of a learner's files beyond ``MAX_FILES``, the first stands for all, and
    those beyond ``MAX_BYTES`` are not read. Raises ValueError if the folder does not
    exist.
    """
    if not folder.is_dir():
        raise ValueError(f"submissions must be a folder, got {str(folder)!r}")
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for path in _walk(folder):
        parts = path.relative_to(folder).parts
        name = parts[0] if len(parts) > 1 else path.stem
        counts[name] += 1
        if counts[name] > MAX_FILES + 1:
            continue
        problem = TOO_MANY if counts[name] > MAX_FILES else _problem(path)
        sizes[name] += 0 if problem else path.lstat().st_size
        if sizes[name] > MAX_BYTES:
            problem = problem or TOO_LARGE
        yield Submission(_shown(name), _shown("/".join(parts)), path, problem)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield everything that is not a folder, and unlistable folders, at any depth."""
    waiting = _listed(folder)
    while waiting:
        path = waiting.pop()
        try:
            found = None if path.is_symlink() else _listed(path)
        except OSError:  # not a folder, in most cases
            found = None
        if found is None:
            yield path
        else:
            waiting += found


def _listed(folder: Path) -> list[Path]:
    """Return the content of a folder, last name first."""
    names = set(os.listdir(folder)) - IGNORED
    return [folder / name for name in sorted(names, reverse=True)]


def _problem(path: Path) -> str:
    try:
        status = path.lstat()
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if stat.S_ISDIR(status.st_mode):
        return "it is a folder that cannot be listed"
    if stat.S_ISLNK(status.st_mode):
        return "it is a link to another file, and links are not followed"
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    if status.st_size > MAX_BYTES:
        return f"it has {status.st_size} bytes; at most {MAX_BYTES} are read"
    return ""


def _shown(name: str) -> str:
    """Return a name as valid UTF-8 text, even if its bytes are not.

    Backslashes are doubled, so that different names stay different.
    """
    return name.replace("\\", r"\\").encode("utf-8", "backslashreplace").decode()
