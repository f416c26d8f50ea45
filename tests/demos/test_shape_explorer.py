"""What the chapter 04 demo says and draws is what counting by hand gives."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

from course_lib.demos import shape_explorer
from course_lib.demos.shape_explorer import EVERY, choose_units, compute, draw
from course_lib.models import TinyResNet
from course_lib.structured import weight_norms
from course_lib.surgery import unit_counts
from tests.sampling import sample
from tests.small import small_model, small_split

SPLIT = small_split()
CHANNELS, HIDDEN = (4, 6), 9  # small_model("lenet5")


@pytest.fixture(scope="module")
def lenet():
    return small_model("lenet5")


@pytest.fixture(scope="module")
def importance(lenet):
    return weight_norms(lenet, p=1)


def parameters(first, second, hidden):
    return (
        first * (25 + 1)
        + second * (first * 25 + 1)
        + hidden * (second * 16 + 1)
        + 10 * (hidden + 1)
    )


def macs(first, second, hidden):
    conv1, conv2 = 24 * 24 * first * 25, 8 * 8 * second * first * 25
    return conv1 + conv2 + hidden * second * 16 + 10 * hidden


@pytest.mark.parametrize(
    ("layer", "left"),
    [
        ("conv1", (2, 6, 9)),
        ("conv2", (4, 3, 9)),
        ("fc1", (4, 6, 5)),
        (EVERY, (2, 3, 5)),
    ],
)
def test_counts_equal_those_by_hand(lenet, importance, layer, left):
    keep = choose_units(importance, layer, 0.5)
    outcome = compute(lenet, keep, SPLIT)
    assert outcome.parameters == (parameters(*CHANNELS, HIDDEN), parameters(*left))
    assert outcome.macs == (macs(*CHANNELS, HIDDEN), macs(*left))
    counts = dict(zip(("conv1", "conv2", "fc1"), left, strict=True))
    left = {name: after for name, (_, after) in outcome.units.items()}
    assert left == {name: counts[name] for name in keep}


def test_both_layers_are_named_and_one_channel_is_sixteen_columns(lenet, importance):
    outcome = compute(lenet, choose_units(importance, "conv2", 0.5), SPLIT)
    assert outcome.shapes == {
        "conv2": ((6, 4, 5, 5), (3, 4, 5, 5)),
        "fc1": ((9, 6 * 16), (9, 3 * 16)),
    }
    sentence = outcome.sentence()
    assert "conv2 6×4×5×5 → 3×4×5×5, fc1 9×96 → 9×48" in sentence
    assert "units kept: conv2 3 of 6" in sentence


def test_half_of_every_layer_keeps_about_a_quarter_of_what_lies_between():
    model = small_model("relu")  # 784-12-9-10
    keep = choose_units(weight_norms(model, p=1), EVERY, 0.5)
    outcome = compute(model, keep, SPLIT)
    before, after = outcome.shapes["fc2"]
    assert before == (9, 12)
    assert after == (5, 6)
    assert outcome.left()["units of fc1, fc2"] == pytest.approx(100 * 11 / 21)


def test_accuracy_equals_numpy_without_the_removed_units():
    model = small_model("relu")
    w = [model.get_parameter(f"fc{i}.weight").detach().numpy() for i in (1, 2, 3)]
    b = [model.get_parameter(f"fc{i}.bias").detach().numpy() for i in (1, 2, 3)]
    largest = np.sort(np.argsort(-np.abs(w[0]).sum(axis=1))[:3])

    def percent_right(units):
        x = SPLIT.images.numpy().reshape(len(SPLIT.labels), -1)
        x = np.maximum(x @ w[0][units].T + b[0][units], 0)
        x = np.maximum(x @ w[1][:, units].T + b[1], 0)
        return 100 * np.mean((x @ w[2].T + b[2]).argmax(1) == SPLIT.labels.numpy())

    keep = choose_units(weight_norms(model, p=1), "fc1", 0.25)
    outcome = compute(model, keep, SPLIT)
    assert outcome.accuracy == pytest.approx(percent_right(largest))
    drop = percent_right(np.arange(12)) - percent_right(largest)
    assert outcome.drop == pytest.approx(drop)
    assert outcome.images == 50


def test_base_accuracy_that_is_given_is_the_one_that_is_used(lenet, importance):
    keep = choose_units(importance, "conv1", 0.5)
    outcome = compute(lenet, keep, SPLIT, base=100.0)
    assert outcome.drop == 100.0 - outcome.accuracy


def test_file_shrinks_by_four_bytes_a_parameter(lenet, importance):
    keep = choose_units(importance, "fc1", 0.5)
    outcome = compute(lenet, keep, SPLIT)
    fewer = outcome.parameters[0] - outcome.parameters[1]
    before, after = outcome.file_bytes
    assert before - after == pytest.approx(4 * fewer, abs=32)  # shapes in the header


def test_only_the_most_important_units_stay_and_at_least_one():
    importance = {"a": torch.tensor([3.0, 1.0, 2.0, 4.0]), "b": torch.ones(2)}
    keep = choose_units(importance, "a", 0.5)
    assert list(keep) == ["a"]
    assert keep["a"].tolist() == [True, False, False, True]
    assert choose_units(importance, EVERY, 0.05)["b"].sum() == 1


def test_unknown_layer_is_refused(importance):
    message = r"layer must be .*conv1.*every layer.*, got 'fc9'"
    with pytest.raises(ValueError, match=message):
        choose_units(importance, "fc9", 0.5)


def figure_of(model, importance, share):
    """Draw the network with this share of the channels of conv2."""
    keep = choose_units(importance, "conv2", share)
    return draw(model, importance, keep, compute(model, keep, SPLIT))


def removed(axes):
    """The rectangles that are to be seen; all are hatched."""
    seen = [patch for patch in axes.patches if patch.get_visible()]
    assert all(patch.get_hatch() for patch in seen)
    return seen


def hatched(axes):
    """The area of the hatched rectangles and the shape of the whole matrix."""
    area = sum(patch.get_width() * patch.get_height() for patch in removed(axes))
    return area, axes.images[0].get_array().shape


def test_rows_of_the_producer_and_columns_of_the_consumer_are_hatched(
    lenet, importance
):
    producer, consumer, _ = figure_of(lenet, importance, 0.5).axes
    assert hatched(producer) == (3 * 100, (6, 100))
    assert hatched(consumer) == (9 * 48, (9, 96))
    (rows,), (columns,) = removed(producer), removed(consumer)
    assert rows.get_xy() == (0, 3)
    assert columns.get_xy() == (48, 0)
    assert consumer.get_xlabel() == "6 inputs × 16 columns"
    assert producer.get_title() == "conv2.weight\n6×4×5×5\n→ 3×4×5×5"


def test_what_is_not_hatched_are_the_weights_of_the_smaller_network(lenet, importance):
    figure = figure_of(lenet, importance, 0.5)
    kept = choose_units(importance, "conv2", 0.5)["conv2"].numpy()
    conv2 = np.abs(lenet.conv2.weight.detach().numpy())[kept]
    fc1 = np.abs(lenet.fc1.weight.detach().numpy()).reshape(9, 6, 16)[:, kept]
    drawn = [axes.images[0].get_array() for axes in figure.axes[:2]]
    assert np.allclose(np.sort(drawn[0][:3], axis=None), np.sort(conv2, axis=None))
    assert np.allclose(np.sort(drawn[1][:, :48], axis=None), np.sort(fc1, axis=None))


def test_rows_and_columns_stand_in_the_order_of_their_importance(lenet, importance):
    producer, consumer, _ = figure_of(lenet, importance, 1.0).axes
    norms = producer.images[0].get_array().sum(axis=1)
    assert np.all(np.diff(norms) <= 0)
    order = np.argsort(-importance["conv2"].numpy())
    fc1 = np.abs(lenet.fc1.weight.detach().numpy()).reshape(9, 6, 16)[:, order]
    drawn = consumer.images[0].get_array()
    assert np.allclose(drawn.sum(axis=0), fc1.reshape(9, 96).sum(axis=0))


def test_residual_streams_are_shown_with_all_layers_that_compute_and_read_them():
    torch.manual_seed(0)
    model = TinyResNet(dtype=torch.float64)
    importance = weight_norms(model, p=1)
    groups = model.unit_groups
    name = max(groups, key=lambda key: len(groups[key].producers))
    keep = choose_units(importance, name, 0.5)
    outcome = compute(model, keep, SPLIT.first(2))
    layers = {*groups[name].producers, *groups[name].consumers}
    assert set(outcome.shapes) == layers
    assert len(draw(model, importance, keep, outcome).axes) == len(layers) + 1
    units = unit_counts(model)[name]
    assert outcome.units == {name: (units, units - round(units / 2))}


LAYERS = ("conv1", "conv2", "fc1", EVERY)
STATES = sample(product(LAYERS, shape_explorer.SHARES), 0.3, kind=lambda s: s[0])


@pytest.mark.parametrize("layer", LAYERS)
def test_fewer_units_leave_less_of_everything_anywhere_on_the_grid(
    lenet, importance, layer
):
    outcomes = [
        compute(lenet, choose_units(importance, layer, share), SPLIT)
        for share in shape_explorer.SHARES
    ]
    whole = outcomes[-1]  # all units stay
    assert whole.drop == 0
    assert set(whole.left().values()) == {100}
    assert all(before == after for before, after in whole.shapes.values())
    for outcome in outcomes:
        assert outcome.accuracy + outcome.drop == pytest.approx(whole.accuracy)
        for name, (before, _) in outcome.shapes.items():
            assert before == whole.shapes[name][0]
        for count in ("parameters", "macs", "file_bytes"):
            assert getattr(outcome, count)[0] == getattr(whole, count)[1]
    for fewer, more in pairwise(outcomes):
        for left, of in zip(fewer.left().values(), more.left().values(), strict=True):
            assert 0 < left <= of


@pytest.mark.parametrize(("layer", "share"), STATES)
def test_every_state_is_drawn_with_what_was_computed(lenet, importance, layer, share):
    keep = choose_units(importance, layer, share)
    outcome = compute(lenet, keep, SPLIT)
    *matrices, bars = draw(lenet, importance, keep, outcome).axes
    for axes, (name, (before, after)) in zip(
        matrices, outcome.shapes.items(), strict=True
    ):
        area, _ = hatched(axes)
        assert area == np.prod(before) - np.prod(after)
        assert axes.get_title().startswith(f"{name}.weight\n")
    widths = [bar.get_width() for bar in bars.containers[0]]
    assert widths == pytest.approx(list(outcome.left().values()))
    assert [text.get_text() for text in bars.texts] == [f"{w:.1f}%" for w in widths]
    assert plt.get_fignums() == []


def test_widget_says_in_every_state_what_compute_does(lenet, importance):
    view, _, _ = shape_explorer.build(lenet, importance, SPLIT)
    layer, share, _, _, line, image = view.children
    pictures = set()
    for state in STATES:
        layer.value, share.value = state
        keep = choose_units(importance, *state)
        assert line.value == compute(lenet, keep, SPLIT).sentence()
        pictures.add((image.png, *(int(mask.sum()) for mask in keep.values())))
    counts = {
        (layer, *(int(m.sum()) for m in choose_units(importance, layer, s).values()))
        for layer, s in STATES
    }
    assert len(pictures) == len(counts)  # 5 and 10% of few units leave as many
    assert plt.get_fignums() == []


def test_order_does_not_change_with_the_share_even_where_units_are_equal(lenet):
    equal = {name: torch.ones(n) for name, n in unit_counts(lenet).items()}
    first, *others = (
        figure_of(lenet, equal, share).axes[0].images[0].get_array()
        for share in (0.25, 0.5, 1.0)
    )
    assert all(np.array_equal(first, other) for other in others)
