"""A guess: one choice, a confidence, and a button that saves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import ipywidgets as widgets

from course_lib import controls

SURE = tuple(range(0, 101, 10))


def nearest(percent: int | None) -> int:
    """Return the stop of the slider nearest to a confidence; 50 for none."""
    wanted = 50 if percent is None else percent
    return min(SURE, key=lambda stop: abs(stop - wanted))


class GuessForm(widgets.VBox):  # type: ignore[misc]
    """A choice, a confidence slider, and a *commit* button.

    ``options`` are pairs of what the page shows and a key;
    ``on_commit(key, percent)`` is called when the button is pressed after a choice.
    """

    def __init__(
        self, options: Iterable[tuple[str, str]], on_commit: Callable[[str, int], None]
    ) -> None:
        self.choose = controls.choice("your guess", options)
        sure = [(f"{percent}%", float(percent)) for percent in SURE]
        self.sure = controls.slider("how sure", sure, 50.0)
        self.commit = controls.button("commit", self._commit, primary=True)
        self._on_commit = on_commit
        self.hint = controls.prose("")
        super().__init__([self.choose, self.sure, self.commit, self.hint])

    def _commit(self) -> None:
        if self.choose.value == controls.UNDECIDED:
            self.hint.value = controls.html("Choose first, then commit.")
            return
        self.hint.value = ""
        self._on_commit(self.choose.value, int(self.sure.value))

    def lock(self, locked: bool = True) -> None:
        """Disable the form, or enable it again."""
        for control in (self.choose, self.sure, self.commit):
            control.disabled = locked
