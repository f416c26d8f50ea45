"""*What goes with a removed channel?* on the web says what Python computes."""

import json
import re
from functools import partial

import numpy as np
import pytest

from course_lib.demos.shape_explorer import SHARES, START
from tests.web.moving import click_at, described, drawn, kept_for_a_notebook, readout
from tests.web.scripts import functions, reload
from tools.website import demos
from tools.website.demos.shape_explorer import as_data, outcomes

NAME = "shape_explorer"
DATA = demos.stored(NAME)
LAYERS = [name for name, _ in DATA["controls"][0][3]]
STATES = [(layer, share) for layer in LAYERS for share in SHARES]


@pytest.fixture(scope="module")
def rows():
    return outcomes()


@pytest.fixture(scope="module")
def found(rows):
    return dict(zip(STATES, [one for row in rows for one in row], strict=True))


def test_stored_data_is_what_python_computes(rows):
    assert json.loads(json.dumps(as_data(rows))) == DATA
    assert len(demos.path(NAME).read_bytes()) <= 20_000


def test_every_state_says_what_python_says(found, context):
    with functions(context, f"demos/{NAME}.js") as page:
        outcomes = page.evaluate(
            """([data, states]) => states
              .map(([layer, units]) => shapeOutcome(data, {layer, units}))""",
            [DATA, STATES],
        )
    said = [one["sentence"] for one in outcomes]
    assert said == [found[state].sentence() for state in STATES]
    assert len(said) == 28
    for state, one in zip(STATES, outcomes, strict=True):
        assert dict(one["left"]) == pytest.approx(found[state].left(), abs=1e-4)


def test_controls_move_sentence_and_drawing_and_are_found_again(found, page):
    units = page.get_by_label("units that stay")
    layer = partial(page.get_by_label, exact=True)
    assert readout(page) == found[START].sentence()
    seen, words = {drawn(page)}, {described(page)}
    for act, state in (
        (lambda: units.press("ArrowRight"), ("conv1", 0.75)),
        (lambda: click_at(units, 0.02), ("conv1", 0.05)),
        (lambda: layer("conv1").press("ArrowDown"), ("conv2", 0.05)),
        (lambda: layer("every layer").click(), ("every layer", 0.05)),
    ):
        act()
        assert readout(page) == found[state].sentence()
        seen.add(drawn(page))
        words.add(described(page))
    assert len(seen) == len(words) == 5
    kept = {"layer": "every layer", "units": 0.05}
    assert kept_for_a_notebook(page, "shape-explorer") == kept
    reload(page)
    assert readout(page) == found["every layer", 0.05].sentence()
    page.get_by_role("button", name="back to the start").click()
    assert readout(page) == found[START].sentence()


@pytest.mark.parametrize("state", [("conv1", 0.5), ("every layer", 0.25), ("fc1", 1.0)])
def test_hatched_area_is_the_share_of_the_weights_that_go(found, page, state):
    page.get_by_label(state[0], exact=True).check()
    page.get_by_label("units that stay").press("Home")
    for _ in range(SHARES.index(state[1])):
        page.get_by_label("units that stay").press("ArrowRight")
    panels = page.locator(".course-tiles svg")
    paths = panels.evaluate_all(
        "all => all.map(one => one.querySelector('path[fill^=url]').getAttribute('d'))"
    )
    areas = []
    for path in paths:
        # M left bottom h side v −side H right V below H left z
        left, bottom, side, up, right, below, _ = map(
            float, re.findall(r"-?[\d.]+", path)
        )
        assert up == -side
        areas.append(1 - (right - left) / side * (below - bottom + side) / side)
    shapes = found[state].shapes
    expected = [1 - np.prod(b) / np.prod(a) for a, b in shapes.values()]
    assert areas == pytest.approx(expected, abs=1e-6)
    for panel, (name, (_, after)) in zip(panels.all(), shapes.items(), strict=True):
        label = panel.get_attribute("aria-label")
        assert label.startswith(f"{name}.weight, ")
        assert f"→ {'×'.join(map(str, after))}, " in label
