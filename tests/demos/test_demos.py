"""Each demo computes what it shows, and its controls change the readout."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

from course_lib import activation
from course_lib.data import Split
from course_lib.demos import sample_size, threshold_explorer
from course_lib.models import MLP
from course_lib.training import accuracy
from tests import sampling

CORRECT = np.arange(10_000) % 50 > 0  # 98% right


def test_four_times_the_images_halve_the_standard_error():
    errors = [sample_size.compute(CORRECT, n).standard_error for n in sample_size.SIZES]
    assert errors[0] == pytest.approx(1.4)
    for wide, narrow in pairwise(errors):
        assert wide == pytest.approx(2 * narrow)


@pytest.mark.parametrize("size", [0, 10_001])
def test_sample_larger_than_the_data_is_refused(size):
    with pytest.raises(ValueError, match="size must be from 1 to 10000"):
        sample_size.compute(CORRECT, size)


@pytest.fixture(scope="module")
def pruning():
    torch.manual_seed(0)
    model = MLP((784, 20, 12, 10)).double()
    images = torch.rand(64, 1, 28, 28, dtype=torch.float64)
    with torch.no_grad():
        model.fc1.weight[:5] = 0  # five neurons that say nothing
        model.fc1.bias[:5] = -1
    split = Split(images, torch.randint(0, 10, (64,)))
    return model, activation.activation_statistics(model, split), split


def test_explorer_counts_what_really_remains(pruning):
    model, statistics, split = pruning
    outcome = threshold_explorer.compute(model, statistics, split, (0.0, 0.0))
    keep = activation.select_neurons(statistics, 0.0, 0.0)
    smaller = activation.remove_neurons(model, keep)
    assert outcome.kept == {k: int(m.sum()) for k, m in keep.items()}
    assert outcome.kept["fc1"] <= 15
    assert outcome.parameters == sum(p.numel() for p in smaller.parameters())
    assert outcome.accuracy == 100 * accuracy(smaller, split)
    assert outcome.drop == 0


def test_explorer_says_so_when_a_layer_would_be_emptied(pruning):
    assert threshold_explorer.compute(*pruning, (1e9, 1e9)) is None
    view, _, _ = threshold_explorer.build(*pruning)
    mean, std, _, _, line, _ = view.children
    mean.value, std.value = 1.0, 1.0
    assert "no network remains" in line.value


def test_intervals_include_the_truth_about_as_often_as_they_say():
    samples = [sample_size.compute(CORRECT, size) for size in sample_size.SIZES]
    covered = [sample.covered for sample in samples]
    assert sum(covered) / len(covered) == pytest.approx(95, abs=2)
    for sample in samples:
        assert sample.overall == pytest.approx(98)
        spread = np.std(sample.accuracies)
        assert spread == pytest.approx(sample.standard_error, rel=0.25)


def test_samples_do_not_depend_on_the_order_of_the_file():
    sorted_file = sample_size.compute(np.sort(CORRECT), 100)
    assert np.mean(sorted_file.accuracies) == pytest.approx(98, abs=0.6)


@pytest.mark.parametrize("chosen", sample_size.SIZES)
def test_each_sample_is_drawn_and_the_chosen_one_is_the_thick_one(chosen):
    samples = [sample_size.compute(CORRECT, size) for size in sample_size.SIZES]
    (axes,) = sample_size.draw(samples, chosen).axes
    thick = {}
    for sample, bars in zip(samples, axes.containers, strict=True):
        points, _, (bar,) = bars.lines
        assert points.get_xdata() == [sample.accuracies[0]]
        ends = bar.get_segments()[0][:, 0]
        assert tuple(ends) == pytest.approx(sample.intervals[0])
        thick[sample.size] = bar.get_linewidth()
    assert max(thick, key=thick.get) == chosen
    assert sorted(thick.values())[-2] < thick[chosen]


def test_sample_size_widget_shows_each_size_and_closes_its_figures():
    view, _, _ = sample_size.build(CORRECT)
    control, _, _, line, image = view.children
    pictures = set()
    for size in sample_size.SIZES:
        control.value = size
        assert line.value == sample_size.compute(CORRECT, size).sentence()
        pictures.add(image.png)
    assert len(pictures) == len(sample_size.SIZES)
    assert plt.get_fignums() == []


THRESHOLDS = threshold_explorer.GRID
GRID = list(product(THRESHOLDS, THRESHOLDS))


@pytest.fixture(scope="module")
def outcomes(pruning):
    """What every pair of thresholds leaves."""
    return {pair: threshold_explorer.compute(*pruning, pair) for pair in GRID}


def test_higher_thresholds_never_bring_a_neuron_back(outcomes, pruning):
    _, statistics, _ = pruning
    assert None in outcomes.values()
    for (mean, std), outcome in outcomes.items():
        goes = {
            name: (layer.mean.abs() <= mean) & (layer.std <= std)
            for name, layer in statistics.items()
        }
        emptied = any(mask.all() for mask in goes.values())
        assert (outcome is None) == emptied
        for other in THRESHOLDS:
            for stricter in ((max(mean, other), std), (mean, max(std, other))):
                less = outcomes[stricter]
                assert not (emptied and less)
                if less:
                    assert all(less.kept[k] <= n for k, n in outcome.kept.items())
                    assert less.parameters <= outcome.parameters
                    assert less.size_reduction >= outcome.size_reduction
    found = [outcome for outcome in outcomes.values() if outcome]
    bases = {round(outcome.accuracy + outcome.drop, 9) for outcome in found}
    assert bases == {round(100 * accuracy(pruning[0], pruning[2]), 9)}


@pytest.mark.parametrize("mean", sampling.sample(THRESHOLDS, 0.3))
def test_every_pair_of_thresholds_is_drawn_with_what_was_computed(
    outcomes, pruning, mean
):
    _, statistics, _ = pruning
    for std in THRESHOLDS:
        outcome = outcomes[mean, std]
        figure = threshold_explorer.draw(statistics, (mean, std))
        for axes, (name, layer) in zip(figure.axes, statistics.items(), strict=True):
            kept, gone = (len(points.get_offsets()) for points in axes.collections)
            assert kept + gone == len(layer.mean)
            assert axes.get_title() == f"{name}: {gone} of {len(layer.mean):,} removed"
            if outcome:
                assert kept == outcome.kept[name]
            (corner,) = axes.patches
            assert (corner.get_width(), corner.get_height()) == (mean, std)
    assert plt.get_fignums() == []


def test_explorer_widget_says_for_every_pair_what_compute_does(outcomes, pruning):
    view, png, _ = threshold_explorer.build(*pruning)
    mean, std, _, _, line, image = view.children
    for pair, outcome in sampling.sample(outcomes.items(), 0.1):
        mean.value, std.value = pair
        expected = outcome.sentence() if outcome else "no network remains"
        assert expected in line.value
    mean.value, std.value = threshold_explorer.START
    assert image.png == png  # as if nothing had been moved
    assert plt.get_fignums() == []
