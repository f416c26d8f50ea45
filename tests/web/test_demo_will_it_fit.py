"""*Will it fit?* on the web says what Python's says, whatever a reader assumes."""

import json
import math
import random
from dataclasses import asdict, replace
from itertools import product

import pytest

from course_lib.demos.assumptions import LABELS, Assumptions, refusal
from course_lib.demos.will_it_fit import (
    BITS,
    FORMATS,
    SPARSITIES,
    START,
    WEIGHTS,
    compute,
)
from tests.sampling import SEED, count
from tests.web.scripts import functions
from tools.website import demos

NAME = "will_it_fit"
GRID = list(product(WEIGHTS, BITS, SPARSITIES, FORMATS))
DATA = demos.stored(NAME)


@pytest.fixture(scope="module")
def said(context):
    """Return a function from states, with assumptions, to the sentences of the page."""
    names = ("weights", "bits", "sparsity", "format")
    with functions(context, f"demos/{NAME}.js") as page:

        def sentences(states):
            given = [
                dict(zip(names, state, strict=True)) | asdict(assumed)
                for state, assumed in states
            ]
            call = "([data, states]) => states.map(state => fitSentence(data, state))"
            return page.evaluate(call, [DATA, given])

        yield sentences


def of_python(states):
    return [compute(*state, assumed).sentence() for state, assumed in states]


def test_stored_data_is_what_python_computes():
    assert json.loads(json.dumps(demos.computed(NAME))) == DATA


def test_every_state_says_what_python_says(said):
    states = [
        (state, Assumptions(unpack=unpack))
        for state, unpack in product(GRID, (True, False))
    ]
    assert said(states) == of_python(states)


def test_random_assumptions_lead_to_the_same_sentences(said):
    chance = random.Random(SEED)

    def assumed():
        values = {name: chance.uniform(0, 100) for name in LABELS}
        # what people type, and what nobody would
        for name in chance.sample(sorted(LABELS), 4):
            values[name] = round(values[name], chance.randrange(3))
        for name in ("phone", "working", "sending", "speed"):
            if chance.random() < 0.1:
                values[name] = 10 ** chance.uniform(-12, 30)
        values["speed"] = values["speed"] or 1.0
        return Assumptions(**values, unpack=chance.random() < 0.5)

    states = [(chance.choice(GRID), assumed()) for _ in range(count(2000, 20_000))]
    assert said(states) == of_python(states)


@pytest.mark.parametrize(
    "wrong",
    [
        *((name, -1.5) for name in LABELS),
        *((name, math.nan) for name in LABELS),
        *((name, math.inf) for name in LABELS),
        ("share", 100.5),
        ("speed", 0.0),
        ("phone", -1e-7),
    ],
)
def test_impossible_number_is_refused_in_pythons_words(said, wrong):
    name, value = wrong
    with pytest.raises(ValueError, match=f"{name} must be a number .*, got {value}"):
        Assumptions(**{name: value})
    given = Assumptions()
    vars(given)[name] = value  # past its own check
    assert said([(GRID[0], given)]) == [refusal(name)]


def test_field_without_a_number_is_refused_in_plain_words(page):
    line, speed = (page.locator(".course-readout"), page.get_by_label("download speed"))
    drawing = page.get_by_role("img").inner_html()
    good = line.inner_text()
    speed.fill("")
    assert line.inner_text() == (
        "Not computed: “download speed (Mbit/s)” must be a number above 0."
    )
    assert page.get_by_role("img").inner_html() == drawing
    speed.fill("50")
    assert line.inner_text() == good


def test_reader_changes_everything_and_reads_pythons_sentence(page):
    page.get_by_label("weights in the model").press("ArrowRight")
    page.get_by_label("bits per weight").press("ArrowLeft")
    page.get_by_label("weights removed").press("End")
    page.get_by_role("radio", name="a bit for each, then those left").click()
    page.get_by_label("price per GB sent").fill("0.25")
    page.get_by_label("the program puts the zeros back").press("Space")
    assumed = replace(Assumptions(), sending=0.25, unpack=False)
    expected = compute(7_000_000_000, 8, 0.95, "bitmap", assumed)
    assert page.locator(".course-readout").inner_text() == expected.sentence()
    words = page.get_by_role("img").get_attribute("aria-label")
    assert "chosen: a bit for each, then those left." in words
    assert "phone, 4.00 GB: fits" in words


def test_bars_have_the_lengths_of_what_they_show(page):
    outcome = compute(*START)
    widths = page.locator(".course-chart rect").evaluate_all(
        "bars => bars.map(bar => bar.width.baseVal.valueInSpecifiedUnits)"
    )
    files, rooms = list(outcome.files.values()), outcome.rooms.values()
    reach = max(outcome.memory, *rooms)
    expected = [98 * size / max(files) for size in files]
    for room in rooms:
        expected += [98 * outcome.memory / reach, 98 * room / reach]
    assert widths == pytest.approx(expected, rel=1e-4)
