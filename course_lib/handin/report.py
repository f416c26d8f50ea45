"""A learner's own report on a notebook: the visible checks, on any system.

The answers run in a child process as they do for a class, but without a sandbox: it is
the learner's own code on the learner's own machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from course_lib.check import Exercise
from course_lib.files import atomic_write, write_new
from course_lib.handin import child
from course_lib.handin.connection import Limits
from course_lib.handin.examine import (
    NO_EXERCISE,
    Planned,
    examine_notebook,
    visible_check,
)
from course_lib.handin.feedback import page
from course_lib.handin.remote import Reading
from course_lib.handin.results import ExerciseResult, Result
from course_lib.workspace import work_folder

NO_PROOF = (
    "These are the visible checks, run on this machine. They are not a grade: a class "
    "is graded with other inputs and additional checks."
)


def launch() -> subprocess.Popen:
    """Start a child process for ``remote.Child``, without a sandbox."""
    folder = Path(child.__file__).parent
    return subprocess.Popen(
        [sys.executable, "-B", "-m", folder.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder.parent,
        # like the grader: no answer needs more than one thread
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


def find(name: str) -> Path:
    """Return the notebook at a path, or a chapter's copy in the work folder.

    ``name`` is the path, or the number of the chapter, such as ``"03"`` or ``"3"``.
    Raises FileNotFoundError.
    """
    path = Path(name)
    if path.is_file():
        return path
    if name.isdigit():
        copies = sorted((work_folder() / "exercises").glob(f"{name.zfill(2)}_*.ipynb"))
        if copies:
            return copies[0]
    raise FileNotFoundError(
        "file must be the path to a notebook, or the number of a chapter with "
        "exercises that `python -m course_lib start` copied to my_work/, "
        f"got {name!r}"
    )


def examine(path: Path, limits: Limits | None = None) -> Result:
    """Run the visible checks on every exercise in a notebook, with its CLASS_SEED.

    Raises ValueError for a notebook that can be read but answers no exercise.
    """
    result = examine_notebook(
        path.read_bytes(), launch=launch, plan=_plan, notebook=path.name, limits=limits
    )
    if result.notes == [NO_EXERCISE]:
        raise ValueError(
            "file must be a notebook with answers to exercises, such as "
            "my_work/exercises/03_magnitude_masks_exercises.ipynb; "
            f"got {str(path)!r}, which has none: is it the lesson?"
        )
    return result


def write_page(result: Result, out: Path | None = None) -> Path:
    """Write the feedback page and return its path.

    ``out`` defaults to the notebook's page in ``my_work/reports``, which each report
    overwrites. Raises ValueError if ``out`` exists already.
    """
    content = page(result, proof=False)
    if out is not None:
        if not write_new(out, content):
            raise ValueError(f"out must be a new file, got {str(out)!r}")
        return out
    path = work_folder() / "reports" / f"{Path(result.notebook).stem}.html"
    with atomic_write(path) as partial:
        partial.write_text(content, encoding="utf-8")
    return path


def _plan(exercise: Exercise, reading: Reading) -> list[Planned]:
    return [visible_check(exercise, reading.class_seed, share=1.0)]


def text(result: Result) -> str:
    """Return the result as text: one line per exercise, and failures in full."""
    lines = [_line(exercise) for exercise in result.exercises]
    lines += [f"note: {note}" for note in result.notes]
    right = sum(all(v.passed for v in e.verdicts) for e in result.exercises)
    lines.append(f"{right} of {len(result.exercises)} right. {NO_PROOF}")
    return "\n".join(lines)


def _line(exercise: ExerciseResult) -> str:
    failed = [verdict for verdict in exercise.verdicts if not verdict.passed]
    if not failed:
        return f"{exercise.exercise}: correct"
    return failed[0].detail or f"{exercise.exercise}: {failed[0].hint}"
