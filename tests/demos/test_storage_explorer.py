"""What the chapter 05 demo says and draws is what NumPy counts on the same weights."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
import scipy.stats
import torch
from matplotlib import pyplot as plt

from course_lib.demos import storage_explorer
from course_lib.demos.storage_explorer import (
    CHOICES,
    DENSITIES,
    START,
    VALUE_BITS,
    compute,
)
from tests.sampling import sample

RNG = np.random.default_rng(0)
WEIGHT = torch.from_numpy(RNG.standard_normal((30, 200), dtype=np.float32))


def kept_by_hand(density):
    """Bool, True for the largest ones; there are no ties in random weights."""
    sizes = np.abs(WEIGHT.numpy())
    count = sizes.size - round((1 - density) * sizes.size)
    return sizes >= np.sort(sizes, axis=None)[::-1][count - 1]


def entries_by_hand(mask, bits):
    """How many fields a relative index needs, by walking."""
    entries, gap = 0, 0
    for kept in np.trim_zeros(mask.ravel(), "b"):
        gap += 1
        if kept or gap == 2**bits:
            entries, gap = entries + 1, 0
    return entries


def bytes_by_hand(mask, format, value_bits):
    rows = len(mask)
    n, width = int(mask.sum()), int(format.split("-")[-1]) if "-" in format else 32
    entries = n
    if format == "coordinates":
        index = n * (4 + 4)
    elif format.startswith("csr"):
        index = n * width // 8 + (rows + 1) * max(4, width // 8)
    elif format == "bitmap":
        index = len(np.packbits(mask.ravel()))
    else:
        entries = entries_by_hand(mask, width)
        index = -(-entries * width // 8)
    codebook = 0 if value_bits == 32 else 4 * 2**value_bits
    return index + -(-entries * value_bits // 8) + codebook


@pytest.mark.parametrize("format", CHOICES)
@pytest.mark.parametrize("density", [0.5, 0.05, 0.01])
@pytest.mark.parametrize("value_bits", [32, 5])
def test_bytes_are_those_counted_by_hand(format, density, value_bits):
    mask = kept_by_hand(density)
    outcome = compute(WEIGHT, density, format, value_bits)
    assert outcome.kept == mask.sum()
    assert outcome.positions == mask.size
    assert outcome.dense == 4 * mask.size
    total = sum(outcome.parts.values())
    assert total == pytest.approx(bytes_by_hand(mask, format, value_bits))
    assert f" = {total:,.0f} bytes, " in outcome.sentence()


@pytest.mark.parametrize("density", [0.5, 0.1, 0.01])
def test_limits_are_those_of_scipy(density):
    mask = kept_by_hand(density)
    outcome = compute(WEIGHT, density, "csr", 5)

    def bits(part):
        return part.size * scipy.stats.entropy([part.mean(), 1 - part.mean()], base=2)

    assert outcome.limit["index"] == pytest.approx(bits(mask) / 8)
    assert outcome.limit["values"] == pytest.approx(mask.sum() * 5 / 8)
    assert outcome.row_bits == pytest.approx(sum(map(bits, mask)))
    assert outcome.column_bits == pytest.approx(sum(map(bits, mask.T)))


def test_readout_tells_fewer_and_as_many_from_more():
    assert "fewer than dense (24,000)" in compute(WEIGHT, 0.1, "csr", 32).sentence()
    equal = replace(compute(WEIGHT, 0.1, "csr", 32), parts={"values": 24_000.0})
    assert "the same as dense float32 (24,000)" in equal.sentence()


def test_convolution_is_read_as_out_times_rest():
    weight = WEIGHT.reshape(30, 8, 5, 5)
    assert compute(weight, 0.1, "csr", 32) == compute(WEIGHT, 0.1, "csr", 32)


def test_what_is_zero_already_stays_so_and_float64_counts_as_float32():
    # a product: half of the zeros are negative ones
    pruned = WEIGHT.double() * torch.from_numpy(kept_by_hand(0.05))
    outcome = compute(pruned, 0.5, "bitmap", 32)
    assert outcome == compute(WEIGHT, 0.05, "bitmap", 32)


def test_weight_itself_is_not_pruned():
    before = WEIGHT.clone()
    compute(WEIGHT, 0.01, "csr", 32)
    assert torch.equal(WEIGHT, before)


@pytest.mark.parametrize(("format", "bits"), [("dense", 32), ("csr", 7)])
def test_unknown_format_or_width_is_refused(format, bits):
    message = f"must be one of .*, got {format!r} and {bits}"
    with pytest.raises(ValueError, match=message):
        compute(WEIGHT, 0.5, format, bits)


def test_layer_without_weights_is_refused():
    message = r"density must leave at least one weight, got 0\.5"
    with pytest.raises(ValueError, match=message):
        compute(torch.zeros(3, 4), 0.5, "csr", 32)


GRID = list(product(DENSITIES, CHOICES, VALUE_BITS))


def test_bytes_and_limits_keep_their_order_anywhere_on_the_grid():
    outcomes = {state: compute(WEIGHT, *state) for state in GRID}
    for (density, format, bits), outcome in outcomes.items():
        assert outcome.kept == WEIGHT.numel() - round((1 - density) * WEIGHT.numel())
        limit = sum(outcome.limit.values())
        assert sum(outcome.parts.values()) >= limit - 1e-6
        assert outcome.row_bits <= 8 * outcome.limit["index"] + 1e-6
        assert outcome.column_bits <= 8 * outcome.limit["index"] + 1e-6
        assert ("codebook" in outcome.parts) == (bits < storage_explorer.FLOAT32)
        narrow = outcomes[density, format, 2]
        assert narrow.parts["values"] <= outcome.parts["values"]
        assert narrow.kept == outcome.kept
    for format, bits in product(CHOICES, VALUE_BITS):
        limits = [outcomes[d, format, bits].limit["values"] for d in DENSITIES]
        assert all(less < more for less, more in pairwise(limits))


@pytest.mark.parametrize("density", sample(DENSITIES, 0.15))
def test_every_state_is_drawn_with_what_was_computed(density):
    for format, bits in product(CHOICES, VALUE_BITS):
        outcome = compute(WEIGHT, density, format, bits)
        figure = storage_explorer.draw(outcome)
        (axes,) = figure.axes
        totals = [outcome.dense, *(
            sum(parts.values()) for parts in (outcome.parts, outcome.limit)
        )]  # fmt: skip
        shown = [text.get_text().removesuffix(" →") for text in axes.texts]
        assert shown == [f"{total:,.0f}" for total in totals]
        assert set(axes.lines[0].get_xdata()) == {totals[2]}
        (legend,) = figure.legends
        named = {text.get_text() for text in legend.get_texts()}
        used = {part for part, size in outcome.parts.items() if size}
        assert named == {*used, "entropy limit"}
    assert plt.get_fignums() == []


def test_widget_says_in_every_state_of_each_control_what_compute_does():
    view, png, _ = storage_explorer.build(WEIGHT)
    *choices, _, _, line, image = view.children
    pictures = set()
    for number, control in enumerate(choices):
        for _, value in control.options:
            control.value = value
            state = [*START[:number], value, *START[number + 1 :]]
            state[2] = int(state[2])  # a slider's values are floats
            assert line.value == compute(WEIGHT, *state).sentence()
            pictures.add(image.png)
        control.value = START[number]
        assert image.png == png  # as if it had not been away
    assert len(pictures) == 1 + sum(len(control.options) - 1 for control in choices)
    assert plt.get_fignums() == []
