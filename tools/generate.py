"""Generating the unexecuted notebooks from the sources."""

from pathlib import Path

from nbformat import NotebookNode

from tools.exercise import solved_cells, student_cells
from tools.settings import (
    EXERCISES,
    LESSONS,
    SOLUTIONS,
    Settings,
    chapter_stem,
    is_exercise_set,
    notebook_path,
    source_files,
)
from tools.source import read_cells
from tools.stamp import assemble

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
    if is_exercise_set(source):
        variants = {EXERCISES: student_cells(cells), SOLUTIONS: solved_cells(cells)}
    else:
        variants = {LESSONS: cells}
    paths = {notebook_path(chapter_stem(source), folder): folder for folder in variants}
    try:
        return {
            path: assemble(variants[folder], settings, stem=source.stem, path=path)
            for path, folder in paths.items()
        }
    except ValueError as error:
        raise ValueError(f"{source.name}: {error}") from error
