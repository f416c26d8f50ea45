"""In JupyterLab, a reader draws a digit below a cell, and the networks answer."""

from playwright.sync_api import expect

from tools.chromium import START_SECONDS

from . import notebooks

expect.set_options(timeout=START_SECONDS * 1000)  # machines differ
NAME = "digit.ipynb"


def test_digit_is_drawn_in_jupyterlab(lab, lab_folder):
    shows = ("", "from course_lib import digit\ndigit.show()")
    notebooks.write(lab_folder / NAME, shows)
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
    lab.screenshot("digit_in_jupyterlab")
    assert lab.errors() == []
    assert lab.complaints() == []
