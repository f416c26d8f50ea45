"""Reading CSV files as spreadsheets do, for tests."""

import csv
import io
from pathlib import Path

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
