"""Every page in Chromium, from disk: no error, no foreign request, for everybody."""

import functools
import itertools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.chromium import SCREENSHOTS, Complaints
from tests.browser.colors import contrast
from tests.sampling import sample

from .scripts import settle

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """(levels) => axe.run(document, {
  runOnly: levels, resultTypes: ["violations"], preload: false,
}).then((found) => found.violations.flatMap(
  (v) => v.nodes.map((node) => `${v.id}: ${node.target} ${node.failureSummary}`)))"""
# words of one kind look the same in all code, so one of each kind is enough for axe
ONE_OF_EACH = """() => { const seen = new Set();
for (const word of document.querySelectorAll("pre span")) {
  if (seen.has(word.className)) word.replaceWith(word.textContent);
  else seen.add(word.className);
} }"""
# what was never near the window is not laid out, and neither axe nor a width sees it
READ_TO_THE_END = """async () => {
for (const room of document.querySelectorAll(".bd-article > section > *")) {
  room.scrollIntoView();
  await new Promise(requestAnimationFrame);
}
await new Promise((done) => setTimeout(done, 50));
scrollTo(0, 0);
}"""
CUT_OFF = """(all) => all.filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => one.textContent)"""
RIGHT_EDGES = "(all) => all.map((one) => one.getBoundingClientRect().right)"
WIDTHS = "(all) => all.map((one) => one.getBoundingClientRect().width)"
# pictures whose words speak of their light and dark places
ON_PAPER = ".course-paper, .course-frame, .course-pictures img"
# where the focused link leads, also in a drawing
FOCUSED = "(({ href }) => href?.baseVal ?? href ?? '')(document.activeElement)"
LESSON = "lessons/03_magnitude_masks.html"

pytestmark = pytest.mark.slow  # builds the website


def addresses(site):
    return [p.relative_to(site).as_posix() for p in sorted(site.rglob("*.html"))]


def living(site):
    """The pages with parts that a reader works with."""
    return [n for n in addresses(site) if n.startswith(("index.", "lessons/"))]


def plain(site):
    return [name for name in addresses(site) if name not in living(site)]


@pytest.fixture
def page(context):
    """Return a page without a network."""
    page = context.new_page()
    context.set_offline(True)
    yield page
    context.set_offline(False)
    page.close()


def show(page, site, name, width=1280, scheme="light"):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto((site / name).as_uri())
    settle(page)  # what a part replaces is gone
    page.locator("html[data-measured]").wait_for(state="attached")


def folder(name):
    return name.partition("/")[0]


def test_no_page_complains_asks_another_host_or_scrolls_sideways(page, site):
    complaints = Complaints(page, allowed={})
    narrow = living(site) + sample(plain(site), 0.4, kind=folder)
    wide = sample(living(site), 0.5) + sample(plain(site), 0.2)
    views = [(name, 390) for name in narrow] + [(name, 1280) for name in wide]
    for name, width in views:
        show(page, site, name, width)
        page.evaluate(READ_TO_THE_END)
        needed = page.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, (name, width)
        edges = page.locator(".prev-next-area a > *").evaluate_all(RIGHT_EDGES)
        assert max(edges, default=0) <= width, (name, width)
        arrows = page.locator(".prev-next-area .fa-solid").evaluate_all(WIDTHS)
        assert min(arrows, default=20) > 12, (name, width)
        assert page.locator("main h1").evaluate_all(CUT_OFF) == [], (name, width)
        assert complaints() == [], name


def test_no_page_violates_wcag_by_axe(page, site):
    """The home page, the lessons, and a sample of the others, each in one view."""
    names = living(site) + sample(plain(site), 0.1, kind=folder)
    views = itertools.product(names, (1280, 390), ("light", "dark"))
    views = sample(views, 0.25, kind=lambda view: view[0])
    assert len({view[1:] for view in views}) == 4
    for name, width, scheme in views:
        show(page, site, name, width, scheme)
        page.evaluate(ONE_OF_EACH)
        page.evaluate(READ_TO_THE_END)
        page.evaluate(AXE)
        assert page.evaluate(RUN, LEVELS) == [], (name, width, scheme)


def test_text_stands_out_in_both_modes_and_a_reader_can_choose_one(page, site):
    show(page, site, LESSON)
    for mode in ("dark", "light"):
        page.get_by_role("button", name=mode.title(), exact=True).first.click()
        ink, paper = page.evaluate(
            "[getComputedStyle(document.body).color,"
            " getComputedStyle(document.body).backgroundColor]"
        )
        assert contrast(ink, paper) > 7
        pressed = page.locator('.bd-header [aria-pressed="true"]').all_inner_texts()
        assert pressed == [mode.title()]
    page.get_by_role("button", name="Dark", exact=True).first.click()
    page.wait_for_timeout(500)  # on a busy machine, Chromium stores it only then
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_keyboard_reaches_the_text_the_chapters_and_the_search(page, site):
    show(page, site, LESSON)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main-content"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert any(link.endswith("lessons/index.html") for link in reached)
    assert any(link.endswith("02_activation_pruning.html") for link in reached)
    page.keyboard.press("Control+k")
    page.keyboard.type("sparsity")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results .search li a")
    found = page.locator("#search-results .search li a").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    assert any("03_magnitude_masks" in link for link in found)


def test_phone_has_the_chapters_behind_one_button(page, site):
    show(page, site, LESSON, width=390)
    assert not page.locator("#pst-primary-sidebar").is_visible()
    page.get_by_role("button", name="Site navigation").click()
    page.locator("#pst-primary-sidebar-modal").get_by_role(
        "link", name="02 Activation pruning"
    ).click()
    assert page.url.endswith("02_activation_pruning.html")


def test_pictures_are_drawn_and_dark_in_the_dark(page, site):
    show(page, site, LESSON, scheme="dark")
    images = page.locator("img").all()
    assert len(images) > 3
    for image in images:  # some wait for the reader's guess, and none for a scroll
        image.evaluate("(i) => { i.loading = 'eager'; return i.decode(); }")
        turned = "invert" in image.evaluate("(i) => getComputedStyle(i).filter")
        assert turned != image.evaluate(f"(i) => i.matches('{ON_PAPER}')")


def test_formulas_are_in_the_font_that_places_their_indices(page, site):
    show(page, site, LESSON)
    page.locator("main math msub").first.scroll_into_view_if_needed()
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Course Math\"'))"
    )
    lower = page.evaluate(
        """() => { const [a, b] = document.querySelector("main math msub").children;
        return b.getBoundingClientRect().bottom - a.getBoundingClientRect().bottom; }"""
    )
    assert lower > 1


def test_wide_tables_and_code_scroll_inside_and_by_keyboard(page, site):
    show(page, site, LESSON, width=390)
    page.evaluate(READ_TO_THE_END)
    boxes = page.locator("main pre").all()
    wide = [b for b in boxes if b.evaluate("(e) => e.scrollWidth > e.clientWidth")]
    assert len(wide) > 3
    assert {box.evaluate("(e) => e.tabIndex") for box in wide} == {0}


def test_page_is_read_without_scripts(context, page, site):
    session = context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto((site / LESSON).as_uri())
    assert page.locator("h1").inner_text().startswith("03 Magnitude masks")
    assert not page.locator(".bd-header .course-mode").is_visible()


def test_printed_page_has_its_text_alone(page, site):
    show(page, site, LESSON, scheme="light")
    page.emulate_media(media="print")
    for part in (".bd-header", ".bd-sidebar-primary", ".prev-next-footer"):
        assert not page.locator(part).first.is_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "site-print.png", full_page=True)


def test_dark_page_is_printed_as_the_light_one(page, site):
    show(page, site, LESSON, scheme="dark")
    theme = "document.documentElement.dataset.theme"
    for event, expected in (("beforeprint", "light"), ("afterprint", "dark")):
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        assert page.evaluate(theme) == expected


def test_search_and_pages_work_over_http(page, context, site):
    context.set_offline(False)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        complaints = Complaints(page, allowed={})
        page.goto(f"{address}/search.html?q=mask")
        page.wait_for_selector("#search-results .search li a")
        page.goto(f"{address}/{LESSON}")
        assert complaints() == []
        server.shutdown()
