"""Error curves show every point, on an axis that none leaves, and name every line."""

import numpy as np
import pandas as pd
from matplotlib.text import Text

from course_lib import figures

ROWS = pd.DataFrame(
    {
        "rule": ["a", "a", "a", "b", "b"],
        "sparsity": [0.9, 0.5, 0.7, 0.5, 0.9],
        "error": [90.0, 1.0, 10.0, 2.0, 88.0],
        "low": [90.0, 1.0, 10.0, 1.5, 80.0],
        "high": [90.0, 1.0, 10.0, 3.0, 99.0],
    }
)


def _axes(base=1.5):
    figure = figures.error_curves(ROWS, "rule", base=base)
    figure.canvas.draw()
    return figure.axes[0]


def test_every_point_lies_within_a_logarithmic_axis():
    axes = _axes()
    low, high = axes.get_ylim()
    assert axes.get_yscale() == "log"
    for line, errors in zip(axes.lines[1:], ([1, 10, 90], [2, 88]), strict=True):
        assert line.get_ydata().tolist() == errors
        assert all(low < error < high for error in errors)


def test_ticks_are_plain_numbers_within_the_axis():
    labels = [text.get_text() for text in _axes().get_yticklabels()]
    assert labels == ["1", "2", "5", "10", "20", "50", "100"]


def test_spread_is_a_band_where_there_is_one():
    (band,) = _axes().collections
    corners = {tuple(point) for point in band.get_paths()[0].vertices.tolist()}
    assert corners == {(50, 1.5), (50, 3), (90, 80), (90, 99)}


def test_every_line_is_named_at_its_end_and_no_names_overlap():
    axes = _axes()
    assert {text.get_text() for text in axes.texts} == {"a", "b", "not pruned"}
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without lines
    for i, one in enumerate(boxes):
        assert one.x0 > axes.bbox.x1
        assert one.x1 < axes.figure.bbox.x1
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])


def test_network_that_was_not_pruned_is_a_dotted_line():
    line = _axes().lines[0]
    assert np.unique(line.get_ydata()).tolist() == [1.5]
    assert line.get_linestyle() == ":"
