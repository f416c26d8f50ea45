"""The controls of a demo on the web, declared by what the notebook's demo declares.

A control is ``[name, kind, label, options, start]``: the name of its position, the
function of ``course_lib/web/dom.js`` that makes it, and pairs of a label and a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def named(values: Iterable[str]) -> list[list[str]]:
    """Return options that are called what they are."""
    return [[value, value] for value in values]


def percent(shares: Iterable[float]) -> list[list[Any]]:
    """Return options for fractions, as percentages."""
    return [[f"{100 * share:g} %", share] for share in shares]
