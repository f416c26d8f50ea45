"""The response time of demos and storyboards when a control is moved.

python benchmarks/redraw.py [--demos mask_explorer ...]

Every demo of ``course_lib.demos.gallery`` is built as its lesson opens it, and every
storyboard. From that
state each control is moved to each of its other values and back, so that every value is
timed on its first visit. After each move, in the same process, the peer: a slider that
draws an empty figure of the same size and writes a line, with ipywidgets and matplotlib
alone. Prints the median and the 90th percentile of the time from a new value to the new
picture and the new words in the kernel, and its ratio to the peer's, pair by pair; the
browser comes on top for both. A move that hides the picture is not counted.
"""

import argparse
import io
import os
import statistics
import struct
import tempfile
import time
from collections.abc import Iterator

import ipywidgets as widgets
import matplotlib.pyplot as plt

from course_lib.controls import Picture
from course_lib.demos import gallery
from course_lib.page import storyboard
from course_lib.page.storyboards import NAMES
from course_lib.training import seed_everything

LIMIT = 150  # milliseconds at the median, for every demo


def parts(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Yield a widget and everything in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def other_values(control: widgets.Widget) -> list[object]:
    """Return the other values of a control; none if it is not a control."""
    if getattr(control, "disabled", True):
        return []
    if isinstance(control, widgets.Checkbox):
        return [not control.value]
    listed = getattr(control, "options", ())
    options = [entry[1] if isinstance(entry, tuple) else entry for entry in listed]
    return [value for value in options if value != control.value]


def reveal(view: widgets.Widget) -> None:
    """Commit a guess if a demo requires one."""
    for part in parts(view):
        if isinstance(part, widgets.Dropdown) and part.value == "":
            part.value = part.options[-1][1]
    for part in parts(view):
        if isinstance(part, widgets.Button):
            part.click()


def move(control: widgets.Widget, value: object) -> float:
    """Return the milliseconds until all observers of the control have finished."""
    start = time.perf_counter()
    control.value = value
    return 1000 * (time.perf_counter() - start)


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels, from the header."""
    return struct.unpack(">II", png[16:24])


def bare(image: widgets.Image, size: tuple[int, int]) -> widgets.SelectionSlider:
    """Return the peer: a slider that redraws an empty figure of that size."""
    slider = widgets.SelectionSlider(options=[0, 1])
    line = widgets.HTML()

    def refresh(change: object) -> None:
        figure, _ = plt.subplots(figsize=(size[0] / 100, size[1] / 100))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100)
        plt.close(figure)
        image.value, line.value = buffer.getvalue(), str(slider.value)

    slider.observe(refresh, names="value")
    return slider


def measure(name: str) -> list[tuple[float, float]]:
    """Return the milliseconds of each move, and of the peer right after it."""
    if name in NAMES:
        view = storyboard.build(name)[0]
    else:
        view = gallery.entry(name).build()[0]
        reveal(view)
    image = [part for part in parts(view) if isinstance(part, Picture)][-1]
    peer = bare(widgets.Image(), size_of(image.png))
    times = []
    for control in list(parts(view)):
        start = getattr(control, "value", None)
        for value in other_values(control):
            own = move(control, value)
            shown = image.png
            move(control, start)
            other = move(peer, 1 - peer.value)
            if shown:
                times.append((own, other))
    return times


def main() -> None:
    """Print one row per demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demos", nargs="+", default=[*gallery.DEMOS, *NAMES])
    options = parser.parse_args()
    seed_everything(0)
    print(f"milliseconds a move; the limit is {LIMIT} at the median")
    for name in options.demos:
        times = measure(name)
        own = [row[0] for row in times]
        median, slow = statistics.median(own), statistics.quantiles(own, n=10)[-1]
        ratio = statistics.median(mine / bare for mine, bare in times)
        print(
            f"  {name:20s} {len(own):3d} moves, {median:4.0f} "
            f"(9 in 10 below {slow:.0f}), {ratio:4.2f}× an empty figure"
            + (", ABOVE THE LIMIT" if median > LIMIT else ""),
            flush=True,
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        # guesses are saved, but not among the user's
        os.environ["COURSE_WORK"] = folder
        main()
