"""Predict before the reveal: a guess that is kept, and a demo that waits for it."""

from __future__ import annotations

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.frame import Shared
from course_lib.page.guess import GuessForm, nearest
from course_lib.page.positions import Positions
from course_lib.page.questions import ChoiceQuestion, questions
from course_lib.page.saving import Saving


def show(chapter: str) -> None:
    """Display a chapter's prediction; it is kept as ``"NN-predict"``."""
    controls.display_bundle(*build(chapter))


def build(chapter: str) -> tuple[widgets.VBox, None, str, str]:
    """The widget, no picture, and the question in words, twice."""
    asked = questions(chapter).predict
    view = widgets.VBox([controls.prose(asked.markdown()), _prediction(chapter).form])
    listed = "; ".join(f"{key}: {text}" for key, text in asked.choices.items())
    alt = f"Prediction, a choice and how sure: {_plain(asked.question)} {listed}"
    return view, None, _plain(alt), asked.markdown()


def reveal(chapter: str, view: widgets.Widget, png: bytes | None, alt: str) -> None:
    """Display a demo that opens once the chapter's prediction was made.

    Takes what a demo's ``build`` returns. Where no kernel runs, its picture is shown.
    """
    controls.display_bundle(gate(chapter, view), png, alt)


def gate(chapter: str, view: widgets.Widget) -> widgets.VBox:
    """``view``, hidden until the prediction was made, and then the guess beside it."""
    shown = _prediction(chapter)
    demo = widgets.VBox([view], layout=shown.after)
    return widgets.VBox([shown.first, shown.guess, demo])


class _Prediction:
    """The widgets of one prediction: every place that shows it shows these.

    So a guess made in one place is seen in all of them, and running a cell again adds
    nothing. ``form`` always asks and ``first`` asks until there is a guess; then
    ``guess`` appears, and whatever has the layout ``after``.
    """

    def __init__(self, asked: ChoiceQuestion) -> None:
        self.asked = asked
        self.line, self.said = controls.count(), controls.prose("")
        self.saving = Saving()
        self.unsaved: list[journal.Answer] = []
        self.before, self.after = widgets.Layout(), widgets.Layout()
        choices = {key: f"{key}  {_short(text)}" for key, text in asked.choices.items()}
        form = GuessForm(choices, self.commit)
        kept = journal.newest(asked.name)
        if kept is not None and kept.answer in choices:
            form.choose.value, form.sure.value = kept.answer, nearest(kept.confidence)
        Positions(asked.name, {"guess": form.choose, "sure": form.sure}, self.saving)
        self.form = Shared([form, self.saving, self.line])
        ask = controls.prose(
            "**Make your prediction first.** Then the demo opens here."
        )
        self.first = Shared([ask, self.form], layout=self.before)
        self.guess = Shared([self.said], layout=self.after)

    def commit(self, key: str, percent: int) -> None:
        """Keep a guess; where it cannot be saved, it counts while the kernel lives."""
        saved = self.saving(journal.keep, self.asked.name, key, percent)
        made = journal.Answer(self.asked.name, key, percent, "")
        self.unsaved = [] if saved else [made]
        self.refresh()

    def refresh(self) -> None:
        """Show what is kept."""
        kept = journal.answers(self.asked.name)
        made = [*kept, *self.unsaved]
        newest = _in_words(self.asked, made[-1]) if made else ""
        count = f"{len(kept)} guess{'' if len(kept) == 1 else 'es'} kept"
        self.line.value = controls.html(" · ".join(filter(None, (count, newest))))
        self.said.value = controls.html(newest) if made else ""
        self.before.display = "none" if made else None
        self.after.display = None if made else "none"


_predictions: dict[str, _Prediction] = {}


def _prediction(chapter: str) -> _Prediction:
    """The widgets of a chapter's prediction, showing what is kept by now."""
    made = _predictions.get(chapter)
    if made is None or made.form.comm is None:  # somebody may have closed all widgets
        made = _predictions[chapter] = _Prediction(questions(chapter).predict)
    made.refresh()
    return made


def _in_words(asked: ChoiceQuestion, kept: journal.Answer) -> str:
    text = asked.choices.get(kept.answer, "")
    sure = "" if kept.confidence is None else f" ({kept.confidence} % sure)"
    return f"Your guess: **{kept.answer}** – {text}{sure}"


def _short(text: str, most: int = 58) -> str:
    plain = _plain(text)
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _plain(markdown: str) -> str:
    """Markdown without its marks and line ends."""
    return " ".join(markdown.replace("*", "").replace("`", "").split())
