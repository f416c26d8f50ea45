"""Stamp what the lessons measured into README.md: the headline table, a picture."""

import base64
import re
from pathlib import Path

from nbformat import NotebookNode

from tools.course import headline
from tools.notebook import code_cells, load, write_atomic

BLOCK = re.compile(r"(<!-- headline -->\n).*?(<!-- /headline -->)", re.DOTALL)
PICTURE = Path("docs") / "trade-off.png"


def executed_lessons(root: Path) -> list[NotebookNode]:
    """Read the committed lessons in order."""
    return [load(path) for path in sorted((root / "notebooks").glob("*.ipynb"))]


def stamped(text: str, lessons: list[NotebookNode]) -> str:
    """Return the README's text with the lessons' headlines between its markers.

    Raises ValueError when the markers are not there exactly once.
    """
    tables = "\n\n".join(filter(None, map(headline, lessons)))
    block = f"```text\n{tables}\n```\n"
    result, count = BLOCK.subn(lambda m: m[1] + block + m[2], text)
    if count != 1:
        raise ValueError(f"README.md has {count} headline blocks; it needs one")
    return result


def picture(lessons: list[NotebookNode]) -> bytes | None:
    """Return the first PNG of the first cell tagged `picture`."""
    for lesson in lessons:
        for cell in code_cells(lesson):
            if "picture" in cell.metadata.get("tags", []):
                for output in cell.outputs:
                    png = output.get("data", {}).get("image/png")
                    if png:
                        return base64.b64decode(png)
    return None


def update(root: Path) -> str:
    """Bring README.md and its picture up to date and say what was done."""
    path, lessons = root / "README.md", executed_lessons(root)
    text = path.read_text(encoding="utf-8")
    new = stamped(text, lessons)
    png = picture(lessons)
    if png is not None:
        (root / PICTURE).parent.mkdir(exist_ok=True)
        (root / PICTURE).write_bytes(png)
    if new == text:
        return "unchanged"
    write_atomic(path, new)
    return "written"


def problems(root: Path) -> list[str]:
    """List where README.md says something else than the committed lessons."""
    path, lessons = root / "README.md", executed_lessons(root)
    if not path.exists():
        return ["README.md: missing"]
    text = path.read_text(encoding="utf-8")
    found = []
    if stamped(text, lessons) != text:
        found.append("README.md: headline is not the lessons'; run make build")
    png = picture(lessons)
    stored = root / PICTURE
    if png is not None and (not stored.exists() or stored.read_bytes() != png):
        found.append(f"{PICTURE}: is not the lesson's figure; run make build")
    return found
