"""Shared by demos in which a line of numbers and a picture follow the controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets as widgets

from course_lib import controls
from course_lib.page.positions import Positions


def explorer(
    part: str,
    inputs: Mapping[str, widgets.Widget],
    description: str,
    state: Callable[..., tuple[bytes, str]],
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text.

    ``inputs`` are the controls by name, whose positions are saved under ``part``;
    ``state`` returns picture and numbers for their values, in this order. The text is
    the ``description`` of the demo, and the first numbers.
    """
    line, image = controls.readout(), controls.Picture()

    def refresh(change: object = None) -> None:
        # the picture first, so that it is never older than the numbers
        image.png, numbers = state(*(control.value for control in inputs.values()))
        line.value = numbers

    for control in inputs.values():
        control.observe(refresh, names="value")
    refresh()
    png, alt = image.png, f"{description} {line.value}"
    kept = Positions(part, inputs)
    rows = [*inputs.values(), kept.reset_button(), kept.saving, line, image]
    return widgets.VBox(rows), png, alt
