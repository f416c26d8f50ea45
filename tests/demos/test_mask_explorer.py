"""What the chapter 03 demo says and draws is what NumPy finds on the same weights."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import same_color

from course_lib.demos import mask_explorer
from course_lib.demos.mask_explorer import GLOBAL, LAYERWISE
from course_lib.figures.canvas import BLUE
from course_lib.measure import nonzero_count
from tests.sampling import sample
from tests.small import small_model, small_split

SPLIT = small_split()


@pytest.fixture(scope="module")
def model():
    return small_model("relu")  # 784-12-9-10


def arrays(model):
    return {
        name: model.get_parameter(f"{name}.weight").detach().numpy()
        for name in ("fc1", "fc2", "fc3")
    }


def pruned_by_hand(weights, sparsity, scope):
    """Zeros below the k-th smallest magnitude; there are no ties in random weights."""

    def limit(values):
        magnitudes = np.sort(np.abs(values), axis=None)
        return magnitudes[round(sparsity * len(magnitudes)) - 1]

    everything = np.concatenate([w.ravel() for w in weights.values()])
    each = weights.items()
    limits = {name: limit(everything if scope == GLOBAL else w) for name, w in each}
    zeroed = {name: np.where(np.abs(w) > limits[name], w, 0) for name, w in each}
    return zeroed, limits


def percent_right(model, weights):
    x = SPLIT.images.numpy().reshape(len(SPLIT.labels), -1)
    for name, weight in weights.items():
        x = x @ weight.T + model.get_parameter(f"{name}.bias").detach().numpy()
        x = np.maximum(x, 0) if name != "fc3" else x
    return 100 * np.mean(x.argmax(axis=1) == SPLIT.labels.numpy())


@pytest.mark.parametrize("scope", [GLOBAL, LAYERWISE])
@pytest.mark.parametrize("sparsity", [0.5, 0.95])
def test_outcome_equals_numpy_by_hand(model, sparsity, scope):
    weights = arrays(model)
    zeroed, limits = pruned_by_hand(weights, sparsity, scope)
    outcome = mask_explorer.compute(model, SPLIT, sparsity, scope)
    assert outcome.kept == {name: np.count_nonzero(w) for name, w in zeroed.items()}
    assert outcome.weights == {"fc1": 784 * 12, "fc2": 12 * 9, "fc3": 9 * 10}
    assert outcome.thresholds == pytest.approx(limits)
    assert outcome.unread == ((zeroed["fc1"] == 0).all(axis=0).sum(), 784)
    squares = [sum((w**2).sum() for w in ws.values()) for ws in (zeroed, weights)]
    assert outcome.norm_ratio == pytest.approx(np.sqrt(squares[0] / squares[1]))
    assert outcome.accuracy == pytest.approx(percent_right(model, zeroed))
    drop = percent_right(model, weights) - percent_right(model, zeroed)
    assert outcome.drop == pytest.approx(drop)
    assert outcome.images == 50


def test_sizes_of_the_pruned_network_are_measured_not_assumed(model, monkeypatch):
    monkeypatch.setattr(mask_explorer, "saved_size", nonzero_count)
    outcome = mask_explorer.compute(model, SPLIT, 0.9, GLOBAL)
    weights = sum(outcome.weights.values())
    before, after = outcome.file_bytes
    assert before - after == weights - sum(outcome.kept.values()) > 0


def test_one_threshold_is_told_once_and_several_layer_by_layer(model):
    _, limits = pruned_by_hand(arrays(model), 0.9, GLOBAL)
    sentence = mask_explorer.compute(model, SPLIT, 0.9, GLOBAL).sentence()
    assert f"threshold: {limits['fc1']:.4f} ·" in sentence
    _, limits = pruned_by_hand(arrays(model), 0.9, LAYERWISE)
    sentence = mask_explorer.compute(model, SPLIT, 0.9, LAYERWISE).sentence()
    listed = ", ".join(f"{name} {limit:.4f}" for name, limit in limits.items())
    assert f"threshold: {listed} ·" in sentence


def test_readout_would_tell_a_file_that_did_shrink(model):
    outcome = mask_explorer.compute(model, SPLIT, 0.9, GLOBAL)
    smaller = replace(outcome, file_bytes=(400, 100))
    assert "100 bytes instead of 400" in smaller.sentence()


def test_model_itself_is_not_pruned(model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    mask_explorer.compute(model, SPLIT, 0.9, LAYERWISE)
    mask_explorer.draw(model, 0.9, LAYERWISE)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_unknown_scope_is_refused(model):
    message = r"scope must .*'global', 'layerwise'.*, got 'all'"
    with pytest.raises(ValueError, match=message):
        mask_explorer.compute(model, SPLIT, 0.5, "all")


def test_figure_of_a_convolutional_network_has_no_picture_of_its_pixels():
    lenet = mask_explorer.draw(small_model("lenet5"), 0.9, GLOBAL)
    assert len(lenet.axes) == 4 + 2


def test_pixel_picture_counts_the_weights_that_each_pixel_keeps(model):
    zeroed, _ = pruned_by_hand(arrays(model), 0.9, GLOBAL)
    counts = np.count_nonzero(zeroed["fc1"], axis=0).reshape(28, 28)
    axes = mask_explorer.draw(model, 0.9, GLOBAL).axes[3]
    assert np.array_equal(axes.images[0].get_array(), counts)
    assert f"none: {(counts == 0).sum()} of 784" in axes.get_title()
    crossed = {(row, column) for column, row in axes.lines[0].get_xydata()}
    assert crossed == set(zip(*np.nonzero(counts == 0), strict=True))


def test_mask_picture_is_the_second_layers_mask(model):
    zeroed, _ = pruned_by_hand(arrays(model), 0.5, LAYERWISE)
    axes = mask_explorer.draw(model, 0.5, LAYERWISE).axes[4]
    assert np.array_equal(axes.images[0].get_array(), zeroed["fc2"] != 0)
    assert "54 of 108 kept" in axes.get_title()


def test_thresholds_are_drawn_on_both_sides_and_differ_only_layer_by_layer(model):
    def drawn(scope):
        return [
            tuple(sorted(line.get_xdata()[0] for line in axes.lines))
            for axes in mask_explorer.draw(model, 0.9, scope).axes[:3]
        ]

    for scope in (GLOBAL, LAYERWISE):
        _, limits = pruned_by_hand(arrays(model), 0.9, scope)
        expected = [pytest.approx((-limit, limit)) for limit in limits.values()]
        assert drawn(scope) == expected
    assert len(set(drawn(GLOBAL))) == 1
    assert len(set(drawn(LAYERWISE))) == 3


def test_removed_weights_differ_from_kept_ones_in_hatching_too(model):
    removed, kept = mask_explorer.draw(model, 0.9, GLOBAL).axes[0].patches
    assert removed.get_hatch()
    assert not kept.get_hatch()
    assert same_color(kept.get_facecolor(), BLUE)


def test_nothing_is_hatched_or_crossed_out_when_nothing_is_pruned(model):
    figure = mask_explorer.draw(model, 0.0, LAYERWISE)
    lines = [line for axes in figure.axes[:3] for line in axes.lines]
    assert not any(line.get_visible() for line in lines)
    assert "none: 0 of 784" in figure.axes[3].get_title()
    assert mask_explorer.compute(model, SPLIT, 0.0, LAYERWISE).norm_ratio == 1


SCOPES = (GLOBAL, LAYERWISE)
GRID = [(share, scope) for scope, share in product(SCOPES, mask_explorer.GRID)]
STATES = sample(GRID, 0.3, kind=lambda state: state[1])


@pytest.mark.parametrize("kind", ["relu", "lenet5"])
def test_more_sparsity_never_brings_a_weight_back_anywhere_on_the_grid(kind):
    model = small_model(kind)
    outcomes = [mask_explorer.compute(model, SPLIT, *state) for state in GRID]
    for (sparsity, _), outcome in zip(GRID, outcomes, strict=True):
        total = sum(outcome.weights.values())
        kept = total - sum(outcome.kept.values())
        assert kept == pytest.approx(sparsity * total, abs=len(outcome.kept) / 2)
        assert 0 <= outcome.accuracy <= 100
        for before, after in (outcome.parameters, outcome.macs, outcome.file_bytes):
            assert before == after
    for one, more in pairwise(outcomes):
        if more.sparsity > one.sparsity:  # the same scope
            assert all(more.kept[name] <= one.kept[name] for name in one.kept)
            assert more.norm_ratio < one.norm_ratio
            assert more.unread[0] >= one.unread[0]
            for name, limit in one.thresholds.items():
                assert more.thresholds[name] >= limit
    assert len({outcome.accuracy + outcome.drop for outcome in outcomes}) == 1


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn_with_what_was_computed(model, state):
    outcome = mask_explorer.compute(model, SPLIT, *state)
    figure = mask_explorer.draw(model, *state)
    assert len(figure.axes) == 3 + 2 + 1
    for axes, (name, kept) in zip(figure.axes[:3], outcome.kept.items(), strict=True):
        share = 100 * kept / outcome.weights[name]
        assert axes.get_title().startswith(f"{name}: {share:.1f}% kept")
    assert f"none: {outcome.unread[0]} of 784" in figure.axes[3].get_title()
    assert f"dark: {outcome.kept['fc2']} of 108" in figure.axes[4].get_title()
    assert plt.get_fignums() == []


def test_widget_says_in_every_state_what_compute_does(model):
    view, _, _ = mask_explorer.build(model, SPLIT)
    sparsity, scope, _, _, line, image = view.children
    pictures = set()
    for state in STATES:
        sparsity.value, scope.value = state
        assert line.value == mask_explorer.compute(model, SPLIT, *state).sentence()
        pictures.add(image.png)
    # where nothing is pruned, both scopes look alike
    looks = {(sparsity, scope if sparsity else "any") for sparsity, scope in STATES}
    assert len(pictures) == len(looks)
    assert plt.get_fignums() == []
