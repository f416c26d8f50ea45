"""*Which one gets faster?* on the web: first a guess, then Python's words."""

import json
import re
from itertools import product

import numpy as np
import pytest

from course_lib.demos import pattern_words as words
from course_lib.demos import which_faster
from course_lib.demos.pattern_race import GUESSES, WHOLE, Race, Speed
from course_lib.demos.patterns import KERNELS, PATTERNS, RATIOS, compute
from course_lib.demos.which_faster import START
from tests.web.moving import (
    click_at,
    declared_by,
    described,
    drawn,
    kept_for_a_notebook,
    readout,
    records,
)
from tests.web.scripts import functions, reload
from tools.website import demos
from tools.website.demos.which_faster import as_data
from tools.website.demos.which_faster import race as measure

NAME = "which_faster"
DATA = demos.stored(NAME)
STATES = list(product(PATTERNS, RATIOS, KERNELS))
COMMIT = "commit"


def as_state(pattern, ratio, kernel):
    return {"share": ratio, "kernel": kernel, "pattern": pattern}


def race(ratio, kernel):
    """The committed race, as the notebook's demo would have measured it."""
    ms = DATA["ms"][kernel][RATIOS.index(ratio)]
    speeds = {name: Speed(t, ms[WHOLE] / t) for name, t in ms.items()}
    return Race(ratio, kernel, speeds)


@pytest.fixture(scope="module")
def script(context):
    with functions(context, f"demos/{NAME}.js") as page:
        yield page


def test_all_but_the_times_is_what_python_computes():
    assert json.loads(json.dumps(as_data(DATA["ms"], DATA["machine"]))) == DATA
    assert len(demos.path(NAME).read_bytes()) <= 25_000


def test_controls_are_those_of_the_notebook():
    found = declared_by(which_faster.build()[0])
    of_demo = [control[2:] for control in DATA["controls"]]
    of_form = ["your guess", DATA["guesses"], None], ["how sure", DATA["sure"], 50]
    assert found == [*of_demo[:2], *of_form, of_demo[2]]


def test_committed_race_timed_every_pattern_and_names_its_machine():
    for kernel, ratio in product(KERNELS, RATIOS):
        times = DATA["ms"][kernel][RATIOS.index(ratio)]
        assert list(times) == [WHOLE, *PATTERNS]
        assert all(ms > 0 for ms in times.values())
    machine = DATA["machine"]
    assert machine["processor"]
    assert machine["threads"] == 1
    assert {"Python", "torch", "numpy"} <= set(machine["versions"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", machine["date"])


def test_every_state_says_what_python_says(script):
    before, after = script.evaluate(
        """([data, states]) => [
          states.map(state => fasterBefore(data, state)),
          states.map(state => fasterSaid(data, state).sentences[state.pattern])]""",
        [DATA, [as_state(*state) for state in STATES]],
    )
    assert before == [words.before(*state) for state in STATES]
    assert after == [words.sentence(race(*rest), name) for name, *rest in STATES]
    assert len(after) == 36


def test_every_verdict_is_pythons(script):
    asked = list(product(RATIOS, KERNELS, GUESSES))
    found = script.evaluate(
        """([data, asked]) => asked.map(([share, kernel, guess], i) =>
          fasterVerdict(data, {share, kernel}, guess, i % 101))""",
        [DATA, asked],
    )
    expected = [
        " ".join(words.verdict(race(ratio, kernel), guess, i % 101).split())
        for i, (ratio, kernel, guess) in enumerate(asked)
    ]
    assert found == expected


def test_drawn_bits_are_those_of_the_masks(script):
    for pattern, ratio in product(PATTERNS, RATIOS):
        stored = DATA["states"][pattern][RATIOS.index(ratio)]
        mask, (row, column) = compute(pattern, ratio).mask, stored["from"]
        part = script.evaluate("fasterBits", stored["closeUp"])
        assert np.array_equal(
            np.reshape(part, (32, 32)), mask[row : row + 32, column : column + 32]
        )
        if pattern in ("unstructured", "2:4"):
            assert "whole" not in stored
            continue
        across = stored["across"]
        parts = np.reshape(script.evaluate("fasterBits", stored["whole"]), (-1, across))
        of_each = np.ones((len(mask) // len(parts), len(mask) // across))
        assert np.array_equal(mask, np.kron(parts, of_each))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_products_multiply_as_many_weights_as_the_pattern_keeps(script, pattern):
    kept, whole, sparse, small = script.evaluate(
        """([data, state]) => {
          const weights = fasterWeights(data, state);
          const [x, y] = [new Float32Array(data.side), new Float32Array(data.side)];
          x.forEach((_, i) => { x[i] = Math.sin(i); });
          const out = [denseProduct, sparseProduct].map((make) => {
            make(weights, data.side, data.side)(x, y);
            return [...y];
          });
          const names = fasterProducts(data, state).map(([name]) => name);
          return [weights.reduce((sum, one) => sum + (one !== 0), 0), ...out, names];
        }""",
        [DATA, as_state(pattern, 0.9, "dense")],
    )
    outcome = compute(pattern, 0.9)
    at_random = pattern in ("unstructured", "2:4")
    assert kept == pytest.approx(outcome.kept, rel=0.02 if at_random else 0)
    assert np.abs(whole).max() > 1
    assert np.allclose(whole, sparse, atol=1e-3)
    assert small == ["whole layer, dense", f"{pattern}, CSR",
                     f"{round(outcome.kept / 1024)} × 1024, dense"]  # fmt: skip


def test_nothing_is_shown_before_the_guess(page):
    assert readout(page) == words.before(*START)
    page.get_by_label("pattern to look at").select_option("head")
    page.get_by_role("button", name=COMMIT).press("Enter")
    assert page.get_by_text("Choose first, then commit.").is_visible()
    assert page.get_by_role("table").count() == 0
    assert "1,048,576" not in page.locator("body").inner_text()
    assert {one["kind"] for one in records(page)} == {"control"}


def test_race_measures_every_pattern():
    times = measure(0.9, "dense", rounds=1)
    assert list(times) == [WHOLE, *PATTERNS]
    assert all(ms > 0 for ms in times.values())


def guess(page, name, sure="50%"):
    page.get_by_label(name, exact=True).check()
    slider = page.get_by_label("how sure")
    slider.press("Home")
    while slider.get_attribute("aria-valuetext") != sure:
        slider.press("ArrowRight")
    page.get_by_role("button", name=COMMIT).press("Enter")


def said(page):
    return " ".join(
        page.locator("p[aria-live] strong").first.locator("..").inner_text().split()
    )


def test_guess_opens_the_reveal_and_is_kept_as_a_notebook_keeps_it(page):
    guess(page, "unstructured", "90%")
    run = race(0.9, "dense")
    assert readout(page) == words.sentence(run, "unstructured")
    verdict = words.verdict(run, "unstructured", 90).replace("**", "")
    assert said(page) == " ".join(verdict.split())
    rows = page.get_by_role("region", name="all six patterns").locator("tr").all()
    lines = words.table(run, "unstructured").replace("**", "").splitlines()
    expected = [line.strip("| ").split(" | ") for line in (lines[0], *lines[2:])]
    assert [row.locator("th, td").all_inner_texts() for row in rows] == expected
    assert page.get_by_label("head", exact=True).is_disabled()
    (answer,) = (one for one in records(page) if one["kind"] == "answer")
    assert answer["name"] == "04-faster-90-dense"
    assert answer["value"] == {"answer": "unstructured", "confidence": 90}
    pictures, spoken = set(), set()
    for pattern in PATTERNS:
        page.get_by_label("pattern to look at").select_option(pattern)
        assert readout(page) == words.sentence(run, pattern)
        pictures.add(drawn(page))
        spoken.add(described(page))
    assert len(pictures) == len(spoken) == len(PATTERNS)
    assert len([one for one in records(page) if one["kind"] == "answer"]) == 1


def test_another_share_or_kernel_asks_again_and_the_first_answer_stays(page):
    guess(page, "head", "80%")
    first = readout(page), said(page), drawn(page)
    page.get_by_label("sparse", exact=True).click()
    assert readout(page) == words.before("unstructured", 0.9, "sparse")
    assert page.locator("input:checked").count() == 1  # only the kernel
    guess(page, "row")
    assert readout(page) == words.sentence(race(0.9, "sparse"), "unstructured")
    click_at(page.get_by_label("share to remove"), 0.02)
    assert readout(page) == words.before("unstructured", 0.5, "sparse")
    page.get_by_label("share to remove").press("End")
    page.get_by_label("sparse", exact=True).press("ArrowUp")
    assert (readout(page), said(page), drawn(page)) == first


def test_positions_and_guesses_are_found_again_and_open_nothing(page):
    guess(page, "block", "40%")
    page.get_by_label("share to remove").press("ArrowLeft")
    page.get_by_label("pattern to look at").select_option("filter")
    page.get_by_label("all six").check()
    kept = kept_for_a_notebook(page, "04-faster")
    assert kept == {
        "04-faster-90-dense": ["block", 40],
        "share": 0.75, "pattern": "filter",
        "04-faster-75-dense": ["all six", 50],
    }  # fmt: skip
    reload(page)
    assert readout(page) == words.before("filter", 0.75, "dense")
    assert page.get_by_label("all six").is_checked()
    page.get_by_role("button", name="back to the start").click()
    assert readout(page) == words.before(*START)
    assert said(page).startswith("Earlier you guessed block, 40% sure.")
    assert page.get_by_label("block", exact=True).is_checked()
    assert page.get_by_label("how sure").get_attribute("aria-valuetext") == "40%"
    page.get_by_role("button", name=COMMIT).click()
    assert readout(page) == words.sentence(race(0.9, "dense"), "unstructured")


def test_browser_measures_its_own_products_and_says_what_it_timed(page):
    guess(page, "filter")
    page.get_by_label("pattern to look at").select_option("filter")
    page.get_by_role("button", name="measure in this browser").click()
    page.get_by_role("button", name="measure again").wait_for()
    rows = page.get_by_role("region", name="measured in this browser")
    names = rows.locator("tbody th").all_inner_texts()
    assert names == ["whole layer, dense", "filter, CSR", "102 × 1024, dense"]
    assert float(rows.locator("tbody tr").last.locator("td").last.inner_text()) > 2
    told = page.get_by_text("loops in JavaScript").inner_text()
    assert "not the kernel of the table above" in told
