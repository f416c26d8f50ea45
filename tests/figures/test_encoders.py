"""The bars of an encoder's parts add up to the unpruned one."""

import pytest

from course_lib import figures

BEFORE = {
    "parameters": {"word embeddings": 10, "attention": 10, "feed-forward": 20},
    "MACs": {"word embeddings": 0, "attention": 100, "feed-forward": 100},
}
AFTER = {
    "parameters": BEFORE["parameters"] | {"feed-forward": 5},
    "MACs": BEFORE["MACs"] | {"feed-forward": 25},
}


def _bars():
    scene = figures.PartsLeft(tuple(BEFORE))
    scene.update(BEFORE, AFTER)
    return scene.figure.axes[0].containers


def test_each_part_has_its_share_of_the_unpruned_and_the_rest_is_removed():
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in _bars()}
    assert widths == {
        "word embeddings": pytest.approx([25, 0]),
        "attention": pytest.approx([25, 50]),
        "feed-forward": pytest.approx([12.5, 12.5]),
        "removed": pytest.approx([37.5, 37.5]),
    }


def test_bars_are_stacked_without_gaps_up_to_100():
    for row in range(len(BEFORE)):
        end = 0.0
        for bars in _bars():
            assert bars[row].get_x() == pytest.approx(end)
            end += bars[row].get_width()
        assert end == pytest.approx(100)


def test_each_part_has_a_hatch_of_its_own():
    hatches = [bars[0].get_hatch() for bars in _bars()]
    assert len(set(hatches)) == len(hatches)
