"""What the build adds to a source: badge, links, first and last cells, metadata."""

import re
from itertools import count

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import links
from tools.colab_cells import badge, first_cell, last_cell
from tools.exercise import CHECK, answer_names, find_exercises
from tools.settings import EXERCISE_SUFFIX, Settings
from tools.source import Cell

HIDDEN = "hide-input"  # code of a page for readers without code
LONG_ANSWER = "long-answer"  # written in words, in the cell of the question
# the parts of `course_lib.page`: their words are prose, whatever cell prints them
PAGE_TAGS = (
    "again", "claims", "inquiry", "map", "practice", "predict", "research-note",
    "storyboard",
)  # fmt: skip
EQUATION = re.compile(r"\$\$(.+?)\s*\$\$", re.DOTALL)


def assemble(
    cells: list[Cell], settings: Settings, *, stem: str, path: str
) -> NotebookNode:
    """Make the unexecuted notebook of `cells` for `path`.

    `stem` names the source; the ids of the cells are made from it.
    """
    title, *rest = cells
    line = links.line(settings.root, path)
    title = title.with_paragraphs(badge(settings, path), line)
    opened = [title, first_cell(settings, stem[:2])]
    stamped = [*opened, *rest, last_cell(), links.end(line, path)]
    if not stem.endswith(EXERCISE_SUFFIX):
        stamped = numbered_equations(stamped, int(stem[:2]))
    points = check_points(cells)
    notebook = new_notebook(
        metadata={
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat_minor = 5
    names = answer_names(stamped)
    for index, cell in enumerate(stamped):
        make = new_code_cell if cell.kind == "code" else new_markdown_cell
        metadata = cell_metadata(cell, names.get(index), points)
        notebook.cells.append(
            make(cell.text, id=f"{stem}-{index:03d}", metadata=metadata)
        )
    nbformat.validate(notebook)
    return notebook


def numbered_equations(cells: list[Cell], chapter: int) -> list[Cell]:
    """Give each displayed equation its number on the page: (2.1), (2.2), …"""
    numbers = count(1)

    def tagged(match: re.Match[str]) -> str:
        return f"$${match[1]} \\tag{{{chapter}.{next(numbers)}}} $$"

    return [
        cell.with_text(EQUATION.sub(tagged, cell.text))
        if cell.kind == "markdown"
        else cell
        for cell in cells
    ]


def check_points(cells: list[Cell]) -> dict[str, int]:
    """Map each exercise's function to the points of its label (0 without one)."""
    exercises = find_exercises(cells)
    return {e.name: e.integer("Points") or 0 for e in exercises if e.name}


def cell_metadata(cell: Cell, answer: str | None, points: dict[str, int]) -> dict:
    """Return a cell's metadata: tags, hidden parts, nbgrader's fields."""
    metadata: dict = {"tags": list(cell.tags)} if cell.tags else {}
    if "reveal" in cell.tags:
        metadata |= {"collapsed": True, "jupyter": {"outputs_hidden": True}}
    if HIDDEN in cell.tags:
        metadata.setdefault("jupyter", {})["source_hidden"] = True
    if answer is not None:
        metadata["nbgrader"] = _nbgrader(answer, solution=True)
    elif "check" in cell.tags and (found := CHECK.search(cell.text)):
        graded = _nbgrader(f"check-{found[1]}", solution=False)
        metadata["nbgrader"] = graded | {"points": points.get(found[1], 0)}
    elif LONG_ANSWER in cell.tags:
        # a person grades it, and sets its points in their course
        open_answer = _nbgrader(LONG_ANSWER, solution=True)
        metadata["nbgrader"] = open_answer | {"grade": True, "points": 0}
    return metadata


def _nbgrader(grade_id: str, *, solution: bool) -> dict:
    return {
        "grade": not solution,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
