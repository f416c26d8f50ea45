"""The city on the web is pruned as the notebook's is."""

import pytest

from course_lib import web
from course_lib.figures.city import LINES, erase, make_city, redraw
from tools.website.demos import city as exported

STATES = [("erase", share / 10, LINES) for share in range(10)]
STATES += [("redraw", 0.5, lines) for lines in range(4, LINES + 1)]


@pytest.fixture(scope="module")
def answered(context):
    """Return what the browser makes of every state: sentence, widths left."""
    page = context.new_page()
    page.add_script_tag(content=web.joined("demos/city.js"))
    found = page.evaluate(
        """([data, states]) => states.map(([way, share, lines]) => {
          const state = {way, share, lines};
          const {across, down} = cityAfter(data, state);
          return [citySentence(data, state), [...across, ...down]];
        })""",
        [exported.data(), STATES],
    )
    page.close()
    return dict(zip(STATES, found, strict=True))


@pytest.mark.parametrize("state", STATES)
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
    assert same in sentence or f"on {paper:.0f} % of the paper" in sentence
