"""*Which neurons can go?* on the web says and draws what Python computes."""

from itertools import product

import pytest

from course_lib.demos.threshold_explorer import EMPTY, GRID, START
from tests.web.demo_data import fresh
from tests.web.scripts import functions
from tools.website import demos

NAME = "threshold_explorer"
DATA = demos.stored(NAME)


@pytest.fixture(scope="module")
def computed():
    """Return the data as computed now, and what Python returned for each state."""
    return fresh(NAME, lambda model, statistics, split, thresholds: thresholds)


def sentence(outcome):
    return EMPTY if outcome is None else outcome.sentence()


def test_stored_data_is_what_python_computes(computed):
    assert computed[0] == DATA


def test_every_state_says_what_python_says(computed, context):
    states = list(product(GRID, GRID))
    with functions(context, f"demos/{NAME}.js") as page:
        found = page.evaluate(
            """([data, states]) => states.map(
              ([mean, std]) => thresholdOutcome(data, {mean, std}).sentence)""",
            [DATA, states],
        )
    assert found == [sentence(computed[1][state]) for state in states]
    assert EMPTY in found


def test_each_slider_moves_sentence_and_drawing(computed, page):
    mean, std = START

    def shown(key, label, state):
        page.get_by_label(label).press(key)
        line = page.locator(".course-readout").inner_text()
        outcome = computed[1][state]
        assert line == sentence(outcome)
        titles = page.locator(".course-panel > text:first-of-type")
        removed = titles.all_text_contents()
        if outcome is not None:
            units = {name: len(means) for name, means, _ in DATA["layers"]}
            assert removed == [
                f"{name}: {units[name] - kept} of {units[name]:,} removed"
                for name, kept in outcome.kept.items()
            ]
        return removed, page.get_by_role("img").get_attribute("aria-label")

    further = GRID[GRID.index(mean) - 1]
    seen = [
        shown("ArrowLeft", "mean threshold", (further, std)),
        shown("ArrowRight", "std threshold", (further, GRID[GRID.index(std) + 1])),
        shown("End", "std threshold", (further, 1.0)),
        shown("End", "mean threshold", (1.0, 1.0)),
    ]
    assert len({words for _, words in seen}) == len(seen)
    assert "0.0% of the parameters: 0." in seen[-1][1]


def test_each_neuron_is_drawn_once_as_kept_or_removed(page):
    paths = page.locator(".course-panel").evaluate_all(
        """panels => panels.map(panel =>
          [...panel.querySelectorAll('path')].slice(-2).map(
            path => path.getAttribute('d')))"""
    )
    mean, std = (round(threshold * DATA["unit"]) for threshold in START)
    for (kept, removed), (_, means, stds) in zip(paths, DATA["layers"], strict=True):
        goes = sum(m <= mean and s <= std for m, s in zip(means, stds, strict=True))
        assert kept.count("h0") == len(means) - goes > 0
        assert removed.count("M") == goes > 0
        assert kept.count("M") == len(means) - goes
