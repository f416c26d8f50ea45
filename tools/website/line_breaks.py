"""Prevent line breaks inside a number or before a formula's comma."""

from __future__ import annotations

import re

# numbers that belong together, and a formula with adjacent punctuation
TOGETHER = re.compile(
    r"<(?P<left>head|script|style|pre|code|svg)\b.*?</(?P=left)>"
    r"|(?P<before>\(?)(?P<formula><math\b.*?</math>)(?P<after>[.,;:?!)”’]*)"
    r"|<[^>]*>"
    r"|(?P<numbers>(?<=\d) [×±] (?=\d)|(?<=%) ± (?=\d)|± (?=\d))",
    re.DOTALL,
)


def prevent_breaks(page: str) -> str:
    """Return a page without line breaks inside “28 × 28” or before a formula's comma.

    Nor does one after the hyphens of an option of a command. Other code, scripts, and
    drawings stay as they are.
    """
    page = page.replace('<span class="pre">-', '<span class="pre course-whole">-')
    return TOGETHER.sub(_together, page)


def _together(found: re.Match[str]) -> str:
    if found["numbers"]:
        return found[0].replace(" ", "\u00a0")
    if found["before"] or found["after"]:
        return f'<span class="course-whole">{found[0]}</span>'
    return found[0]
