"""The page that `lab` opens: what to do next, the map, a link to every page.

It is a notebook in the work folder. Its first cell is Markdown and is rewritten, with
the current progress, whenever the lab is opened. JupyterLab clears the output of a cell
that is run before its kernel has started, so no link depends on an output: the second
cell only shows the page again, up to date. Whatever a learner adds or changes is
preserved.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from IPython.display import display

from course_lib.files import atomic_write, write_new
from course_lib.page.learning_map import CHAPTERS, describe, draw, read_progress
from course_lib.page.progress import Progress, calibration
from course_lib.workspace import KINDS, work_folder

NAME = "map.ipynb"
PAGE, CELL, WRITTEN = "course-map-page", "course-map", "course"
CODE = "from course_lib.page import start_page\n\nstart_page.show()"
LINKS = dict(zip(KINDS, ("lesson", "exercises"), strict=True))
SHIFT_ENTER = "Run its cells one after another with Shift+Enter."
AGAIN = (
    "These pages are your own copies. The map is redrawn whenever you open the lab. "
    "To see what you have done since, run the cell below it with Ctrl+Enter."
)


def show() -> None:
    """Display the page with the current progress."""
    display(bundle(), raw=True)


def bundle(work: Path | None = None) -> dict[str, str]:
    """Return the page by media type; its plain text is the page without the picture.

    Links are relative to the work folder, which contains the page.
    """
    work = work_folder() if work is None else work
    found, damaged = read_progress(folder=work)
    here = current_chapter(found)
    above = f"# Pruning, measured\n\n{_next_step(found[here], work)}"
    sure = calibration(list(found.values()))
    below = "\n\n".join([_table(found, work), sure, *damaged, AGAIN])
    png = base64.b64encode(draw(here, found)).decode()
    # inside the Markdown, because JupyterLab gives a picture alone no alt text
    picture = f"![{describe(here)}](data:image/png;base64,{png})"
    return {
        "text/markdown": "\n\n".join([above, picture, below]),
        "text/plain": "\n\n".join([above, below]),
    }


def current_chapter(found: dict[str, Progress]) -> str:
    """Return the furthest started chapter, or the one after it if it is done."""
    names = list(found)
    begun = [place for place, name in enumerate(names) if found[name].share() > 0]
    if not begun:
        return names[0]
    done = found[names[begun[-1]]].share() == 1
    return names[min(begun[-1] + done, len(names) - 1)]


def write(work: Path) -> tuple[Path, bool]:
    """Write the page, or update the progress in the cell of an existing one.

    Returns its path and whether it is now up to date: a notebook in which that cell was
    changed or removed, and a file that is not a notebook, are left as they are.
    """
    path, page = work / NAME, _markdown(bundle(work)["text/markdown"])
    if write_new(path, _json(_notebook(page))):
        return path, True
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
        if not any(cell.get("id") == PAGE for cell in cells):
            # up to version 0.1.0 the page was that cell's output
            (place,) = (i for i, cell in enumerate(cells) if _shows_again(cell))
            cells.insert(place, _markdown(""))
        (place,) = (i for i, cell in enumerate(cells) if _is_ours(cell))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return path, False
    cells[place] = page
    for cell in cells:
        if _shows_again(cell):
            cell["outputs"], cell["execution_count"] = [], None
    with atomic_write(path) as partial:
        partial.write_text(_json(notebook), encoding="utf-8")
    return path, True


def _next_step(one: Progress, work: Path) -> str:
    if one.share() == 1:
        return "**All done**, to the last chapter. Its door leads to quantization."
    opening = "Continue here" if one.share() else "Begin here"
    left = [name for name, (done, of) in one.done.items() if done < of]
    kind = "exercises" if left == ["exercises"] else "notebooks"
    page = _link(one.chapter, kind, work) or LINKS[kind]
    name = CHAPTERS[one.chapter]
    return f"**{opening}:** open the {page} for {one.chapter} {name}. {SHIFT_ENTER}"


def _table(found: dict[str, Progress], work: Path) -> str:
    rows = [("chapter", *LINKS.values(), "done"), (":--",) * 4]
    for name, one in found.items():
        links = (_link(name, kind, work) for kind in KINDS)
        done = one.sentence().partition(": ")[2] if one.share() else "not started"
        rows.append((f"{name} {CHAPTERS[name]}", *links, done))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _link(chapter: str, kind: str, work: Path) -> str:
    """Return a link to the copy of a chapter's page; empty if there is none."""
    for path in sorted((work / kind).glob(f"{chapter}_*.ipynb")):
        return f"[{LINKS[kind]}]({kind}/{path.name})"
    return ""


def _notebook(page: dict[str, Any]) -> dict[str, Any]:
    again: dict[str, Any] = {
        "cell_type": "code", "id": CELL, "execution_count": None, "source": CODE,
        "metadata": {}, "outputs": [],
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    metadata = {"kernelspec": {**kernel, "language": "python"}}
    cells = [page, again]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _markdown(text: str) -> dict[str, Any]:
    metadata = {"editable": False, WRITTEN: _digest(text)}
    return {"cell_type": "markdown", "id": PAGE, "metadata": metadata, "source": text}


def _is_ours(cell: dict[str, Any]) -> bool:
    """Return whether a cell is the page, unchanged since it was written."""
    return cell.get("id") == PAGE and cell["metadata"][WRITTEN] == _digest(_text(cell))


def _shows_again(cell: dict[str, Any]) -> bool:
    """Return whether a cell is the one that shows the page up to date."""
    return cell.get("id") == CELL and _text(cell) == CODE


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])  # a text, or a list of its lines


def _json(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
