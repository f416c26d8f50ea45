"""Reading a py:percent source into cells."""

from dataclasses import dataclass, replace
from pathlib import Path

import jupytext


@dataclass(frozen=True)
class Cell:
    """One cell of a source: its kind ("code" or "markdown"), text and tags."""

    kind: str
    text: str
    tags: tuple[str, ...] = ()

    def with_text(self, text: str) -> "Cell":
        """Return the same cell with a different text."""
        return replace(self, text=text)

    def with_paragraphs(self, *paragraphs: str) -> "Cell":
        """Return the cell with paragraphs below its first line; empty ones go."""
        line, _, rest = self.text.partition("\n")
        parts = [line, *paragraphs, rest.strip("\n")]
        return self.with_text("\n\n".join(filter(None, parts)))


def parse_cells(text: str) -> list[Cell]:
    """Split the text of a py:percent file into its cells; empty ones are dropped."""
    notebook = jupytext.reads(text, fmt="py:percent")
    cells = []
    for cell in notebook.cells:
        tags = tuple(cell.metadata.get("tags", ()))
        if cell.source.strip():
            cells.append(Cell(cell.cell_type, cell.source, tags))
    return cells


def read_cells(path: Path) -> list[Cell]:
    """Read a source file; one that does not open with a title raises ValueError."""
    cells = parse_cells(path.read_text(encoding="utf-8"))
    if not cells or cells[0].kind != "markdown" or cells[0].text[:2] != "# ":
        raise ValueError(f"{path}: the first cell must be markdown, a '# ' title")
    return cells
