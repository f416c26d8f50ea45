"""A field for a text that survives: kept while it is typed, and as an answer."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.drafts import OpenField
from course_lib.page.saving import Saving


class KeptText(widgets.VBox):  # type: ignore[misc]
    """A text area whose every change is saved, with a button that keeps an answer.

    ``question`` names the answer in the journal, such as ``"02-explain"``. The field
    opens with what an earlier page left: its draft, or the newest kept answer.
    ``on_keep(text)`` is called after an answer was kept.
    """

    def __init__(
        self,
        question: str,
        label: str = "your answer",
        *,
        rows: int = 3,
        on_keep: Callable[[str], None] | None = None,
    ) -> None:
        self.question, self._on_keep = question, on_keep
        self._open = OpenField(question)
        self.area = controls.text_area(label, self._start(), rows)
        self.keep = controls.button("keep this answer", self._keep, primary=True)
        self.line, self.saving = controls.count(), Saving()
        others = controls.prose(_other_drafts(self._open))
        self._say("draft found" if self._open.started_from else "")
        self.area.observe(self._typed, names="value")
        row = widgets.HBox([self.keep, self.line]).add_class("course-row")
        super().__init__([self.area, row, self.saving, others])

    def _start(self) -> str:
        draft, kept = self._open.started_from, journal.newest(self.question)
        if draft and (kept is None or draft.when > kept.when):
            return draft.text
        return kept.answer if kept else ""

    def _typed(self, change: object = None) -> None:
        saved = self.saving(self._open.save, self.area.value)
        self._say("draft saved" if saved else "not saved")

    def _keep(self) -> None:
        text = self.area.value.strip()
        if not text:
            self._say("nothing to keep yet")
            return
        if not self.saving(self._write, text):
            self._say("not saved")
            return
        self._say("kept")
        if self._on_keep is not None:
            self._on_keep(text)

    def _write(self, text: str) -> None:
        journal.keep(self.question, text)
        self._open.done()

    def _say(self, what: str) -> None:
        words = len(self.area.value.split())
        count = f"{words} word{'' if words == 1 else 's'}"
        self.line.value = " · ".join(filter(None, (count, what)))


def _other_drafts(field: OpenField) -> str:
    """The drafts beside the one that the field went on from, as Markdown."""
    texts = [f"{d.when[:16].replace('T', ' ')} UTC: “{d.text}”" for d in field.others]
    return "\n\n".join(f"*Another draft, {text}*" for text in texts)
