"""The concept page's demo: six patterns prune one layer – which is faster?

Refutes M2 (sparse is fast) and M3 (MACs are time). Opens where nine tenths of the
weights are zero, at arbitrary positions, and a dense kernel multiplies them all.
Nothing is measured, and no mask is shown, before the learner has committed to a guess;
it is for one fraction and one kernel, and stays visible next to the measurement.
"""

from __future__ import annotations

from functools import partial

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.figure import Figure

from course_lib import controls, journal
from course_lib.demos import patterns
from course_lib.demos.pattern_race import GUESSES, Race, run_race
from course_lib.demos.pattern_words import (
    CAPTION,
    MEANINGS,
    TASK,
    before,
    sentence,
    table,
    verdict,
)
from course_lib.demos.patterns import CUT, DENSE, PATTERNS, SIDE, Outcome
from course_lib.figures import pattern_meanings, picture, pruned_layer
from course_lib.page.guess import SURE, GuessForm, nearest
from course_lib.page.positions import Positions, positions
from course_lib.page.saving import Saving

START = (patterns.UNSTRUCTURED, 0.9, DENSE)
QUESTION = "04-faster"


def draw(outcome: Outcome) -> Figure:
    """Draw the mask of a pattern, and the shapes that a dense product multiplies."""
    return pruned_layer(outcome.pattern, outcome.mask, outcome.pattern in CUT)


def meanings() -> Figure:
    """Draw what each pattern does to an 8 × 8 matrix, without sizes or times."""
    rng = np.random.default_rng(54)
    toy = torch.from_numpy(rng.standard_normal((8, 8), dtype=np.float32))
    make = partial(patterns.pattern_mask, toy, ratio=0.5, head_rows=2, block_side=2)
    masks = {f"{name}\n{MEANINGS[name]}": make(name).numpy() for name in PATTERNS}
    return pattern_meanings(masks, CUT)


class _Page:
    """The widgets of the demo; ``answered`` holds each guess and its measurement."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.answered: dict[tuple[float, str], tuple[str, int, Race]] = {}
        shares = [(f"{100 * value:g}%", value) for value in patterns.RATIOS]
        kernels, names = ([(x, x) for x in of] for of in (patterns.KERNELS, PATTERNS))
        self.ratio = controls.slider("share to remove", shares, START[1])
        self.kernel = controls.choice("kernel", kernels, START[2])
        self.pattern = controls.menu("pattern to look at", names, START[0])
        guesses = zip(GUESSES, GUESSES, strict=True)
        self.form = GuessForm(guesses, self.commit)
        self.line, self.image = controls.readout(), controls.Picture()
        self.saving = Saving()
        self.beside, self.table = controls.prose(""), controls.prose("")
        moved = {"share": self.ratio, "kernel": self.kernel, "pattern": self.pattern}
        self.kept = Positions(question, moved, self.saving)
        self._asking = False
        for control in (self.form.choose, self.form.sure):
            control.observe(self.chosen, names="value")
        self.ratio.observe(self.ask_or_show, names="value")
        self.kernel.observe(self.ask_or_show, names="value")
        self.pattern.observe(self.look, names="value")
        self.ask_or_show()

    @property
    def state(self) -> tuple[float, str]:
        """The settings that a guess is for."""
        return self.ratio.value, self.kernel.value

    @property
    def name(self) -> str:
        """The journal's name for the question of this state."""
        return f"{self.question}-{100 * self.ratio.value:.0f}-{self.kernel.value}"

    def commit(self, guess: str, sure: int) -> None:
        """Keep the guess, measure, show."""
        if self.state in self.answered:  # the button was pressed twice
            return
        self.saving(journal.keep, self.name, guess, sure)
        self.line.value = f"measuring… 0 of {len(PATTERNS)} patterns so far"
        try:
            self.answered[self.state] = (guess, sure, run_race(*self.state))
        finally:  # ask again if it could not be measured
            self.ask_or_show()

    def ask_or_show(self, change: object = None) -> None:
        """Ask about a new fraction or kernel, unless it was answered."""
        self._asking = True
        if self.state in self.answered:
            guess, sure, race = self.answered[self.state]
            self.form.choose.value, self.form.sure.value = guess, sure
            self.form.lock()
            self.beside.value = controls.html(verdict(race, guess, sure))
        else:
            self.form.choose.value, self.form.sure.value = self.earlier()
            self.form.lock(False)
        self._asking = False
        self.look()

    def chosen(self, change: object = None) -> None:
        """Save what the learner chose in the form, and may commit later."""
        if not self._asking:
            chosen = [self.form.choose.value, self.form.sure.value]
            self.kept.save(self.name, chosen)

    def earlier(self) -> tuple[str | None, int]:
        """Return what was chosen or guessed for this state before, if anything was."""
        self.beside.value = ""
        start: tuple[str | None, int] = (controls.UNDECIDED, 50)
        entry = journal.newest(self.name)
        if entry is not None and entry.answer in GUESSES:
            sure = 50 if entry.confidence is None else entry.confidence
            self.beside.value = controls.html(
                f"Earlier you guessed **{entry.answer}**, {sure}% sure. "
                "Commit to it again, or change it first."
            )
            start = entry.answer, nearest(sure)
        match positions(self.question).get(self.name):
            case [guess, sure] if guess in GUESSES and sure in SURE:
                start = guess, sure
        return start

    def look(self, change: object = None) -> None:
        """Draw the chosen pattern if there is a guess; otherwise show nothing."""
        pattern, (ratio, kernel) = self.pattern.value, self.state
        open_now = self.state in self.answered
        if open_now:
            race = self.answered[self.state][-1]
            self.image.png = picture(draw(patterns.compute(pattern, ratio)))
            self.table.value = controls.html(f"{table(race, pattern)}\n\n{CAPTION}")
            self.line.value = sentence(race, pattern)
        else:
            self.image.png, self.table.value = b"", ""
            self.line.value = before(pattern, ratio, kernel)
        controls.show_or_hide(self.image, open_now)


def build(question: str = QUESTION) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, a picture of the patterns, and the question as text."""
    page, explained = _Page(question), controls.Picture()
    explained.png = picture(meanings())
    listed = "; ".join(f"{name}: {MEANINGS[name]}" for name in PATTERNS)
    alt = (
        "Demo, a prediction before anything is measured: which pattern makes a layer "
        f"of {SIDE} × {SIDE} weights at least a quarter faster? {listed}. "
        f"{before(*START)}"
    )
    rows = [
        *(controls.prose(TASK), explained, page.ratio, page.kernel),
        *(page.kept.reset_button(), page.form, page.saving, page.beside, page.pattern),
        *(page.line, page.image, page.table),
    ]
    return widgets.VBox(rows), explained.png, alt.replace("\n", " ")


def show(question: str = QUESTION) -> None:
    """Display the demo; guesses are kept as ``question``-share-kernel."""
    controls.display_bundle(*build(question))
