"""A CSV file filled in by hand, validated so that no work is lost."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.cells import write_rows

SEPARATORS = (",", ";", "\t")  # a spreadsheet may have saved it with another one
KEY = re.compile("k-[0-9a-f]{12}")
Row = dict[str, str]


class DamagedTableError(ValueError):
    """The file cannot be read as written; it was left unchanged."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path} {problem}. It was left unchanged. Repair it (from a spreadsheet, "
            "save it as “CSV UTF-8”), or move it away to start a new one"
        )


@dataclass(frozen=True)
class Table:
    """Rows by their keys, each with all of ``columns``."""

    columns: Sequence[str]
    rows: dict[str, Row]
    separator: str = SEPARATORS[0]


def read(path: Path, columns: Sequence[str]) -> Table:
    """Return the table at ``path``, empty if there is no file.

    ``columns``, the first of which holds the keys, are required; others are kept after
    them. Raises DamagedTableError.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Table(columns, {})
    except UnicodeDecodeError:
        raise DamagedTableError(path, "is not UTF-8 text") from None
    header, rows, separator = _split(path, text, columns)
    found: dict[str, Row] = {}
    for line, cells in rows:
        if not any(cells):
            continue  # spreadsheets leave empty rows at the end
        if len(cells) != len(header):
            problem = f"has {len(cells)} cells in line {line}, not {len(header)}"
            raise DamagedTableError(path, problem)
        row = dict(zip(header, cells, strict=True))
        key = row[columns[0]]
        if not KEY.fullmatch(key) or key in found:
            why = "for the second time" if key in found else "which is not a key"
            problem = f"has {key!r} in column {columns[0]} of line {line}, {why}"
            raise DamagedTableError(path, problem)
        found[key] = row
    further = [name for name in header if name not in columns]
    return Table([*columns, *further], found, separator)


def write(path: Path, table: Table) -> None:
    """Write the table atomically."""
    rows = [[row.get(c, "") for c in table.columns] for row in table.rows.values()]
    write_rows(path, [table.columns, *rows], table.separator)


def _split(
    path: Path, text: str, columns: Sequence[str]
) -> tuple[list[str], list[tuple[int, list[str]]], str]:
    """Return the header, the rows with their last line numbers, and the separator."""
    for separator in SEPARATORS:
        # splitlines() also splits at characters that do not end lines in CSV
        lines = io.StringIO(text, newline="")
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            header = next(reader, [])
            if len(set(header)) == len(header) and set(columns) <= set(header):
                return header, [(reader.line_num, row) for row in reader], separator
        except csv.Error as error:
            problem = f"cannot be read from line {reader.line_num} on ({error})"
            raise DamagedTableError(path, problem) from None
    names = ", ".join(columns)
    raise DamagedTableError(path, f"does not begin with one column for each of {names}")
