"""*How sure is an accuracy?* on the web says and draws what Python computes."""

import pytest

from course_lib.demos.sample_size import SIZES
from tests.web.demo_data import fresh
from tools.website import demos

NAME = "sample_size"
DATA = demos.stored(NAME)


@pytest.fixture(scope="module")
def computed():
    """Return the data as computed now, and what Python returned for each size."""
    return fresh(NAME, lambda correct, size: size)


def test_stored_data_is_what_python_computes(computed):
    assert computed[0] == DATA


def test_slider_moves_sentence_and_drawing(computed, page):
    for size in SIZES[1:]:
        page.get_by_label("images in a sample").press("ArrowRight")
        line = page.locator(".course-readout").inner_text()
        assert line == computed[1][size].sentence()
        words = page.get_by_role("img").get_attribute("aria-label")
        assert f"Marked: {size:,} images" in words
        bold = page.locator(".course-chart g[font-weight='700'] > text")
        assert bold.all_text_contents() == [f"{size:,}"]


def test_every_sample_and_interval_is_drawn_where_it_belongs(computed, page):
    rows = page.locator(".course-chart > g").evaluate_all(
        """rows => rows.map(row => [
          [...row.querySelectorAll('circle')].map(
            dot => parseFloat(dot.getAttribute('cx'))),
          parseFloat(row.querySelector('line').getAttribute('x1')),
          parseFloat(row.querySelector('line').getAttribute('x2')),
        ])"""
    )
    samples = computed[1].values()
    (whole, *_), (dots, low, high) = samples, rows[0]
    # two points fix the axis, and all others must lie on it
    scale = (high - low) / (whole.intervals[0][1] - whole.intervals[0][0])
    for sample, (dots, low, high) in zip(samples, rows, strict=True):
        drawn = [(x - rows[0][1]) / scale + whole.intervals[0][0] for x in dots]
        expected = [*sample.accuracies, sample.accuracies[0]]  # the first has a mark
        assert drawn == pytest.approx(expected, abs=1e-6)
        ends = [(x - rows[0][1]) / scale + whole.intervals[0][0] for x in (low, high)]
        assert ends == pytest.approx(sample.intervals[0], abs=1e-6)
