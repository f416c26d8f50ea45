"""What a reader does to a demo on a page, and what the page keeps of it."""

from __future__ import annotations

import json
from typing import Any

import ipywidgets as widgets
from playwright.sync_api import Locator, Page

from course_lib import store
from course_lib.page.positions import positions
from course_lib.workspace import work_folder
from tests.views import walk

KEY = "pruning-measured/records/1"


def readout(page: Page) -> str:
    """Return the sentence of a demo."""
    return page.locator(".course-readout").inner_text()


def drawn(page: Page) -> str:
    """Return everything that is drawn, without what is only for its looks."""
    return "".join(
        page.locator("svg[role=img]").evaluate_all("all => all.map(e => e.outerHTML)")
    )


def described(page: Page) -> str:
    """Return what screen readers say of the drawings."""
    return " ".join(
        page.locator("svg[role=img]").evaluate_all("all => all.map(e => e.ariaLabel)")
    )


def declared_by(view: widgets.Widget) -> list[list[Any]]:
    """Return label, options and start of a notebook's controls over fixed values."""
    kinds = widgets.SelectionSlider | widgets.RadioButtons | widgets.Dropdown
    return [
        [control.description, [list(pair) for pair in control.options], control.value]
        for control in walk(view)
        if isinstance(control, kinds)
    ]


def click_at(slider: Locator, share: float) -> None:
    """Click a slider at a share of its width."""
    box = slider.bounding_box()
    assert box is not None
    slider.click(position={"x": share * box["width"], "y": box["height"] / 2})


def records(page: Page) -> list[dict[str, Any]]:
    """Return the records that the page keeps, oldest first."""
    text = page.evaluate("key => localStorage.getItem(key) ?? ''", KEY)
    return [json.loads(line) for line in text.splitlines()]


def line(record: store.Record) -> dict[str, Any]:
    """Return a record as a file holds it."""
    return {key: value for key, value in vars(record).items() if key != "place"}


def keep(page: Page, kept: list[dict[str, Any]]) -> None:
    """Keep these records instead of the page's own."""
    lines = "\n".join(json.dumps(one) for one in kept)
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, lines])


def give_to_a_notebook(page: Page) -> None:
    """Put the page's records into the learner's folder, which is a test's own."""
    file = work_folder() / store.FOLDER / "from-the-page.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(one)}\n" for one in records(page)))


def kept_for_a_notebook(page: Page, part: str) -> dict[str, Any]:
    """Return the positions that a notebook finds in the page's records."""
    give_to_a_notebook(page)
    return positions(part)
