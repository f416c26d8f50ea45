"""All files that an instructor reads and returns, rewritten from the results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from course_lib.files import atomic_write
from course_lib.handin.feedback import page
from course_lib.handin.results import Result
from course_lib.handin.shown import counted
from grading import changes, class_table, exports, gradescope, similar, summary
from grading.collect import Submission, file_key
from grading.long_answers import Marks
from grading.rules import Rules, apply_rules, unfinished, unmarked, unmatched, untimed
from grading.scores import best_scores

PAGES = ("feedback.html", "results.json")


def write_all(
    results: Sequence[Result],
    out: Path,
    submissions: Sequence[Submission] = (),
    rules: Rules | None = None,
) -> list[str]:
    """Write the class's tables and pages, and two files for each notebook.

    Returns lines about what an instructor might otherwise miss. Raises ValueError,
    before any grade is written, if a file with marks cannot be read.
    """
    rules = rules or Rules()
    results, marks = apply_rules(results, submissions, rules, out / "long_answers.csv")
    pages = _write_pages(_told_apart(results), marks, out / "learners")
    similar.write(results, out / "similar.csv")
    results = similar.flagged(results)  # for the instructor only: pages are written
    before = changes.grades(out / "class.csv")
    class_table.write(results, out / "class.csv", rules.policy, marks)
    now = changes.grades(out / "class.csv")
    changed = changes.write(before, now, out / "changes.csv")
    summary.write(results, out / "summary.html")
    written = exports.write_grades(results, rules.roster, out)
    written += exports.write_feedback(submissions, pages, out / "feedback.zip")
    line = f"{counted(changed, 'grade')} changed: {out / 'changes.csv'}"
    lines = [line] * (changed > 0) + untimed(results, rules)
    lines += unmatched(results, rules) + unmarked(results, marks) + unfinished(results)
    lines += [f"for Canvas or Moodle: {path}" for path in written]
    return lines


def _told_apart(results: Iterable[Result]) -> list[Result]:
    """Return the results with a note on each that does not count, for its page."""
    results = list(results)
    counts = {(s.learner, s.chapter): s.notebook for s in best_scores(results)}
    for place, result in enumerate(results):
        chapter, other = result.chapter, counts[result.learner, result.chapter]
        if chapter and other != result.notebook:
            line = f"this notebook does not count for chapter {chapter}: {other} does"
            results[place] = replace(result, notes=[line, *result.notes])
    return results


def _write_pages(
    results: Iterable[Result], marks: Marks, folder: Path
) -> dict[str, list[Path]]:
    """Write the pages of all notebooks, delete others; return them by notebook."""
    pages: dict[str, list[Path]] = {}
    of_files = [result for result in results if result.notebook]
    of_files.sort(key=lambda result: (result.notebook, result.chapter))
    for notebook, group in groupby(of_files, key=lambda result: result.notebook):
        own = list(group)
        for result in own:
            # a notebook with several chapters has a page for each
            chapter = f"-{result.chapter}" if len(own) > 1 else ""
            place = folder / f"{file_key(notebook)}{chapter}"
            gradescope.write(gradescope.results(result), place / PAGES[1])
            text = page(result, proof=True, marks=marks.get(result.learner))
            with atomic_write(place / PAGES[0]) as partial:
                partial.write_text(text, encoding="utf-8")
            pages.setdefault(notebook, []).append(place / PAGES[0])
    _delete_others(folder, {page.parent.name for own in pages.values() for page in own})
    return pages


def _delete_others(folder: Path, names: Collection[str]) -> None:
    """Delete the pages of submissions that are gone, and nothing else."""
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.name not in names:
            for name in PAGES:
                (place / name).unlink(missing_ok=True)
            with suppress(OSError):  # somebody has put something there
                place.rmdir()
