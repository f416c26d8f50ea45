"""The page of chapter 00 without a network: wide, narrow, dark and printed."""

import pytest

from tools import site
from tools.notebook import load, write_atomic
from tools.settings import ROOT, Settings

from .chromium import SCREENSHOTS
from .colors import contrast

PATH = "notebooks/00_plain_language.ipynb"
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Write the page of the committed chapter into a folder of its own."""
    text = site.page(load(ROOT / PATH), Settings.load(), PATH)
    path = tmp_path_factory.mktemp("site") / "index.html"
    write_atomic(path, text)
    return path.as_uri()


@pytest.fixture
def opened(context, address):
    """Open the page with the network blocked; note what it asks for, and errors."""
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(f"thrown: {error}"))
    page.on("console", lambda message: asked.append(f"console: {message.text}"))
    context.set_offline(True)
    page.goto(address)
    yield page, [url for url in asked if not url.startswith("data:")]
    context.set_offline(False)
    page.close()


def test_page_asks_for_nothing_but_itself(opened, address):
    page, asked = opened
    page.wait_for_load_state("load")
    assert asked == [address]
    assert page.title() == "Pruning in plain language"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_page_is_read_without_scrolling_sideways(opened, width, scheme):
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.evaluate(
        "[...document.querySelectorAll('main p, main td, main li')]"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 14
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"site-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened, scheme):
    page, _ = opened
    page.emulate_media(color_scheme=scheme)
    ink, paper, link = page.evaluate(
        """() => [
          getComputedStyle(document.body).color,
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.querySelector('main a')).color,
        ]"""
    )
    assert contrast(ink, paper) > 7
    assert contrast(link, paper) > 4.5


def test_all_pictures_are_seen_and_all_rooms_reached_by_keyboard(opened):
    page, _ = opened
    assert page.evaluate(
        "[...document.images].every(i => i.complete && i.naturalWidth > 0 && i.alt)"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('nav') !== null")
    page.keyboard.press("Enter")
    target = page.evaluate("document.activeElement.hash || location.hash")
    assert target == "#Map"
    folded = page.locator("summary").first
    folded.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1


def test_printed_page_is_black_on_white_without_contents(opened):
    page, _ = opened
    page.emulate_media(media="print", color_scheme="dark")
    colors = page.evaluate(
        "[getComputedStyle(document.body).color,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    assert colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not page.locator("nav").is_visible()
    page.screenshot(path=SCREENSHOTS / "site-print.png", full_page=True)
