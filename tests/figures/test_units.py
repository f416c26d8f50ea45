"""Chapter 04's figures draw what they are given, with names where one can read them."""

import numpy as np
import pandas as pd
import pytest

from course_lib import figures


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
    with pytest.raises(ValueError, match="captions must have one entry per picture"):
        figures.kept_and_removed(np.ones((2, 3, 3)), captions, kept)


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
