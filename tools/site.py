"""`python -m tools.site`: chapter 00 as one web page, for readers without a kernel.

The page holds all it needs: pictures are inlined, and no script, style or font is
loaded from anywhere. A page that would load something is not written.
"""

import argparse
import html
import re
import sys
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_lib.workspace import MAP
from tools.colab_cells import COLAB, FIRST_CELL_TAG, LAST_CELL_TAG
from tools.generate import LESSONS
from tools.notebook import load, write_atomic
from tools.settings import ROOT, Settings
from tools.site_check import problems

CHAPTER = "00"
PAGE = Path("build") / "site" / "index.html"
STYLE = Path(__file__).with_name("site.css")
# what installs the course and keeps a learner's work, and the map of their progress
LEFT_OUT = {FIRST_CELL_TAG, LAST_CELL_TAG, "map"}
BADGE = re.compile(r"^\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)\s*$", re.MULTILINE)
LINKS = re.compile(rf"^(?:---\n\n)?.*\]\({re.escape(MAP)}\).*$", re.MULTILINE)
NOTEBOOK_LINK = re.compile(r"(?<=\]\()(?P<path>[\w./-]+\.ipynb)(?=[)#])")
HEADING = re.compile(r"^#{1,5} ", re.MULTILINE)
TITLE = re.compile(r"# (?:\d\d )?(.+)")
# the exporter's own switch for these would also remove the anchors
ANCHOR_LINK = re.compile(r'<a class="anchor-link"[^>]*>[^<]*</a>')
ROOM = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>')
DESCRIPTION = (
    "What pruning removes from a model, what gets smaller, what does not, and what to "
    "ask a supplier: in plain words, every number measured."
)


def page(notebook: NotebookNode, settings: Settings, path: str) -> str:
    """Return the page of an executed notebook at `path`.

    Raises ValueError for one without a title.
    """
    title = TITLE.match(notebook.cells[0].source)
    if title is None:
        raise ValueError(f"{path}: the first cell has no title")
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(prepared(notebook, settings, path))
    return framed(ANCHOR_LINK.sub("", body), title[1], settings, path)


def prepared(notebook: NotebookNode, settings: Settings, path: str) -> NotebookNode:
    """Return a copy without what is for people with a kernel.

    No badge, no line of links, no number in the title, none of LEFT_OUT, no progress
    bars. Links to notebooks lead to the published course. Headings under a second
    title go one level down.
    """
    cells, depth = [], 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            text = LINKS.sub("", BADGE.sub("", cell.source))
            text = linked(text, settings, path)
            text = TITLE.sub(r"# \1", text) if not cells else text
            if cells and re.search(r"^# ", text, re.MULTILINE):
                depth = 1
            text = HEADING.sub(lambda m, more="#" * depth: more + m[0], text)
            cells.append(new_markdown_cell(text, id=cell.id))
        elif LEFT_OUT.isdisjoint(tags) and (outputs := shown(cell)):
            cells.append(NotebookNode({**cell, "outputs": outputs}))
            if "demo" in tags:
                note = caption(settings, path)
                cells.append(new_markdown_cell(note, id=f"{cell.id}-caption"))
    return NotebookNode({**notebook, "cells": cells})


def shown(cell: NotebookNode) -> list[NotebookNode]:
    """List a code cell's outputs, but for those of the error stream."""
    return [output for output in cell.outputs if output.get("name") != "stderr"]


def linked(text: str, settings: Settings, path: str) -> str:
    """Point links to other notebooks to the published course."""

    def published(match: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (Path(path).parent / match["path"]).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        return f"{repository(settings)}/blob/{settings.tag}/{'/'.join(parts)}"

    return NOTEBOOK_LINK.sub(published, text)


def repository(settings: Settings) -> str:
    """Return the address of the published course."""
    return f"https://github.com/{settings.repository}"


def caption(settings: Settings, path: str) -> str:
    """Return a note that a demo is an image here, and where it is interactive."""
    target = f"{COLAB}/github/{settings.repository}/blob/{settings.tag}/{path}"
    return (
        "*On this page the demo is a picture of how it opens. "
        f"To move it, [open the notebook]({target}).*"
    )


def framed(body: str, title: str, settings: Settings, path: str) -> str:
    """Put title, style, contents and footer around the body of a page."""
    rooms = "".join(
        f'<li><a href="#{anchor}">{name}</a></li>'
        for anchor, name in ROOM.findall(body)
    )
    source = f"{repository(settings)}/blob/{settings.tag}/{path}"
    return f"""\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<meta name="description" content="{html.escape(DESCRIPTION)}">
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<nav aria-label="On this page"><ul>{rooms}</ul></nav>
</header>
<main>
{body}
</main>
<footer>
<p>The <a href="{source}">notebook behind this page</a> computes every number in its
tables. <a href="{repository(settings)}">The course</a> and this page: MIT licence.
MNIST: CC BY-SA 3.0.</p>
</footer>
</body>
</html>
"""


def write(root: Path, chapter: str = CHAPTER) -> Path:
    """Write the page of a chapter's executed lesson and return its path.

    Raises ValueError if there is no such lesson, or the page would load something
    or be less accessible than the notebook.
    """
    settings = Settings.load(root)
    lessons = sorted((root / LESSONS).glob(f"{chapter}_*.ipynb"))
    if len(lessons) != 1:
        raise ValueError(
            f"chapter {chapter!r} must have one lesson, got {len(lessons)}"
        )
    path = f"{LESSONS}/{lessons[0].name}"
    text = page(load(lessons[0]), settings, path)
    found = problems(text)
    if found:
        raise ValueError("\n".join(f"{PAGE.as_posix()}: {line}" for line in found))
    write_atomic(root / PAGE, text)
    return root / PAGE


def main(arguments: list[str] | None = None) -> int:
    """Write the page and print its path; return 1 if it is not self-contained."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        path = write(options.root)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    size = path.stat().st_size / 1000
    print(f"{path.relative_to(options.root).as_posix()}: {size:.0f} kB, self-contained")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
