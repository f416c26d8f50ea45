"""Reading, cleaning and writing notebook files so that they are reproducible."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.files import atomic_write

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def load(path: Path) -> NotebookNode:
    """Read a notebook file."""
    return nbformat.read(path, as_version=4)


def dumps(notebook: NotebookNode) -> str:
    """Return a notebook's canonical text: indent 1, sorted keys, final newline."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def write_atomic(path: Path, text: str) -> None:
    """Write a UTF-8 file atomically."""
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """List a notebook's code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def clean(notebook: NotebookNode) -> None:
    """Remove, in place, from an executed notebook what differs between two runs.

    Widget views go: their ids are random, and without the stored state, which
    is never kept, a reader would see a dead widget instead of the picture
    beside it.
    """
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in code_cells(notebook):
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)
        cell.outputs = [o for o in cell.outputs if o.get("data") != {}]  # a mere view
        kept = "keep" in cell.metadata.get("tags", [])  # names a folder of this machine
        cell.outputs = [] if kept else merge_streams(cell.outputs)


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join consecutive outputs of one stream; where they were split is arbitrary."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        is_stream = output.output_type == "stream"
        if is_stream and last is not None and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def same_code(old: NotebookNode, new: NotebookNode) -> bool:
    """Return whether two notebooks have the same code cells: source and tags."""

    def codes(notebook: NotebookNode) -> list[tuple]:
        return [(c.source, c.metadata.get("tags", [])) for c in code_cells(notebook)]

    return codes(old) == codes(new)


def is_executed(notebook: NotebookNode) -> bool:
    """Return whether every code cell was run."""
    return all(cell.execution_count is not None for cell in code_cells(notebook))


def copy_outputs(old: NotebookNode, new: NotebookNode) -> None:
    """Give the code cells of `new` the outputs of those of `old`, in place."""
    for source, target in zip(code_cells(old), code_cells(new), strict=True):
        target.outputs = source.outputs
        target.execution_count = source.execution_count
