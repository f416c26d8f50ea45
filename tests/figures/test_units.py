"""Chapter 04's figures draw what they are given, with names where one can read them."""

import numpy as np
import pandas as pd
import pytest

from course_lib import figures
from course_lib.figures.units import GAP, spread_out

LABELS = ("removed (%)", "error (%)")


def test_pictures_are_kept_above_and_removed_below_on_one_scale():
    pictures = np.array([[[1.0, -4.0]], [[2.0, 0.5]], [[0.1, 0.2]]])
    figure = figures.kept_and_removed(pictures, ["a", "b", "c"], 2)
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == ["a", "b", "c"]
    assert [axes.get_ylabel() for axes in shown] == ["kept", "", "removed"]
    assert {axes.images[0].get_clim() for axes in shown} == {(-4.0, 4.0)}
    for axes, picture in zip(shown, pictures, strict=True):
        assert np.array_equal(axes.images[0].get_array(), picture)


@pytest.mark.parametrize(("captions", "kept"), [(["a"], 1), (["a", "b"], 2)])
def test_pictures_without_captions_or_with_an_empty_row_are_refused(captions, kept):
    with pytest.raises(ValueError, match="captions must be as many as pictures"):
        figures.kept_and_removed(np.ones((2, 3, 3)), captions, kept)


def test_each_line_is_named_at_its_end_and_nothing_is_cut_off():
    errors = pd.DataFrame({"a": [1, 78], "b": [1, 2.5]}, index=[0, 80])
    axes = figures.error_curves(errors, labels=LABELS).axes[0]
    assert [text.get_text() for text in axes.texts] == ["a", "b"]
    assert [text.xy for text in axes.texts] == [(80, 78), (80, 2.5)]
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
    assert [text.get_text() for text in axes.texts] == ["a", "chance"]


def test_an_error_of_zero_has_no_place_on_a_log_axis():
    with pytest.raises(ValueError, match=r"errors must be > 0, got 0"):
        figures.error_curves(pd.DataFrame({"a": [0, 1]}), labels=LABELS)


def test_labels_that_would_overlap_are_moved_apart():
    assert spread_out([0.1, 0.9]) == pytest.approx([0.1, 0.9])
    moved = spread_out([0.5, 0.5, 0.51])
    assert np.diff(sorted(moved)).min() == pytest.approx(GAP)
    assert np.mean(moved) == pytest.approx(np.mean([0.5, 0.5, 0.51]))
    assert spread_out([]) == []


def test_error_over_time_has_a_line_per_network_and_an_interval_per_point():
    columns = ["network", "way", "ms", "error", "low", "high"]
    rows = [("A", "dense", 20, 0.6, 0.4, 0.8), ("A", "shrunk", 5, 0.7, 0.5, 1.0)]
    rows += [("B", "dense", 8, 0.9, 0.7, 1.2)]
    axes = figures.error_over_time(pd.DataFrame(rows, columns=columns)).axes[0]
    assert [t.get_text() for t in axes.texts] == ["A, dense", "A, shrunk", "B, dense"]
    assert [t.xy for t in axes.texts] == [(20, 0.6), (5, 0.7), (8, 0.9)]
    assert len(axes.containers) == 2
    (_, _, (bars,)) = axes.containers[0]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([0.4, 0.8]), pytest.approx([0.5, 1.0])]
