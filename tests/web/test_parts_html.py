"""Every part of every lesson has its HTML, and its pictures are files of the site."""

import json
import re

import pytest

from tests.browser.chromium import ROOT
from tools.notebook import code_cells, load
from tools.website import parts
from tools.website.calls import part_call
from tools.website.parts import DEMOS

DEMO = {"a": "</script><b>"}
LIMIT = 40_000  # bytes of one picture, before it is compressed
PAGE_LIMIT = 110_000  # bytes of all parts of a lesson but its demo, likewise


def calls(path):
    """List the calls of parts in a lesson, but not those of demos."""
    found = [part_call(cell.source) for cell in code_cells(load(path))]
    return [(name, *given) for name, given in filter(None, found) if name not in DEMOS]


LESSONS = {
    path.stem[:2]: calls(path) for path in sorted(ROOT.glob("notebooks/*.ipynb"))
}


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """Let there be the data of two demos, and of no other."""
    monkeypatch.setattr("tools.website.demos.FOLDER", tmp_path)
    for name in ("toy", "which_faster"):
        (tmp_path / f"{name}.json").write_text(json.dumps(DEMO))


def data_in(made):
    """Return a mount's part and its data."""
    name = re.search(r'data-part="(\w+)"', made)[1]
    return name, json.loads(re.search(r'json">(.*?)</script>', made)[1])


def test_every_lesson_has_all_kinds_of_parts():
    assert sorted(LESSONS) == ["00", "01", "02", "03", "04", "05", "06"]
    kinds = {call[0] for found in LESSONS.values() for call in found}
    assert kinds == parts.PARTS.keys() - DEMOS


@pytest.mark.parametrize("chapter", LESSONS)
def test_every_call_of_a_lesson_is_a_mount_and_small(chapter):
    made = [parts.html_of(*call, root="../") for call in LESSONS[chapter]]
    assert len(made) >= 6
    for html in made:
        name, data = data_in(html)
        assert re.fullmatch(r"[a-z]+", name)
        assert data
        assert "base64" not in html
        for source in re.findall(r'src="([^"]*)"', html):
            assert source.startswith("../_static/parts/")
    assert sum(len(html.encode()) for html in made) < PAGE_LIMIT


def test_pictures_are_small_have_text_and_are_those_that_pages_name(tmp_path):
    parts.write_pictures(tmp_path)
    files = {path.name: path.read_bytes() for path in (tmp_path / "parts").iterdir()}
    named = set()
    for found in LESSONS.values():
        for call in found:
            html = parts.html_of(*call, root="../")
            named |= set(re.findall(r'"\.\./_static/parts/([^"]*)"', html))
    assert named == files.keys()
    assert len(files) > 60
    assert max(map(len, files.values())) < LIMIT
    with_text = [data for data in files.values() if b"<text" in data]
    assert len(with_text) > 0.9 * len(files)
    again = parts.board("mask").frames[0].draw
    parts._drawn.cache_clear()
    assert parts._drawn(again)[0] == files["mask-1.svg"]


def test_demo_brings_its_data_along(demo):
    made = parts.html_of("predict.reveal", "02", "toy", still="<img alt='still'>")
    assert "</script><b>" not in made.replace("<\\/script>", "")
    name, data = data_in(made)
    assert (name, data["demo"]) == ("reveal", {"name": "toy", "data": DEMO})
    assert "<img alt='still'>" in made
    assert "<details><summary>The answer to the prediction</summary>" in made


def test_demo_without_a_prediction_is_a_part_of_its_own(demo):
    assert data_in(parts.html_of("which_faster.show")) == ("which_faster", DEMO)


@pytest.mark.parametrize("call", ["predict.build", "show", ""])
def test_unknown_call_is_refused(call):
    with pytest.raises(ValueError, match="call must be one of"):
        parts.html_of(call)


def test_argument_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="kinds must be among"):
        parts.html_of("practice.show", "02", "guess")
    with pytest.raises(ValueError, match="claim must be one of"):
        parts.html_of("claim_review.show", "none")
