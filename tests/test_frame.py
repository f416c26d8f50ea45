"""Every part of a page comes in one frame, and leaves nothing behind when it goes."""

import gc
import weakref
from functools import partial
from types import SimpleNamespace

import ipywidgets
import pytest
from matplotlib import pyplot as plt

from course_lib import controls, frame
from course_lib.page import (
    claim_review,
    inquiry,
    learning_map,
    practice,
    predict,
    research_note,
    storyboard,
)
from tests.demos import small_demos
from tests.sampling import sample

PAGE = {
    "map": lambda: learning_map.build("02"),
    "again": lambda: practice.build_again("01"),
    "practice": lambda: practice.build("02"),
    "predict": lambda: predict.build("02"),
    "reveal": lambda: (predict.gate("02", ipywidgets.HTML("a demo")),),
    "claims": lambda: claim_review.build("plain-page-privacy"),
    "inquiry": lambda: inquiry.build("03"),
    "research-note": lambda: research_note.build("02"),
    "storyboard": lambda: storyboard.build("mask"),
}
DEMO = {name: partial(small_demos.build, name) for name in small_demos.ARGUMENTS}
PARTS = PAGE | DEMO


def own(view):
    """List a part's own widgets: all that no other place shows."""
    if isinstance(view, frame.Shared):
        return []
    return [view, *(w for child in getattr(view, "children", ()) for w in own(child))]


@pytest.mark.parametrize("name", PARTS)
def test_every_control_can_be_named_by_a_screen_reader(name):
    def described(widget):
        if "description" in widget.traits() and not isinstance(widget, ipywidgets.HTML):
            yield widget.description
        for child in getattr(widget, "children", ()):
            yield from described(child)

    found = list(described(PARTS[name]()[0]))
    assert found
    assert all(found)


@pytest.mark.parametrize("name", sample(PARTS, 0.25))
def test_closed_part_is_held_by_nothing(name):
    figures = plt.get_fignums()
    kept = [weakref.ref(widget) for widget in own(frame.framed(PARTS[name]()[0]))]
    gc.collect()
    assert all(ref() is not None for ref in kept)  # ipywidgets holds what is open
    frame.close(kept[0]())
    gc.collect()
    assert [ref() for ref in kept if ref() is not None] == []
    assert plt.get_fignums() == figures


@pytest.fixture
def cell(monkeypatch):
    """Run a function as a cell with this id would; returns what does so."""
    shell = SimpleNamespace(kernel=SimpleNamespace())
    monkeypatch.setattr(frame, "get_ipython", lambda: shell)
    monkeypatch.setattr(frame, "_displayed", {})
    runs = iter(range(100))

    def run(function, **metadata):
        request = {"metadata": metadata, "header": {"msg_id": str(next(runs))}}
        shell.kernel.get_parent = lambda: request
        return function()

    return run


def two_parts():
    return [frame.framed(ipywidgets.VBox([ipywidgets.HTML()])) for _ in range(2)]


def is_open(view):
    return {widget.comm is not None for widget in own(view)} == {True}


def test_cell_that_runs_again_closes_what_it_had_displayed(cell):
    earlier = cell(two_parts, cellId="one")
    assert all(map(is_open, earlier))
    others = cell(two_parts, cellId="two")
    later = cell(two_parts, cellId="one")
    assert not any(map(is_open, earlier))
    assert all(map(is_open, [*others, *later]))


def test_number_of_open_widgets_does_not_grow_with_the_runs_of_a_cell(cell):
    def predicted():
        return frame.framed(predict.gate("02", ipywidgets.HTML("")))

    cell(predicted, cellId="one")
    once = len(opened())
    for _ in range(10):
        last = cell(predicted, cellId="one")
    assert len(opened()) == once
    assert is_open(last)


def opened():
    """List the open widgets of the course's parts; how they are laid out aside."""
    gc.collect()
    return [
        w for w in gc.get_objects() if type(w).__name__ in {"VBox", "HTML"} and w.comm
    ]


def test_nothing_is_closed_where_the_front_end_does_not_name_the_cell(cell):
    earlier = cell(two_parts)
    cell(two_parts)
    assert all(map(is_open, earlier))


def test_displayed_view_is_framed_and_brings_its_look(monkeypatch):
    shown = []
    monkeypatch.setattr(controls, "display", lambda data, **how: shown.append(data))
    monkeypatch.setattr(controls, "framed", lambda view: framed.append(view) or view)
    framed, view = [], ipywidgets.HTML("a part")
    controls.display_bundle(view, None, "a part")
    assert framed == [view]
    part = frame.framed(view)
    style, inner = part.children
    assert inner is view
    assert frame.PART_CLASS in part._dom_classes
    assert f".{frame.PART_CLASS}" in style.value
