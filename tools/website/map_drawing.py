"""The learning map as SVG, for a wide page and a phone; the page fills in the shares.

The text is text and each chapter is a link, so that the map also serves readers without
scripts, and those who use a keyboard or a screen reader.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from html import escape
from math import hypot, inf

from course_lib.page.learning_map import CHAPTERS, DOOR, NEIGHBORS, arrows, place_name

Point = tuple[float, float]
WIDTH, HEIGHT = 150, 72  # of a box, in pixels
LINE, LETTERS = 15, 18  # pixels between two lines of a box, letters in one
PLACES = (*CHAPTERS, *NEIGHBORS)
# columns and rows of the places, on a wide page and on a phone
WIDE = (
    (0, 0), (0, 1.3), (1, 0.55), (1, 2.05), (2, 0.55), (2, 2.05), (3, 1.3),
    (3, 3.3), (0, 3.3), (1, 3.3), (2, 3.3),
)  # fmt: skip
NARROW = (
    (0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (0, 3),
    (1, 3), (0, 4), (1, 4), (0, 5),
)  # fmt: skip


def drawings(here: str, pages: Mapping[str, str], alt: str) -> str:
    """Return both drawings of the map as it looks from a chapter; CSS shows one.

    ``pages`` are the addresses of the chapters, ``alt`` is the map in words.
    """
    wide = _drawing(here, pages, alt, "wide", WIDE, (192, 76))
    narrow = _drawing(here, pages, alt, "narrow", NARROW, (166, 96))
    # single quotes: the same text inside JSON, so that it compresses to nothing
    return f'<div class="course-map">{wide}{narrow}</div>'.replace('"', "'")


def _drawing(
    here: str,
    pages: Mapping[str, str],
    alt: str,
    kind: str,
    spots: tuple[Point, ...],
    steps: Point,
) -> str:
    at = {
        place: (4 + column * steps[0], 4 + row * steps[1])
        for place, (column, row) in zip(PLACES, spots, strict=True)
    }
    width = 4 + WIDTH + max(x for x, _ in at.values())
    height = 4 + HEIGHT + max(y for _, y in at.values())
    tip = f"course-map-{kind}"
    lines = [_arrow(at[a], at[b], tip, dashed=b == DOOR) for a, b in arrows()]
    boxes = [
        _box(place, at[place], pages.get(place), place == here) for place in PLACES
    ]
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="group" '
        f'aria-label="{escape(alt)}" class="course-drawing course-{kind}-map">'
        f'<defs><marker id="{tip}" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="9" markerHeight="9" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker></defs>'
        f"{''.join([*lines, *boxes])}</svg>"
    )


def _arrow(start: Point, end: Point, tip: str, *, dashed: bool) -> str:
    """Return an arrow from the border of one box to the border of another."""
    half = (WIDTH / 2, HEIGHT / 2)
    way = (end[0] - start[0], end[1] - start[1])
    # the part of the way that is inside each of the two boxes
    inside = min(
        h / abs(step) if step else inf for h, step in zip(half, way, strict=True)
    )
    gap = 2 / hypot(*way)
    x1, y1, x2, y2 = (
        corner[axis] + half[axis] + sign * (inside + gap) * way[axis]
        for corner, sign in ((start, 1), (end, -1))
        for axis in (0, 1)
    )
    look = ' class="course-dashed"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'marker-end="url(#{tip})"{look}/>'
    )


def _box(place: str, corner: Point, page: str | None, is_here: bool) -> str:
    name = place_name(place)
    lines = [
        f"<text {{0}}>{escape(line)}</text>" for line in textwrap.wrap(name, LETTERS)
    ]
    if is_here:
        lines.append('<text class="course-here" {0}>you are here</text>')
    x, y = corner
    middle = y + (HEIGHT / 2 if page is None else HEIGHT / 2 - 9)
    top = middle - LINE * (len(lines) - 1) / 2 + 4.5
    texts = [
        line.format(f'x="{x + WIDTH / 2:g}" y="{top + LINE * i:g}"')
        for i, line in enumerate(lines)
    ]
    frame = f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
    if page is None:
        return f'<g class="course-beyond">{frame}{"".join(texts)}</g>'
    look = "course-chapter course-at" if is_here else "course-chapter"
    return (
        f'<a href="{page}" class="{look}" data-chapter="{place}" '
        f'data-name="{escape(name)}">{frame}{"".join(texts)}{_share(x, y)}</a>'
    )


def _share(x: float, y: float) -> str:
    """Return an empty bar, and the place of its number."""
    left, top, length = x + 10, y + HEIGHT - 15, WIDTH - 58
    bars = "".join(
        f'<rect x="{left:g}" y="{top:g}" width="{width}" height="7"/>'
        for width in (0, length)
    )
    return (
        f'<g class="course-share-bar">{bars}</g><text class="course-share" '
        f'x="{left + length + 6:g}" y="{top + 8:g}"></text>'
    )
