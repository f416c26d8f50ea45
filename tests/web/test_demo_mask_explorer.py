"""*What does a mask save?* on the web says and draws what Python computes."""

from itertools import product

import numpy as np
import pytest

from course_lib.demos.mask_explorer import GLOBAL, GRID, LAYERWISE, START, choose_masks
from course_lib.magnitude import prunable_weights
from tests.web.demo_data import fresh, given
from tests.web.scripts import functions
from tools.website import demos

NAME = "mask_explorer"
DATA = demos.stored(NAME)
SCOPES = (GLOBAL, LAYERWISE)
STATES = list(product(GRID, SCOPES))


@pytest.fixture(scope="module")
def computed():
    """Return the data as computed now, and what Python returned for each state."""
    return fresh(NAME, lambda model, split, sparsity, scope: (sparsity, scope))


@pytest.fixture(scope="module")
def masks():
    """Return weights and masks of each state as arrays."""
    model, _ = given(NAME)
    weights = [w.detach().numpy() for w in prunable_weights(model).values()]
    return weights, {
        state: [mask.numpy() for mask in choose_masks(model, *state).values()]
        for state in STATES
    }


def test_stored_data_is_what_python_computes(computed):
    assert computed[0] == DATA


def test_every_state_says_what_python_says(computed, context):
    with functions(context, f"demos/{NAME}.js") as page:
        found = page.evaluate(
            """([data, states]) => states.map(
              ([sparsity, scope]) => maskState(data, {sparsity, scope}).sentence)""",
            [DATA, STATES],
        )
    assert found == [computed[1][state].sentence() for state in STATES]


def test_kept_weights_of_every_bin_are_those_numpy_counts(masks, context):
    weights, chosen = masks
    with functions(context, f"demos/{NAME}.js") as page:
        found = page.evaluate(
            """([data, states]) => states.map(([sparsity, scope]) => {
              const state = maskState(data, {sparsity, scope});
              return data.layers.map((_, layer) => maskKept(data, state, layer));
            })""",
            [DATA, STATES],
        )
    bins, reach = len(DATA["histograms"][0]), DATA["reach"]
    edges = np.linspace(-reach, reach, bins + 1)
    for state, layers in zip(STATES, found, strict=True):
        for w, mask, counts in zip(weights, chosen[state], layers, strict=True):
            assert np.array_equal(np.histogram(w[mask], edges)[0], counts)
            assert sum(counts) == mask.sum()


def test_shade_of_a_pixel_is_the_share_of_weights_it_keeps(masks):
    levels = DATA["levels"]
    for (sparsity, scope), (first, *_) in masks[1].items():
        state = DATA["states"][SCOPES.index(scope)][GRID.index(sparsity)]
        counts = first.sum(axis=0)
        shades = np.array([ord(c) - 48 for c in state["pixels"]])
        assert state["most"] == counts.max()
        assert np.array_equal(shades == 0, counts == 0)
        assert state["unread"] == f"{(shades == 0).sum()} of {len(shades)}"
        assert np.abs(shades / levels - counts / counts.max()).max() < 1 / levels


def test_slider_and_choice_move_sentence_and_drawing(computed, page):
    further = GRID[GRID.index(START[0]) + 2]
    slider = page.get_by_label("weights to prune")
    line = page.locator(".course-readout")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    assert line.inner_text() == computed[1][further, GLOBAL].sentence()
    before = page.get_by_role("img").inner_html()
    page.get_by_label("one for each layer: equal shares").click()
    outcome = computed[1][further, LAYERWISE]
    assert line.inner_text() == outcome.sentence()
    assert page.get_by_role("img").inner_html() != before
    share = 100 * outcome.kept["fc1"] / outcome.weights["fc1"]
    words = page.get_by_role("img").get_attribute("aria-label")
    assert f"fc1: {share:.1f}% of the weights kept" in words
    assert f"{outcome.unread[0]} of 784 keep no weight" in words


def test_thresholds_crosses_and_file_are_drawn(computed, page):
    dashed = page.locator(".course-panel line[stroke-dasharray]")
    crosses = page.locator(".course-panel path[stroke-width='0.8']")
    outcome = computed[1][START]
    assert dashed.count() == 2 * len(outcome.kept)
    assert crosses.get_attribute("d").count("M") == outcome.unread[0]
    widths = page.locator(".course-wide rect").evaluate_all(
        "bars => bars.map(bar => bar.width.baseVal.valueInSpecifiedUnits)"
    )
    shares = [outcome.kept[name] / outcome.weights[name] for name in outcome.kept]
    expected = [x for share in (*shares, 1) for x in (98 * share, 98)]
    assert widths == pytest.approx(expected, rel=1e-4)
    page.get_by_label("weights to prune").press("Home")
    assert dashed.count() == 0
    assert crosses.get_attribute("d") == ""
