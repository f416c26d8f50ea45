"""Files below a folder, and in zip files there, read without following links."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zipfile import ZipInfo

from grading import archives
from grading.archives import MAX_BYTES, ArchiveError

# files that file managers, JupyterLab and archives leave next to a notebook
IGNORED = {".ipynb_checkpoints", "__MACOSX", ".DS_Store", "Thumbs.db", "__pycache__"}
UNLISTED = "it is a folder that cannot be listed"
NESTED = "it is a zip file inside another one"


@dataclass(frozen=True)
class Place:
    """Where a file is. ``members`` is its place in the zip file at ``path``.

    With ``of_class``, that is the archive of the whole class, and a second member is in
    a learner's archive inside it.
    """

    path: Path
    members: tuple[str, ...] = ()
    of_class: bool = False


@dataclass(frozen=True)
class File:
    """A file by the parts of its path; ``problem`` is why it is not read.

    ``changed`` is its time of change, in seconds, ``size`` its bytes.
    """

    parts: tuple[str, ...]
    place: Place
    problem: str = ""
    changed: float = 0
    size: int = 0


def content(place: Place) -> bytes:
    """Return the bytes of a file. Raises ArchiveError, OSError."""
    members = list(place.members)
    if place.of_class:
        archive = archives.of_class(place.path, place.path.stat().st_mtime_ns)
        data = archives.content(archive, members.pop(0))
    else:
        data = _regular(place.path)
    for member in members:
        data = archives.content(archives.of_learner(data), member)
    return data


def _regular(path: Path) -> bytes:
    # without blocking: opening a pipe would wait for a writer
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ArchiveError("it is not a regular file")
        return file.read(MAX_BYTES)


def files(folder: Path, out: Path | None) -> Iterator[File]:
    """Yield every file below ``folder``, or in that zip file, but nothing in ``out``.

    Files in a learner's archive take its place. Raises ValueError if there is
    neither a folder nor a zip file.
    """
    return _unpacked(_files(folder, out))


def _files(folder: Path, out: Path | None) -> Iterator[File]:
    if folder.is_file() and archives.is_archive(folder.name):
        try:
            archive = archives.of_class(folder, folder.stat().st_mtime_ns)
        except ArchiveError as error:
            raise ValueError(
                f"{folder} cannot be read as a zip file: {error}"
            ) from None
        yield from _in_archive(File((), Place(folder, of_class=True)), archive)
        return
    if not folder.is_dir():
        raise ValueError(
            f"submissions must be a folder or a zip file, got {str(folder)!r}"
        )
    own = None if out is None else out.resolve()
    if own == folder.resolve():
        raise ValueError(f"out must not be the submissions folder, got {str(folder)!r}")
    for path in _walk(folder, own):
        parts = path.relative_to(folder).parts
        yield File(parts, Place(path), *_status(path))


def _unpacked(found: Iterable[File]) -> Iterator[File]:
    """Yield the files, and in place of a learner's archive those in it."""
    for file in found:
        if file.problem or not archives.is_archive(file.parts[-1]):
            yield file
            continue
        try:
            inner = archives.of_learner(content(file.place))
        except ArchiveError as error:
            yield replace(file, problem=str(error))
        except OSError as error:
            yield replace(file, problem=f"it cannot be read ({error.strerror})")
        else:
            for one in _in_archive(file, inner):
                nested = NESTED * archives.is_archive(one.parts[-1])
                yield replace(one, problem=one.problem or nested)


def _in_archive(file: File, archive: archives.Archive) -> Iterator[File]:
    for name in sorted(archive.entries, key=lambda name: name.split("/")):
        parts, entry = tuple(name.split("/")), archive.entries[name]
        if IGNORED.isdisjoint(parts):
            place = replace(file.place, members=(*file.place.members, name))
            problem = archives.problem_of(entry)
            own, size = (*file.parts, *parts), entry.file_size
            yield File(own, place, problem, _time(entry), size)


def _time(entry: ZipInfo) -> float:
    try:
        return datetime(*entry.date_time).timestamp()
    except ValueError:  # some programs write no date
        return 0


def _walk(folder: Path, out: Path | None) -> Iterator[Path]:
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
        elif out is None or path.name != out.name or path.resolve() != out:
            waiting += found


def _listed(folder: Path) -> list[Path]:
    """Return the content of a folder, last name first."""
    names = set(os.listdir(folder)) - IGNORED
    return [folder / name for name in sorted(names, reverse=True)]


def _status(path: Path) -> tuple[str, float, int]:
    """Return why a file is not read, or an empty text, its time of change, its size."""
    try:
        status = path.lstat()
    except OSError as error:
        return f"it cannot be read ({error.strerror})", 0, 0
    problem = ""
    if stat.S_ISDIR(status.st_mode):
        problem = UNLISTED
    elif stat.S_ISLNK(status.st_mode):
        problem = "it is a link to another file, and links are not followed"
    elif not stat.S_ISREG(status.st_mode):
        problem = "it is not a regular file"
    elif status.st_size > MAX_BYTES:
        problem = f"it has {status.st_size} bytes; at most {MAX_BYTES} are read"
    return problem, status.st_mtime, status.st_size
