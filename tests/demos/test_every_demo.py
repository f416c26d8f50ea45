"""What holds for every demo: one bundle, one text, and no figure left open."""

import re

import ipywidgets
import pytest
from matplotlib import pyplot as plt

from course_lib import controls
from course_lib.demos import gallery
from course_lib.demos.gallery import DEMOS, Entry
from tests.demos.small_demos import ARGUMENTS, build, module
from tests.views import walk

PNG = b"\x89PNG\r\n\x1a\n"


def test_every_demo_is_tried_here():
    assert set(ARGUMENTS) == set(DEMOS)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_demo_is_shown_as_one_bundle(name, monkeypatch):
    shown = []
    monkeypatch.setattr(controls, "display", lambda data, **how: shown.append(data))
    built = build(name)
    monkeypatch.setattr(Entry, "build", lambda entry: built)
    gallery.show(name)
    (data,) = shown
    view = "application/vnd.jupyter.widget-view+json"
    assert set(data) == {view, "image/png", "text/plain"}
    assert data["text/plain"] == built[2]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_text_of_a_demo_has_what_it_shows(name):
    view, png, alt = build(name)
    classes = [(row, getattr(row, "_dom_classes", ())) for row in view.children]
    (line,) = (row for row, own in classes if controls.READOUT_CLASS in own)
    assert alt.startswith("Demo,")
    assert line.value in alt
    assert png.startswith(PNG)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("name", "start", "text"),
    [
        ("mask_explorer", (0.5, "layerwise"), "Demo, a slider: 50% of the weights"),
        ("shape_explorer", ("fc2", 0.25), "Demo, a choice: fc2; a slider: 25%"),
        (
            "storage_explorer",
            (0.1, "bitmap", 6),
            "Demo, a slider: 10% of the weights kept; a choice: index bitmap; a "
            "slider: values 6-bit codes.",
        ),
    ],
)
def test_demo_opens_where_it_is_told_to(name, start, text):
    without_start = [one for one in ARGUMENTS[name]() if type(one) is not tuple]
    assert module(name).build(*without_start, start)[2].startswith(text)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_sliders_of_a_demo_grow_to_the_right_and_answer_while_dragged(name):
    view = build(name)[0]
    sliders = [w for w in walk(view) if isinstance(w, ipywidgets.SelectionSlider)]
    assert sliders
    for slider in sliders:
        places = [place for _, place in slider.options]
        assert places == sorted(places)
        assert slider.continuous_update


@pytest.mark.parametrize("name", ARGUMENTS)
def test_numbers_of_five_digits_or_more_are_written_with_commas(name):
    assert re.findall(r"(?<![.\d])\d{5,}", build(name)[2]) == []
