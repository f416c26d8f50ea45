"""Curves and matrices draw every number they are given, and no other."""

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from course_lib import figures


def _frame(**columns):
    return pd.DataFrame(columns)


def _draw(frames, **how):
    figure = figures.curves(frames, "x", "y", labels=("ratio", "drop (points)"), **how)
    return figure.axes[0]


def _data(line):
    return list(zip(*(values.tolist() for values in line.get_data()), strict=True))


def test_points_are_drawn_from_left_to_right_without_missing_ones():
    axes = _draw({"a": _frame(x=[3, 1, 2, 4], y=[30, 10, float("nan"), 40])})
    assert [_data(line) for line in axes.lines] == [[(1, 10), (3, 30), (4, 40)]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("ratio", "drop (points)")


def test_points_above_the_limit_become_arrows_at_the_edge():
    axes = _draw({"a": _frame(x=[1, 2, 3, 4], y=[1, 9, 5, 5.1])}, limit=5)
    line, outside, _ = axes.lines
    assert _data(line) == [(1, 1), (2, 9), (3, 5), (4, 5.1)]
    assert line.get_markevery() == [0, 2]
    assert _data(outside) == [(2, 5), (4, 5)]
    assert (outside.get_marker(), outside.get_linestyle()) == ("^", "None")
    assert to_hex(outside.get_color()) == to_hex(line.get_color())
    assert axes.get_ylim()[1] == 5
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["a", "above 5 points"]


def test_legend_explains_triangles_only_where_there_are_some():
    axes = _draw({"a": _frame(x=[1, 2], y=[1, 5])}, limit=5)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a"]
    assert len(axes.lines) == 1


def test_spread_is_drawn_as_a_band_from_low_to_high():
    frame = _frame(x=[1, 2], y=[1, 2], low=[0.5, 1], high=[3, 4])
    (band,) = _draw({"a": frame, "b": _frame(x=[1], y=[1])}).collections
    corners = {tuple(point) for point in band.get_paths()[0].vertices.tolist()}
    assert corners == {(1, 0.5), (1, 3), (2, 1), (2, 4)}


def test_legend_is_beside_the_data_and_no_margin_is_left_empty():
    frame = _frame(x=[1, 2, 3], y=[1, 2, 9])
    for limit in (5, 10):
        axes = _draw({"a": frame, "b": frame / 2}, limit=limit)
        axes.figure.canvas.draw()
        assert axes.get_legend().get_window_extent().x0 >= axes.bbox.x1
        assert axes.get_tightbbox().x0 < 10


def test_diagonal_runs_from_one_to_the_largest_of_all_frames():
    frames = {"a": _frame(x=[1, 4], y=[1, 2]), "b": _frame(x=[2, 8], y=[1, 3])}
    plain, ideal = _draw(frames), _draw(frames, diagonal=True)
    assert len(ideal.lines) == len(plain.lines) + 1
    assert _data(ideal.lines[-1]) == [(1, 1), (8, 8)]
    named = [text.get_text() for text in ideal.get_legend().get_texts()]
    assert named == ["a", "b", "ideal"]


def test_no_curve_is_left_out_and_four_differ_without_colour():
    frames = {str(i): _frame(x=[0, 1], y=[i, i]) for i in range(11)}
    lines = _draw(frames).lines
    assert [line.get_label() for line in lines] == list(frames)
    looks = {(line.get_marker(), line.get_linestyle()) for line in lines[:4]}
    assert len(looks) == 4


def test_frames_are_left_as_they_were():
    frame = _frame(x=[2, 1], y=[9, float("nan")])
    before = frame.copy()
    _draw({"a": frame}, limit=3)
    pd.testing.assert_frame_equal(frame, before)


def test_matrices_share_one_scale_around_zero():
    values = {"one": np.array([[1.0, -4.0]]), "two": np.array([[0.5], [2.0]])}
    panels = figures.matrices(values).axes[:2]
    assert [axes.get_title() for axes in panels] == ["one", "two"]
    for axes, expected in zip(panels, values.values(), strict=True):
        (mesh,) = axes.images
        assert np.array_equal(mesh.get_array(), expected)
        assert mesh.get_clim() == (-4, 4)


def test_exactly_the_zeros_carry_a_dot():
    values = np.array([[0.0, 1e-12, -0.0], [3.0, 0.0, -2.0]])
    axes, _ = figures.matrices({"W": values}).axes
    (dots,) = (c for c in axes.collections if isinstance(c, PathCollection))
    places = {(int(y), int(x)) for x, y in dots.get_offsets()}
    assert places == {(0, 0), (0, 2), (1, 1)}


def test_matrices_of_zeros_alone_are_drawn():
    axes, _ = figures.matrices({"W": np.zeros((2, 2))}).axes
    assert axes.images[0].get_clim() == (-1, 1)
