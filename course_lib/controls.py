"""Building blocks of the course's widgets, and how a page displays them.

Uses only what ipywidgets 7.7 (Colab) and 8 have in common. Every control has a
description and works by keyboard. ``look.css`` styles the classes that are set here.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any

import ipywidgets as widgets
import mistune
from IPython.display import display
from traitlets import Bytes, Unicode, observe

from course_lib.frame import framed, in_open_notebook, view_of
from course_lib.paper import static_html

READOUT_CLASS = "course-readout"
_MARKDOWN = mistune.create_markdown(escape=True, plugins=["table"])
CONTROL_CLASS = "course-control"
UNDECIDED = None  # the value of a choice before the first click
_COPY = (
    "this.parentElement.querySelector('textarea').select(); this.textContent = "
    "document.execCommand('copy') ? 'copied' : 'now press Ctrl+C'"
)


def readout(text: str = "") -> widgets.HTML:
    """Return an HTML line for counts and measurements; tests find it by its class."""
    return widgets.HTML(text).add_class(READOUT_CLASS)


def count() -> widgets.HTML:
    """Return a readout for counts: a single line below the rest."""
    return readout().add_class("course-count")


class Picture(widgets.HTML):  # type: ignore[misc]
    """A PNG with an alternative text, which ``widgets.Image`` cannot have.

    ``png`` is the picture, none while it is empty; ``alt`` is the picture in words,
    which ``display_bundle`` sets. It is not stretched beyond its own size.
    """

    png = Bytes()
    alt = Unicode()

    def __init__(self) -> None:
        super().__init__()
        self.add_class("course-picture")

    @observe("png", "alt")
    def _draw(self, change: object) -> None:
        if not self.png:
            self.value = ""
            return
        # its size is known before it is decoded, so that nothing below it jumps
        width, height = struct.unpack(">II", self.png[16:24])
        data = base64.b64encode(self.png).decode()
        self.value = (
            f'<img src="data:image/png;base64,{data}" alt="{escape(self.alt)}" '
            f'width="{width}" height="{height}">'
        )


def slider(
    description: str, options: list[tuple[str, float]], value: float
) -> widgets.SelectionSlider:
    """Return a labeled slider over fixed values that reports while it is dragged.

    The front end sends one position at a time and passes over those it was dragged
    across while the kernel was drawing.
    """
    made = widgets.SelectionSlider(
        description=description, options=options, value=value
    )
    return made.add_class(CONTROL_CLASS)


def choice(
    description: str, options: Iterable[tuple[str, str]], value: str | None = UNDECIDED
) -> widgets.RadioButtons:
    """Return a labeled group of radio buttons, for a handful of options.

    Without a ``value`` none is selected, and its value is ``UNDECIDED``. Toggle buttons
    would mark the selected option by shade alone.
    """
    made = widgets.RadioButtons(
        description=description, options=list(options), value=value
    )
    return made.add_class(CONTROL_CLASS).add_class("course-choice")


def menu(
    description: str, options: list[tuple[str, str]], value: str
) -> widgets.Dropdown:
    """Return a labeled drop-down list, for more options than a page has room for."""
    made = widgets.Dropdown(description=description, options=options, value=value)
    return made.add_class(CONTROL_CLASS)


def text_line(description: str, value: str) -> widgets.Text:
    """Return a labeled text field that reports a change on Enter or loss of focus."""
    made = widgets.Text(value=value, description=description, continuous_update=False)
    return made.add_class(CONTROL_CLASS)


def text_area(
    description: str, value: str = "", rows: int = 3, suggestion: str = ""
) -> widgets.Textarea:
    """Return a labeled multi-line text field that reports every change.

    While it is empty it shows a ``suggestion``, which is not part of its value.
    """
    made = widgets.Textarea(
        value=value, description=description, rows=rows, placeholder=suggestion
    )
    return made.add_class("course-field")


def copy_box(label: str, text: str) -> str:
    """Return HTML with read-only text and a button that copies it.

    It works without a kernel. The newer ``navigator.clipboard`` does not, wherever a
    page is served without HTTPS or its outputs are in frames, as on Colab.
    """
    shown = f"<textarea readonly rows='5'>{escape(text)}</textarea>"
    press = f'<button type="button" class="course-button" onclick="{_COPY}">'
    return f"<label>{escape(label)}{shown}</label>{press}copy</button>"


def number(description: str, value: float) -> widgets.FloatText:
    """Return a labeled field for a number."""
    made = widgets.FloatText(value=value, description=description)
    return made.add_class(CONTROL_CLASS).add_class("course-number")


def checkbox(description: str) -> widgets.Checkbox:
    """Return a checkbox as wide as its label."""
    made = widgets.Checkbox(description=description, indent=False)
    return made.add_class("course-tick")


def button(
    description: str, on_click: Callable[[], object], *, primary: bool = False
) -> widgets.Button:
    """Return a button as wide as its label; the space bar presses it.

    ``primary`` marks the main button of a part.
    """
    made = widgets.Button(description=description).add_class("course-button")
    if primary:
        made.add_class("course-primary")
    made.on_click(lambda _: on_click())
    return made


def prose(markdown: str) -> widgets.HTML:
    """Return Markdown as a widget whose lines are no longer than those of a page."""
    return widgets.HTML(html(markdown)).add_class("course-prose")


def html(markdown: str) -> str:
    """Return Markdown as HTML. HTML in the source is escaped."""
    return str(_MARKDOWN(markdown))


def show_or_hide(widget: widgets.Widget, visible: bool) -> None:
    """Hide a widget, or show it again."""
    widget.layout.display = None if visible else "none"


def _pictures(view: widgets.Widget) -> Iterator[Picture]:
    if isinstance(view, Picture):
        yield view
    for child in getattr(view, "children", ()):
        yield from _pictures(child)


def display_bundle(
    view: widgets.Widget, png: bytes | None, alt: str, markdown: str | None = None
) -> None:
    """Display a widget with a picture or text for readers without a kernel.

    The notebook tests compare ``alt``, so it must be the same in every run; so must
    ``markdown``, which replaces a widget that consists of text. In a notebook that
    somebody has open, picture or text are an output of their own: a notebook that is
    opened again may know nothing of the widget, and would show an error in place of
    all that the bundle holds.
    """
    for picture in _pictures(view):
        picture.alt = alt
    shown = view_of(framed(view)) | {"text/plain": alt}
    still: dict[str, Any] = {} if markdown is None else {"text/markdown": markdown}
    metadata = {}
    if in_open_notebook():
        still["text/html"] = static_html(png, alt, markdown)
        display(shown, raw=True)
        display(still, raw=True)
        return
    if png is not None:
        still["image/png"] = base64.b64encode(png).decode()
        metadata["image/png"] = {"alt": alt}
    display(shown | still, metadata=metadata, raw=True)
