"""Generating the unexecuted notebooks from the sources."""

from pathlib import Path

from nbformat import NotebookNode

from tools.exercise import solved_cells, student_cells
from tools.settings import Settings, chapter_stem, is_exercise_set, source_files
from tools.source import read_cells
from tools.stamp import assemble

LESSONS, EXERCISES, SOLUTIONS = "notebooks", "exercises", "solutions"
FOLDERS = (LESSONS, EXERCISES, SOLUTIONS)
EXECUTED = (LESSONS, SOLUTIONS)


def generate(settings: Settings, chapter: str | None = None) -> dict[str, NotebookNode]:
    """Map the path of each derived notebook, from the root, to its unrun form."""
    notebooks: dict[str, NotebookNode] = {}
    for source in source_files(settings.root, chapter):
        notebooks |= from_source(source, settings)
    return notebooks


def from_source(source: Path, settings: Settings) -> dict[str, NotebookNode]:
    """Make a lesson's one notebook, or an exercise set's two."""
    cells = read_cells(source)
    file = f"{chapter_stem(source)}.ipynb"
    if is_exercise_set(source):
        variants = {EXERCISES: student_cells(cells), SOLUTIONS: solved_cells(cells)}
    else:
        variants = {LESSONS: cells}
    try:
        return {
            f"{folder}/{file}": assemble(
                variant, settings, stem=source.stem, path=f"{folder}/{file}"
            )
            for folder, variant in variants.items()
        }
    except ValueError as error:
        raise ValueError(f"{source.name}: {error}") from error
