"""The city on the web is pruned as the notebook's is."""

import pytest

from course_lib.figures.city import erase, make_city, redraw
from tests.web.moving import drawn, readout, records
from tests.web.scripts import functions, reload
from tools.website.demos import city as exported

NAME = "city"
DATA = exported.data()
ERASED, REDRAWN = (
    [("erase", share, exported.START[2]) for share in exported.SHARES],
    [("redraw", exported.START[1], lines) for lines in exported.STREETS],
)


@pytest.fixture(scope="module")
def answered(context):
    """Return what the browser makes of every state: sentence, widths left."""
    states = ERASED + REDRAWN
    with functions(context, "demos/city.js") as page:
        found = page.evaluate(
            """([data, states]) => states.map(([way, share, lines]) => {
              const state = {way, share, lines};
              const {across, down} = cityAfter(data, state);
              return [citySentence(data, state), [...across, ...down]];
            })""",
            [DATA, states],
        )
    return dict(zip(states, found, strict=True))


@pytest.mark.parametrize("state", ERASED + REDRAWN)
def test_streets_and_paper_are_those_of_the_notebook(answered, state):
    way, share, lines = state
    whole = make_city()
    pruned = erase(whole, share) if way == "erase" else redraw(whole, lines)
    sentence, widths = answered[state]
    assert widths == pytest.approx(pruned.widths, abs=0.001)
    assert sentence.startswith(f"{pruned.streets} of {whole.streets} stretches")
    paper = 100 * pruned.paper / whole.paper
    same = "the sheet is as large as before"
    assert (same in sentence) == (paper == 100)
    assert same in sentence or f"on {paper:.0f}% of the paper" in sentence


def test_each_way_has_its_slider_and_is_found_again(page):
    erasing, redrawing = (page.get_by_label(row[2]) for row in DATA["controls"][1:])
    first = readout(page), drawn(page)
    assert (erasing.is_visible(), redrawing.is_visible()) == (True, False)
    erasing.press("ArrowRight")
    assert readout(page) == DATA["said"]["erase"][6]
    page.get_by_label("take out whole streets").check()
    assert (erasing.is_visible(), redrawing.is_visible()) == (False, True)
    assert readout(page) == DATA["said"]["redraw"][4]
    assert page.locator(".city-before").count() == 1
    redrawing.press("End")
    last = readout(page), drawn(page)
    assert last[0] == DATA["said"]["redraw"][-1]
    assert page.locator("svg[role=img] .city-edge").count() == 24  # 4 x 3, twice
    assert [one["id"] for one in records(page)] == [
        "city/share", "city/way", "city/lines",
    ]  # fmt: skip
    reload(page)
    assert (readout(page), drawn(page)) == last
    page.get_by_role("button", name="back to the start").click()
    assert (readout(page), drawn(page)) == first
