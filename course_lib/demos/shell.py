"""What every demo's widget needs: a readout, a picture, a bundle to display."""

from __future__ import annotations

import base64

import ipywidgets as widgets
from IPython.display import display

READOUT_CLASS = "course-readout"


def readout() -> widgets.HTML:
    """An HTML line for the numbers of a demo; tests find it by its CSS class."""
    line = widgets.HTML()
    line.add_class(READOUT_CLASS)
    return line


def image() -> widgets.Image:
    """A picture that is not stretched beyond its own size."""
    return widgets.Image(format="png", layout=widgets.Layout(max_width="60em"))


def slider(
    description: str, options: list[tuple[str, float]], value: float
) -> widgets.SelectionSlider:
    """A labelled slider over fixed values that answers when it comes to rest."""
    return widgets.SelectionSlider(
        description=description,
        options=options,
        value=value,
        continuous_update=False,
        style={"description_width": "11em"},
        layout=widgets.Layout(width="36em"),
    )


def choice(
    description: str, options: list[tuple[str, str]], value: str
) -> widgets.Dropdown:
    """A labelled list to choose from, which a screen reader reads out as one.

    By keyboard: the space bar opens it, because JupyterLab keeps the arrow keys of a
    closed one for itself. Toggle buttons would tell the chosen one by shade alone.
    """
    return widgets.Dropdown(
        description=description,
        options=options,
        value=value,
        style={"description_width": "11em"},
        layout=widgets.Layout(width="36em"),
    )


def display_bundle(view: widgets.Widget, png: bytes, alt: str) -> None:
    """Display a widget; where no kernel runs, its picture, and in text its meaning.

    The text is what the notebook tests compare, so it must be the same each time.
    """
    data = {
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": view.model_id,
        },
        "image/png": base64.b64encode(png).decode(),
        "text/plain": alt,
    }
    display(data, metadata={"image/png": {"alt": alt}}, raw=True)
