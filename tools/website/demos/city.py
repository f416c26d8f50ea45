"""The city of chapter 00, to be pruned by a slider: its streets, river, and park."""

from typing import Any

import numpy as np

from course_lib.figures.city import LINES, MARGIN, City, erase, make_city, redraw
from course_lib.figures.plain import WIDE
from tools.website.controls import percent

DIGITS = 3  # of a street's place and width: a thousandth of the way to the next one
SHARES = tuple(tenths / 10 for tenths in range(10))
STREETS = tuple(range(LINES, 3, -1))  # kept in each direction
WAYS = (
    ("erase the narrowest stretches, wherever they are", "erase"),
    ("take out whole streets and redraw the rest", "redraw"),
)
START = ("erase", 0.5, 9)  # so that the first look at a redrawn city shows it smaller
NOTE = (
    "A wide street is a large weight, a narrow street a small one, a dotted line a "
    "weight of zero. The sheet of paper is the model’s file."
)


def data() -> dict[str, Any]:
    """Return the streets row by row, as ``course_lib/web/demos/city.js`` draws them."""
    city = make_city()
    streets = [[f"{lines}", lines] for lines in STREETS]
    way, share, lines = START
    return {
        "controls": [
            ["way", "choice", "prune the city", WAYS, way],
            ["share", "slider", "stretches to erase", percent(SHARES), share],
            ["lines", "slider", "streets kept in each direction", streets, lines],
        ],
        "note": NOTE,
        "said": {
            "erase": [sentence(city, erase(city, share)) for share in SHARES],
            "redraw": [sentence(city, redraw(city, lines)) for lines in STREETS],
        },
        "lines": LINES,
        "margin": MARGIN,
        "wide": WIDE,
        "crossings": _rounded(city.crossings.reshape(-1, 2)),
        "across": _rounded(city.across.ravel()),
        "down": _rounded(city.down.ravel()),
        "river": _rounded(city.river[np.linspace(0, 199, 40).astype(int)]),
        "park": _rounded(city.park[::2]),
    }


def sentence(whole: City, pruned: City) -> str:
    """Return what is left of the streets and of the sheet."""
    paper = 100 * pruned.paper / whole.paper
    sheet = (
        "the sheet is as large as before"
        if pruned.side == whole.side
        else f"redrawn on {paper:.0f}% of the paper"
    )
    return f"{pruned.streets} of {whole.streets} stretches of street left · {sheet}"


def _rounded(array: np.ndarray) -> list[Any]:
    rounded: list[Any] = np.round(array, DIGITS).tolist()
    return rounded
