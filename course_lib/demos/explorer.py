"""What demos with a line of numbers and a picture share: both follow the controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets as widgets

from course_lib import controls
from course_lib.page.positions import Positions


def explorer(
    part: str,
    moved: Mapping[str, widgets.Widget],
    said: str,
    state: Callable[..., tuple[bytes, str]],
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text.

    ``moved`` are the controls by name, whose positions are kept under ``part``;
    ``state`` returns picture and numbers for their values, in this order. The text is
    what is ``said`` of the demo, and the first numbers.
    """
    line, image = controls.readout(), controls.Picture()

    def refresh(change: object = None) -> None:
        # the picture first, so that it is never older than the numbers
        image.png, numbers = state(*(control.value for control in moved.values()))
        line.value = numbers

    for control in moved.values():
        control.observe(refresh, names="value")
    refresh()
    png, alt = image.png, f"{said} {line.value}"
    kept = Positions(part, moved)
    rows = [*moved.values(), kept.reset_button(), kept.saving, line, image]
    return widgets.VBox(rows), png, alt
