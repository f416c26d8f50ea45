"""Reading zip files as folders: nothing is unpacked, and every size is bounded."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MAX_BYTES = 256 * 2**20
# the list of files at the end of an archive, about 100 bytes for each
MAX_LISTING = 2**20
MAX_CLASS_LISTING = 64 * 2**20
END = struct.Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16, the end of a zip file
LOCATOR_64 = b"PK\x06\x07"


class ArchiveError(Exception):
    """The archive, or one of its files, cannot be read; the message says why."""


def is_archive(name: str) -> bool:
    """Return whether a file is read as a folder, by the end of its name."""
    return name.lower().endswith(".zip")


@dataclass(frozen=True)
class Archive:
    """An open zip file, and its files by their paths."""

    file: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]


@lru_cache(maxsize=2)
def of_class(path: Path, modified: int) -> Archive:
    """Open the archive of a class and keep it open; raise ArchiveError.

    ``modified`` is its time of change, so that another file is opened again.
    """
    return _opened(path.open("rb"), MAX_CLASS_LISTING)


def of_learner(data: bytes) -> Archive:
    """Open a learner's archive, which must not unpack to more than MAX_BYTES."""
    archive = _opened(io.BytesIO(data), MAX_LISTING)
    total = sum(entry.file_size for entry in archive.entries.values())
    if total > MAX_BYTES:
        raise ArchiveError(
            f"its files have {total} bytes; at most {MAX_BYTES} are unpacked"
        )
    return archive


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by their paths. Raises ArchiveError.

    An archive that names a place outside of it, or a file twice, is refused as a whole.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise ArchiveError("a path in it leads outside of it")
        if entry.is_dir():
            continue
        if str(path) in found:
            raise ArchiveError("it has two files with the same name")
        found[str(path)] = entry
    return found


def problem_of(entry: zipfile.ZipInfo) -> str:
    """Return why a file in an archive is not read, or an empty text."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link to another file, and links are not followed"
    if entry.flag_bits & 1:
        return "it is encrypted"
    if entry.file_size > MAX_BYTES:
        return f"it has {entry.file_size} bytes; at most {MAX_BYTES} are read"
    return ""


def content(archive: Archive, name: str) -> bytes:
    """Return the bytes of a file. Raises ArchiveError.

    ``zipfile`` gives no more than the size that ``problem_of`` has seen.
    """
    if name not in archive.entries:
        raise ArchiveError("it is no longer in its archive")
    entry = archive.entries[name]
    if problem := problem_of(entry):
        raise ArchiveError(problem)
    try:
        return archive.file.read(entry)
    except Exception as error:  # each way of packing has errors of its own
        raise ArchiveError(f"it cannot be unpacked ({type(error).__name__})") from None


def _opened(file: BinaryIO, limit: int) -> Archive:
    """Open an archive whose listing has at most ``limit`` bytes."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - END.size - 2**16))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + END.size:
        raise ArchiveError("it is not a zip file, or it was cut off")
    listing = END.unpack_from(tail, place)[5]
    if listing > limit or tail[max(0, place - 20) :].startswith(LOCATOR_64):
        raise ArchiveError("it lists too many files")
    try:
        opened = zipfile.ZipFile(file)
    except Exception as error:  # of struct, of text, and of zipfile itself
        raise ArchiveError(f"it cannot be read ({type(error).__name__})") from None
    return Archive(opened, _entries(opened))
