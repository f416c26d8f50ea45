"""Each part is also a widget in anywidget's form: the same module, another model."""

import json
import re

import pytest

from course_lib import web
from tools.website import parts

CHAPTER = "02"
# the module of a part, its function, and the call that shows it
PARTS = {
    "predict": ("predict", ("predict.show", CHAPTER)),
    "storyboard": ("storyboard", ("storyboard.show", "mask")),
    "inquiry": ("inquiry", ("inquiry.show", CHAPTER)),
    "practice": ("practice", ("practice.show", CHAPTER)),
    "again": ("practice", ("practice.again", "01")),
    "claims": ("claims", ("claim_review.show", "han-2015-flop")),
    "note": ("note", ("research_note.show", CHAPTER)),
    "map": ("map", ("learning_map.show", CHAPTER)),
}
# what anywidget gives: values that a kernel sets, and messages that reach it later
MODEL = """async ([text, data]) => {
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const sent = [];
  const heard = [];
  const values = { data };
  const model = {
    get: (name) => values[name],
    set: () => {}, save_changes: () => {}, off: () => {},
    send: (record) => sent.push(record),
    on: (event, callback) => heard.push([event, callback]),
  };
  const el = document.body.appendChild(document.createElement("div"));
  module.default.render({ model, el });
  el.querySelector("input[type=radio], textarea, button").click();
  values.records = sent.map((one) => ({ id: "x", when: "2026", ...one }));
  for (const [event, callback] of heard) if (event === "change:records") callback();
  return [el.innerText, sent];
}"""


@pytest.fixture(scope="module")
def blank(context):
    """Return an empty page."""
    page = context.new_page()
    page.set_content("<!doctype html><title>a notebook</title>")
    yield page
    page.close()


@pytest.mark.parametrize("name", PARTS)
def test_part_is_drawn_for_a_model_that_answers_later(blank, name):
    module, call = PARTS[name]
    data = json.loads(re.search(r'json">(.*?)</script>', parts.html_of(*call))[1])
    told, sent = blank.evaluate(MODEL, [web.widget(f"parts/{module}.js", name), data])
    assert len(told) > 50
    expected = {"predict", "inquiry", "again", "claims", "storyboard", "map"}
    assert bool(sent) == (name in expected), sent
    if name == "claims":
        assert "You say supported, and so does the course." in " ".join(told.split())
