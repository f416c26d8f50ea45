"""The served demos, each worked by keyboard on the page that Voila makes."""

import sys

import pytest

from course_lib.demos.gallery import DEMOS
from tests.sampling import sample
from tools import app

from .chromium import Complaints, environment, free_port, serving
from .demos import WORKED, work
from .hands import Hands

FAILED = "There was an error when executing cell"  # what Voila shows for a traceback


@pytest.fixture(scope="module")
def address(context, tmp_path_factory):
    """Serve the demos on a free port; return the address."""
    home, port = tmp_path_factory.mktemp("app"), free_port()
    command = [sys.executable, "-m", "tools.app", f"--port={port}"]
    found = f"http://127.0.0.1:{port}/"
    # a script, because asking for the page itself would start a kernel
    script = f"{found}voila/static/voila.js"
    with serving(command, environment(home), script, home / "log"):
        yield found


@pytest.fixture(scope="module")
def page(context, address):
    """Open the page, watched from its first request on."""
    page = context.new_page()
    page.complaints = Complaints(page, {})
    page.goto(address)
    yield page
    page.close()


def place(name):
    """Return where a demo's cell stands on the page; Voila counts from one."""
    ids = [cell.id for cell in app.notebook().cells]
    return ids.index(f"demo-{name}") + 1


# in the lessons, all of them are worked
@pytest.mark.parametrize("name", sample(DEMOS, 0.4))
def test_demo_answers_the_keyboard(page, name):
    hands = Hands(page)
    area = page.locator(f'[cell-index="{place(name)}"]')
    work(hands, area, name)
    area.scroll_into_view_if_needed()
    hands.screenshot(f"app-{name}")


def test_every_demo_is_on_the_page_and_it_is_known_how_it_is_worked(page):
    assert set(WORKED) == set(DEMOS)
    shown = page.locator(".jp-OutputArea-output:has(.course-readout)")
    assert shown.count() == len(DEMOS)


def test_page_shows_no_code_and_no_error(page):
    text = page.locator("#rendered_cells").inner_text()
    assert "How sure is an accuracy?" in text
    assert "gallery" not in text
    assert FAILED not in text
    assert "Error displaying widget" not in text
    assert "Traceback" not in text


def test_page_whose_kernel_ends_advises_to_reload_it_and_not_to_run_a_cell(page):
    part = page.locator(".course-part").first  # which is waited for
    style = "getComputedStyle(part).getPropertyValue('--course-asleep')"
    advice = part.evaluate(f"part => {style}")
    assert "Reload the page" in advice


def test_page_asks_no_other_host_and_its_console_is_clean(page):
    assert page.complaints() == []
