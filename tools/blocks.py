"""The parts of a Markdown file that the build writes, each between two markers."""

import re
from collections.abc import Callable
from pathlib import Path

from tools.notebook import write_atomic


def block(text: str, name: str, file: str) -> str:
    """Return what is between `<!-- name -->` and `<!-- /name -->` in a file's text.

    Raises ValueError unless the markers are there exactly once.
    """
    found = re.findall(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"{file} has {len(found)} {name} blocks; it needs one")
    return found[0]


def with_block(text: str, name: str, content: str, file: str) -> str:
    """Return a file's text with `content` between the markers of `name`.

    Raises ValueError unless the markers are there exactly once.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    old = start + block(text, name, file) + end
    return text.replace(old, f"{start}{content}\n{end}")


def update_file(path: Path, stamped: Callable[[str], str]) -> str:
    """Bring a file up to date, given what its text becomes; report what was done."""
    text = path.read_text(encoding="utf-8")
    new = stamped(text)
    if new == text:
        return "unchanged"
    write_atomic(path, new)
    return "written"
