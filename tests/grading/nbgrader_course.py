"""A course run with nbgrader itself, from the settings in docs/."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools import peers
from tools.settings import ROOT

PAGE = "exercises.ipynb"


def nbgrader(course: Path, *arguments: str) -> str:
    """Run a command of nbgrader in a course's folder and return what it says."""
    run = subprocess.run(
        [str(peers.program(ROOT, "nbgrader")), *arguments],
        cwd=course,
        env=peers.environment(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook into a folder that is made."""
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def course_of(folder: Path, pages: Mapping[str, NotebookNode]) -> Path:
    """A folder with the documented settings, and what there is to hand out."""
    shutil.copy(ROOT / "docs" / "nbgrader_config.py", folder)
    for chapter, notebook in pages.items():
        write(notebook, folder / "source" / chapter / PAGE)
        nbgrader(folder, "generate_assignment", chapter)
    return folder


def released(course: Path, chapter: str) -> NotebookNode:
    """What learners of the course are given."""
    return nbformat.read(course / "release" / chapter / PAGE, as_version=4)


def hand_in(course: Path, chapter: str, learner: str, notebook: NotebookNode) -> None:
    """Put a notebook where nbgrader looks for what a learner handed in."""
    write(notebook, course / "submitted" / learner / chapter / PAGE)
