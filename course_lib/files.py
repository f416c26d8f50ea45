"""Atomic file writes, and the course's files outside the library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a path to write to; when the block ends, that file replaces ``path``.

    Creates the folder if needed. If the block fails, ``path`` is unchanged and no
    temporary file is left behind.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_new(target: Path, text: str) -> bool:
    """Write ``text`` unless ``target`` exists, and return whether it was written."""
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        try:
            # fails, unlike replace, if somebody has written the target meanwhile
            os.link(partial, target)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            _write_in_place(target, text)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _write_in_place(target: Path, text: str) -> None:
    file = target.open("x", encoding="utf-8")
    try:
        with file:
            file.write(text)
    except OSError:
        target.unlink()  # half a file would never be rewritten
        raise


def reason(error: OSError) -> str:
    """Return why a file could not be written, in the system's words."""
    return error.strerror or str(error)


def beside_library(pattern: str) -> list[Path]:
    """Return the files of the course outside ``course_lib``, such as its lessons.

    They are those of the checkout, if there are any, then those that were installed
    with the library.
    """
    found = [*CHECKOUT.glob(pattern)]
    with suppress(metadata.PackageNotFoundError):
        installed = metadata.files("pruning-measured") or []
        found += [Path(str(file.locate())) for file in installed if file.match(pattern)]
    return found
