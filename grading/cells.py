"""CSV files for spreadsheets: their cells are shown as text, never run as formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_lib.files import atomic_write
from course_lib.handin.shown import clean, clipped

# a spreadsheet cell holds 32 767 characters
MAX_CHARACTERS = 30_000
# some spreadsheets treat full-width characters like the usual ones
FORMULA = "[=+@＝＋－＠-]"
START = re.compile(rf"[ \u00a0]*{FORMULA}|['\t\n\r]")
# a spreadsheet with another separator splits even quoted cells here
INSIDE = re.compile(rf"([;\t\n\r][ \u00a0]*)(?={FORMULA})")


def cell(text: str) -> str:
    """Return the text for a cell, with an apostrophe before the start of a formula."""
    shown = clipped(clean(INSIDE.sub(r"\1'", text)), MAX_CHARACTERS)
    return f"'{shown}" if START.match(text) else shown


def write_rows(
    path: Path,
    rows: Iterable[Sequence[str]],
    separator: str = ",",
    encoding: str = "utf-8-sig",
) -> None:
    """Write a CSV file atomically.

    By default it begins with a byte order mark, by which spreadsheets recognize UTF-8.
    """
    with (
        atomic_write(path) as partial,
        partial.open("w", encoding=encoding, newline="") as file,
    ):
        csv.writer(file, delimiter=separator).writerows(rows)
