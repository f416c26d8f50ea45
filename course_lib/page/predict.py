"""Predict before the reveal: a guess that is kept, and a demo that waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import ipywidgets as widgets

from course_lib import controls, journal
from course_lib.page.guess import GuessForm
from course_lib.page.questions import ChoiceQuestion, questions

# whoever shows a question hears of a guess that was made elsewhere on the page
_listeners: dict[str, list[Callable[[], None]]] = defaultdict(list)


def show(chapter: str) -> None:
    """Display a chapter's prediction; it is kept as ``"NN-predict"``."""
    controls.display_bundle(*build(chapter))


def build(chapter: str) -> tuple[widgets.VBox, None, str, str]:
    """The widget, no picture, and the question in words, twice."""
    asked = questions(chapter).predict
    view = widgets.VBox([controls.prose(asked.markdown()), _form(asked)])
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
    asked = questions(chapter).predict
    first = controls.prose("**Predict first**, then the demo opens here.")
    form, guess = _form(asked), controls.prose("")

    def refresh() -> None:
        kept = journal.newest(asked.name)
        guess.value = "" if kept is None else controls.html(_in_words(asked, kept))
        for widget in (first, form):
            controls.show_or_hide(widget, kept is None)
        for widget in (guess, view):
            controls.show_or_hide(widget, kept is not None)

    _listeners[asked.name].append(refresh)
    refresh()
    return widgets.VBox([first, form, guess, view])


def _form(asked: ChoiceQuestion) -> widgets.VBox:
    line = controls.readout()

    def commit(key: str, percent: int) -> None:
        journal.keep(asked.name, key, percent)
        for listener in _listeners[asked.name]:
            listener()

    def refresh() -> None:
        kept, _ = journal.read(asked.name)
        count = f"{len(kept)} guess{'' if len(kept) == 1 else 'es'} kept"
        newest = f" · {_in_words(asked, kept[-1])}" if kept else ""
        line.value = controls.html(count + newest)

    _listeners[asked.name].append(refresh)
    refresh()
    choices = {key: f"{key}  {_short(text)}" for key, text in asked.choices.items()}
    return widgets.VBox([GuessForm(choices, commit), line])


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
