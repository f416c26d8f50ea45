"""The frame of every part of a page: one look, and cleanup when its cell reruns.

Uses only features that ipywidgets 7.7 (Colab) and 8 have in common.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import ipywidgets as widgets
from IPython import get_ipython

PART_CLASS = "course-part"
# per cell: the request of its last run, and the widgets displayed since
_displayed: dict[str, tuple[str, list[widgets.Widget]]] = {}


class Shared(widgets.VBox):  # type: ignore[misc]
    """Widgets shown in several places of a page, which no cell owns or closes."""


def framed(view: widgets.Widget) -> widgets.VBox:
    """Return a part of a page together with the course's stylesheet and script.

    In Colab every output is a separate document, so each needs both.
    """
    # a script element in a widget would not run; this does once the style has loaded
    watch = escape(_file("look.js"))
    style = widgets.HTML(f'<style onload="{watch}">{_file("look.css")}</style>')
    style.add_class("course-style")
    part = widgets.VBox([style, view])
    part.add_class(PART_CLASS)
    _close_earlier(part)
    return part


@cache
def _file(name: str) -> str:
    return (files("course_lib") / name).read_text(encoding="utf-8")


def _close_earlier(part: widgets.Widget) -> None:
    """Close the widgets from this cell's last run, which are no longer on the page.

    ipywidgets keeps every widget until it is closed, and with it everything that its
    callbacks use: networks, images, pictures. If the front end does not name the cell,
    nothing is closed.
    """
    request = running_request()
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


def view_of(widget: widgets.Widget) -> dict[str, Any]:
    """Return the display data of a widget, keyed by media type."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def in_open_notebook() -> bool:
    """Return whether the running cell belongs to a notebook that is open in an editor.

    JupyterLab and editors name the cell that they run; whatever runs a whole notebook,
    such as the build and the tests, does not.
    """
    return "cellId" in running_request().get("metadata", {})


def running_request() -> dict[str, Any]:
    """Return the message that runs the current cell; empty outside a kernel."""
    kernel: Any = getattr(get_ipython(), "kernel", None)
    return {} if kernel is None else dict(kernel.get_parent())


def close(widget: widgets.Widget) -> None:
    """Close a widget and its children, except for shared widgets."""
    if isinstance(widget, Shared):
        return
    for child in getattr(widget, "children", ()):
        close(child)
    widget.close()
