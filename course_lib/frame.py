"""What surrounds every part of a page: one look, and an end when its cell runs again.

Only what ipywidgets 7.7 (Colab) and 8 share is used.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import ipywidgets as widgets
from IPython import get_ipython

PART_CLASS = "course-part"
# by cell: the request that ran it last, and what it has displayed since
_displayed: dict[str, tuple[str, list[widgets.Widget]]] = {}


class Shared(widgets.VBox):  # type: ignore[misc]
    """Widgets that several places on a page show: no cell owns them, or closes them."""


def framed(view: widgets.Widget) -> widgets.VBox:
    """A part of a page with the course's look, which travels with it.

    In Colab every output is a document of its own, so each needs the stylesheet.
    """
    style = widgets.HTML(f"<style>{_stylesheet()}</style>")
    style.add_class("course-style")
    part = widgets.VBox([style, view])
    part.add_class(PART_CLASS)
    _close_earlier(part)
    return part


@cache
def _stylesheet() -> str:
    return (files("course_lib") / "look.css").read_text(encoding="utf-8")


def _close_earlier(part: widgets.Widget) -> None:
    """Close what this cell displayed when it last ran: it is no longer on the page.

    ipywidgets holds every widget until it is closed, and with it all that its
    callbacks use: networks, images, pictures. Where the front end does not name the
    cell, nothing is closed.
    """
    kernel: Any = getattr(get_ipython(), "kernel", None)
    request = {} if kernel is None else kernel.get_parent()
    cell = request.get("metadata", {}).get("cellId")
    if cell is None:
        return
    run = request["header"]["msg_id"]
    earlier, shown = _displayed.get(cell, (run, []))
    if earlier != run:
        for old in shown:
            close(old)
        shown = []
    _displayed[cell] = run, [*shown, part]


def close(widget: widgets.Widget) -> None:
    """Close a widget and all within it, except for what is shared."""
    if isinstance(widget, Shared):
        return
    for child in getattr(widget, "children", ()):
        close(child)
    widget.close()
