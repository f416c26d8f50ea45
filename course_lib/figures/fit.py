"""The figure of *Will it fit?*: a file in four formats, memory of three devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.figures.canvas import BLUE, GRAY, ORANGE, styled

SIZE = (6.0, 5.8)
TITLES = ("The file, stored as", "to run, in the room there is (frame)")
TEXT = 11.5  # points; large, because phones display the picture at half its size
OTHER: dict[str, Any] = {"color": "white", "edgecolor": GRAY}
CHOSEN: dict[str, Any] = {"color": BLUE, "edgecolor": "black"}
ROOM: dict[str, Any] = {"fill": False, "edgecolor": "black", "linewidth": 1.5}
FITS: dict[str, Any] = {"color": BLUE, "edgecolor": "black", "alpha": 0.8}
TOO_LARGE: dict[str, Any] = {"color": ORANGE, "edgecolor": "black", "hatch": "///"}


@styled
def sizes_and_rooms(
    files: Mapping[str, float],
    chosen: str,
    memory: float,
    rooms: Mapping[str, float],
    say: Callable[[float], str],
) -> Figure:
    """Draw the file in every format, and the memory for running on each device.

    ``files`` maps formats to bytes, ``chosen`` is one of them, ``rooms`` maps devices
    to bytes; ``say`` formats bytes as text. A model that is too large is hatched, with
    a label that says so.
    """
    figure = Figure(figsize=SIZE)
    above, below = figure.subplots(2, 1, height_ratios=(4, 3))
    figure.subplots_adjust(0.02, 0.01, 0.99, 0.95, hspace=0.17)
    _files(above, files, chosen, say)
    _rooms(below, memory, rooms, say)
    return figure


def _files(
    axes: Axes, files: Mapping[str, float], chosen: str, say: Callable[[float], str]
) -> None:
    for place, (name, size) in enumerate(files.items()):
        axes.barh(place, size, height=0.42, **(CHOSEN if name == chosen else OTHER))
        weight = "bold" if name == chosen else "normal"
        _above(axes, place, f"{name}: {say(size)}", weight)
    _bare(axes, TITLES[0], len(files), max(files.values()))


def _rooms(
    axes: Axes, memory: float, rooms: Mapping[str, float], say: Callable[[float], str]
) -> None:
    for place, (name, room) in enumerate(rooms.items()):
        fits = memory <= room
        axes.barh(place, memory, height=0.28, **(FITS if fits else TOO_LARGE))
        axes.barh(place, room, height=0.42, **ROOM)
        word = "fits" if fits else "does not fit"
        _above(axes, place, f"{name}, {say(room)}: {word}", "normal")
    title = f"{say(memory)} {TITLES[1]}"
    _bare(axes, title, len(rooms), max(memory, *rooms.values()))


def _above(axes: Axes, place: int, text: str, weight: str) -> None:
    axes.text(0, place - 0.29, text, fontsize=TEXT, fontweight=weight)


def _bare(axes: Axes, title: str, bars: int, reach: float) -> None:
    """Set a title and remove the ticks: numbers are above the bars, first on top."""
    axes.set_title(title, loc="left", fontsize=TEXT + 1)
    axes.set(xticks=[], yticks=[], xlim=(0, 1.02 * reach or 1), ylim=(bars - 0.7, -0.7))
    axes.spines[:].set_visible(False)
