"""A text field that survives restarts: saved while typing, and as an answer."""

from __future__ import annotations

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.drafts import Autosave, Draft
from course_lib.page.saving import Saving


class KeptText(widgets.VBox):  # type: ignore[misc]
    """A text area that saves every change as a draft, with a button that submits it.

    ``question`` names the answer in the journal, such as ``"02-explain"``. The field
    opens with what an earlier page left: its draft, or the newest kept answer.
    """

    def __init__(self, question: str) -> None:
        self.question = question
        self._autosave = Autosave(question)
        self.area = controls.text_area("your answer", self._initial_text())
        self.keep = controls.button("keep this answer", self._keep, primary=True)
        self.line, self.saving = controls.count(), Saving()
        others = controls.prose(_other_drafts(self._autosave.others))
        self._show_status("draft found" if self._autosave.started_from else "")
        self.area.observe(self._save_draft, names="value")
        row = widgets.HBox([self.keep, self.line]).add_class("course-row")
        super().__init__([self.area, row, self.saving, others])

    def _initial_text(self) -> str:
        draft, kept = self._autosave.started_from, journal.newest(self.question)
        if draft and (kept is None or draft.when > kept.when):
            return draft.text
        return kept.answer if kept else ""

    def _save_draft(self, change: object = None) -> None:
        saved = self.saving(self._autosave.save, self.area.value)
        self._show_status("draft saved" if saved else "not saved")

    def _keep(self) -> None:
        text = self.area.value.strip()
        if not text:
            self._show_status("nothing to keep yet")
            return
        saved = self.saving(self._write, text)
        self._show_status("kept" if saved else "not saved")

    def _write(self, text: str) -> None:
        journal.keep(self.question, text)
        self._autosave.done()

    def _show_status(self, what: str) -> None:
        words = len(self.area.value.split())
        count = f"{words} word{'' if words == 1 else 's'}"
        self.line.value = " · ".join(filter(None, (count, what)))


def _other_drafts(drafts: list[Draft]) -> str:
    """Return the drafts other than the one that the field continues, as Markdown."""
    texts = [f"{d.when[:16].replace('T', ' ')} UTC: “{d.text}”" for d in drafts]
    return "\n\n".join(f"*Another draft, {text}*" for text in texts)
