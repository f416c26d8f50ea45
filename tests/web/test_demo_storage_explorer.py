"""*Where do the bytes of a sparse layer go?* on the web says what Python computes."""

import json

import pytest

from course_lib.demos.storage_explorer import START
from tests.web.moving import (
    click_at,
    described,
    drawn,
    kept_for_a_notebook,
    readout,
    records,
)
from tests.web.scripts import functions, reload
from tools.website import demos
from tools.website.demos.storage_explorer import STATES, as_data, outcomes

NAME = "storage_explorer"
DATA = demos.stored(NAME)


def as_state(density, format, bits):
    return {"kept": density, "index": format, "values": bits}


@pytest.fixture(scope="module")
def found():
    return outcomes()


def test_stored_data_is_what_python_computes(found):
    fresh = json.loads(json.dumps(as_data(found)))
    # logarithms differ between machines in the last digit
    assert fresh.pop("limit") == pytest.approx(DATA["limit"], rel=1e-12)
    assert fresh == {name: DATA[name] for name in DATA if name != "limit"}
    assert len(demos.path(NAME).read_bytes()) <= 20_000


def test_every_state_says_what_python_says(found, context):
    with functions(context, f"demos/{NAME}.js") as page:
        said = page.evaluate(
            "([data, states]) => states.map(state => storageSentence(data, state))",
            [DATA, [as_state(*state) for state in STATES]],
        )
    assert said == [found[state].sentence() for state in STATES]
    assert len(said) == 480


def test_controls_move_sentence_and_drawing_and_are_found_again(found, page):
    density = page.get_by_label("weights kept", exact=True)
    format = page.get_by_label("index", exact=True)
    bits = page.get_by_label("values", exact=True)
    assert readout(page) == found[START].sentence()
    seen, words = {drawn(page)}, {described(page)}
    for act, state in (
        (lambda: density.press("ArrowLeft"), (0.3, "csr", 32)),
        (lambda: click_at(density, 0.02), (0.01, "csr", 32)),
        (lambda: format.press("ArrowDown"), (0.01, "csr-16", 32)),
        (lambda: format.select_option("relative, 4 bits"), (0.01, "relative-4", 32)),
        (lambda: bits.press("ArrowLeft"), (0.01, "relative-4", 8)),
        (lambda: click_at(bits, 0.02), (0.01, "relative-4", 2)),
    ):
        act()
        assert readout(page) == found[state].sentence()
        seen.add(drawn(page))
        words.add(described(page))
    assert len(seen) == len(words) == 7
    assert kept_for_a_notebook(page, "storage-explorer") == as_state(*state)
    reload(page)
    assert readout(page) == found[state].sentence()
    page.get_by_role("button", name="back to the start").press("Enter")
    assert readout(page) == found[START].sentence()
    assert kept_for_a_notebook(page, "storage-explorer") == as_state(*START)
    assert {one["kind"] for one in records(page)} == {"control"}


def test_bars_are_as_long_as_their_parts(found, page):
    page.get_by_label("index", exact=True).select_option("relative, 4 bits")
    page.get_by_label("values", exact=True).press("Home")
    out = found[0.5, "relative-4", 2]
    widths = page.locator("svg[role=img] rect[fill^=url]").evaluate_all(
        "all => all.map(bar => bar.width.baseVal.value)"
    )
    reach = max(min(1.5 * sum(out.parts.values()), out.dense), sum(out.limit.values()))
    scale = 360 / reach
    assert widths[0] == 360  # the dense array is longer, and cut off
    sizes = [*out.parts.values(), *out.limit.values()]
    assert widths[1:] == pytest.approx([size * scale for size in sizes], rel=1e-5)
    marks = page.locator("svg[role=img] path[stroke-dasharray]").evaluate_all(
        "all => all.map(mark => parseFloat(mark.getAttribute('d').slice(1)))"
    )
    assert marks == pytest.approx(3 * [sum(out.limit.values()) * scale], rel=1e-5)
    assert "940,800 bytes →" in page.locator("svg[role=img]").text_content()
