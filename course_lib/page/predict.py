"""Predict before the reveal: demo and answer stay hidden until a guess is saved."""

from __future__ import annotations

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.frame import Shared
from course_lib.page.guess import GuessForm, nearest
from course_lib.page.positions import Positions
from course_lib.page.questions import ChoiceQuestion, plain, questions
from course_lib.page.saving import Saving


def show(chapter: str) -> None:
    """Display a chapter's prediction; it is kept as ``"NN-predict"``."""
    controls.display_bundle(*build(chapter))


def build(chapter: str) -> tuple[widgets.VBox, None, str, str]:
    """Return the widget, no picture, and the question as text and as Markdown."""
    asked = questions(chapter).predict
    view = widgets.VBox([controls.prose(asked.question), _prediction(chapter).form])
    listed = "; ".join(f"{key}: {text}" for key, text in asked.choices.items())
    alt = f"Prediction, a choice and a confidence: {plain(asked.question)} {listed}"
    return view, None, plain(alt), asked.markdown()


def reveal(chapter: str, view: widgets.Widget, png: bytes | None, alt: str) -> None:
    """Display a demo and, below it, the answer, once the prediction was made.

    Takes what a demo's ``build`` returns. Where no kernel runs, the demo's picture is
    shown, and the answer can be opened.
    """
    controls.display_bundle(gate(chapter, view), png, alt)
    controls.display_bundle(*build_answer(chapter))


def gate(chapter: str, view: widgets.Widget) -> widgets.VBox:
    """Return ``view``, hidden until a prediction is made."""
    shown = _prediction(chapter)
    return widgets.VBox([shown.first, widgets.VBox([view], layout=shown.after)])


def build_answer(chapter: str) -> tuple[widgets.VBox, None, str, str]:
    """Return guess and answer, no picture, a description, and a folded answer."""
    asked, shown = questions(chapter).predict, _prediction(chapter)
    folded = (
        "<details><summary>The answer to the prediction</summary>\n\n"
        f"It is {right_answer(asked)} {asked.because.strip()}\n\n</details>"
    )
    view = widgets.VBox([shown.waits, shown.answered])
    return view, None, "The answer to the prediction, once a guess is made.", folded


class _Prediction:
    """The widgets of one prediction, shared by every place that shows it.

    So a guess made in one place is seen in all of them, and running a cell again adds
    nothing. ``form`` always asks; ``first`` and ``waits`` are there until there is a
    guess, ``answered`` and whatever has the layout ``after`` from then on.
    """

    def __init__(self, asked: ChoiceQuestion) -> None:
        self.asked = asked
        self.line, self.said = controls.count(), controls.prose("")
        self.saving = Saving()
        self.unsaved: list[journal.Answer] = []
        self.before, self.after = widgets.Layout(), widgets.Layout()
        form = GuessForm(asked.listed(), self.commit)
        kept = journal.newest(asked.name)
        if kept is not None and kept.answer in asked.choices:
            form.choose.value, form.sure.value = kept.answer, nearest(kept.confidence)
        Positions(asked.name, {"guess": form.choose, "sure": form.sure}, self.saving)
        self.form = Shared([form, self.saving, self.line])
        ask = controls.prose(
            "**Make your prediction first.** Then the demo opens here."
        )
        self.first = Shared([ask, self.form], layout=self.before)
        waits = controls.prose("The answer waits for your guess.")
        self.waits = Shared([waits], layout=self.before)
        self.answered = Shared([self.said], layout=self.after)

    def commit(self, key: str, percent: int) -> None:
        """Keep a guess; where it cannot be saved, it counts while the kernel lives."""
        saved = self.saving(journal.keep, self.asked.name, key, percent)
        made = journal.Answer(self.asked.name, key, percent, "")
        self.unsaved = [] if saved else [made]
        self.refresh()

    def refresh(self) -> None:
        """Show the saved guesses."""
        kept = journal.answers(self.asked.name)
        made = [*kept, *self.unsaved]
        newest = _in_words(self.asked, made[-1]) if made else ""
        count = f"{len(kept)} guess{'' if len(kept) == 1 else 'es'} kept"
        self.line.value = controls.html(" · ".join(filter(None, (count, newest))))
        self.said.value = controls.html(_verdict(self.asked, made[-1])) if made else ""
        self.before.display = "none" if made else None
        self.after.display = None if made else "none"


_predictions: dict[str, _Prediction] = {}


def _prediction(chapter: str) -> _Prediction:
    """Return the widgets of a chapter's prediction, showing what has been kept."""
    made = _predictions.get(chapter)
    if made is None or made.form.comm is None:  # somebody may have closed all widgets
        made = _predictions[chapter] = _Prediction(questions(chapter).predict)
    made.refresh()
    return made


def _in_words(asked: ChoiceQuestion, kept: journal.Answer) -> str:
    text = asked.choices.get(kept.answer, "")
    sure = "" if kept.confidence is None else f" ({kept.confidence}% sure)"
    return f"Your guess: **{kept.answer}** – {text}{sure}"


def _verdict(asked: ChoiceQuestion, kept: journal.Answer) -> str:
    """Return a guess, the answer, and the reason for it."""
    sure = "" if kept.confidence is None else f", {kept.confidence}% sure"
    said = f"You said **{kept.answer}**{sure}"
    if kept.answer == asked.answer:
        return f"{said}, and it is **{asked.answer}**. {asked.because.strip()}"
    return f"{said}; it is {right_answer(asked)} {asked.because.strip()}"


def right_answer(asked: ChoiceQuestion) -> str:
    """Return the right choice, as Markdown."""
    return f"**{asked.answer}**, “{asked.choices[asked.answer]}.”"
