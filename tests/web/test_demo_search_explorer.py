"""Chapter 06's search on the web: each ready question says what Python found."""

import re
from html import unescape
from itertools import product

import numpy as np
import pytest
import torch

from course_lib.demos import search_results
from course_lib.demos.gallery import entry
from course_lib.demos.pruned_encoders import METHODS, NORM, SHARES
from course_lib.demos.search_explorer import QUERY, START, UNPRUNED
from course_lib.demos.search_results import PARTS, Outcome
from course_lib.encoder import encode
from course_lib.encoder.locating import ModelNotFoundError
from tests.sampling import sample
from tests.web.moving import (
    click_at,
    described,
    drawn,
    keep,
    kept_for_a_notebook,
    readout,
    records,
)
from tests.web.scripts import functions, reload
from tools.website import demos
from tools.website.demos.search_explorer import FIRST, QUESTIONS, _key, question, short

NAME = "search_explorer"
DATA = demos.stored(NAME)
KEYS = [UNPRUNED, *product(METHODS, SHARES)]
STATES = list(product(QUESTIONS, METHODS, (*SHARES, 1.0)))
CELL = re.compile("<t[hd].*?</t[hd]>")


def as_state(query, method, share):
    return {"query": query, "method": method, "units": share}


def orders(query, key):
    """Return the documents of an encoder, the best first."""
    found = DATA["questions"][QUESTIONS.index(query)]["order"][KEYS.index(key)]
    return [ord(letter) - FIRST for letter in found]


def cosine(said):
    return float(re.search(r"[\d.]+$", said)[0])


def outcome(query, method, share):
    """The outcome that the data stand for, as Python's ``compute`` returns it."""
    found = DATA["questions"][QUESTIONS.index(query)]
    key = UNPRUNED if share == 1 else (method, share)
    places = []
    for order in (orders(query, UNPRUNED), orders(query, key)):
        at = np.empty(len(order), int)
        at[order] = np.arange(1, len(order) + 1)
        places.append(at.tolist())
    row = (*SHARES, 1.0).index(share)
    counts = [
        tuple(dict(zip(PARTS, of[i], strict=True)) for i in (-1, row))
        for of in (DATA["parameters"], found["macs"])
    ]
    near = cosine(found["said"][KEYS.index(key)])
    tokens = int(re.search(r"(\d+) tokens", found["gone"][0])[1])
    return Outcome(tuple(places), near, tokens, 0, False, *counts)


@pytest.fixture(scope="module")
def encoders():
    try:
        return entry(NAME).arguments()
    except ModelNotFoundError as error:
        pytest.skip(f"the encoder is not installed: {error}")


def test_data_is_small_and_starts_as_the_notebook_does():
    assert len(demos.path(NAME).read_bytes()) <= 60_000
    assert [one[-1] for one in DATA["controls"]] == [QUERY, START, METHODS[0]]
    assert 12 <= len(QUESTIONS) == len(set(QUESTIONS)) <= 20
    assert QUESTIONS[0] == QUERY
    assert [one["text"] for one in DATA["questions"]] == list(QUESTIONS)
    assert [value for _, value in DATA["controls"][0][3]] == list(QUESTIONS)
    for one in DATA["questions"]:
        assert len(one["ms"]) == len(one["order"]) == len(KEYS)
        assert all(ms > 0 for ms in one["ms"])
        assert all(len(set(order)) == 40 == len(order) for order in one["order"])
        assert all(row == sorted(row, reverse=True) for row in one["scores"])
    assert DATA["machine"]["processor"]


def test_sample_of_the_data_is_what_the_encoders_find(encoders):
    made, documents = encoders
    assert short(documents) == DATA["documents"]
    slow = sample([key for key in KEYS if key[0] not in (NORM, UNPRUNED[0])], 1 / 6)
    keys = [key for key in KEYS if key[0] in (NORM, UNPRUNED[0]) or key in slow]
    some = {key: made[key] for key in keys}
    embedded = {key: encode(some[key], documents) for key in some}
    for query in sample(QUESTIONS, 0.4):
        stored = DATA["questions"][QUESTIONS.index(query)]
        fresh = question(some, embedded, query)
        assert fresh["gone"] == stored["gone"]
        assert fresh["macs"] == stored["macs"]
        for row, key in enumerate(some):
            place = KEYS.index(key)
            # on another machine a tie may be broken otherwise, and a digit rounded
            new, old = cosine(fresh["said"][row]), cosine(stored["said"][place])
            assert new == pytest.approx(old, abs=1.1e-3)
            scores = embedded[key] @ encode(some[key], [query])[0]
            ranked = scores[orders(query, key)]
            assert torch.all(ranked.diff() <= 1e-5)
            assert np.allclose(
                1000 * ranked[:10].numpy(), stored["scores"][place], atol=0.51
            )
    for share, parameters in zip((*SHARES, 1.0), DATA["parameters"], strict=True):
        counted = search_results.parameters_by_part(made[_key(share)].model)
        assert parameters == list(counted.values())


def test_every_state_says_what_python_says(context):
    with functions(context, f"demos/{NAME}.js") as page:
        said, clocks, rows = page.evaluate(
            """([data, states]) => [
              states.map(state => searchOutcome(data, state).sentence),
              states.map(state => searchTimes(data, state)),
              states.map(state => searchRows(data, state))]""",
            [DATA, [as_state(*state) for state in STATES]],
        )
    assert len(said) == len(STATES) == 16 * 3 * 4
    assert said == [outcome(*state).sentence() for state in STATES]
    for state, clock, found in zip(STATES, clocks, rows, strict=True):
        key = KEYS.index(UNPRUNED if state[2] == 1 else state[1:])
        before, *_ = ms = DATA["questions"][QUESTIONS.index(state[0])]["ms"]
        assert f"{before:.1f} ms unpruned, {ms[key]:.1f} ms pruned" in clock
        assert DATA["machine"]["processor"] in clock
        table = outcome(*state).table(DATA["documents"])
        cells = [
            [unescape(re.sub("<[^>]*>", "", cell)) for cell in CELL.findall(row)]
            for row in re.findall("<tr>.*?</tr>", table)[1:]
        ]
        assert cells == [
            [str(place), f"{left} {gone}".strip(), f"{right} {move}".strip()]
            for place, (left, gone), (right, move) in found
        ]


def test_controls_move_sentence_and_drawing_and_are_found_again(page):
    query = page.get_by_label("query", exact=True)
    units = page.get_by_label("feed-forward units kept")

    def method(number):
        return page.get_by_label(METHODS[number])

    state = QUERY, METHODS[0], START
    assert readout(page) == outcome(*state).sentence()
    seen, words = {drawn(page)}, {described(page)}
    for act, state in (
        (lambda: query.press("ArrowDown"), (QUESTIONS[1], METHODS[0], START)),
        (lambda: query.select_option(QUESTIONS[5]), (QUESTIONS[5], METHODS[0], START)),
        (lambda: units.press("ArrowLeft"), (QUESTIONS[5], METHODS[0], 0.5)),
        (lambda: click_at(units, 0.02), (QUESTIONS[5], METHODS[0], 0.25)),
        (lambda: method(0).press("ArrowDown"), (QUESTIONS[5], METHODS[1], 0.25)),
        (lambda: method(2).click(), (QUESTIONS[5], METHODS[2], 0.25)),
    ):
        act()
        assert readout(page) == outcome(*state).sentence()
        rows = page.get_by_role("table").locator("tbody tr")
        first = DATA["documents"][outcome(*state).best[1][0]]
        assert first in rows.first.locator("td").last.inner_text()
        seen.add(drawn(page))
        words.add(described(page))
    assert len(seen) == len(words) == 7
    assert kept_for_a_notebook(page, "search-explorer") == as_state(*state)
    reload(page)
    assert readout(page) == outcome(*state).sentence()
    page.get_by_role("button", name="back to the start").click()
    assert readout(page) == outcome(QUERY, METHODS[0], START).sentence()


def test_query_that_was_typed_in_a_notebook_is_passed_over(page):
    page.get_by_label("query", exact=True).select_option(QUESTIONS[3])
    (kept,) = records(page)
    keep(page, [kept | {"value": "a question that the page does not have"}])
    reload(page)
    assert readout(page) == outcome(QUERY, METHODS[0], START).sentence()


def test_lines_of_the_ranking_lead_to_the_places(page):
    found = outcome(QUERY, METHODS[0], START)
    lines = page.locator("svg[aria-label^=Places] path").evaluate_all(
        "all => all.map(line => line.getAttribute('d').match(/[\\d.]+/g).map(Number))"
    )
    top, second, *_ = sorted({y for _, y, _, _ in lines})
    row = second - top
    drawn_places = {
        (round((a - top) / row) + 1, round((b - top) / row) + 1) for _, a, _, b in lines
    }
    pairs = zip(*found.ranks, strict=True)
    assert drawn_places == {
        (min(a, 11), min(b, 11)) for a, b in pairs if min(a, b) <= 10
    }
