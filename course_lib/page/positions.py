"""Positions of a part's controls: saved when a control moves, restored later.

A position is a record of kind ``"control"``. Its name is the part, its id the part and
the control: both stay as they are when a page is edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets
from traitlets import TraitError

from course_lib import controls, store
from course_lib.page.saving import Saving

KIND = "control"
RESET = "back to the start"


class Positions:
    """Restores controls to where they were left, and saves where they are moved to.

    ``part`` is a short name such as ``"mask-explorer"``, and ``moved`` maps a name to
    each control. A position that a control no longer has is skipped. Nothing is written
    before a control is moved. Create it last, once a part shows its first state:
    whatever observes the controls sees them move. ``saving``, a line that says what
    could not be saved, belongs on the page; the part may pass its own.
    """

    def __init__(
        self,
        part: str,
        moved: Mapping[str, widgets.Widget],
        saving: Saving | None = None,
    ) -> None:
        self.part, self._moved = store.valid_name("part", part), moved
        self.saving = Saving() if saving is None else saving
        self.found = positions(part)
        self._starts = {name: control.value for name, control in moved.items()}
        for name, control in moved.items():
            _restore(control, self.found.get(name))
            control.observe(partial(self._save_moved, name), names="value")

    def save(self, name: str, value: Any) -> bool:
        """Save plain JSON under a name of this part; return whether that worked."""
        record = partial(store.append, KIND, self.part, value, id=_id(self.part, name))
        return self.saving(record)

    def reset_button(self) -> widgets.Button:
        """Return a reset button, visible if a restored position is not the start."""
        made = controls.button(RESET, lambda: self._reset(made))
        moved = any(self._moved[name].value != at for name, at in self._starts.items())
        controls.show_or_hide(made, moved)
        return made

    def _save_moved(self, name: str, change: Mapping[str, Any]) -> None:
        self.save(name, change["new"])

    def _reset(self, button: widgets.Button) -> None:
        for name, value in self._starts.items():
            self._moved[name].value = value
        controls.show_or_hide(button, False)


def positions(part: str) -> dict[str, Any]:
    """Return a part's newest saved values, keyed by control name."""
    found, _ = store.read(KIND, lambda record: (record.id, record.value), part)
    return {id.removeprefix(_id(part, "")): value for id, value in found}


def _restore(control: widgets.Widget, value: Any) -> None:
    """Move a control to a saved position, unless it no longer has that value."""
    if value is None:  # nothing is saved, and None is not a value to select
        return
    try:
        control.value = value
    except (TraitError, TypeError, ValueError):  # saved by another version of the page
        return


def _id(part: str, name: str) -> str:
    return f"{part}/{name}"
