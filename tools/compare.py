"""Comparing a committed notebook with what its source generates."""

from pathlib import Path

from nbformat import NotebookNode

from tools.generate import EXECUTED, FOLDERS
from tools.notebook import code_cells, dumps, is_executed, load
from tools.settings import Settings

RESULTS = ("outputs", "execution_count")


def stale(settings: Settings, generated: dict[str, NotebookNode]) -> list[str]:
    """List every difference between the committed files and the generated ones."""
    problems = []
    for path, notebook in generated.items():
        file = settings.root / path
        if not file.exists():
            problems.append(f"{path}: missing; run make build")
            continue
        executed = path.split("/")[0] in EXECUTED
        committed = load(file)
        found = differences(committed, notebook, with_results=not executed)
        if not found and file.read_text(encoding="utf-8") != dumps(committed):
            found = ["not written by the build (spacing or key order)"]
        problems += [f"{path}: {text}; run make build" for text in found]
    return problems + orphans(settings.root, set(generated))


def orphans(root: Path, generated: set[str]) -> list[str]:
    """List the notebooks that no source generates."""
    files = [p for folder in FOLDERS for p in sorted((root / folder).glob("*.ipynb"))]
    paths = [file.relative_to(root).as_posix() for file in files]
    return [f"{p}: no source generates it" for p in paths if p not in generated]


def differences(
    committed: NotebookNode, generated: NotebookNode, *, with_results: bool
) -> list[str]:
    """List what differs, cell by cell; outputs only when `with_results`."""
    found = []
    for key in sorted((set(committed) | set(generated)) - {"cells"}):
        if committed.get(key) != generated.get(key):
            found.append(f"{key} is {committed.get(key)}, not {generated.get(key)}")
    actual, expected = len(committed.cells), len(generated.cells)
    if actual != expected:
        found.append(f"{actual} cells instead of {expected}")
    pairs = zip(committed.cells, generated.cells, strict=False)
    for index, (old, new) in enumerate(pairs):
        skipped = () if with_results else RESULTS
        for key in sorted((set(old) | set(new)) - set(skipped)):
            if old.get(key) != new.get(key):
                found.append(f"cell {index} has another {key}{_first(old, new, key)}")
    return found


def _first(old: NotebookNode, new: NotebookNode, key: str) -> str:
    if key != "source":
        return f": {old.get(key)!r} instead of {new.get(key)!r}"
    for actual, expected in zip(
        old.source.split("\n"), new.source.split("\n"), strict=False
    ):
        if actual != expected:
            return f": {actual!r} instead of {expected!r}"
    return ": one has more lines"


def unexecuted(path: str, notebook: NotebookNode) -> list[str]:
    """List the code cells that were never run, or whose run ended in an error.

    nbval compares nothing in a cell without an execution count, so such a
    cell would pass whatever it printed.
    """
    problems = []
    if not is_executed(notebook):
        problems.append(f"{path}: a code cell was never executed")
    for cell in code_cells(notebook):
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed and "raises-exception" not in cell.metadata.get("tags", []):
            problems.append(f"{path}, cell {cell.id}: an error is stored")
    return problems


def badge_problems(root: Path, path: str, notebook: NotebookNode) -> list[str]:
    """Report a badge, if there is one, that does not open the file that it is in."""
    _, marker, target = notebook.cells[0].source.partition("/blob/")
    own = target.split(")")[0].partition("/")[2]
    if marker and (own != path or not (root / own).is_file()):
        return [f"{path}: its badge opens {own!r}"]
    return []
