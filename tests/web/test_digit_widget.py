"""The field to draw a digit in, as a widget of a notebook."""

import sys

from IPython import display
from playwright.sync_api import expect

from course_lib import digit
from tools.chromium import START_SECONDS

expect.set_options(timeout=START_SECONDS * 1000)  # machines differ
RENDER = """async ([module, data]) => {
  const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  widget.render({ model: { get: (name) => ({ data })[name] }, el: document.body });
}"""


def shown(monkeypatch):
    """Return the widgets that ``show`` displays."""
    widgets = []
    monkeypatch.setattr(display, "display", widgets.append)
    digit.show()
    return widgets


def test_widget_has_its_look_and_answers_with_anywidgets_model(context, monkeypatch):
    (widget,) = shown(monkeypatch)
    assert ".course-digit-field" in widget._css
    page = context.new_page()
    page.set_content("<!doctype html><title>A cell</title>")
    page.evaluate(RENDER, [widget._esm, widget.data])
    page.get_by_label("Draw for me").select_option("a 5")
    expect(page.locator(".course-digit-answer")).to_have_text(["5"] * 4)
    page.get_by_label("Prune weights up to").press("ArrowRight")
    expect(page.locator(".course-readout").last).to_contain_text("more than 0.01")
    page.close()


def test_without_anywidget_a_sentence_says_so(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert shown(monkeypatch) == []
    assert "anywidget, which is not installed here" in capsys.readouterr().out
