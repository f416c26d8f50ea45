"""The figure of times draws the speedups that it is given, each line with its name."""

import pandas as pd
import pytest

from course_lib import figures

GRID = (0.01, 0.1, 0.5)


def _speedups():
    frames = [
        pd.DataFrame({"density": GRID, "sparse ×": line}).assign(
            rows=rows, columns=columns, batch=batch
        )
        for rows, columns, batch, line in (
            (300, 784, 1, [9.0, 3, 0.5]),
            (20, 5, 1, [8.8, 2, 0.4]),
            (300, 784, 16, [20.0, 4, 0.9]),
        )
    ]
    return pd.concat(frames, ignore_index=True)


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_each_batch_size_has_a_panel_and_each_shape_a_labeled_line():
    one, sixteen = figures.speedups(_speedups()).axes
    assert [axes.get_title() for axes in (one, sixteen)] == ["1 image", "16 images"]
    assert sorted(_texts(one)) == ["20 × 5", "300 × 784"]
    assert set(_texts(sixteen)) == {"300 × 784", "break-even"}
    even, first, second = one.lines
    assert list(even.get_ydata()) == [1, 1]
    assert list(first.get_xdata()) == pytest.approx([1, 10, 50])
    assert list(first.get_ydata()) == [9, 3, 0.5]
    assert list(second.get_ydata()) == [8.8, 2, 0.4]
    assert (one.get_xscale(), one.get_yscale()) == ("log", "log")


def test_labels_of_lines_that_end_side_by_side_are_moved_apart():
    one, _ = figures.speedups(_speedups()).axes
    heights = {text.get_text(): text.xy[1] for text in one.texts}
    assert heights["300 × 784"] - heights["20 × 5"] > 0.04


def test_prediction_is_a_dotted_line_of_the_same_color():
    found = _speedups().assign(**{"predicted ×": 2.0})
    figure = figures.speedups(found)
    _, measured, predicted, *_ = figure.axes[0].lines
    assert predicted.get_linestyle() == ":"
    assert predicted.get_color() == measured.get_color()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["measured", "roofline"]
