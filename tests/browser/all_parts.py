"""A notebook that shows every kind of part of a page, and what stands in its fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator

from . import notebooks
from .lab import Lab, Server

NAME = "parts.ipynb"
PARTS = {
    "map": "learning_map.show('02')",
    "predict": "predict.show('02')",
    "again": "practice.again('01')",
    "storyboard": "storyboard.show('mask')",
    "inquiry": "inquiry.show('03')",
    "claims": "claim_review.show('plain-page-privacy')",
    "practice": "practice.show('02')",
    "research-note": "research_note.show('02')",
    "reveal": "predict.reveal('02', *sample_size.build(np.arange(400) % 50 > 0))",
    "will_it_fit": "gallery.show('will_it_fit')",
    "which_faster": "gallery.show('which_faster')",
    "storage_explorer": "gallery.show('storage_explorer')",
}
IMPORTS = """\
import numpy as np
from course_lib.demos import gallery, sample_size
from course_lib.page import *"""
# what each control of a part is set to, as a reader sees it
SETTINGS = """part => [...part.querySelectorAll(
  'select, textarea:not([readonly]), input, .noUi-handle')].map(
    e => ['checkbox', 'radio'].includes(e.type) ? e.checked
      : e.tagName === 'SELECT' ? e.selectedOptions[0].text
      : e.value ?? e.closest('.course-control').querySelector('.widget-readout')
        .textContent
)"""


@contextmanager
def opened(context: BrowserContext, server: Server, folder: Path) -> Iterator[Lab]:
    """Open the notebook on a page of its own and run it."""
    notebooks.write(folder / NAME, ("", IMPORTS), *PARTS.items())
    lab = Lab(context.new_page(), server)
    try:
        lab.open(NAME)
        lab.run_all()
        assert lab.errors() == []
        yield lab
    finally:  # a page that stays open makes JupyterLab load every later one twice
        lab.shut_down()
        lab.page.close()


def part(lab: Lab, tag: str) -> Locator:
    """Show the part of a tagged cell and return it."""
    return first(lab.show_cell(tag))


def first(area: Locator) -> Locator:
    """Wait for the part in an output area, the demo where its answer is another."""
    shown = area.locator(".course-part").first
    shown.wait_for()
    return shown


def each(lab: Lab) -> Iterator[tuple[str, Locator]]:
    """Show the outputs of one part after the other; the notebook is read only once."""
    tagged = {tag: cell for cell in lab.cells() for tag in cell.tags}
    for tag in PARTS:
        yield tag, lab.show(tagged[tag])


def settings(lab: Lab) -> dict[str, list[str | bool]]:
    """Return what the controls of every part are set to."""
    found = {}
    for tag, area in each(lab):
        found[tag] = first(area).evaluate(SETTINGS)
    return found
