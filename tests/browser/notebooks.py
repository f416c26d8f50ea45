"""Tiny notebooks for the tests of the helpers: as fast as a kernel starts."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

LONG = "A line.\n\n" * 120  # so much that cells beyond it are not drawn
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)"}


def write(path: Path, *cells: tuple[str, str], prose: str = "") -> None:
    """Write a notebook of code cells, each a tag and its code, with prose between."""
    written = [new_markdown_cell("# Tiny\n\n" + prose)]
    for tag, code in cells:
        tags = {"tags": [tag]} if tag else {}
        written += [new_code_cell(code, metadata=tags), new_markdown_cell(prose)]
    metadata = {"kernelspec": KERNEL}
    nbformat.write(new_notebook(cells=written, metadata=metadata), path)
