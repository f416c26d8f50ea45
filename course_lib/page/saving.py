"""How a page says that it could not save what was entered."""

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
    """The line of a part that says what could not be saved, and why; mostly empty.

    ipywidgets swallows what a callback raises, so whatever a page writes for a learner
    is written by ``saving(write, *arguments)``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.add_class(TROUBLE_CLASS)

    def __call__(self, write: Callable[..., Any], *arguments: Any) -> bool:
        """Write, and return whether it was saved; other errors than OSError rise."""
        try:
            write(*arguments)
        except OSError as error:
            self.value = controls.html(NOT_SAVED.format(reason=reason(error)))
            return False
        self.value = controls.html(drive.trouble())
        return True
