"""Cells of a CSV file that a spreadsheet shows as text and never runs as a formula."""

from __future__ import annotations

import re

from course_lib.handin.shown import clean, clipped

# a spreadsheet cell holds 32 767 characters
MOST_CHARACTERS = 30_000
# some spreadsheets treat full-width characters like the usual ones
FORMULA = "[=+@＝＋－＠-]"
START = re.compile(rf"[ \u00a0]*{FORMULA}|['\t\n\r]")
# a spreadsheet with another separator splits even quoted cells here
INSIDE = re.compile(rf"([;\t\n\r][ \u00a0]*)(?={FORMULA})")


def cell(text: str) -> str:
    """Return the text for a cell, with an apostrophe before the start of a formula."""
    shown = clipped(clean(INSIDE.sub(r"\1'", text)), MOST_CHARACTERS)
    return f"'{shown}" if START.match(text) else shown
