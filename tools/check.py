"""`python -m tools.check`: verify that the sources generate what is committed."""

import sys
from pathlib import Path

from tools import compare, leaks, limits, misconceptions, prose_numbers, readme, results
from tools.exercise import find_exercises
from tools.generate import EXECUTED, EXERCISES, LESSONS, generate
from tools.notebook import load
from tools.settings import (
    Settings,
    chapter_stem,
    command_parser,
    is_exercise_set,
    notebook_path,
    source_files,
)
from tools.source import read_cells


def lesson_minutes(source: Path) -> float:
    """Estimate the reading time of a lesson: its cells, and what its page displays."""
    minutes = limits.reading_minutes(read_cells(source))
    notebook = source.parents[1] / notebook_path(chapter_stem(source), LESSONS)
    if notebook.exists():
        minutes += limits.page_minutes(load(notebook))
    return minutes


def source_problems(source: Path) -> list[str]:
    """List where a source breaks the limits of cells, exercises and minutes."""
    cells = read_cells(source)
    found = limits.cell_problems(cells)
    if is_exercise_set(source):
        exercises = find_exercises(cells)
        for exercise in exercises:
            found += limits.exercise_problems(exercise)
        minutes = float(limits.chapter_minutes(exercises))
        allowed = limits.EXERCISE_MINUTES
    else:
        minutes, allowed = lesson_minutes(source), limits.READING_MINUTES
    if minutes > allowed:
        found.append(f"takes {minutes:.0f} minutes; {allowed} allowed")
    return [f"{source.name}: {text}" for text in found]


def notebook_problems(root: Path, path: str) -> list[str]:
    """List what is wrong with one committed notebook."""
    notebook = load(root / path)
    folder = path.split("/")[0]
    found = compare.badge_problems(root, path, notebook)
    if folder in EXECUTED:
        found += compare.unexecuted(path, notebook)
    if folder == LESSONS:
        claims = prose_numbers.read_claims(root)
        found += prose_numbers.problems(path, notebook, claims)
    return found


def leak_problems(root: Path, source: Path) -> list[str]:
    """List what an exercise notebook gives away."""
    path = notebook_path(chapter_stem(source), EXERCISES)
    if not is_exercise_set(source) or not (root / path).exists():
        return []
    return leaks.leaks(path, load(root / path), read_cells(source))


def all_problems(root: Path) -> list[str]:
    """List every problem of the committed files."""
    settings = Settings.load(root)
    sources = source_files(root)
    generated = generate(settings)
    found = compare.stale(settings, generated)
    for source in sources:
        found += source_problems(source) + leak_problems(root, source)
    for path in generated:
        if (root / path).exists():
            found += notebook_problems(root, path)
    found += misconceptions.problems(root) + results.problems(root)
    return found + readme.problems(settings)


def summary(root: Path) -> list[str]:
    """Summarize how long each source takes a learner."""
    lines = []
    for source in source_files(root):
        cells = read_cells(source)
        if is_exercise_set(source):
            exercises = find_exercises(cells)
            minutes = limits.chapter_minutes(exercises)
            lines.append(f"{source.stem}: {len(exercises)} in {minutes} minutes")
        else:
            minutes = round(lesson_minutes(source))
            lines.append(f"{source.stem}: read in {minutes} minutes")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Print every problem and return 1, or a summary and 0."""
    options = command_parser("tools.check", __doc__).parse_args(arguments)
    try:
        found = all_problems(options.root)
    except ValueError as error:
        found = [str(error)]
    if found:
        print("\n".join(found), file=sys.stderr)
        print(f"{len(found)} problems", file=sys.stderr)
        return 1
    print("\n".join(summary(options.root)))
    print("The committed notebooks are what the sources generate.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
