"""Answers that resemble a published one or another learner's.

Both are pointers for the instructor, never verdicts: short answers are left out, and
even for a longer one, there may be only one good way to write it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from course_lib.check import EXERCISES
from course_lib.handin.child.notebook import Cell, read_cells
from course_lib.handin.child.shapes import DIGITS, shape_of
from course_lib.handin.child.slices import defined, statements
from course_lib.handin.results import Result
from grading.cells import cell, write_rows

ROOT = Path(__file__).resolve().parents[1]
MIN_NODES = 100
MIN_SIMILARITY = 0.8  # of the runs of two answers, how many are shared
MAX_PAIRS = 1000
ANSWERS = ("learner", "notebook", "other_learner", "other_notebook")
HEADER = ("exercise", "similarity", "nodes", *ANSWERS)
PUBLISHED = "equal to a published answer"


@dataclass(frozen=True)
class Answer:
    """One answer to compare: ``nodes``, and the hashes of its runs of nodes."""

    learner: str
    notebook: str
    nodes: int
    runs: frozenset[str]


@cache
def published() -> frozenset[tuple[str, str]]:
    """Return exercise and digest of all answers in the repository, in class 0."""
    found = set()
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        found |= set(_digests(read_cells(path.read_bytes())))
    for path in sorted((ROOT / "tests" / "check").glob("correct_styles_*.py")):
        text = path.read_text(encoding="utf-8")
        digests = {digest for _, digest in _digests([Cell("code", text)], all_of=True)}
        found |= {("", digest) for digest in digests}
    return frozenset(found)


def flagged(results: Iterable[Result]) -> list[Result]:
    """Return the results with a note on the answers that equal published ones."""
    return [
        replace(result, notes=[*result.notes, *_flags(result)]) for result in results
    ]


def write(results: Sequence[Result], path: Path) -> None:
    """Write the pairs of similar answers, the most similar first, of each exercise."""
    rows = [list(HEADER)]
    for name in EXERCISES:
        found = sorted(_pairs(name, results), key=lambda pair: -pair[0])
        for share, one, other in found[:MAX_PAIRS]:
            row = [name, f"{share:.2f}", str(min(one.nodes, other.nodes))]
            for answer in (one, other):
                row += [cell(answer.learner), cell(answer.notebook)]
            rows.append(row)
    write_rows(path, rows)


def _pairs(
    name: str, results: Sequence[Result]
) -> Iterator[tuple[float, Answer, Answer]]:
    for one, other in _candidates(_answers(name, results)):
        both = len(one.runs & other.runs)
        share = both / (len(one.runs) + len(other.runs) - both)
        if share >= MIN_SIMILARITY and one.learner != other.learner:
            yield share, one, other


def _candidates(answers: list[Answer]) -> Iterator[tuple[Answer, Answer]]:
    """Yield every pair that can be similar enough, and not many others.

    If all but a few runs are shared, so is one of the rarest few of either answer: the
    prefix filter of Chaudhuri, Ganti, and Kaushik, ICDE 2006.
    """
    counts = Counter(run for answer in answers for run in answer.runs)
    seen: dict[str, list[int]] = {}
    for place, answer in enumerate(answers):
        rarest = sorted(answer.runs, key=lambda run: (counts[run], run))
        prefix = rarest[: len(rarest) - math.ceil(MIN_SIMILARITY * len(rarest)) + 1]
        found = {other for run in prefix for other in seen.get(run, ())}
        for run in prefix:
            seen.setdefault(run, []).append(place)
        for other in sorted(found):
            yield answers[other], answer


def _answers(name: str, results: Sequence[Result]) -> list[Answer]:
    """Return the answers to one exercise that are worth comparing."""
    found = []
    for result in results:
        for exercise in result.exercises:
            if exercise.exercise != name or not exercise.shape:
                continue
            nodes, digest, runs = exercise.shape.split(" ")
            if int(nodes) < MIN_NODES or _is_published(name, digest):
                continue
            parts = range(0, len(runs), DIGITS)
            cut = frozenset(runs[i : i + DIGITS] for i in parts)
            found.append(Answer(result.learner, result.notebook, int(nodes), cut))
    return found


def _flags(result: Result) -> list[str]:
    flags = []
    for exercise in result.exercises:
        nodes, _, rest = exercise.shape.partition(" ")
        is_long = nodes and int(nodes) >= MIN_NODES
        if is_long and _is_published(exercise.exercise, rest.split(" ")[0]):
            flags.append(exercise.exercise)
    # one line, which leaves room for other notes
    return [f"{PUBLISHED}: {', '.join(flags)}"] * bool(flags)


def _is_published(name: str, digest: str) -> bool:
    return bool({(name, digest), ("", digest)} & published())


def _digests(cells: list[Cell], all_of: bool = False) -> Iterator[tuple[str, str]]:
    """Yield name and digest of the answers, or of ``all_of`` the functions."""
    program, _ = statements(cells)
    names = defined(program) if all_of else defined(program) & EXERCISES.keys()
    for name in sorted(names):
        if shape := shape_of(program, name, EXERCISES.keys()):
            yield name, shape.split(" ")[1]
