"""What every widget of the course is made of, and how one gets onto a page.

Only what ipywidgets 7.7 (Colab) and 8 share is used. Every control has a description
and can be reached and worked by keyboard. How all of it looks is in ``look.css``, by
the classes that are given here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import mistune
from IPython.display import display

from course_lib.frame import framed

READOUT_CLASS = "course-readout"
_MARKDOWN = mistune.create_markdown(escape=True, plugins=["table"])
CONTROL_CLASS = "course-control"
UNDECIDED = ""


def readout(text: str = "") -> widgets.HTML:
    """An HTML line for what a part counts or measured; tests find it by its class."""
    return widgets.HTML(text).add_class(READOUT_CLASS)


def count() -> widgets.HTML:
    """A readout for what a part counts: no more than a line below the rest."""
    return readout().add_class("course-count")


def image() -> widgets.Image:
    """A picture that is not stretched beyond its own size."""
    return widgets.Image(format="png").add_class("course-picture")


def slider(
    description: str, options: list[tuple[str, float]], value: float
) -> widgets.SelectionSlider:
    """A labelled slider over fixed values that answers when it comes to rest."""
    made = widgets.SelectionSlider(
        description=description,
        options=options,
        value=value,
        continuous_update=False,
    )
    return made.add_class(CONTROL_CLASS)


def choice(
    description: str, options: list[tuple[str, str]], value: str
) -> widgets.Dropdown:
    """A labelled list to choose from, which a screen reader reads out as one.

    By keyboard: the space bar opens it, because JupyterLab keeps the arrow keys of a
    closed one for itself. Toggle buttons would tell the chosen one by shade alone.
    """
    made = widgets.Dropdown(description=description, options=options, value=value)
    return made.add_class(CONTROL_CLASS)


def undecided_choice(description: str, options: Sequence[str]) -> widgets.Dropdown:
    """A list in which nothing is chosen yet: its value is then ``UNDECIDED``."""
    listed = [("– choose –", UNDECIDED), *((option, option) for option in options)]
    return choice(description, listed, UNDECIDED)


def text_area(description: str, value: str = "", rows: int = 3) -> widgets.Textarea:
    """A labelled field for a text of some lines, which tells of every change."""
    made = widgets.Textarea(value=value, description=description, rows=rows)
    return made.add_class("course-field")


def number(description: str, value: float) -> widgets.FloatText:
    """A labelled field for a number to type."""
    made = widgets.FloatText(value=value, description=description)
    return made.add_class(CONTROL_CLASS).add_class("course-number")


def tick(description: str) -> widgets.Checkbox:
    """A box to tick, as wide as its words."""
    made = widgets.Checkbox(description=description, indent=False)
    return made.add_class("course-tick")


def button(
    description: str, on_click: Callable[[], object], *, primary: bool = False
) -> widgets.Button:
    """A button as wide as its words; the space bar presses it.

    ``primary`` marks the one that the part is about.
    """
    made = widgets.Button(description=description).add_class("course-button")
    if primary:
        made.add_class("course-primary")
    made.on_click(lambda _: on_click())
    return made


def prose(markdown: str) -> widgets.HTML:
    """Markdown as a widget; its lines are no longer than those of a page."""
    return widgets.HTML(html(markdown)).add_class("course-prose")


def html(markdown: str) -> str:
    """Markdown as HTML. What is typed as HTML is shown, not obeyed."""
    return str(_MARKDOWN(markdown))


def show_or_hide(widget: widgets.Widget, visible: bool) -> None:
    """Take a widget out of the page, or put it back."""
    widget.layout.display = None if visible else "none"


def display_bundle(
    view: widgets.Widget,
    png: bytes | None,
    alt: str,
    markdown: str | None = None,
) -> None:
    """Display a widget; where no kernel runs, its picture or text, and its meaning.

    ``alt`` is what the notebook tests compare, so it must be the same each time; so
    must ``markdown``, which stands in for a widget that is made of words.
    """
    data: dict[str, Any] = {
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": framed(view).model_id,
        },
        "text/plain": alt,
    }
    metadata = {}
    if png is not None:
        data["image/png"] = base64.b64encode(png).decode()
        metadata["image/png"] = {"alt": alt}
    if markdown is not None:
        data["text/markdown"] = markdown
    display(data, metadata=metadata, raw=True)
