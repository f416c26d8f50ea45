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


def test_learning_curves_draw_both_errors_with_labels_that_do_not_overlap():
    errors = {"train_error": [8.0, 2.0], "validation_error": [4.0, 2.01]}
    figure = figures.learning_curves(pd.DataFrame(errors, index=[1, 2]))
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [*errors.values()]
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["training: 2.00%", "validation: 2.01%"]
    figure.canvas.draw()
    below, above = (text.get_window_extent() for text in axes.texts)
    assert below.y1 < above.y0 + 2
    ticks = axes.get_xticks()
    assert np.array_equal(ticks, ticks.round())


def test_stripes_name_their_layer_its_neurons_and_its_zeros():
    hidden = np.tile([0.0, 0.5, 2.0, 0.0], 300)
    axes = figures.activation_pictures({"fc1": hidden, "logits": np.arange(10) - 4.5})
    stripe, logits = axes.axes[:2]
    assert stripe.get_title("left") == "fc1: 1,200 neurons, 600 exactly zero (white)"
    assert stripe.images[0].get_array().count() == 600
    assert len(stripe.collections[0].get_offsets()) == 600
    assert logits.get_xticks().tolist() == list(range(10))
    assert [text.get_text() for text in logits.texts][::9] == ["−4.5", "4.5"]


def test_stacks_show_at_most_a_hundred_neurons_sorted_by_mean_on_one_scale():
    rng = np.random.default_rng(0)
    stacks = {"plain": rng.random((8, 1024)), "quiet": rng.random((8, 40)) / 9}
    figure = figures.activation_stacks(stacks)
    many, few = (axes.images[0] for axes in figure.axes[:2])
    assert many.get_array().shape == (8, 100)
    assert few.get_array().shape == (8, 40)
    assert many.get_clim() == few.get_clim()
    for image, values in zip((many, few), stacks.values(), strict=True):
        means = image.get_array().mean(axis=0)
        assert (np.diff(means) <= 0).all()
        ends = values.mean(axis=0)
        assert (means[0], means[-1]) == pytest.approx((ends.max(), ends.min()))
    label = figure.axes[0].get_xlabel()
    assert label == "neuron (100 of 1,024, sorted by mean)"


def test_digits_need_a_caption_each():
    with pytest.raises(ValueError, match=r"images and captions must .* got 3 and 2"):
        figures.digits(np.zeros((3, 28, 28)), ["a", "b"])


def test_digits_fill_a_grid_and_hide_the_empty_places():
    figure = figures.digits(np.zeros((5, 28, 28)), list("abcde"), columns=3)
    assert [axes.get_title() for axes in figure.axes] == [*"abcde", ""]
    assert len(figure.axes[-1].images) == 0


LAYERS = {
    "fc1": (np.array([0.0, 0.3, 0.02]), np.array([0.0, 0.5, 0.6])),
    "fc2": (np.array([0.1, 0.2]), np.array([0.1, 0.2])),
}


def test_histograms_count_every_neuron_of_both_networks():
    quiet = {name: (mean / 9, std / 9) for name, (mean, std) in LAYERS.items()}
    figure = figures.statistic_histograms({"plain": LAYERS, "quiet": quiet})
    for axes, layer in zip(figure.axes, ("fc1", "fc1", "fc2", "fc2"), strict=True):
        for stairs in axes.patches:
            assert stairs.get_data().values.sum() == len(LAYERS[layer][0])
        assert len({stairs.get_hatch() for stairs in axes.patches}) == 2
        assert axes.get_xlim() == figure.axes[0].get_xlim()
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert named == ["plain", "quiet"]


def test_each_threshold_is_one_line():
    networks = {"plain": LAYERS, "quiet": LAYERS}
    figure = figures.statistic_histograms(networks, (0.05, 0.1))
    mean, std = figure.axes[:2]
    assert [line.get_xdata()[0] for line in mean.lines] == [0.05]
    assert [line.get_xdata()[0] for line in std.lines] == [0.1]


def test_trade_off_marks_what_lies_beyond_the_limit_and_drops_what_is_missing():
    data = {"size_reduction": [90, 10, 50, 70], "drop": [60, 0, 1, float("nan")]}
    axes = figures.trade_off({"plain": pd.DataFrame(data)}, limit=5).axes[0]
    line, outside, *_ = axes.lines
    assert line.get_xdata().tolist() == [10, 50, 90]
    assert line.get_markevery() == [0, 1]
    ends = outside.get_xdata().tolist(), outside.get_ydata().tolist()
    assert ends == ([90], [5])
