"""``summary.html``: a class at a glance, for its instructor."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import fmean, median

from course_lib.files import atomic_write
from course_lib.handin.feedback import heading
from course_lib.handin.results import Result
from course_lib.handin.shown import environment
from course_lib.misconceptions import misconceptions
from course_lib.page.learning_map import CHAPTERS
from grading.class_figures import mistakes_picture, scores_picture
from grading.tally import Tally, most_common, tally

PAGES = Path(__file__).with_name("pages")
MAX_BARS = 10


def page(results: Iterable[Result]) -> str:
    """Return a self-contained HTML page about a class of any size.

    Of a learner's notebooks in a chapter, the best or latest one counts.
    """
    counted = tally(results)
    template = environment(PAGES).get_template("summary.html")
    return template.render(
        tally=counted,
        pictures=_pictures(counted),
        titles=CHAPTERS,
        heading=heading,
        most_common=most_common,
        mean=fmean,
        median=median,
    ) + "\n"  # fmt: skip


def write(results: Iterable[Result], path: Path) -> None:
    """Write the page atomically."""
    text = page(results)
    with atomic_write(path) as partial:
        partial.write_bytes(text.encode())


def _label(mistake: str, counted: Tally) -> str:
    """Return the heading for a mistake; a slip of one exercise is named with it."""
    titles = [
        exercise.title
        for chapter in counted.chapters.values()
        for exercise in chapter.exercises.values()
        if mistake in exercise.mistakes
    ]
    is_slip = mistake not in misconceptions() and len(titles) == 1
    return heading(mistake) + f" in “{''.join(titles)}”" * is_slip


def _pictures(counted: Tally) -> dict[str, object]:
    """Return the nonempty figures by their captions."""
    found: dict[str, object] = {}
    if counted.mistakes:
        common = most_common(counted.mistakes, MAX_BARS)
        words = [(_label(name, counted), count) for name, count in common]
        found["The most common mistakes, by number of learners"] = mistakes_picture(
            words
        )
    if any(chapter.out_of for chapter in counted.chapters.values()):
        spread = {
            c: (t.points, t.out_of) for c, t in counted.chapters.items() if t.out_of
        }
        found["The distribution of the scores"] = scores_picture(spread)
    return found
