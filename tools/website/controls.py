"""The controls of a demo on the web, declared by what the notebook's demo declares.

A control is ``[name, kind, label, options, start]``: the name of its position, the
function of ``course_lib/web/dom.js`` that makes it, and pairs of a label and a value.
A number and a tick have no options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ipywidgets as widgets

KINDS = {
    widgets.SelectionSlider: "slider",
    widgets.RadioButtons: "choice",
    widgets.Dropdown: "menu",
    widgets.FloatText: "number",
    widgets.Checkbox: "tick",
}


def declared(inputs: Mapping[str, widgets.Widget]) -> list[list[Any]]:
    """Return the declarations of a notebook's controls, by the names of positions."""
    return [
        [name, KINDS[type(one)], one.description, *_options(one), one.value]
        for name, one in inputs.items()
    ]


def percent(shares: Iterable[float]) -> list[list[Any]]:
    """Return options for fractions, as percentages."""
    return [[f"{100 * share:g}%", share] for share in shares]


def self_labeled(values: Iterable[str]) -> list[list[str]]:
    """Return options labeled with their own values."""
    return [[value, value] for value in values]


def _options(control: widgets.Widget) -> list[Any]:
    return [control.options] if hasattr(control, "options") else []
