"""Stamp what the lessons measured into docs/results.md: the tables and a picture."""

import base64
from pathlib import Path

from nbformat import NotebookNode

from tools.blocks import update_file, with_block
from tools.course import headline
from tools.notebook import code_cells, load

PAGE = Path("docs") / "results.md"
PICTURE = Path("docs") / "trade-off.png"


def executed_lessons(root: Path) -> list[NotebookNode]:
    """Read the committed lessons in order."""
    return [load(path) for path in sorted((root / "notebooks").glob("*.ipynb"))]


def stamped(text: str, lessons: list[NotebookNode]) -> str:
    """Return the page's text with the lessons' headline tables between its markers.

    Raises ValueError unless the markers are there exactly once.
    """
    tables = "\n\n".join(filter(None, map(headline, lessons)))
    return with_block(text, "headline", f"```text\n{tables}\n```", PAGE.as_posix())


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
    """Bring the page and its picture up to date and report what was done."""
    lessons = executed_lessons(root)
    if (png := picture(lessons)) is not None:
        (root / PICTURE).write_bytes(png)
    return update_file(root / PAGE, lambda text: stamped(text, lessons))


def problems(root: Path) -> list[str]:
    """List where the page differs from the committed lessons."""
    path, lessons = root / PAGE, executed_lessons(root)
    if not path.exists():
        return [f"{PAGE.as_posix()}: missing"]
    text = path.read_text(encoding="utf-8")
    found = []
    if stamped(text, lessons) != text:
        found.append(f"{PAGE.as_posix()}: not the lessons' tables; run make build")
    png = picture(lessons)
    stored = root / PICTURE
    if png is not None and (not stored.exists() or stored.read_bytes() != png):
        found.append(f"{PICTURE.as_posix()}: not the lesson's figure; run make build")
    return found
