"""The city of chapter 00, to be pruned by a slider: its streets, river, and park."""

from typing import Any

import numpy as np

from course_lib.figures.city import LINES, MARGIN, make_city
from course_lib.figures.plain import WIDE

DIGITS = 3  # of a street's place and width: a thousandth of the way to the next one


def data() -> dict[str, Any]:
    """Return the streets row by row, as ``course_lib/web/demos/city.js`` draws them."""
    city = make_city()
    return {
        "lines": LINES,
        "margin": MARGIN,
        "wide": WIDE,
        "crossings": _rounded(city.crossings.reshape(-1, 2)),
        "across": _rounded(city.across.ravel()),
        "down": _rounded(city.down.ravel()),
        "river": _rounded(city.river[np.linspace(0, 199, 40).astype(int)]),
        "park": _rounded(city.park[::2]),
    }


def _rounded(array: np.ndarray) -> list[Any]:
    rounded: list[Any] = np.round(array, DIGITS).tolist()
    return rounded
