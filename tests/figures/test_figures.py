"""Figures show what they are given, and carry their meaning as text."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from course_lib import figures


def test_show_displays_one_png_with_its_alternative_text_and_its_caption(monkeypatch):
    shown = []
    monkeypatch.setattr(
        figures.canvas, "display", lambda data, **how: shown.append((data, how))
    )
    figures.show(plt.figure(), "A line that falls. From 3.5 to < 2.")
    (data, how), (caption, _) = shown
    assert set(data) == {"image/png", "text/plain"}
    assert data["text/plain"] == "A line that falls."
    assert how["metadata"] == {"image/png": {"alt": "A line that falls."}}
    assert "A line that falls. From 3.5 to &lt; 2." in caption["text/html"]
    assert plt.get_fignums() == []  # or every figure would be shown twice


def test_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="caption must say"):
        figures.show(plt.figure(), " ")


def test_learning_curves_draw_error_from_accuracy():
    history = pd.DataFrame(
        {"loss": [1.0, 0.1], "validation_accuracy": [0.9, 0.97]}, index=[1, 2]
    )
    left, right = figures.learning_curves(history).axes
    assert left.lines[0].get_ydata().tolist() == [1.0, 0.1]
    assert right.lines[0].get_ydata() == pytest.approx([10, 3])


def test_digits_need_a_caption_each():
    with pytest.raises(ValueError, match=r"images and captions must .* got 3 and 2"):
        figures.digits(np.zeros((3, 28, 28)), ["a", "b"])


def test_digits_fill_a_grid_and_hide_the_empty_places():
    figure = figures.digits(np.zeros((5, 28, 28)), list("abcde"), columns=3)
    assert [axes.get_title() for axes in figure.axes] == [*"abcde", ""]
    assert len(figure.axes[-1].images) == 0


LAYERS = {
    "fc1": (np.array([0.0, 0.3, -0.02]), np.array([0.0, 0.5, 0.6])),
    "fc2": (np.array([0.1, 0.2]), np.array([0.1, 0.2])),
}


def test_threshold_on_the_mean_is_drawn_on_both_sides_of_zero():
    figure = figures.statistic_histograms(LAYERS, (0.05, 0.1))
    mean, std = figure.axes[0], figure.axes[2]
    assert {line.get_xdata()[0] for line in mean.lines} == {-0.05, 0.05}
    assert {line.get_xdata()[0] for line in std.lines} == {0.1}


def test_trade_off_marks_what_lies_beyond_the_limit_and_drops_what_is_missing():
    frame = pd.DataFrame(
        {"size_reduction": [90, 10, 50, 70], "drop": [60, 0, 1, float("nan")]}
    )
    axes = figures.trade_off({"plain": frame}, limit=5).axes[0]
    inside, outside = axes.lines[0], axes.lines[1]
    assert inside.get_xdata().tolist() == [10, 50]
    assert outside.get_xdata().tolist() == [90]
    assert outside.get_ydata().tolist() == [5]
