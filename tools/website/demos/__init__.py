"""The data of the website's demos: one module each, with ``data() -> dict``.

What a demo computes on real networks is computed here, for all its states, and stored
as numbers in ``website/data/``. ``python -m tools.website.demos`` writes it.
"""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "website" / "data"


def names() -> list[str]:
    """Return the names of the demos that have data, sorted."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def computed(name: str) -> dict[str, Any]:
    """Compute the data of a demo; ValueError lists the names."""
    if name not in names():
        raise ValueError(f"name must be one of {names()}, got {name!r}")
    made: dict[str, Any] = import_module(f"{__name__}.{name}").data()
    return made


def stored(name: str) -> dict[str, Any]:
    """Return the data of a demo as it is committed."""
    found: dict[str, Any] = json.loads(path(name).read_text(encoding="utf-8"))
    return found


def write(name: str) -> int:
    """Compute the data of a demo and store it; return its bytes."""
    made = json.dumps(
        computed(name), ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    return path(name).write_bytes(f"{made}\n".encode())


def path(name: str) -> Path:
    """Return the file of a demo's data."""
    return FOLDER / f"{name}.json"
