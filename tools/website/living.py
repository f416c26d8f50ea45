"""The living parts of a page, as far as they are there: ``tools/website/parts.py``."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

UP = "../"  # every notebook's page is one folder below the root


def _parts() -> ModuleType | None:
    name = "tools.website.parts"
    return import_module(name) if find_spec(name) else None


def html_of(call: str, *arguments: str, still: str = "") -> str | None:
    """Return the living part that a call shows, or None where it has none yet.

    ``still`` is the picture of a demo, for readers without scripts.
    """
    parts = _parts()
    if parts is None:
        return None
    made: str | None = parts.html_of(call, *arguments, root=UP, still=still)
    return made


def keep() -> str:
    """Return the bar in which readers keep and erase what they entered."""
    parts = _parts()
    return "" if parts is None else str(parts.keep())


def write_pictures(static: Path) -> None:
    """Write the pictures of all parts."""
    parts = _parts()
    if parts is not None:
        parts.write_pictures(static)
