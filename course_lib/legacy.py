"""Data saved by earlier versions: one file per answer, draft, and note.

The files are read where they are and never changed, so nothing is imported twice. A
record in the store with the id of such a file takes its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PATTERNS = {"answer": "journal/*.json", "draft": "drafts/*.*.txt", "note": "notes/*.md"}


def read(
    work: Path, known: Container[tuple[str, str]], record: Callable[..., T]
) -> tuple[list[T], list[str]]:
    """Return ``record`` of each file's content, and a sentence per damaged file.

    Files whose kind and id (their name without its ending) are ``known`` are not read.
    """
    found, damaged = [], []
    for kind, pattern in PATTERNS.items():
        for path in sorted(work.glob(pattern)):
            if (kind, path.stem) in known:
                continue
            try:
                found.append(record(**_entry(kind, path, path.stat().st_mtime)))
            except (LookupError, OSError, TypeError, ValueError) as error:
                damaged.append(damage(path, error))
    return found, damaged


def damage(place: str | Path, error: Exception) -> str:
    """Return a sentence that says what cannot be read, and why."""
    return f"{place} cannot be read ({error}); it was left as it is."


@cache
def _entry(kind: str, path: Path, changed: float) -> dict[str, Any]:
    """Return the content of one file, read again only when it has changed."""
    text = path.read_text(encoding="utf-8")
    entry: dict[str, Any] = {"kind": kind, "id": path.stem, "place": str(path)}
    if kind == "answer":
        kept = json.loads(text)
        value = {key: kept[key] for key in ("answer", "confidence")}
        return entry | {"name": kept["question"], "when": kept["when"], "value": value}
    when = datetime.fromtimestamp(changed, UTC).isoformat(timespec="microseconds")
    name = path.name[:2] if kind == "note" else path.name.partition(".")[0]
    return entry | {"name": name, "when": when, "value": text}
