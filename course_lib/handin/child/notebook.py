"""Reading a notebook of any origin: its cells, and nothing that metadata says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

# cell magics that run their body as Python; a cell under any other is left out
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_LINE_MAGIC = re.compile(r"^(\s*)(?:[%!?]|\w+\?)")
_ASSIGNED = re.compile(r"^(\s*)(\w+)\s*=\s*[%!]")


class NotANotebookError(Exception):
    """The bytes are no notebook; the text says what they look like."""


@dataclass(frozen=True)
class Cell:
    """One cell: ``"code"`` or ``"markdown"``, and its text."""

    kind: str
    text: str


def read_cells(data: bytes) -> list[Cell]:
    """The code and markdown cells of a notebook in nbformat 3 to 4.5.

    Cells without a readable text are left out. Raises NotANotebookError.
    """
    if not data.strip():
        raise NotANotebookError("the file is empty")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotANotebookError("the file is no notebook: no JSON in UTF-8") from None
    if not isinstance(notebook, dict):
        raise NotANotebookError("the file is no notebook: no JSON object")
    cells = notebook.get("cells")
    if cells is None:  # nbformat 3 kept its cells in worksheets
        sheets = notebook.get("worksheets")
        cells = [
            cell
            for sheet in (sheets if isinstance(sheets, list) else [])
            for cell in (sheet.get("cells", []) if isinstance(sheet, dict) else [])
        ]
    if not isinstance(cells, list) or not cells:
        raise NotANotebookError("the file is no notebook: it has no cells")
    found = (_cell(cell) for cell in cells)
    return [cell for cell in found if cell is not None]


def _cell(cell: Any) -> Cell | None:
    if not isinstance(cell, dict):
        return None
    kind = cell.get("cell_type")
    text = cell.get("source", cell.get("input"))
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    if kind not in ("code", "markdown") or not isinstance(text, str):
        return None
    return Cell(kind, text.replace("\r\n", "\n"))


def without_magics(text: str) -> str:
    """Code that Python can parse: magics, shell and help lines do nothing in it.

    Lines keep their numbers. A cell under a magic that does not run Python, such as
    ``%%bash``, becomes empty.
    """
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        if lines[first].split()[0] not in PYTHON_MAGICS:
            return ""
        lines[first] = ""
    for i, line in enumerate(lines):
        if found := _ASSIGNED.match(line):
            lines[i] = f"{found[1]}{found[2]} = None"
        elif found := _LINE_MAGIC.match(line):
            lines[i] = f"{found[1]}pass"
    return "\n".join(lines)
