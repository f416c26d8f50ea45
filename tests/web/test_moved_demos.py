"""What holds for every demo on the web: its controls, and that they are found again."""

import json
from importlib import import_module

import ipywidgets as widgets
import pytest

from course_lib import controls, store
from course_lib.demos.assumptions import LABELS
from tests.sampling import sample
from tests.views import walk
from tests.web import moving
from tests.web.demo_data import given
from tests.web.moving import records
from tests.web.scripts import opened, reload
from tools.website import demos

# in readers' records, so they stay as they are
CONTROL_NAMES = {
    "mask_explorer": ("sparsity", "scope"),
    "sample_size": ("images",),
    "threshold_explorer": ("mean", "std"),
    "will_it_fit": ("weights", "bits", "sparsity", "format", *LABELS, "unpack"),
}
NAMES = tuple(CONTROL_NAMES)
MAX_BYTES = 60_000
CONTROLS = "input[type=range], fieldset, input[type=number], input[type=checkbox]"
STOPS = """controls => controls.map(one => {
  const label = one.tagName === 'FIELDSET' ? one.querySelector('legend')
    : one.labels[0];
  const row = [label.textContent.trim()];
  if (one.type === 'range') {
    const stops = [];
    const start = one.value;
    for (one.value = 0; ; one.value = Number(one.value) + 1) {
      one.dispatchEvent(new Event('input'));
      stops.push(one.getAttribute('aria-valuetext'));
      if (one.value === one.max) break;
    }
    one.value = start;
    one.dispatchEvent(new Event('input'));
    row.push(stops, stops[start]);
  } else if (one.tagName === 'FIELDSET') {
    const rows = [...one.querySelectorAll('label')];
    row.push(rows.map(each => each.textContent.trim()),
      rows.find(each => each.querySelector('input').checked).textContent.trim());
  } else row.push(null, one.type === 'checkbox' ? one.checked : one.valueAsNumber);
  return row;
})"""
VALUES = """() => [...document.querySelectorAll('input')].map(one =>
  ['radio', 'checkbox'].includes(one.type) ? one.checked : one.value)"""

some_demos = pytest.mark.parametrize("name", sample(NAMES, 0.5))


@pytest.fixture
def page(name, context, tmp_path):
    with opened(context, tmp_path / "page.html", {name: demos.stored(name)}) as page:
        yield page


def keep(page, kept):
    """Open the page again for somebody with these records."""
    moving.keep(page, kept)
    reload(page)


def of_python(name):
    """Return label, options and start of every control of the notebook's demo."""
    view, _ = notebook(name)
    rows = []
    for control in walk(view):
        if isinstance(control, widgets.SelectionSlider | widgets.RadioButtons):
            labels = [label for label, _ in control.options]
            rows.append([control.description, labels, labels[control.index]])
        elif isinstance(control, widgets.FloatText | widgets.Checkbox):
            rows.append([control.description, None, control.value])
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_data_is_small_and_written_by_the_command(name, tmp_path, monkeypatch):
    text = demos.path(name).read_text(encoding="utf-8")
    assert len(text.encode()) <= MAX_BYTES
    monkeypatch.setattr(demos, "FOLDER", tmp_path)
    monkeypatch.setattr(demos, "computed", lambda name: json.loads(text))
    demos.write(name)
    assert demos.path(name).read_text(encoding="utf-8") == text


def test_every_demo_with_data_has_a_module_and_unknown_ones_are_refused():
    assert set(NAMES) <= set(demos.names())
    with pytest.raises(ValueError, match=r"name must be one of .*, got 'none'"):
        demos.computed("none")


@pytest.mark.parametrize("name", NAMES)
def test_controls_are_those_of_the_notebook(page, name):
    assert page.locator(CONTROLS).evaluate_all(STOPS) == of_python(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_answers_keyboard_and_mouse_and_is_found_again(page):
    line, drawing = page.locator(".course-readout"), page.get_by_role("img")
    back = page.get_by_role("button", name="back to the start")
    start, first = page.evaluate(VALUES), line.inner_text()
    assert not back.is_visible()

    def state():
        words = drawing.get_attribute("aria-label")
        return line.inner_text(), words, drawing.inner_html()

    def moves(act, parts=3):
        before = state()
        act()
        changed = zip(before[:parts], state()[:parts], strict=True)
        assert all(one != other for one, other in changed)

    for slider in page.locator("input[type=range]").all():
        moves(lambda slider=slider: slider.press("ArrowRight"))
        box, far = slider.bounding_box(), int(slider.input_value()) > 1
        place = {"x": box["width"] * (0.2 if far else 0.8), "y": box["height"] / 2}
        moves(lambda slider=slider, place=place: slider.click(position=place))
    for group in page.locator("fieldset").all():
        moves(lambda group=group: group.locator(":checked").press("ArrowDown"))
        moves(group.locator("label").first.click)
        moves(group.locator("label").last.click)
    for number in page.locator("input[type=number]").all():
        moves(lambda number=number: number.press("ArrowUp"), parts=1)
    for box in page.locator("input[type=checkbox]").all():
        box.press("Space")  # without effect where nothing is packed
        assert not box.is_checked()
    last, values, picture = line.inner_text(), page.evaluate(VALUES), state()
    kept = records(page)
    assert {one["kind"] for one in kept} == {"control"}
    assert len(kept) == page.locator(CONTROLS).count()
    assert all(one["id"].startswith(f"{one['name']}/") for one in kept)
    reload(page)
    assert line.inner_text() == last
    assert page.evaluate(VALUES) == values
    assert state() == picture
    back.press("Enter")
    assert line.inner_text() == first
    assert page.evaluate(VALUES) == start
    assert not back.is_visible()
    reload(page)
    assert line.inner_text() == first
    assert not back.is_visible()


@some_demos
def test_position_that_a_control_no_longer_has_is_skipped(page, name):
    first = page.locator(".course-readout").inner_text()
    page.locator("input[type=range]").first.press("ArrowRight")
    (kept,) = records(page)
    part = kept["name"]
    for wrong in ("none", None, [1], {"a": 1}):
        keep(page, [
            kept | {"id": f"{part}/{control}", "value": wrong}
            for control in CONTROL_NAMES[name]
        ])  # fmt: skip
        assert page.locator(".course-readout").inner_text() == first


def notebook(name):
    """Return the notebook's demo as it opens now."""
    module = import_module(f"course_lib.demos.{name}")
    view, _, _ = module.build(*given(name))
    (line,) = (
        one for one in walk(view)
        if controls.READOUT_CLASS in getattr(one, "_dom_classes", ())
    )  # fmt: skip
    return view, line


@some_demos
def test_notebook_finds_what_was_moved_on_the_page(page, name):
    for slider in page.locator("input[type=range]").all():
        slider.press("ArrowRight")
    for group in page.locator("fieldset").all():
        group.locator("label").last.click()
    for number in page.locator("input[type=number]").all():
        number.press("ArrowUp")
    for box in page.locator("input[type=checkbox]").all():
        box.click()
    moving.give_to_a_notebook(page)
    _, line = notebook(name)
    assert line.value == page.locator(".course-readout").inner_text()


@some_demos
def test_page_finds_what_was_moved_in_the_notebook(page, name):
    view, line = notebook(name)
    for control in walk(view):
        if isinstance(control, widgets.SelectionSlider | widgets.RadioButtons):
            control.index = (control.index + 1) % len(control.options)
        elif isinstance(control, widgets.FloatText):
            control.value += 1
        elif isinstance(control, widgets.Checkbox):
            control.value = not control.value
    found, damaged = store.read("control", moving.line)
    assert damaged == []
    assert len(found) == len(CONTROL_NAMES[name])
    keep(page, found)
    assert page.locator(".course-readout").inner_text() == line.value
