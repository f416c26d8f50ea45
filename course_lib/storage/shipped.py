"""The pruned networks of a few kilobytes that ship with the course."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

ENDING = ".pruned"


def _folder() -> Path:
    return Path(str(files("course_lib") / "checkpoints" / "stored"))


def shipped_names() -> list[str]:
    """Return the names of the files, such as ``"lenet5-0"``, sorted."""
    return sorted(path.stem for path in _folder().glob(f"*{ENDING}"))


def shipped(name: str) -> Path:
    """Return the path of a file for ``load``; ValueError for an unknown name."""
    if name not in shipped_names():
        raise ValueError(f"name must be one of {shipped_names()}, got {name!r}")
    return _folder() / f"{name}{ENDING}"
