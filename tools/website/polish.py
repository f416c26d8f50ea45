"""Signs as they are set in print, for words that Markdown does not set on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# tags and code stay as they are; the others are signs to replace
SIGNS = re.compile(
    r"<code>.*?</code>|<[^>]*>"
    r"|(?P<apostrophe>(?<=[A-Za-z])'(?=[a-z])|(?<=s)'(?= [a-z]))"
    r"|”(?P<inside>[.,])"
    r"|(?P<thousands>(?<=\d) (?=\d{3}(?!\d)))"
    r"|(?P<percent>(?<=\d) (?=%))"
    r"|(?P<minus>(?<![\w)])-(?=\d))",
    re.DOTALL,
)
PRINTED = {"apostrophe": "’", "thousands": ",", "percent": "", "minus": "−"}
# numbers that belong together, and a formula with what stands close to it
TOGETHER = re.compile(
    r"<(?P<left>head|script|style|pre|code|svg)\b.*?</(?P=left)>"
    r"|(?P<before>\(?)(?P<formula><math\b.*?</math>)(?P<after>[.,;:?!)”’]*)"
    r"|<[^>]*>"
    r"|(?P<numbers>(?<=\d) [×±] (?=\d)|(?<=%) ± (?=\d)|± (?=\d))",
    re.DOTALL,
)


def polished(text: str) -> str:
    """Return HTML with apostrophes, minus signs, and numbers as they are printed."""
    return SIGNS.sub(_printed, text)


def _printed(found: re.Match[str]) -> str:
    if found["inside"]:
        return f"{found['inside']}”"
    return PRINTED.get(found.lastgroup or "", found[0])


def all_polished(data: Any) -> Any:
    """Return data with every string in it polished; keys stay as they are."""
    if isinstance(data, str):
        return polished(data)
    if isinstance(data, Mapping):
        return {key: all_polished(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [all_polished(value) for value in data]
    return data


def kept_together(page: str) -> str:
    """Return a page in which no line ends inside “28 × 28” or before a formula's comma.

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
