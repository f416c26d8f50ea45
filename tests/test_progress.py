"""One progress bar for each run of a cell."""

import pytest
from tqdm import tqdm

from course_lib import progress


@pytest.fixture
def bars(monkeypatch):
    """Return the names of the bars that were shown."""
    shown = []

    def bar(items, what, total):
        shown.append(what)
        return tqdm(items, disable=True)

    monkeypatch.setattr(progress, "_bar", bar)
    monkeypatch.setattr(progress, "_outer", [])
    return shown


def test_bar_inside_another_is_silent_and_yields_the_same(bars):
    pairs = [
        (i, j)
        for i in progress.over(range(2), "outer")
        for j in progress.over(range(3), "inner")
    ]
    assert pairs == [(i, j) for i in range(2) for j in range(3)]
    assert list(progress.over("ab", "next")) == ["a", "b"]
    assert bars == ["outer", "next"]


def test_hidden_bar_leaves_room_for_those_inside_it(bars):
    for _ in progress.over(range(1), "hidden", show=False):
        list(progress.over("ab", "inner"))
    assert bars == ["inner"]


def test_bar_of_a_run_that_failed_hides_none_of_the_next_run(bars, monkeypatch):
    monkeypatch.setattr(progress, "_run", lambda: "first run")
    left = progress.over(range(3), "failed")
    next(left)  # and the traceback holds it
    monkeypatch.setattr(progress, "_run", lambda: "second run")
    assert list(progress.over(range(2), "next")) == [0, 1]
    assert bars == ["failed", "next"]
