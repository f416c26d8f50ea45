"""Cells of a CSV file that a spreadsheet shows as text and never runs as a formula."""

from __future__ import annotations

import re

from course_lib.handin.shown import clean, clipped

# a spreadsheet cell takes 32 767 characters
MOST_CHARACTERS = 30_000
# a full-width sign is read like the usual one by some spreadsheets
FORMULA = "[=+@＝＋－＠-]"
START = re.compile(rf"[ \u00a0]*{FORMULA}|['\t\n\r]")
# a spreadsheet set to another separator splits cells here, and even quoted ones
INSIDE = re.compile(rf"([;\t\n\r][ \u00a0]*)(?={FORMULA})")


def cell(text: str) -> str:
    """The text for a cell: an apostrophe stands before whatever starts a formula."""
    shown = clipped(clean(INSIDE.sub(r"\1'", text)), MOST_CHARACTERS)
    return f"'{shown}" if START.match(text) else shown
