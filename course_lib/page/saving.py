"""The line on a page that says what could not be saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from course_lib import controls, drive
from course_lib.files import reason

TROUBLE_CLASS = "course-trouble"
NOT_SAVED = (
    "**Not saved: {reason}.** What you entered is still here. Once it can be saved, "
    "enter it again."
)


class Saving(widgets.HTML):  # type: ignore[misc]
    """A line that says what could not be saved, and why; usually empty.

    ipywidgets swallows exceptions from callbacks, so a page writes all learner data
    through ``saving(write, *arguments)``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.add_class(TROUBLE_CLASS)

    def __call__(self, write: Callable[..., Any], *arguments: Any) -> bool:
        """Write, and return whether that worked; only OSError is caught."""
        try:
            write(*arguments)
        except OSError as error:
            self.value = controls.html(NOT_SAVED.format(reason=reason(error)))
            return False
        self.value = controls.html(drive.trouble())
        return True
