"""Self-contained pages from templates, and safe display of text from submissions."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import mistune

PAGES = Path(__file__).with_name("pages")
# surrogates and invisible control characters, except for tab and newline
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# line breaks, and controls of the text direction
LINES = re.compile("[\\t\\n\\u2028\\u2029]")
DIRECTION = re.compile("[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")


def one_line(text: str) -> str:
    """Return one line for a terminal, without cursor or direction controls."""
    return DIRECTION.sub("\N{REPLACEMENT CHARACTER}", LINES.sub(" ", clean(text)))


def clean(text: str) -> str:
    """Replace each control character and surrogate with a visible character."""
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def clipped(text: str, limit: int) -> str:
    """Truncate to ``limit`` characters, and add a line with the original length."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} …\n[cut off here: {limit} of {len(text)} characters]"


def number(value: float) -> str:
    """Format points in the usual way: 3, 1.5, 0.67."""
    return f"{round(value, 2):g}"


def counted(count: int, what: str) -> str:
    """Return a number of things in words: 1 grade, 2 grades."""
    return f"{count} {what}{'s' * (count != 1)}"


def points(value: float) -> str:
    """Format points with their unit."""
    return f"{number(value)} {'point' if value == 1 else 'points'}"


def markdown(text: str) -> str:
    """Render Markdown as HTML, with HTML in the source escaped."""
    return str(mistune.create_markdown(escape=True)(clean(text)))


@cache
def environment(*folders: Path) -> jinja2.Environment:
    """Return a Jinja environment that escapes all values; ``folders`` come first.

    An undefined name in a template is an error.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, PAGES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clipped=clipped, markdown=markdown, number=number, points=points
    )
    return made


def _seen(value: Any) -> Any:
    # markup was already cleaned when it was created
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return clean(value) if is_text else value
