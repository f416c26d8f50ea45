"""What all figures share: one style sheet, parts of axes, and display."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
from cycler import cycler
from IPython.display import display
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

P = ParamSpec("P")
T = TypeVar("T")
BLUE, ORANGE, GREEN, RED, GRAY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#999999"
DPI = 100
FAST = {"compress_level": 3}  # half the time of Pillow's default, hardly more bytes
LINES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "P", ":"), (RED, "D", "-."))

STYLE: dict[str, Any] = {
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "font.family": "DejaVu Sans",  # comes with Matplotlib
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e0e0e0",
    "grid.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, RED]),
    "axes.formatter.limits": (-5, 9),
    "axes.formatter.useoffset": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "image.cmap": "cividis",
}


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Make ``draw`` use the course's style, whatever the caller's style is.

    The caller's own settings and plots remain as they are.
    """

    @wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> T:
        with style.context(STYLE, after_reset=True):
            result = draw(*args, **kwargs)
            if isinstance(result, Figure):
                fix_ticks(result)
        return result

    return in_style


def picture(figure: Figure, *, trim: bool = True) -> bytes:
    """Return the figure as PNG bytes and close it.

    ``trim`` cuts off empty margins. Without it the figure is drawn once instead of
    three times, and all pictures of a demo have the same size.
    """
    buffer = io.BytesIO()
    if trim:
        figure.savefig(
            buffer, format="png", dpi=DPI, bbox_inches="tight", facecolor="auto"
        )
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


def plain_numbers(axes: Axes) -> None:
    """Label both axes with plain numbers, such as 0.001 and 1,000, at major ticks."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_locator(NullLocator())


def label_ends(
    axes: Axes, ends: Sequence[tuple[str, float, str]], x: float, side: str
) -> None:
    """Write the name of each line beside its end, on the ``side`` of ``x``.

    ``ends`` are names, heights and colors. Names that would overlap are moved apart;
    the limits of the axes must be final, on a linear or logarithmic scale.
    """
    scale = axes.transData + axes.transAxes.inverted()
    height = axes.get_window_extent().height / axes.figure.get_dpi()
    apart = 0.2 / max(height, 1)  # inches
    order = sorted(ends, key=lambda end: end[1])
    levels = [scale.transform((x, y))[1] for _, y, _ in order]
    for _ in range(100):
        for i in range(len(levels) - 1):
            if (overlap := apart - (levels[i + 1] - levels[i])) > 1e-9:
                levels[i] -= overlap / 2
                levels[i + 1] += overlap / 2
    place = axes.get_xaxis_transform()
    away = (6, 0) if side == "right" else (-6, 0)
    align = "left" if side == "right" else "right"
    for (name, _, color), level in zip(order, levels, strict=True):
        axes.annotate(
            name, (x, level), away, xycoords=place, textcoords="offset points",
            ha=align, va="center", fontsize=9, color=color, annotation_clip=False,
        )  # fmt: skip


def frame_image(axes: Axes) -> None:
    """Draw a full frame around an image, without a grid."""
    axes.spines[:].set_visible(True)
    axes.grid(False)


def fix_ticks(figure: Figure) -> None:
    """Create all ticks now, so that they have the current style, not a later one."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            # the number of ticks depends on this size, too
            axis.set_tick_params(which="both", labelsize=STYLE["xtick.labelsize"])
