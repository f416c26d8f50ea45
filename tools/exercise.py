"""Splitting an exercise source into the released version and the solution."""

import re
from dataclasses import dataclass

from tools.source import Cell

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
HEADING = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
BLOCK = re.compile(rf"^( *){BEGIN} *$.*?^ *{END} *$", re.MULTILINE | re.DOTALL)
LABEL = re.compile(r"\*\*(\w+)\*\* ([^·\n]+)")
CHECK = re.compile(r"^check\.(\w+)\(", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """One exercise of a set: its labels and its cells."""

    number: int
    title: str
    labels: dict[str, str]
    cells: tuple[Cell, ...]

    def tagged(self, tag: str) -> list[Cell]:
        """List the exercise's cells with a tag."""
        return [cell for cell in self.cells if tag in cell.tags]

    @property
    def name(self) -> str | None:
        """Return the name of the requested function, as the check names it."""
        found = [CHECK.search(cell.text) for cell in self.tagged("check")]
        return found[0].group(1) if found and found[0] else None

    @property
    def hints(self) -> int:
        """Return the number of `<summary>Hint` in its text."""
        prose = (cell.text for cell in self.cells if cell.kind == "markdown")
        return sum(text.count("<summary>Hint") for text in prose)

    def integer(self, label: str) -> int | None:
        """Return a label's value as an integer, or None if it is not one."""
        value = self.labels.get(label, "").strip()
        return int(value) if value.isdigit() else None


def find_exercises(cells: list[Cell]) -> list[Exercise]:
    """Group cells into exercises: each from its `## n. title` to the next `## `."""
    groups: list[list[Cell]] = []
    for cell in cells:
        if cell.kind == "markdown" and cell.text.startswith("## "):
            groups.append([])
        if groups:
            groups[-1].append(cell)
    return [e for group in groups if (e := _exercise(group)) is not None]


def _exercise(group: list[Cell]) -> Exercise | None:
    heading = HEADING.match(group[0].text)
    if heading is None:
        return None
    lines = [line for line in group[0].text.split("\n") if "**Points**" in line]
    labels = dict(LABEL.findall(lines[0])) if lines else {}
    labels = {label: value.strip() for label, value in labels.items()}
    return Exercise(int(heading[1]), heading[2].strip(), labels, tuple(group))


def solution_blocks(text: str) -> list[list[str]]:
    """List the lines of each solution block; unbalanced markers raise ValueError."""
    blocks: list[list[str]] = []
    is_open = False
    for line in text.split("\n"):
        if line.strip() == BEGIN:
            if is_open:
                raise ValueError(f"{BEGIN} twice without {END}")
            blocks.append([])
            is_open = True
        elif line.strip() == END:
            if not is_open:
                raise ValueError(f"{END} without {BEGIN}")
            is_open = False
        elif is_open:
            blocks[-1].append(line)
    if is_open:
        raise ValueError(f"{BEGIN} without {END}")
    return blocks


def strip_solution(text: str, name: str) -> str:
    """Replace each solution block by `raise NotImplementedError`."""
    solution_blocks(text)  # raises ValueError where a marker has no partner
    return BLOCK.sub(rf'\1raise NotImplementedError("write {name}")', text)


def strip_markers(text: str) -> str:
    """Remove the marker lines and keep the solution."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if line.strip() not in (BEGIN, END))


def student_cells(cells: list[Cell]) -> list[Cell]:
    """Return the released cells: stubs, and no cell tagged `solution`."""
    names = answer_names(cells)
    return [
        cell.with_text(strip_solution(cell.text, names[index]))
        if "answer" in cell.tags
        else cell
        for index, cell in enumerate(cells)
        if "solution" not in cell.tags
    ]


def solved_cells(cells: list[Cell]) -> list[Cell]:
    """Return the solved cells: the answers without the marker lines."""
    return [
        cell.with_text(strip_markers(cell.text)) if "answer" in cell.tags else cell
        for cell in cells
    ]


def answer_names(cells: list[Cell]) -> dict[int, str]:
    """Map the index of each answer cell to the function its check cell names.

    Raises ValueError when an answer is not followed by its check, or when it
    does not define what the check names.
    """
    names = {}
    for index, cell in enumerate(cells):
        if "answer" not in cell.tags:
            continue
        after = cells[index + 1] if index + 1 < len(cells) else Cell("code", "")
        found = CHECK.search(after.text)
        if "check" not in after.tags or found is None:
            raise ValueError(f"cell {index}: an answer without a check cell after it")
        if not re.search(rf"^def {found[1]}\(", cell.text, re.MULTILINE):
            raise ValueError(f"cell {index}: the answer does not define {found[1]}")
        names[index] = found[1]
    return names
