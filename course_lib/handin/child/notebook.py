"""Reading a notebook of any origin: its cells, without relying on metadata."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import Any

# cell magics that run their body as Python; cells with others are left out
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
MAX_MAGICS = 200  # lines of a cell
_MAGIC = re.compile(r"^(\s*)(?:[%!?/,;]|[\w.*%]+\?{1,2}\s*$)")
_TIMED = re.compile(r"^(\s*)%time\s+(\S.*)")
_ASSIGNED = re.compile(r"^(\s*[^=!%]*[^=!%<>\s])\s*=\s*[%!]")


class NotANotebookError(Exception):
    """The bytes are not a notebook; the message says why."""


@dataclass(frozen=True)
class Cell:
    """One cell: ``"code"`` or ``"markdown"``, and its text."""

    kind: str
    text: str


def read_cells(data: bytes) -> list[Cell]:
    """Return the code and markdown cells of a notebook in nbformat 3 to 4.5.

    Cells without a readable text are left out. Raises NotANotebookError.
    """
    if not data.strip():
        raise NotANotebookError("the file is empty")
    try:
        notebook = json.loads(data)  # UTF-8, 16 or 32, with or without a BOM
    except (ValueError, RecursionError):
        raise NotANotebookError(
            "the file is not a notebook: not JSON in UTF-8"
        ) from None
    if not isinstance(notebook, dict):
        raise NotANotebookError("the file is not a notebook: not a JSON object")
    cells = notebook.get("cells")
    if cells is None:  # nbformat 3 kept its cells in worksheets
        sheets = notebook.get("worksheets")
        cells = [
            cell
            for sheet in (sheets if isinstance(sheets, list) else [])
            for cell in (sheet.get("cells", []) if isinstance(sheet, dict) else [])
        ]
    if not isinstance(cells, list) or not cells:
        raise NotANotebookError("the file is not a notebook: it has no cells")
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
    # a lone surrogate, left by some editors, would make the cell unreadable
    text = text.encode("utf-8", "replace").decode()
    return Cell(kind, text.replace("\r\n", "\n"))


def parsed(text: str) -> ast.Module:
    """Return a cell's code as Jupyter would run it; SyntaxError if it is not Python.

    Magics, shell and help lines do nothing. A line is treated as one only if Python
    does not accept it, since ``%`` can also continue an expression. Line numbers are
    preserved. A cell whose magic does not run Python, such as ``%%bash``, is empty.
    """
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if lines[first].split()[0] not in PYTHON_MAGICS:
            return ast.Module([], [])
        lines[first] = ""
    elif indent := len(lines[first]) - len(lines[first].lstrip()):
        lines = _outdented(lines, indent)
    tried = 0
    while True:
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as error:
            number, tried = (error.lineno or 0) - 1, tried + 1
            if tried > MAX_MAGICS or not _without_magic(lines, number):
                raise


def _outdented(lines: list[str], indent: int) -> list[str]:
    """Remove the common indentation, as Jupyter does."""
    if any(line.strip() and line[:indent].strip() for line in lines):
        return lines
    return [line[indent:] for line in lines]


def _without_magic(lines: list[str], number: int) -> bool:
    """Replace the magic in a line with a no-op; return whether there was one."""
    line = lines[number] if 0 <= number < len(lines) else ""
    if found := _TIMED.match(line):
        lines[number] = found[1] + found[2]
    elif found := _ASSIGNED.match(line):
        lines[number] = f"{found[1]} = None"
    elif found := _MAGIC.match(line):
        lines[number] = f"{found[1]}pass"
    else:
        return False
    while line.endswith("\\") and number + 1 < len(lines):  # the next one belongs to it
        number, line = number + 1, lines[number + 1]
        lines[number] = ""
    return True
