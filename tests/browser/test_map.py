"""`python -m course_lib lab` in a browser: the map is there at once and leads on."""

import pytest

from course_lib import journal
from course_lib.page.learning_map import CHAPTERS

from .lab import Lab, jupyterlab

QUESTIONS = ".jp-Dialog, .Toastify__toast"


@pytest.fixture(scope="module")
def server(context):
    """Return a JupyterLab that a learner started."""
    with jupyterlab("course_lib", "lab") as server:
        yield server


@pytest.fixture
def lab(context, server):
    """Return a page on which nothing is open yet."""
    lab = Lab(context.new_page(), server)
    yield lab
    lab.shut_down()
    lab.page.close()


def shown(lab):
    """Wait for the map, which is a cell of Markdown, and return it."""
    page = lab.page.locator(".jp-NotebookPanel:visible .jp-MarkdownCell").first
    page.locator("table").wait_for()
    return page


def test_map_is_shown_before_anything_is_run(lab):
    lab.open_as_started()
    page = shown(lab)
    assert lab.page.url.endswith("/lab/tree/map.ipynb")
    assert "Begin here: open the lesson for 00" in page.inner_text()
    assert page.locator("tbody tr").count() == len(CHAPTERS)
    picture = page.get_by_role("img")
    assert "You are at 00" in picture.get_attribute("alt")
    assert picture.evaluate("picture => picture.naturalWidth") > 500
    lab.screenshot("map")
    assert lab.complaints() == []


def test_jupyterlab_asks_nothing_and_its_configuration_is_left_alone(lab, server):
    lab.open("map.ipynb")
    shown(lab)
    lab.page.wait_for_timeout(1000)  # a question comes when all else is there
    assert lab.page.locator(QUESTIONS).count() == 0
    assert not (server.work.parent / "jupyter_config_dir" / "labconfig").exists()


def test_first_link_is_one_click_from_the_first_cell(lab):
    lab.open("map.ipynb")
    shown(lab).get_by_role("link", name="lesson", exact=True).first.click()
    lab.page.wait_for_url("**/lab/tree/notebooks/00_*.ipynb")
    title = lab.page.get_by_role("heading", name="00 Pruning in plain language")
    title.wait_for()
    assert title.bounding_box()["y"] < 250  # the notebook begins at its top
    lab.wait_until_idle()
    # one click reaches the first cell of code, and a key runs it
    lab.page.locator(".jp-NotebookPanel:visible .jp-CodeCell").first.click()
    lab.press("Shift+Enter")
    lab.page.wait_for_function(
        "jupyterapp.shell.currentWidget.model.cells.get(1).executionCount === 1"
    )
    assert lab.page.locator(QUESTIONS).count() == 0
    assert lab.complaints() == []


def test_lesson_that_was_left_shows_its_parts_and_says_what_to_run(lab):
    lab.open("notebooks/00_plain_language.ipynb")
    for _ in range(10):  # as far as the map
        lab.press("Shift+Enter")
    lab.show_cell("map").locator(".course-part").wait_for()
    lab.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    lab.shut_down()
    lab.open("notebooks/00_plain_language.ipynb")
    part = lab.show_cell("map").locator(".course-part")
    part.wait_for()
    assert lab.dead_widgets() == []
    assert "00 Pruning in plain language" in part.inner_text()
    before = part.evaluate("part => getComputedStyle(part, '::before').content")
    assert "Run the cells above, then this one again." in before
    assert lab.complaints() == []


def test_links_open_the_learners_copies(lab):
    lab.open("map.ipynb")
    row = shown(lab).get_by_role("row").filter(has_text="02 Activation pruning")
    row.get_by_role("link", name="exercises", exact=True).click()
    lab.page.wait_for_url("**/lab/tree/exercises/02_*.ipynb")
    lab.page.get_by_role("tab", name="map.ipynb").click()
    shown(lab).get_by_role("link", name="lesson", exact=True).first.click()
    lab.page.wait_for_url("**/lab/tree/notebooks/00_*.ipynb")
    assert lab.complaints() == []


def test_cell_below_the_map_reads_the_progress_again(lab, server):
    lab.open("map.ipynb")
    shown(lab)
    journal.keep("00-predict", "A", 50, folder=server.work)
    lab.page.locator(".jp-NotebookPanel:visible .jp-CodeCell").click()
    lab.press("Control+Enter")
    outputs = lab.page.locator(".jp-NotebookPanel:visible .jp-Cell-outputArea")
    outputs.get_by_text("Continue here").wait_for()
    assert "prediction 1 of 1" in outputs.inner_text()


def test_key_beside_the_map_empties_nothing_while_there_is_no_kernel(lab):
    lab.open("map.ipynb")
    lab.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    shown(lab).get_by_role("img").click()
    lab.press("Control+Enter", times=2)
    lab.page.wait_for_timeout(1000)
    assert "open the lesson for 00" in shown(lab).inner_text()


def test_links_of_a_copy_lead_on_to_its_neighbors_and_the_map(lab):
    lab.open("notebooks/01_training.ipynb")
    for name, place in (
        ("exercises", "exercises/01_training_exercises.ipynb"),
        ("02 Activation pruning →", "notebooks/02_activation_pruning.ipynb"),
        ("map", "map.ipynb"),
    ):
        page = lab.page.locator(".jp-NotebookPanel:visible .jp-MarkdownCell").first
        page.get_by_role("link", name=name, exact=True).click()
        lab.page.wait_for_url(f"**/lab/tree/{place}")
    assert lab.complaints() == []


def test_row_below_the_map_of_a_lesson_leads_to_the_others(lab):
    lab.open("notebooks/00_plain_language.ipynb")
    for _ in range(10):  # as far as the map
        lab.press("Shift+Enter")
    row = lab.show_cell("map").get_by_role("link", name="03 Magnitude masks")
    row.click()
    lab.page.wait_for_url("**/lab/tree/notebooks/03_magnitude_masks.ipynb")
    assert lab.complaints() == []
