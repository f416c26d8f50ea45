"""Error curves show every point, on an axis that none leaves, and name every line."""

import numpy as np
import pandas as pd
import pytest

from course_lib import figures

LABELS = ("removed (%)", "error (%)")


def test_each_line_is_named_at_its_end_and_nothing_is_cut_off():
    errors = pd.DataFrame({"a": [1, 78], "b": [1, 2.5]}, index=[0, 80])
    axes = figures.error_curves(errors, labels=LABELS).axes[0]
    assert sorted(text.get_text() for text in axes.texts) == ["a", "b"]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[1, 78], [1, 2.5]]
    assert axes.get_yscale() == "log"
    low, high = axes.get_ylim()
    assert low < 1 < 78 < high


def test_chance_is_a_line_through_its_mean_in_a_band_of_its_range():
    errors = pd.DataFrame({"a": [1, 2]}, index=[20, 40])
    chance = pd.DataFrame({0: [1, 4], 1: [3, 8]}, index=[20, 40])
    axes = figures.error_curves(errors, labels=LABELS, chance=chance).axes[0]
    assert axes.lines[1].get_ydata().tolist() == [2, 6]
    corners = {tuple(p) for p in axes.collections[0].get_paths()[0].vertices.tolist()}
    assert corners == {(20, 1), (20, 3), (40, 4), (40, 8)}
    assert sorted(text.get_text() for text in axes.texts) == ["a", "chance"]


def test_an_error_of_zero_has_no_place_on_a_log_axis():
    with pytest.raises(ValueError, match=r"errors must be > 0, got 0"):
        figures.error_curves(pd.DataFrame({"a": [0, 1]}), labels=LABELS)


def test_network_that_was_not_pruned_is_a_dotted_line():
    errors = pd.DataFrame({"a": [1, 2]}, index=[20, 40])
    axes = figures.error_curves(errors, labels=LABELS, base=1.5).axes[0]
    assert np.unique(axes.lines[-1].get_ydata()).tolist() == [1.5]
    assert axes.lines[-1].get_linestyle() == ":"
    assert sorted(text.get_text() for text in axes.texts) == ["a", "not pruned"]


def test_no_two_names_overlap_and_none_is_cut_off():
    errors = pd.DataFrame({name: [1, 50] for name in "abc"}, index=[20, 40])
    figure = figures.error_curves(errors, labels=LABELS, base=49)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for i, one in enumerate(boxes):
        assert figure.axes[0].bbox.x1 < one.x0 < one.x1 < figure.bbox.x1
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])
