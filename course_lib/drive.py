"""On Colab, a learner's files are copied to Google Drive as soon as it is mounted.

Colab deletes a runtime with every file in it; what is in Drive stays.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from course_lib.files import atomic_write, reason

MOUNTED = Path("/content/drive/MyDrive")  # Colab mounts it here, nothing else does
KEPT = Path("pruning-measured") / "my_work"
TROUBLE = (
    "**Saved on this runtime only, which Colab will delete:** your Drive could not be "
    "written ({reason}). Make room there, or run the last cell to download your work."
)
# why a folder could not be copied to another; empty if it was copied
_copied: dict[tuple[Path, Path], str] = {}


def on_colab() -> bool:
    """Return whether this kernel is Colab's, which imports this package by itself."""
    return "google.colab" in sys.modules


def folder() -> Path | None:
    """Return a learner's folder in Drive, or None if no Drive is mounted."""
    # os.path, because Path.is_dir raises for a broken mount
    return MOUNTED / KEPT if os.path.isdir(MOUNTED) else None


def files(work: Path) -> Iterator[Path]:
    """Yield a learner's files below ``work``, sorted, except hidden or partial ones."""
    for path in sorted(work.rglob("*")):
        parts = path.relative_to(work).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and path.suffix != ".partial":
            yield path


def copy_earlier(local: Path, kept: Path) -> bool:
    """Copy what was written before Drive was mounted, and return whether that worked.

    Copies once per kernel; a failed copy is retried.
    """
    if _copied.get((local, kept)) != "":
        try:
            copy_new(local, kept)
            _copied[local, kept] = ""
        except OSError as error:
            _copied[local, kept] = reason(error)
    return _copied[local, kept] == ""


def trouble() -> str:
    """Return a warning, as Markdown, while answers cannot be copied to Drive."""
    reasons = [text for text in _copied.values() if text]
    mounted = folder() is not None
    return TROUBLE.format(reason=reasons[-1]) if mounted and reasons else ""


def copy_new(local: Path, kept: Path) -> None:
    """Copy from ``local`` to ``kept`` what is missing there; nothing is overwritten.

    A file that has grown is copied again. If a different file of that name exists, both
    are kept: the copy's digest becomes part of its name.
    """
    for path in files(local):
        data, target = path.read_bytes(), kept / path.relative_to(local)
        existing = _content(target)
        if not data.startswith(existing) and not existing.startswith(data):
            digest = hashlib.sha256(data).hexdigest()[:8]
            target = target.with_name(f"{target.stem}.{digest}{target.suffix}")
            existing = _content(target)
        if existing.startswith(data):
            continue
        with atomic_write(target) as partial:
            partial.write_bytes(data)
            with suppress(OSError):  # the only timestamp of older drafts
                os.utime(partial, (path.stat().st_atime, path.stat().st_mtime))


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
