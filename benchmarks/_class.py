"""A class for the benchmark of graders: 200 submissions of one chapter."""

import random
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

sys.path.append(str(Path(__file__).resolve().parents[1]))  # started as a file

from tests.grading.assignment import answered, page, right_answers, without_real_data
from tests.grading.corpus_wrong import listed

Handin = tuple[str, NotebookNode]
# the checks are objects in the kernel of the answer, so it can replace them
TAMPERING = """\
from course_lib.check import Exercise
Exercise.__call__ = Exercise.examine = lambda *given, **named: None
{names} = print"""


def assignment(chapter: str, *, complete: bool) -> NotebookNode:
    """Return the released page, complete or without the cells that train."""
    notebook = page(chapter)
    return notebook if complete else without_real_data(notebook)


def class_of(notebook: NotebookNode, chapter: str, size: int) -> Iterator[Handin]:
    """Return the submissions: correct, one answer wrong, stub, one wrong; then clumsy.

    In each group of six the first four can be read by every grader: their cells are in
    place, with their metadata.
    """
    right = right_answers(chapter)
    wrong = cycle(listed(chapter))
    clumsy = cycle([_reordered, _stripped, _doubled, _renamed])
    correct = answered(notebook, right)

    def one_wrong() -> NotebookNode:
        entry = next(wrong)
        return answered(notebook, right | {entry.exercise: entry.source})

    def everybody() -> Iterator[Handin]:
        while True:
            yield "correct", correct
            yield "wrong", one_wrong()
            yield "stub", notebook
            yield "wrong", one_wrong()
            for change in islice(clumsy, 2):
                yield change.__name__.strip("_"), change(answered(correct, {}))

    for number, (kind, made) in enumerate(islice(everybody(), size)):
        yield f"{number:03}-{kind}", made


def file_of(learner: str) -> str:
    """Return the name of a learner's file."""
    is_renamed = learner.endswith("renamed")
    return "Copy of 03 (1).ipynb" if is_renamed else "exercises.ipynb"


def tampering(notebook: NotebookNode, chapter: str) -> NotebookNode:
    """Return a submission without answers that disables the checks."""
    names = list(right_answers(chapter))
    source = TAMPERING.format(names=" = ".join(names))
    return answered(notebook, {names[0]: source})


def _reordered(notebook: NotebookNode) -> NotebookNode:
    """Reorder the answers, each still above its check."""
    pairs = [i for i, cell in enumerate(notebook.cells) if _is_answer(cell)]
    order = random.Random(0).sample(pairs, len(pairs))
    cells = list(notebook.cells)
    for place, taken in zip(pairs, order, strict=True):
        cells[place : place + 2] = notebook.cells[taken : taken + 2]
    notebook.cells = cells
    return notebook


def _stripped(notebook: NotebookNode) -> NotebookNode:
    """Remove all metadata, as some tools do."""
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
    return notebook


def _doubled(notebook: NotebookNode) -> NotebookNode:
    """Duplicate an answer below the first copy."""
    (first, *_) = (i for i, cell in enumerate(notebook.cells) if _is_answer(cell))
    copied = new_code_cell(notebook.cells[first].source)
    copied.metadata = notebook.cells[first].metadata
    notebook.cells.insert(first + 1, copied)
    return notebook


def _renamed(notebook: NotebookNode) -> NotebookNode:
    """Return it unchanged: only its file has another name, see ``file_of``."""
    return notebook


def _is_answer(cell: NotebookNode) -> bool:
    metadata = cell.metadata.get("nbgrader", {})
    return metadata.get("solution", False) and not metadata["grade"]
