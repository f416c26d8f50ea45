"""Reading and filling in CSV files as people with spreadsheets do, for tests."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from grading import long_answers
from grading.marked_table import read, write

FORMULA = tuple("=+-@＝＋－＠")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows below the header; every row has all cells and no more."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *found = csv.reader(file)
    return [dict(zip(header, row, strict=True)) for row in found]


def formulas(path: Path) -> list[str]:
    """Cells that are taken for formulas, whatever the separator is set to."""
    text = path.read_bytes().decode("utf-8-sig")
    found = []
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            found += [c for c in row if c.lstrip().startswith(FORMULA)]
    return found


def fill_in(path: Path, learner: str = "", **cells: str) -> None:
    """Write into the rows of a learner, or of all, in the table of long answers."""
    table = read(path, long_answers.COLUMNS)
    for row in table.rows.values():
        if learner in ("", row["learner"]):
            row.update(cells)
    columns = dict.fromkeys([*table.columns, *cells])
    write(path, replace(table, columns=list(columns)))
