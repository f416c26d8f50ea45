"""Finding solutions in the notebooks for learners."""

from nbformat import NotebookNode

from tools.exercise import BEGIN, END, solution_blocks
from tools.source import Cell

SHORTEST = 12  # characters; `return x` may be anywhere
MARKERS = (BEGIN, END, "BEGIN HIDDEN", "END HIDDEN")


def leaks(path: str, notebook: NotebookNode, cells: list[Cell]) -> list[str]:
    """List solution markers and solution lines found in an exercise notebook.

    `cells` are the cells of its source. A line counts as solution when it
    is in a solution block, or in a cell tagged `solution`, and nowhere
    else in the source.
    """
    secret = _secret_lines(cells)
    problems = []
    for index, cell in enumerate(notebook.cells):
        where = f"{path}, cell {index}"
        for marker in MARKERS:
            if marker in cell.source:
                problems.append(f"{where}: the marker {marker!r} is left")
        for line in map(str.strip, cell.source.split("\n")):
            if line in secret:
                problems.append(f"{where}: a line of the solution: {line!r}")
        if cell.get("outputs"):
            problems.append(f"{where}: an exercise must not have outputs")
    return problems


def _secret_lines(cells: list[Cell]) -> set[str]:
    secret: set[str] = set()
    shown: set[str] = set()
    for cell in cells:
        lines = cell.text.split("\n")
        if "solution" in cell.tags:
            secret.update(line.strip() for line in lines)
            continue
        blocks = solution_blocks(cell.text) if "answer" in cell.tags else []
        hidden = [line for block in blocks for line in block]
        secret.update(line.strip() for line in hidden)
        for line in hidden:
            lines.remove(line)
        shown.update(line.strip() for line in lines)
    return {line for line in secret - shown if len(line) >= SHORTEST}
