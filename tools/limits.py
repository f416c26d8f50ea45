"""The limits a chapter keeps: reading time, exercise time, size of cells."""

import ast
import re

from nbformat import NotebookNode

from tools.exercise import BEGIN, END, Exercise
from tools.prose_numbers import page_texts
from tools.source import Cell
from tools.stamp import HIDDEN, PAGE_TAGS

WORDS_PER_MINUTE = 200
SECONDS_PER_CODE_LINE = 10
READING_MINUTES = 45
EXERCISE_MINUTES = 60
COLUMNS = 79
CELL_LINES = 15
ANSWER_LINES = 25
HINTS = 2
COUNTED = set(PAGE_TAGS) - {"map"}  # the map is an image
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
ANNEX = re.compile(r"^##? Annex", re.MULTILINE)


def reading_minutes(cells: list[Cell]) -> float:
    """Estimate the minutes a lesson takes to read, excluding its annex.

    Prose counts by words, without HTML tags and link targets; code by lines
    that are not blank, unless the page hides it.
    """
    words = lines = 0
    for cell in cells:
        if cell.kind == "code":
            lines += 0 if HIDDEN in cell.tags else len(_written(cell.text))
        elif ANNEX.search(cell.text):
            break
        else:
            text = re.sub(r"<[^>]*>|\]\([^)]*\)", " ", cell.text)
            words += len(text.split())
    return words / WORDS_PER_MINUTE + lines * SECONDS_PER_CODE_LINE / 60


def page_minutes(notebook: NotebookNode) -> float:
    """Estimate the minutes for what the parts of the page display, before the annex.

    Folded evidence of claims is not counted, because opening it is optional.
    """
    words = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and ANNEX.search(cell.source):
            break
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and set(tags) & COUNTED:
            for text in page_texts(cell):
                if "claims" in tags:
                    text = FOLDED.sub(" ", text)
                words += len(re.sub(r"<[^>]*>", " ", text).split())
    return words / WORDS_PER_MINUTE


def cell_problems(cells: list[Cell]) -> list[str]:
    """List the code cells with lines too long or too many, or that do too much."""
    problems = []
    for index, cell in enumerate(cells):
        if cell.kind != "code":
            continue
        lines = _written(cell.text)
        limit = ANSWER_LINES if "answer" in cell.tags else CELL_LINES
        if len(lines) > limit:
            problems.append(f"cell {index}: {len(lines)} lines; {limit} allowed")
        problems += [
            f"cell {index}: {len(line)} columns; {COLUMNS} allowed: {line!r}"
            for line in lines
            if len(line) > COLUMNS
        ]
        problems += [f"cell {index}: {found}" for found in crowded_lines(cell.text)]
    return problems


def crowded_lines(code: str) -> list[str]:
    """List the lines that do several things at once, which a learner must untangle."""
    problems = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Tuple):
            problems.append(f"a tuple of calls, got {ast.unparse(node)!r}")
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            many = len(node.targets[0].elts) > 2
            several = isinstance(node.value, ast.Tuple) or _maps_a_tuple(node.value)
            if many and several:
                found = ast.unparse(node)
                problems.append(f"one assignment for one or two names, got {found!r}")
    return problems


def _maps_a_tuple(node: ast.expr) -> bool:
    """Return whether the expression is ``map(function, (…, …))``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "map"
        and isinstance(node.args[-1], ast.Tuple)
    )


def _written(text: str) -> list[str]:
    lines = (line.rstrip() for line in text.split("\n"))
    return [line for line in lines if line and line.strip() not in (BEGIN, END)]


def exercise_problems(exercise: Exercise) -> list[str]:
    """List what an exercise lacks: solution, check, hints, labels."""
    problems = []
    answers, checks = exercise.tagged("answer"), exercise.tagged("check")
    if len(answers) != 1 or BEGIN not in answers[0].text:
        problems.append("needs one answer cell with a solution")
    if len(checks) != 1 or len(_written(checks[0].text)) != 1:
        problems.append("needs one check cell of one line")
    if exercise.hints < HINTS:
        problems.append(f"has {exercise.hints} hints; needs {HINTS}")
    for label in ("Points", "Minutes"):
        if not exercise.integer(label):
            problems.append(f"needs a whole number as its label **{label}**")
    for label in ("Difficulty", "Misconception"):
        if not exercise.labels.get(label):
            problems.append(f"needs the label **{label}**")
    return [f"exercise {exercise.number}: {text}" for text in problems]


def chapter_minutes(exercises: list[Exercise]) -> int:
    """Sum the minutes on the labels of a chapter's exercises."""
    return sum(exercise.integer("Minutes") or 0 for exercise in exercises)
