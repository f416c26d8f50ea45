"""Claims to judge: a verdict first, then status, evidence, and what would refute it.

What was judged is kept in the journal as ``"claim-<name>"``. A measured claim can be
measured again on the spot.
"""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.claims import (
    VERDICTS,
    Claim,
    checked,
    claim,
    expectation,
    printed,
    review,
)
from course_lib.page.saving import Saving

HOW = "<summary>How this was checked</summary>"


def show(*names: str) -> None:
    """Display these claims, to be judged one by one."""
    controls.display_bundle(*build(*names))


def build(*names: str) -> tuple[widgets.VBox, None, str, str]:
    """Return the widget, no picture, and the claims, without and with verdicts.

    The words do not depend on what was judged. Raises ValueError for a claim that is
    not there, for a name given twice and for none at all.
    """
    if not names or len(set(names)) < len(names):
        raise ValueError(f"names must be distinct, and at least one, got {names!r}")
    line = controls.count()

    def count() -> None:
        judged = sum(card.verdict is not None for card in cards)
        line.value = f"{judged} of {len(cards)} judged"

    numbered = list(enumerate(map(claim, names), start=1))
    cards = [ClaimCard(number, entry, count) for number, entry in numbered]
    count()
    alt = " ".join(f"({number}) {entry.words}" for number, entry in numbered)
    folded = "\n\n".join(_folded(number, entry) for number, entry in numbered)
    return widgets.VBox([line, *cards]), None, f"Claim review: {alt}", folded


class ClaimCard(widgets.VBox):  # type: ignore[misc]
    """One claim with a choice of verdicts; what the course says follows the verdict.

    ``on_verdict()`` is called after each verdict. ``verdict`` is None before the first.
    """

    def __init__(
        self, number: int, entry: Claim, on_verdict: Callable[[], None]
    ) -> None:
        self.entry, self._on_verdict = entry, on_verdict
        self.choose = controls.choice("your verdict", [(v, v) for v in VERDICTS])
        self.answer, self.figure = controls.prose(""), controls.prose("")
        self.saving = Saving()
        self.again = controls.button("measure it now", self.measure)
        shown = [self.choose, self.saving, self.answer, self.again, self.figure]
        super().__init__([controls.prose(stated(number, entry)), *shown])
        self.add_class("course-card")
        self.verdict: str | None = None
        kept = journal.newest(self.question)
        if kept is not None and kept.answer in VERDICTS:
            self.choose.value = self.verdict = kept.answer
        self._tell()
        self.choose.observe(self._judged, names="value")

    @property
    def question(self) -> str:
        """Return the name under which verdicts are kept."""
        return f"claim-{self.entry.name}"

    def _judged(self, change: object = None) -> None:
        if self.choose.value == controls.UNDECIDED:
            return  # a verdict stays once it is given
        self.verdict = self.choose.value
        self.saving(journal.keep, self.question, self.verdict)
        self._tell()
        self._on_verdict()

    def _tell(self) -> None:
        """Show what the course says, once the learner has said something."""
        judged = self.verdict is not None
        for widget in (self.answer, self.figure):
            controls.show_or_hide(widget, judged)
        controls.show_or_hide(self.again, judged and self.entry.check is not None)
        if self.verdict is not None:
            kept = journal.answers(self.question)
            first = kept[0].answer if kept else self.verdict
            told = comparison(self.entry, self.verdict, first)
            shown = controls.html(f"{told}\n\n{review(self.entry.name)}")
            how = controls.html(checked(self.entry.name))
            self.answer.value = f"{shown}<details>{HOW}{how}</details>"

    def measure(self) -> None:
        """Run the claim's check, and set its figure beside the one that is expected."""
        self.again.disabled = True
        self.figure.value = controls.html("measuring …")
        try:
            text = in_words(self.entry, self.entry.measure())
        except Exception as error:  # whatever a check may meet on another machine
            text = f"could not be measured here: {type(error).__name__}: {error}"
        finally:
            self.again.disabled = False
        self.figure.value = controls.html(text)


def comparison(entry: Claim, verdict: str, first: str | None = None) -> str:
    """Return a sentence that compares a verdict with the course's, if it has one."""
    before = f" (at first: {first})" if first not in (None, verdict) else ""
    said = f"You say **{verdict}**{before}"
    if entry.check is None:
        return f"{said}. {why_quoted(entry)}"
    if verdict == entry.status:
        return f"{said}, and so does the course."
    return (
        f"{said}; the course says **{entry.status}**. The scope, and what is not "
        "covered, explain why."
    )


def in_words(entry: Claim, value: float) -> str:
    """Return a measured figure, the expected one, and what follows for the status.

    Both figures have the same number of digits.
    """
    form = f".{max(_digits(entry.expected), _digits(entry.tolerance))}f"
    near = abs(value - (entry.expected or 0.0)) <= (entry.tolerance or 0.0)
    agrees = "within" if near else "**outside**"
    holds = "is **refuted**" if entry.refuted_by(value) else "holds"
    return (
        f"Measured just now: **{printed(value, form)}** {entry.unit}. "
        f"Expected: {expectation(entry)}, so it lies {agrees} the tolerance. "
        f"The course's verdict, {entry.status}, {holds}."
    )


def _digits(number: float | None) -> int:
    return len(f"{number:g}".partition(".")[2])


def why_quoted(entry: Claim) -> str:
    """Return why a claim without a check is not re-run, as Markdown."""
    return f"This claim is quoted, not re-run, because {entry.quoted_because}."


def stated(number: int, entry: Claim) -> str:
    """Return a claim with its number and its source, as Markdown."""
    return f"**{number}.** {entry.words} – {entry.cited}"


def _folded(number: int, entry: Claim) -> str:
    """Return a claim with its evidence folded, for a page without a kernel."""
    reason = [] if entry.check else [why_quoted(entry)]
    return "\n\n".join([
        stated(number, entry),
        "<details><summary>Decide first: supported, overstated, or not shown here? "
        "Then open this.</summary>",
        *reason,
        review(entry.name),
        "</details>",
        f"<details>{HOW}",
        checked(entry.name),
        "</details>",
    ])  # fmt: skip
