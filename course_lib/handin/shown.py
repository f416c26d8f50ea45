"""Self-contained pages from templates, and text from submissions made safe to show."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import mistune

PAGES = Path(__file__).with_name("pages")
# what no file in UTF-8 can hold, and what no reader can see: all but tab and newline
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with a visible sign in place of each control character and surrogate."""
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def clipped(text: str, limit: int) -> str:
    """At most ``limit`` characters, and then a line that says how many there were."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} …\n[cut here: {limit} of {len(text)} characters]"


def number(value: float) -> str:
    """Points as people write them: 3, 1.5, 0.67."""
    return f"{round(value, 2):g}"


def points(value: float) -> str:
    """Points with their unit."""
    return f"{number(value)} {'point' if value == 1 else 'points'}"


def markdown(text: str) -> str:
    """Markdown as HTML, in which HTML is shown and not obeyed."""
    return str(mistune.create_markdown(escape=True)(clean(text)))


@cache
def environment(*folders: Path) -> jinja2.Environment:
    """Templates from ``folders``, then from the course's own; every value is escaped.

    A name that a template asks for and nobody gave is an error.
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
    # what is HTML already was cleaned when it was made
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return clean(value) if is_text else value
