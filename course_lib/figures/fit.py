"""The picture of *Will it fit?*: a file in four formats, and room on three devices."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_lib.figures.canvas import BLUE, GREY, ORANGE

SIZE = (8.0, 4.9)
OTHER: dict[str, Any] = {"color": "white", "edgecolor": GREY}
CHOSEN: dict[str, Any] = {"color": BLUE, "edgecolor": "black"}
ROOM: dict[str, Any] = {"fill": False, "edgecolor": "black", "linewidth": 1.5}
FITS: dict[str, Any] = {"color": BLUE, "edgecolor": "black", "alpha": 0.8}
TOO_LARGE: dict[str, Any] = {"color": ORANGE, "edgecolor": "black", "hatch": "///"}


def picture_as_drawn(figure: Figure) -> bytes:
    """PNG bytes of a figure that was laid out by hand: nothing is measured twice."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()


def sizes_and_rooms(
    files: Mapping[str, float],
    chosen: str,
    memory: float,
    rooms: Mapping[str, float],
    say: Callable[[float], str],
) -> Figure:
    """The file in every format, and what running takes within each device's room.

    ``files`` maps formats to bytes, ``chosen`` is one of them, ``rooms`` maps devices
    to bytes; ``say`` writes bytes as text. A model that is too large is hatched, and
    the words beside it say so.
    """
    figure = Figure(figsize=SIZE)
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, height_ratios=(4, 3))
    figure.subplots_adjust(0.33, 0.03, 0.98, 0.93, hspace=0.24)
    _files(above, files, chosen, say)
    _rooms(below, memory, rooms, say)
    return figure


def _files(
    axes: Axes, files: Mapping[str, float], chosen: str, say: Callable[[float], str]
) -> None:
    reach = max(files.values())
    for place, (name, size) in enumerate(files.items()):
        axes.barh(place, size, height=0.62, **(CHOSEN if name == chosen else OTHER))
        bold = "bold" if name == chosen else "normal"
        axes.text(size + 0.015 * reach, place, say(size), va="center", fontweight=bold)
    axes.set_title("the file, stored as", loc="left", fontsize=11)
    _bare(axes, list(files), 1.22 * reach)


def _rooms(
    axes: Axes, memory: float, rooms: Mapping[str, float], say: Callable[[float], str]
) -> None:
    reach = max(memory, *rooms.values())
    for place, room in enumerate(rooms.values()):
        fits = memory <= room
        axes.barh(place, memory, height=0.4, **(FITS if fits else TOO_LARGE))
        axes.barh(place, room, height=0.66, **ROOM)
        word = "fits" if fits else "does not fit"
        axes.text(max(memory, room) + 0.015 * reach, place, word, va="center")
    axes.set_title(
        f"{say(memory)} to run, in the room there is (frame)", loc="left", fontsize=11
    )
    _bare(axes, [f"{name}: {say(room)}" for name, room in rooms.items()], 1.22 * reach)


def _bare(axes: Axes, names: list[str], reach: float) -> None:
    """Names on the left, the first on top, no ticks: the numbers stand at the bars."""
    axes.set_yticks(range(len(names)), names)
    axes.set(xticks=[], xlim=(0, reach or 1), ylim=(len(names) - 0.5, -0.5))
    axes.tick_params(length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
