"""The visual inquiry: three pictures of one mechanism, and which one shows it best.

A reader chooses, then sees why or why not, for every candidate. What was chosen is
kept, and found again on the next visit.
"""

from __future__ import annotations

from functools import lru_cache

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.figures.frames import sheet, small_png
from course_lib.page.inquiries import CHAPTERS, LETTERS, Inquiry, inquiry_of
from course_lib.page.positions import Positions
from course_lib.page.saving import Saving


def show(chapter: str) -> None:
    """Display a chapter's inquiry; ValueError for a chapter that has none."""
    controls.display_bundle(*build(chapter))


def build(chapter: str) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, its picture, and the question and candidates in words."""
    asked = inquiry_of(chapter)
    listed = [f"{letter}: {c.label}." for letter, c in asked.options().items()]
    alt = f"Visual inquiry: {asked.question} {' '.join(listed)}"
    return Chooser(asked), drawn(chapter), alt


@lru_cache(maxsize=2 * len(CHAPTERS))
def drawn(chapter: str, titled: bool = True) -> bytes:
    """Return the three candidates side by side as a PNG, with the question above."""
    asked = inquiry_of(chapter)
    draws = [candidate.draw for candidate in asked.candidates]
    labels = [candidate.label for candidate in asked.candidates]
    title = asked.question if titled else ""
    return small_png(sheet(draws, labels, LETTERS, title=title, rows=1))


class Chooser(widgets.VBox):  # type: ignore[misc]
    """Three pictures, a choice among them, and the case for or against it.

    The first look at each candidate is kept under the inquiry's name in the journal;
    ``seen`` holds their letters in that order.
    """

    def __init__(self, asked: Inquiry) -> None:
        self.asked = asked
        kept = [entry.answer for entry in journal.answers(asked.kept_as)]
        letters = [letter for letter in kept if letter in LETTERS]
        self.seen = list(dict.fromkeys(letters))
        options = [(f"{key}: {c.label}", key) for key, c in asked.options().items()]
        start = letters[-1] if letters else controls.UNDECIDED
        self.choose = controls.choice("your choice", options, start)
        self.line, self.why = controls.count(), controls.prose("")
        self.saving = Saving()
        image = controls.Picture()
        image.png = drawn(asked.chapter, titled=False)
        Positions(asked.kept_as, {"choice": self.choose}, self.saving)
        self.choose.observe(self._chosen, names="value")
        self._say()
        question = controls.prose(f"**{asked.question}** Choose, then see why.")
        super().__init__(
            [question, image, self.choose, self.line, self.saving, self.why]
        )

    def _chosen(self, change: object = None) -> None:
        letter = self.choose.value
        new = letter != controls.UNDECIDED and letter not in self.seen
        if new and self.saving(journal.keep, self.asked.kept_as, letter):
            self.seen.append(letter)
        self._say()

    def _say(self) -> None:
        first = f" · your first choice: {self.seen[0]}" if self.seen else ""
        looked = f"{len(self.seen)} of {len(LETTERS)} looked at"
        self.line.value = f"{looked}{first}"
        letter = self.choose.value
        why = "" if letter == controls.UNDECIDED else comment(self.asked, letter)
        self.why.value = controls.html(why)


def comment(asked: Inquiry, letter: str) -> str:
    """Return the case for or against a candidate, as Markdown."""
    chosen = asked.options()[letter]
    ours = "Our choice, too. " if letter == asked.ours else ""
    return f"**{letter}: {chosen.label}.** {ours}{chosen.why}"
