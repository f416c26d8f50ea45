"""Figures of formats draw the bytes they are given, and tell formats apart."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_lib import figures
from course_lib.figures.storage import PARTS, STYLES
from course_lib.storage.sizes import SHOWN, bytes_per_nonzero, part_bytes

DENSITIES = np.geomspace(0.01, 1, 20)
STACKS = {
    "dense": part_bytes("dense", (30, 40), 60),
    "csr": part_bytes("csr", (30, 40), 60),
    "relative": part_bytes(
        "relative-4", (30, 40), 60, value_bits=5, codebook_entries=32
    ),
}


def test_lines_are_the_bits_of_the_frame():
    frame = bytes_per_nonzero(DENSITIES)
    lines = figures.bits_over_density(frame).axes[0].lines
    assert [line.get_label() for line in lines] == [STYLES[name][0] for name in SHOWN]
    for line, name in zip(lines, SHOWN, strict=True):
        bits = frame[frame["format"] == name]["bits"]
        assert line.get_xdata() == pytest.approx(100 * DENSITIES)
        assert line.get_ydata() == pytest.approx(bits.to_numpy())


def test_every_line_is_labeled_at_its_right_end_in_the_order_of_the_ends():
    frame = bytes_per_nonzero(DENSITIES)
    axes = figures.bits_over_density(frame).axes[0]
    labels = {text.get_text(): text.xy[1] for text in axes.texts}
    ends = {line.get_label(): line.get_ydata()[-1] for line in axes.lines}
    assert sorted(labels, key=labels.get) == sorted(ends, key=ends.get)
    levels = sorted(labels.values())
    assert all(above - below > 0.03 for below, above in pairwise(levels))


def test_each_format_has_a_look_of_its_own_without_its_colour():
    looks = {(marker, line, name == "limit") for name, (_, _, marker, line)
             in STYLES.items()}  # fmt: skip
    assert len(looks) == len(STYLES)  # the limit is thicker


def test_each_part_has_a_colour_and_a_hatch_of_its_own():
    parts = {name: part for name, part in PARTS.items() if name != "column starts"}
    for look in ("facecolor", "hatch"):
        assert len({part.get(look) for part in parts.values()}) == len(parts)


def _bars(**options):
    scene = figures.BytesByPart(len(STACKS))
    scene.update(STACKS, 300, **options)
    return scene.figure.axes[0]


def test_bars_are_stacked_from_the_parts():
    axes = _bars()
    ends = dict.fromkeys(range(len(STACKS)), 0.0)
    for bars in axes.containers:
        for row, (bar, parts) in enumerate(zip(bars, STACKS.values(), strict=True)):
            assert bar.get_x() == pytest.approx(ends[row])
            assert bar.get_width() == pytest.approx(parts.get(bars.get_label(), 0))
            color = to_hex(PARTS[bars.get_label()]["facecolor"])
            assert to_hex(bar.get_facecolor()) == color.lower()
            ends[row] += bar.get_width()
    totals = [sum(parts.values()) for parts in STACKS.values()]
    assert list(ends.values()) == pytest.approx(totals)
    assert [text.get_text() for text in axes.texts] == [f"{t:,.0f}" for t in totals]
    (limit,) = axes.lines
    assert set(limit.get_xdata()) == {300}


def test_longer_bars_are_cut_off_and_say_so():
    axes = _bars(reach=1000)
    assert axes.get_xlim() == (0, 1000)
    assert axes.texts[0].get_text() == "4,800 →"
    assert "→" not in axes.texts[2].get_text()


def test_unnamed_relative_widths_have_a_label():
    assert figures.format_label("relative-6") == "relative, 6 bits"
