"""Every figure has the style of the course, whatever the style of the learner is."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from course_lib import figures
from course_lib.figures import Scene, city, fit, frames, plain
from course_lib.storage.sizes import bytes_per_nonzero
from tests.figures.test_latency import _speedups
from tests.figures.test_scene import LAYERS, SCENES, WEIGHTS

CITY = city.make_city(3)
FRAME = pd.DataFrame({"x": [1, 2], "y": [1, 9]})
COLUMNS = ["network", "way", "ms", "error", "low", "high"]
TIMES = pd.DataFrame(
    [["a", "dense", 20, 0.6, 0.4, 0.8], ["a", "shrunk", 5, 0.7, 0.5, 1]],
    columns=COLUMNS,
)
ERRORS = pd.DataFrame({"train_error": [3, 1], "validation_error": [3, 2]}, index=[1, 2])
MASK = np.eye(32, dtype=bool)
NOT_FIGURES = {"CutLayer", "Scene", "format_label", "picture", "show"}


def _scene(name):
    make, (state, *_) = SCENES[name]
    scene = make()
    scene.update(*state)
    return scene


DRAW = {
    "BytesByPart": lambda: _scene("storage"),
    "CutLayers": lambda: _scene("shapes"),
    "MeanAgainstStd": lambda: _scene("neurons"),
    "PartsLeft": lambda: _scene("encoders"),
    "WeightsAndMasks": lambda: _scene("masks"),
    "activation_pictures": lambda: figures.activation_pictures({"a": np.arange(3.0)}),
    "activation_stacks": lambda: figures.activation_stacks({"a": np.eye(3)}),
    "bits_over_density": lambda: figures.bits_over_density(
        bytes_per_nonzero([0.01, 0.1])
    ),
    "course_map": lambda: figures.course_map({"a": (0, 0)}, [], {"a": 0.5}, "a"),
    "curves": lambda: figures.curves({"a": FRAME}, "x", "y", labels=("x", "y")),
    "digits": lambda: figures.digits(np.zeros((1, 28, 28)), ["a"]),
    "error_curves": lambda: figures.error_curves(FRAME, labels=("x", "y")),
    "error_over_time": lambda: figures.error_over_time(TIMES),
    "kept_and_removed": lambda: figures.kept_and_removed(
        np.ones((2, 3, 3)), ["a", "b"], 1
    ),
    "learning_curves": lambda: figures.learning_curves(ERRORS),
    "matrices": lambda: figures.matrices({"W": np.eye(2)}),
    "pattern_meanings": lambda: figures.pattern_meanings({"any": MASK}, cut=()),
    "pixels_and_matrix": lambda: figures.pixels_and_matrix("a", WEIGHTS["fc1"] > 0),
    "pruned_layer": lambda: figures.pruned_layer("any", MASK, cut=False),
    "qr_code": lambda: figures.qr_code(np.eye(21)),
    "speedups": lambda: figures.speedups(_speedups()),
    "statistic_histograms": lambda: figures.statistic_histograms(
        {"plain": LAYERS, "quiet": LAYERS}
    ),
    "trade_off": lambda: figures.trade_off(
        {"a": FRAME.rename(columns={"x": "size_reduction", "y": "drop"})}
    ),
    "city_maps": lambda: plain.city_maps(CITY, CITY, CITY),
    "panel": lambda: frames.panel(lambda axes: axes.text(3, 3, "a")),
    "sheet": lambda: frames.sheet([lambda axes: axes.text(3, 3, "a")], ["a"], ["1"]),
    "sizes_and_rooms": lambda: fit.sizes_and_rooms({"a": 2}, "a", 2, {"b": 3}, str),
}


def _pixels(drawn):
    return drawn.picture() if isinstance(drawn, Scene) else figures.picture(drawn)


def test_every_public_figure_is_among_those_checked_here():
    assert set(figures.__all__) - NOT_FIGURES <= set(DRAW)


@pytest.mark.parametrize("name", DRAW)
def test_the_style_of_the_learner_changes_no_figure_and_is_left_alone(name):
    expected = _pixels(DRAW[name]())
    with mpl.style.context(["dark_background", {"font.size": 20, "axes.grid": False}]):
        before = mpl.rcParams.copy()
        found = _pixels(DRAW[name]())
        assert mpl.rcParams == before | {"backend": mpl.get_backend()}
    assert found == expected
