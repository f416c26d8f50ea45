"""Every control is found where a learner left it, and nothing else depends on that."""

import ipywidgets
import pytest
import torch

from course_lib import store
from course_lib.page import predict
from course_lib.page.positions import RESET, Positions, positions
from tests.sampling import sample
from tests.test_frame import DEMO, PARTS
from tests.views import walk

CHOICES = (ipywidgets.Dropdown, ipywidgets.RadioButtons, ipywidgets.SelectionSlider)
TEXTS = (ipywidgets.Text, ipywidgets.Textarea)


def values(view):
    """List the control's values, in the order of the page."""
    kinds = (*CHOICES, ipywidgets.Checkbox, ipywidgets.FloatText, *TEXTS)
    return [widget.value for widget in walk(view) if isinstance(widget, kinds)]


def move_all(view):
    """Move every control to a place where it was not."""
    for widget in walk(view):
        if isinstance(widget, CHOICES):
            places = widget.options
            widget.index = ((widget.index or 0) - 1) % len(places)
        elif isinstance(widget, ipywidgets.Checkbox):
            widget.value = not widget.value
        elif isinstance(widget, ipywidgets.FloatText):
            widget.value += 1
        elif isinstance(widget, TEXTS):
            widget.value += "typed"


@pytest.mark.parametrize("name", sample(PARTS, 0.5))
def test_every_control_of_a_part_is_where_it_was_left(name, work):
    torch.manual_seed(0)
    view, *told = PARTS[name]()
    at_first = values(view)
    assert at_first
    assert not (work / store.FOLDER).exists()
    move_all(view)
    left = values(view)
    assert all(old != new for old, new in zip(at_first, left, strict=True))
    predict._predictions.clear()  # as in a new kernel
    torch.manual_seed(0)
    again, *told_again = PARTS[name]()
    assert values(again) == left
    assert told_again == told


@pytest.mark.parametrize("name", sample(DEMO, 0.4))
def test_demo_goes_back_to_the_start_when_asked(name):
    view = DEMO[name]()[0]
    at_first, before = values(view), back(view)
    assert before.layout.display == "none"
    move_all(view)
    again = DEMO[name]()[0]
    assert back(again).layout.display is None
    back(again).click()
    assert values(again) == at_first
    assert back(again).layout.display == "none"
    assert values(DEMO[name]()[0]) == at_first


def back(view):
    (found,) = (w for w in walk(view) if getattr(w, "description", "") == RESET)
    return found


def slider():
    return ipywidgets.SelectionSlider(options=[1, 2, 3], value=2)


@pytest.mark.parametrize("value", [7, "2", None, [1], {"a": 1}])
def test_position_that_a_control_does_not_have_is_passed_over(value):
    store.append("control", "a-part", value, id="a-part/slider")
    control = slider()
    assert Positions("a-part", {"slider": control}).found == {"slider": value}
    assert control.value == 2


def test_parts_and_controls_do_not_mix():
    one, other = slider(), slider()
    Positions("a-part", {"slider": one, "second": slider()})
    Positions("a", {"part/slider": other, "slider": slider()})
    one.value = 3
    assert positions("a-part") == {"slider": 3}
    assert positions("a") == {}
