"""All files that an instructor reads and returns, rewritten from the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from course_lib.files import atomic_write
from course_lib.handin.feedback import page
from course_lib.handin.results import Result
from grading import class_table, gradescope, long_answers, similar, summary
from grading.collect import file_key


def write_all(results: Sequence[Result], out: Path) -> None:
    """Write the class's tables and pages, and two files for each notebook.

    Raises ValueError, before anything is written, if the file with the marks of long
    answers cannot be read.
    """
    marks = long_answers.update(results, out / "long_answers.csv")
    for result in results:
        folder = out / "learners" / file_key(result.notebook)
        gradescope.write(result, folder / "results.json")
        text = page(result, proof=True, marks=marks.get(result.notebook))
        with atomic_write(folder / "feedback.html") as partial:
            partial.write_text(text, encoding="utf-8")
    similar.write(results, out / "similar.csv")
    results = similar.flagged(results)  # for the instructor only: pages are written
    class_table.write(results, out / "class.csv")
    summary.write(results, out / "summary.html")
