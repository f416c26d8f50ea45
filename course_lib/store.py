"""What a learner enters, stored in one append-only JSON Lines file per kernel.

When records are read, a newer one replaces an older one of the same kind and id. No
kernel writes to another's file, and nothing that was written is changed or removed: a
kernel that is killed loses at most the line it was writing, and two kernels cannot
overwrite each other's text.
"""

from __future__ import annotations

import errno
import json
import os
import re
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from course_lib import legacy
from course_lib.workspace import work_folder

FOLDER = "records"
T = TypeVar("T")
_NAME = re.compile(r"[0-9a-z][0-9a-z-]*")
_one_writer = threading.Lock()


@dataclass(frozen=True)
class Record:
    """One line of a file: a value of what ``kind`` and ``id`` identify.

    ``name`` is what it belongs to, such as ``"02-explain"``; ``value`` is plain JSON;
    ``when`` is UTC in ISO 8601; ``place`` is where it was read, for messages.
    """

    kind: str
    name: str
    id: str
    value: Any
    when: str
    place: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for key in ("kind", "name", "id", "when"):
            if not isinstance(value := getattr(self, key), str):
                raise TypeError(f"{key} must be text, got {value!r}")


_ByKey = dict[tuple[str, str], Record]  # by kind and id
# by file: its size and mtime when read, its newest records, and damaged lines
_seen: dict[Path, tuple[tuple[int, int], _ByKey, list[str]]] = {}


def valid_name(argument: str, name: str) -> str:
    """Return ``name``; raise ValueError, naming the argument, if it is not valid."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{argument} must be lowercase letters, digits and hyphens, got {name!r}"
        )
    return name


def new_id() -> str:
    """Return a unique id."""
    return uuid.uuid4().hex[:12]


def append(
    kind: str,
    name: str,
    value: Any,
    *,
    id: str | None = None,
    folder: str | Path | None = None,
) -> Record:
    """Write a record to this kernel's file and return it once it is on disk.

    Raises OSError if it cannot be written; then nothing of it is left in the file.
    """
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    record = Record(kind, valid_name("name", name), id or new_id(), value, now)
    line = as_line(record)
    with _one_writer:
        path = _work(folder) / FOLDER / _file_name(os.getpid())
        _append(path, line.encode())
    return record


def as_line(record: Record) -> str:
    """Return a record as a line of a file, newline included."""
    entry = {key: text for key, text in vars(record).items() if key != "place"}
    text = json.dumps(entry, ensure_ascii=False) + "\n"
    return text.encode(errors="replace").decode()  # half a character pair is no text


def read(
    kind: str,
    make: Callable[[Record], T],
    name: str | None = None,
    *,
    folder: str | Path | None = None,
) -> tuple[list[T], list[str]]:
    """Return ``make`` of each record of a kind, oldest first, and a list of damage.

    ``name`` selects the records with that name. Unreadable records are left as they are
    and described in the second list, one sentence each.
    """
    newest, damaged = read_all(folder)
    found = []
    for record in newest:
        if record.kind == kind and name in (None, record.name):
            try:
                found.append(make(record))
            except (LookupError, TypeError, ValueError) as error:
                damaged.append(legacy.damage(record.place, error))
    return found, damaged


def read_all(folder: str | Path | None = None) -> tuple[list[Record], list[str]]:
    """Return the newest record of each kind and id, oldest first, and the damage."""
    newest, damaged = _newest(_work(folder))
    return sorted(newest.values(), key=lambda record: record.when), damaged


def _newest(work: Path) -> tuple[_ByKey, list[str]]:
    """Return the newest record of each kind and id, and a list of damage."""
    newest: _ByKey = {}
    damaged: list[str] = []
    for path in sorted((work / FOLDER).glob("*.jsonl")):
        found, unreadable = _file(path)
        damaged += unreadable
        for key, record in found.items():
            if key not in newest or newest[key].when <= record.when:
                newest[key] = record
    earlier, unreadable = legacy.read(work, newest.keys(), Record)
    newest |= {(record.kind, record.id): record for record in earlier}
    return newest, damaged + unreadable


def _file(path: Path) -> tuple[_ByKey, list[str]]:
    """Return a file's newest records; it is read again only when it has changed."""
    try:
        stat = path.stat()
        state = stat.st_size, stat.st_mtime_ns
        if path not in _seen or _seen[path][0] != state:
            _seen[path] = state, *parse(path, path.read_bytes())
    except OSError as error:
        return {}, [legacy.damage(path, error)]
    return _seen[path][1:]


def parse(path: Path, data: bytes) -> tuple[_ByKey, list[str]]:
    """Return a file's newest records by kind and id, and a sentence per bad line."""
    newest: _ByKey = {}
    damaged = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        place = f"{path}, line {number}"
        try:
            if line:
                record = Record(**json.loads(line), place=place)
                newest[record.kind, record.id] = record
        except (RecursionError, TypeError, ValueError) as error:
            damaged.append(legacy.damage(place, error))
    return newest, damaged


def _work(folder: str | Path | None) -> Path:
    return work_folder() if folder is None else Path(folder)


@lru_cache(maxsize=1)
def _file_name(process: int) -> str:
    """Return the name of this kernel's file; a forked process has its own."""
    return new_file_name()


def new_file_name() -> str:
    """Return a name for a file of records that no other file has."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{new_id()}.jsonl"


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    size = path.stat().st_size if path.exists() else 0
    try:
        with path.open("ab", buffering=0) as file:
            if file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
    except BaseException:
        # half a line must not run into the next: remove it, and continue in a new file
        _file_name.cache_clear()
        with suppress(OSError):
            if size:
                os.truncate(path, size)
            else:
                path.unlink()
        raise
