"""In JupyterLab, a reader draws a digit below a cell, and the networks answer."""

import nbformat
from playwright.sync_api import expect

from tools.chromium import START_SECONDS

from .chromium import SCREENSHOTS

expect.set_options(timeout=START_SECONDS * 1000)  # machines differ
NAME = "digit.ipynb"


def test_digit_is_drawn_in_jupyterlab(lab, lab_folder):
    cell = nbformat.v4.new_code_cell("from course_lib import digit\ndigit.show()")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
    nbformat.write(notebook, lab_folder / NAME)
    lab.open(NAME)
    lab.run_all()
    part = lab.page.locator(".course-part")
    part.get_by_label("Draw for me").select_option("a 4")
    expect(part.locator(".course-digit-answer")).to_have_text(["4"] * 4)
    scores = part.get_by_role("img", name="Scores of LeNet-5, sparse kernel")
    before = scores.get_attribute("aria-label")
    field = part.get_by_role("application")
    for key in ("Space", *["ArrowRight"] * 9, "Space"):
        field.press(key)  # draws, and selects no cell
    expect(scores).not_to_have_attribute("aria-label", before)
    part.get_by_role("button", name="Measure again").wait_for()
    part.get_by_label("Prune weights up to").press("ArrowRight")
    expect(part.locator(".course-readout").last).to_contain_text("more than 0.01")
    lab.page.screenshot(path=SCREENSHOTS / "digit_in_jupyterlab.png")
    assert lab.errors() == []
    assert lab.complaints() == []
