"""What *Will it fit?* says is arithmetic that can be done by hand, on every setting."""

from itertools import product

import numpy as np
import pytest

from course_lib.demos import will_it_fit
from course_lib.demos.assumptions import LABELS, Assumptions, count, in_bytes, in_time
from course_lib.demos.will_it_fit import (
    BITS,
    FORMATS,
    MATRIX,
    SPARSITIES,
    START,
    WEIGHTS,
    compute,
)
from course_lib.figures import frames
from course_lib.figures.fit import SIZE
from tests.sampling import sample

GRID = list(product(WEIGHTS, BITS, SPARSITIES, FORMATS))
BILLION = 10**9


def bytes_by_hand(weights, bits, sparsity, format):
    """All parts of a file, from the shapes alone."""
    left = weights * (1 - sparsity)
    rows = weights / MATRIX[1]
    starts = 4 * (rows + weights / (MATRIX[0] * MATRIX[1]))  # one more a matrix
    return {
        "dense": weights * bits / 8,
        "csr": left * (bits + 32) / 8 + starts,
        "bitmap": left * bits / 8 + weights / 8,
        "shape": left * bits / 8,
    }[format]


@pytest.mark.parametrize("weights", WEIGHTS)
def test_files_are_those_counted_by_hand_on_the_whole_grid(weights):
    for bits, sparsity, format in product(BITS, SPARSITIES, FORMATS):
        outcome = compute(weights, bits, sparsity, format)
        for name, size in outcome.files.items():
            expected = bytes_by_hand(weights, bits, sparsity, name)
            assert size == pytest.approx(expected, rel=1e-9)


def test_memory_and_costs_follow_from_the_file_on_the_whole_grid():
    a = Assumptions(share=25, working=50, speed=80, sending=0.2, holding=3)
    for state in GRID:
        outcome = compute(*state, a)
        size = outcome.files[state[3]]
        runs = outcome.files["dense"] if state[3] in ("csr", "bitmap") else size
        assert outcome.memory == pytest.approx(1.5 * runs)
        assert outcome.seconds == pytest.approx(size / 10**7)  # 80 Mbit are 10 MB
        assert outcome.sending == pytest.approx(size / 10**6 * 0.2)
        assert outcome.holding == pytest.approx(1.5 * runs / BILLION * 3)
        assert outcome.rooms == {
            "phone": 2 * BILLION, "laptop": 4 * BILLION, "server": 20 * BILLION,
        }  # fmt: skip
        for device, room in outcome.rooms.items():
            assert outcome.fits[device] == (1.5 * runs <= room)


def test_every_setting_has_its_own_sentence():
    sentences = {compute(*state).sentence() for state in GRID}
    assert len(sentences) == len(GRID)


def test_the_list_is_larger_still_and_only_the_smaller_shape_fits():
    fits = {format: compute(*START[:3], format).fits["phone"] for format in FORMATS}
    assert fits == {"dense": False, "csr": False, "bitmap": False, "shape": True}
    as_list = compute(*START[:3], "csr")
    assert as_list.files["csr"] > 1.5 * as_list.files["dense"]
    assert "150.2% of the 6.00 GB before" in as_list.sentence()


def test_a_program_that_skips_zeros_needs_the_memory_of_the_file_only():
    given = (START[0], START[1], 0.9, "bitmap")
    filled = compute(*given)
    skipped = compute(*given, Assumptions(unpack=False))
    assert filled.memory == pytest.approx(1.2 * filled.files["dense"])
    assert skipped.memory == pytest.approx(1.2 * skipped.files["bitmap"])
    assert not filled.fits["phone"]
    assert skipped.fits["phone"]


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (0, 5, "weights must be one of .*, got 5"),
        (1, 7, "bits must be one of .*, got 7"),
        (2, 0.33, r"sparsity must be one of .*, got 0\.33"),
        (3, "zip", "format must be one of .*, got 'zip'"),
    ],
)
def test_what_is_not_on_the_lists_is_refused(position, value, message):
    state = list(START)
    state[position] = value
    with pytest.raises(ValueError, match=message):
        compute(*state)


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_assumption_that_cannot_be_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a number .*, got {value}"):
        Assumptions(**{name: value})


def test_share_above_all_and_no_speed_are_refused():
    with pytest.raises(ValueError, match="share must be a number from 0 to 100, got"):
        Assumptions(share=101.0)
    with pytest.raises(ValueError, match="speed must be a number above 0, got 0"):
        Assumptions(speed=0.0)


def test_sizes_times_and_counts_are_said_in_the_largest_unit():
    assert [in_bytes(n) for n in (7, 1500, 2e6, 3e9)] == [
        "7 bytes", "1.50 KB", "2.00 MB", "3.00 GB",
    ]  # fmt: skip
    assert [in_time(s) for s in (2, 90, 5400)] == [
        "2.00 seconds", "1.5 minutes", "1.5 hours",
    ]  # fmt: skip
    assert [count(n) for n in (500, 10**5, 10**6, 3 * 10**9)] == [
        "500", "100 thousand", "1 million", "3 billion",
    ]  # fmt: skip


def texts(figure):
    return [[text.get_text() for text in axes.texts] for axes in figure.axes]


def test_picture_names_every_format_and_device_with_its_size():
    files, rooms = texts(will_it_fit.draw(compute(*START)))
    assert files == [
        "every weight, zeros too: 6.00 GB", "a list of the weights left: 9.01 GB",
        "a bit for each, then those left: 3.38 GB", "a smaller shape: 3.00 GB",
    ]  # fmt: skip
    assert rooms == [
        "phone, 4.00 GB: does not fit", "laptop, 8.00 GB: fits",
        "server, 40.00 GB: fits",
    ]  # fmt: skip


def test_picture_is_drawn_on_the_whole_grid_and_within_its_frame():
    states = sample(GRID, 0.08, kind=lambda state: state[3])
    for weights, bits, sparsity, format in states:
        outcome = compute(weights, bits, sparsity, format)
        figure = will_it_fit.draw(outcome)
        for axes in figure.axes:
            widths = [bar.get_width() for bar in axes.patches]
            assert 0 < max(widths) <= axes.get_xlim()[1]
        bold = [t.get_fontweight() == "bold" for t in figure.axes[0].texts]
        assert bold == [name == format for name in FORMATS]


def test_picture_has_the_size_it_was_laid_out_for():
    png = frames.png(will_it_fit.draw(compute(*START)))
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == tuple(round(100 * side) for side in SIZE)


@pytest.fixture
def opened():
    view, _, alt = will_it_fit.build()
    *chosen, _, _, line, image, _ = view.children[:9]
    *numbers, unpack = view.children[9:]
    return chosen, line, image, dict(zip(LABELS, numbers, strict=True)), unpack, alt


def test_it_opens_as_computed_and_says_all_assumptions(opened):
    _, line, _, fields, unpack, alt = opened
    assert line.value == compute(*START).sentence()
    for field in fields.values():
        assert f"{field.description}: {field.value:g}" in alt
    assert unpack.description in alt


def test_every_slider_and_list_moves_readout_and_picture(opened):
    chosen, line, image, *_ = opened
    moved = (7 * BILLION, 8, 0.9, "csr")
    for place, (control, value) in enumerate(zip(chosen, moved, strict=True)):
        before = image.png
        control.value = value
        state = (*moved[: place + 1], *START[place + 1 :])
        assert line.value == compute(*state).sentence()
        assert image.png != before


@pytest.mark.parametrize("name", LABELS)
def test_every_assumption_changes_what_is_said(opened, name):
    _, line, _, fields, *_ = opened
    before = line.value
    fields[name].value = 3 * fields[name].value if name != "share" else 10.0
    assert line.value != before
    given = {key: field.value for key, field in fields.items()}
    assert line.value == compute(*START, Assumptions(**given)).sentence()


def test_box_to_tick_changes_the_memory_of_a_list(opened):
    chosen, line, _, _, unpack, *_ = opened
    chosen[3].value = "bitmap"
    unpack.value = False
    expected = compute(*START[:3], "bitmap", Assumptions(unpack=False)).sentence()
    assert line.value == expected


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("speed", 0.0, "“download speed (Mbit/s)” must be a number above 0"),
        ("speed", float("nan"), "“download speed (Mbit/s)” must be a number above 0"),
        ("share", 101.0, "“share for one program (%)” must be a number from 0 to 100"),
        ("phone", -1.0, "“memory of the phone (GB)” must be a number from 0 up"),
    ],
)
def test_wrong_assumption_is_named_and_nothing_breaks(opened, name, value, words):
    _, line, _, fields, *_ = opened
    good, before = line.value, fields[name].value
    fields[name].value = value
    assert line.value == f"Not computed: {words}."
    fields[name].value = before
    assert line.value == good


def test_zero_room_is_drawn_too():
    nothing = Assumptions(phone=0, laptop=0, server=0, working=0)
    figure = will_it_fit.draw(compute(*START, nothing))
    assert all(text.endswith("does not fit") for text in texts(figure)[1])
    assert np.isfinite(figure.axes[1].get_xlim()).all()
