"""The city maps of chapter 00 lose streets as a model loses weights."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.figures.city import LINES, MARGIN, erase, make_city, redraw
from course_lib.figures.plain import city_in_words, city_maps

CITY = make_city()


def test_the_city_is_the_same_each_time_and_has_all_its_streets():
    again = make_city()
    assert np.array_equal(again.crossings, CITY.crossings)
    assert np.array_equal(again.widths, CITY.widths)
    assert CITY.streets == 2 * LINES * (LINES - 1)
    assert len(list(CITY.stretches())) == CITY.streets


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 1])
def test_erasing_takes_the_narrowest_and_leaves_the_sheet(share):
    erased = erase(CITY, share)
    gone = erased.widths == 0
    assert gone.sum() == round(share * CITY.streets)
    assert np.array_equal(erased.widths[~gone], CITY.widths[~gone])
    if gone.any() and not gone.all():
        assert CITY.widths[gone].max() <= CITY.widths[~gone].min()
    assert erased.paper == CITY.paper
    assert np.array_equal(erased.crossings, CITY.crossings)


@pytest.mark.parametrize("lines", [2, 9, LINES])
def test_redrawing_keeps_whole_streets_on_a_smaller_sheet(lines):
    redrawn = redraw(CITY, lines)
    assert redrawn.streets == 2 * lines * (lines - 1)
    assert redrawn.paper == pytest.approx((lines - 1 + 2 * MARGIN) ** 2)
    assert redrawn.crossings.shape == (lines, lines, 2)
    for points in (redrawn.river, redrawn.park, redrawn.crossings.reshape(-1, 2)):
        assert points.min() >= -MARGIN - 1e-9
        assert points.max() <= lines - 1 + MARGIN + 1e-9


def test_redrawing_leaves_out_the_narrowest_street_of_each_direction():
    across, down = CITY.across.copy(), CITY.down.copy()
    across[3] = down[:, 5] = 1e-6
    city = replace(CITY, across=across, down=down)
    assert redraw(city, LINES).widths.min() == pytest.approx(1e-6)
    assert redraw(city, LINES - 1).widths.min() > 0.01


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_city(2), "lines must be an integer from 3, got 2"),
        (lambda: erase(CITY, 1.5), r"fraction must be from 0 to 1, got 1\.5"),
        (lambda: redraw(CITY, LINES + 1), "lines must be from 2 to 13, got 14"),
        (lambda: redraw(CITY, 1), "lines must be from 2 to 13, got 1"),
    ],
)
def test_wrong_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_titles_and_words_say_the_same_numbers():
    erased, redrawn = erase(CITY, 0.5), redraw(CITY, 9)
    figure = city_maps(CITY, erased, redrawn)
    titles = [axes.get_title() for axes in figure.axes]
    words = city_in_words(CITY, erased, redrawn)
    assert "312 stretches" in titles[0]
    assert "156 stretches erased" in titles[1]
    assert "144 stretches\non 49% of the paper" in titles[2]
    assert "312" in words
    assert "156 narrow ones erased: 100% of the paper" in words
    assert "144 stretches on 49% of the paper" in words


def test_all_maps_have_one_scale_and_the_old_edge_is_drawn_around_the_small_one():
    figure = city_maps(CITY, erase(CITY, 0.5), redraw(CITY, 9))
    spans = {
        (round(np.ptp(axes.get_xlim()), 9), round(np.ptp(axes.get_ylim()), 9))
        for axes in figure.axes[:3]
    }
    assert len(spans) == 1
    dashed = [[p for p in axes.patches if not p.get_fill()] for axes in figure.axes[:3]]
    assert [len(found) for found in dashed] == [0, 0, 1]
    assert dashed[2][0].get_width() == pytest.approx(LINES - 1 + 2 * MARGIN)
