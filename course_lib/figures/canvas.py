"""What all figures share: colors, axes, and display."""

from __future__ import annotations

import base64
import html
import io
import re
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#999999"
DPI = 100
FAST = {"compress_level": 3}  # half the time of Pillow's default, hardly more bytes
LINES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", ":"), (RED, "D", "-."))


def picture(figure: Figure, *, trim: bool = True) -> bytes:
    """Return the figure as PNG bytes and close it.

    ``trim`` cuts off empty margins. Without it the figure is drawn once instead of
    three times, and all pictures of a demo have the same size.
    """
    buffer = io.BytesIO()
    if trim:
        figure.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight")
    else:
        figure.set_dpi(DPI)
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_png(buffer, pil_kwargs=FAST)
    plt.close(figure)
    return buffer.getvalue()


def show(figure: Figure, caption: str) -> None:
    """Display a figure once, with a caption that says what it shows.

    The first sentence of the caption is the alternative text of the picture.
    """
    if not caption.strip():
        raise ValueError("caption must say in a sentence what is shown, got none")
    alt = re.split(r"(?<=[.!?])\s", caption.strip(), maxsplit=1)[0]
    png = base64.b64encode(picture(figure)).decode()
    data = {"image/png": png, "text/plain": alt}
    display(data, metadata={"image/png": {"alt": alt}}, raw=True)
    small = f"<p><small>{html.escape(caption)}</small></p>"
    display({"text/html": small, "text/plain": caption}, raw=True)


def tidy(axes: Axes) -> None:
    """Remove the top and right spines and draw a faint grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
