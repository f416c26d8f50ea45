"""A notebook, turned into the source of a page for readers without a kernel."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.workspace import MAP
from tools.colab_cells import COLAB, FIRST_CELL_TAG, LAST_CELL_TAG
from tools.readme import BINDER
from tools.settings import Settings
from tools.stamp import HIDDEN
from tools.website import digit, parts
from tools.website.calls import part_call
from tools.website.links import relinked
from tools.website.pictures import picture

# what installs the course on Colab, and what keeps a learner's work
LEFT_OUT = {FIRST_CELL_TAG, LAST_CELL_TAG}
BADGE = re.compile(r"^\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)\s*$", re.MULTILINE)
LINKS = re.compile(rf"^(?:---\n\n)?.*\]\({re.escape(MAP)}\).*$", re.MULTILINE)
RULE = re.compile(r"^---\n+(?=#)", re.MULTILINE)
# a heading, or a block of code, which may have what looks like one
HEADING = re.compile(r"^#{1,5} |^```(?s:.*?)^```", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
STYLE = re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL)
TABLE = re.compile(r'<table border="1" class="dataframe">.*?</table>', re.DOTALL)
# myst-nb's names: the first shows an output alone, the second folds it
NO_INPUT, FOLDED = "remove-input", "hide-output"
# where a notebook has room for a long answer
ANSWER = re.compile(r" below the line\.\n\n---\n\n\*Your answer: double-click here\.\*")
ROW = re.compile(r"<tr[^>]*>.*?</tr>", re.DOTALL)
CELL = re.compile(r"<th[^>]*>(.*?)</th>")
HEAD = re.compile(r"(?<=<thead>).*?(?=</thead>)", re.DOTALL)
LONG = re.compile(r"<th>((?:[^<\s]+ ){2,}[^<]*)</th>")  # a head of three words or more
UP = "../"  # every notebook's page is one folder below the root
# what a field to draw a digit in shows of a chapter
DRAWING = {
    "03": "Draw a digit, then prune the dense network with one threshold for all its "
    "weights until its answers go wrong.",
    "04": "Both pruned networks below have kept their shapes: their zeros save time "
    "only because this page’s kernel skips them. A network that was physically "
    "shrunk, as in this chapter, needs no such kernel.",
    "05": "Two files from this chapter, decoded by this page when you reach the field. "
    "The bytes of a pruned network are its whole file.",
}


@dataclass(frozen=True)
class Page:
    """The page of one notebook at ``path``, whose pictures are written into a folder.

    ``pages`` maps each file that has a page to the source of that page.
    """

    settings: Settings
    path: str
    pages: Mapping[str, str]
    pictures: Path

    def of(self, notebook: NotebookNode) -> NotebookNode:
        """Return the notebook that Sphinx reads.

        No badge, no line of links, no cell of LEFT_OUT, no progress bar. Headings
        below a second title go down one level. A cell that shows a part becomes the
        part, or its stored output; its code is not shown.
        """
        cells: list[NotebookNode] = []
        below, living = "", False
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                text = self.prose(cell.source)
                if cells and re.search(r"^# ", FENCE.sub("", text), re.MULTILINE):
                    below = "#"
                text = demoted(text, below)
                if not cells:
                    text += "\n\n" + self.notebook_links()
                if text.strip():
                    cells.append(new_markdown_cell(text))
            elif cell.cell_type == "code":
                call = part_call(cell.source)
                living = living or call is not None
                if (made := self.code(cell, call)) is not None:
                    cells.append(made)
                if call and call[0] == "predict.reveal":
                    cells += [new_markdown_cell(text) for text in beside(call[1][0])]
        if living:
            cells.append(new_markdown_cell(parts.keep()))
        return new_notebook(cells=cells, metadata=notebook.metadata)

    def prose(self, text: str) -> str:
        """Return a cell's Markdown without badges and with links between pages."""
        text = LINKS.sub("", BADGE.sub("", RULE.sub("", ANSWER.sub(".", text))))
        return relinked(text, self.path, self.pages, self.settings)

    def notebook_links(self) -> str:
        """Return the line of links to the notebook, where code can be run.

        Colab and Binder open a published course only.
        """
        name = Path(self.path).name
        file = f'<a href="{UP}{self.path}" download>download the notebook</a>'
        links = [f"{file} ({name})"]
        if self.settings.published:
            place = f"{self.settings.repository}/blob/{self.settings.tag}/{self.path}"
            links.append(f'<a href="{COLAB}/github/{place}">open it in Colab</a>')
            place = f"{self.settings.repository}/{self.settings.tag}"
            tab = quote(f"lab/tree/{self.path}", safe="")
            lab = f"{BINDER}/v2/gh/{place}?urlpath={tab}"
            links.append(f'<a href="{lab}">in Binder</a>')
        install = f'<a href="{UP}docs/install.html">install the course</a>'
        return (
            f'<p class="course-doors">To run and change the code: {", ".join(links)}, '
            f"or {install}.</p>"
        )

    def code(
        self, cell: NotebookNode, call: tuple[str, list[Any]] | None
    ) -> NotebookNode | None:
        """Return a code cell with outputs for the web, or None if it shows nothing."""
        tags = set(cell.metadata.get("tags", []))
        if LEFT_OUT & tags:
            return None
        hidden = HIDDEN in tags or call is not None
        outputs = self.outputs(cell, call)
        if hidden and not outputs:
            return None
        shown = [NO_INPUT] if hidden else []
        shown += [FOLDED] if "reveal" in tags and outputs else []
        return new_code_cell(cell.source, outputs=outputs, metadata={"tags": shown})

    def outputs(
        self, cell: NotebookNode, call: tuple[str, list[Any]] | None
    ) -> list[NotebookNode]:
        """List a cell's outputs: its interactive part, or the stored outputs."""
        kept = [output for output in cell.outputs if output.get("name") != "stderr"]
        stored = list(map(self.output, kept))
        if call is None:
            return stored
        still = next((o.data["text/html"] for o in stored if _is_picture(o)), "")
        part = parts.html_of(call[0], *call[1], root=UP, still=still)
        return [_display("text/html", part)]

    def output(self, output: NotebookNode) -> NotebookNode:
        """Return one stored output: a picture as WebP, a table that can be scrolled."""
        data = output.get("data", {})
        if "image/png" in data:
            alt = output.metadata.get("image/png", {}).get("alt") or data["text/plain"]
            made = picture(data["image/png"], alt, self.pictures, UP)
            return _display("text/html", made)
        if "text/markdown" in data:
            return _display("text/markdown", self.prose(data["text/markdown"]))
        if "text/html" in data:
            return _display("text/html", framed(data["text/html"]))
        return output


def beside(chapter: str) -> list[str]:
    """Return what only the page of a chapter has, below its demo."""
    texts = []
    if chapter in DRAWING:
        field = digit.html(f"{UP}_static")
        texts.append(f"### Draw a digit\n\n{DRAWING[chapter]}\n\n{field}")
    if chapter == "05":
        texts.append(f"### Where sparse wins in this browser\n\n{parts.break_even()}")
    return texts


def demoted(text: str, below: str) -> str:
    """Put headings one level down, but not what looks like one in a block of code."""
    return HEADING.sub(lambda m: (below if m[0][0] == "#" else "") + m[0], text)


def framed(text: str) -> str:
    """Put a box around each of pandas' tables that scrolls on a narrow screen."""
    return TABLE.sub(
        lambda m: (
            f'<div class="pst-scrollable-table-container">{single_header(m[0])}</div>'
        ),
        LONG.sub(r'<th class="course-long">\1</th>', STYLE.sub("", text)),
    ).replace('border="1" class="dataframe"', 'class="dataframe table"')


def single_header(table: str) -> str:
    """Move the names of pandas' index into the empty cells of the row above."""
    head = HEAD.search(table)
    rows = ROW.findall(head[0]) if head else []
    if len(rows) < 2:
        return table
    above, names = (CELL.findall(row) for row in rows[-2:])
    if len(above) != len(names) or any(map(all, zip(above, names, strict=True))):
        return table
    cells = [
        f'<th class="course-name">{name}</th>' if name else f"<th>{column}</th>"
        for column, name in zip(above, names, strict=True)
    ]
    made = "".join([*rows[:-2], "<tr>", *cells, "</tr>"])
    return HEAD.sub(lambda _: made, table, count=1)


def _display(kind: str, text: str) -> NotebookNode:
    return new_output("display_data", {kind: text})


def _is_picture(output: NotebookNode) -> bool:
    return output.get("data", {}).get("text/html", "").startswith("<img ")
