"""Every part of a page comes in one frame, and leaves nothing behind when it goes."""

import gc
import weakref
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

from course_lib import controls, frame
from course_lib.activation import activation_statistics
from course_lib.data import Split
from course_lib.demos import (
    mask_explorer,
    sample_size,
    shape_explorer,
    storage_explorer,
    threshold_explorer,
    which_faster,
    will_it_fit,
)
from course_lib.demos.gallery import DEMOS
from course_lib.models import MLP
from course_lib.page import (
    claim_review,
    inquiry,
    learning_map,
    practice,
    predict,
    research_note,
    storyboard,
)
from course_lib.structured import weight_norms


def network():
    torch.manual_seed(0)
    return MLP((784, 8, 6, 10)).double()


def split():
    return Split(torch.rand(8, 1, 28, 28, dtype=torch.float64), torch.arange(8))


def thresholds():
    model, data = network(), split()
    return threshold_explorer.build(model, activation_statistics(model, data), data)


def shapes():
    model = network()
    return shape_explorer.build(model, weight_norms(model, p=1), split(), ("fc1", 0.5))


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
DEMO = {
    "mask_explorer": lambda: mask_explorer.build(network(), split()),
    "sample_size": lambda: sample_size.build(np.arange(6400) % 50 > 0),
    "shape_explorer": shapes,
    "storage_explorer": lambda: storage_explorer.build(torch.rand(20, 30)),
    "threshold_explorer": thresholds,
    "which_faster": which_faster.build,
    "will_it_fit": will_it_fit.build,
}
PARTS = PAGE | DEMO


def own(view):
    """List a part's own widgets: all that no other place shows."""
    if isinstance(view, frame.Shared):
        return []
    return [view, *(w for child in getattr(view, "children", ()) for w in own(child))]


def test_every_demo_is_tried_here():
    assert set(DEMO) == set(DEMOS)


@pytest.mark.parametrize("name", PARTS)
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
