"""What earlier versions kept: one file for each answer, draft, and note.

They are read where they are and never changed, so nothing is imported twice. A record
of the store with the id of such a file takes its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PATTERNS = {
    "answer": "journal/*.json",
    "draft": "drafts/*.*.txt",
    "note": "notes/*.md",
}


def read(
    work: Path, known: Container[tuple[str, str]], record: Callable[..., T]
) -> tuple[list[T], list[str]]:
    """Call ``record`` with what each file holds; and a sentence for each damaged one.

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
    """How a page names what it cannot read."""
    return f"{place} cannot be read ({error}); it was left as it is."


@cache
def _entry(kind: str, path: Path, changed: float) -> dict[str, Any]:
    """One file, read again only when it has changed."""
    text = path.read_text(encoding="utf-8")
    entry = {"kind": kind, "id": path.stem, "place": str(path)}
    if kind == "answer":
        kept = json.loads(text)
        value = {key: kept[key] for key in ("answer", "confidence")}
        return {
            **entry,
            "name": kept["question"],
            "when": kept["when"],
            "value": value,
        }
    when = datetime.fromtimestamp(changed, UTC).isoformat(timespec="microseconds")
    name = path.name[:2] if kind == "note" else path.name.partition(".")[0]
    return {**entry, "name": name, "when": when, "value": text}
