"""Figures of times show numbers as well as colors."""

import pandas as pd
import pytest

from course_lib import figures

GRID = (0.01, 0.1, 0.5)


def _map():
    return pd.DataFrame(
        {
            "rows": [300, 300, 20, 20],
            "columns": [784, 784, 5, 5],
            "batch": [1, 16, 1, 16],
            "step": [0, 1, 2, 3],
            "break_even": [0.0, 0.01, 0.1, 0.5],
            "sure": [True, False, True, True],
        }
    )


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_every_cell_says_its_density_and_whether_it_is_sure():
    axes, bar = figures.break_even_map(_map(), GRID).axes
    assert _texts(axes) == ["< 1 %", "1 % ?", "10 %", "≥ 50 %"]
    assert axes.images[0].get_array().tolist() == [[0, 1], [2, 3]]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "16"]
    shapes = [tick.get_text() for tick in axes.get_yticklabels()]
    assert shapes == ["300 × 784", "20 × 5"]
    steps = [tick.get_text() for tick in bar.get_yticklabels()]
    assert steps == ["never", "1", "10", "50"]
    assert "disagree" in axes.get_title()


def test_prediction_stands_in_the_cell_and_a_frame_around_a_bad_one():
    found = _map().assign(predicted=[0.1, 0.01, 0.5, 0.5], off=[2, 0, 1, 0])
    found["sure"] = True
    axes = figures.break_even_map(found, GRID).axes[0]
    assert _texts(axes)[:2] == ["< 1 %", "predicted 10 %"]
    assert _texts(axes)[-1] == "predicted ≥ 50 %"
    (frame,) = axes.patches
    assert (frame.get_x() + 0.46, frame.get_y() + 0.44) == pytest.approx((0, 0))
    assert "within one step in 3 of 4 cells" in axes.get_title()
    assert "disagree" not in axes.get_title()


def test_cells_that_were_not_measured_stay_empty():
    axes = figures.break_even_map(_map().drop(index=1), GRID).axes[0]
    assert len(axes.texts) == 3
    assert axes.images[0].get_array().mask.tolist() == [[False, True], [False, False]]


def test_times_are_drawn_over_the_batch_size_with_their_spread():
    frame = pd.DataFrame({"batch": [1, 16], "y": [2.0, 4.0]})
    spread = frame.assign(**{"y low": [1.0, 3.0], "y high": [2.5, 8.0]})
    figure = figures.over_batches({"a": frame, "b": spread}, "y", "times faster")
    (axes,) = figure.axes
    assert [bars.get_label() for bars in axes.containers] == ["a", "b"]
    assert [bars.has_yerr for bars in axes.containers] == [False, True]
    ends = [line.tolist() for line in axes.containers[1].lines[2][0].get_segments()]
    assert ends == [[[1, 1], [1, 2.5]], [[16, 3], [16, 8]]]
    assert axes.lines[0].get_ydata() == [1, 1]  # as fast as dense
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert _texts(axes) == ["as fast as dense"]


def test_milliseconds_have_no_line_at_one():
    frame = pd.DataFrame({"batch": [1], "ms": [2.0]})
    figure = figures.over_batches({"a": frame}, "ms", "ms", even=False)
    assert _texts(figure.axes[0]) == []
