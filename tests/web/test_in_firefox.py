"""The website in Firefox, from disk: every page, and a learner who works on a lesson.

`make test` leaves this out, because it needs a second browser: see `make firefox`.
"""

import json
import shutil

import pytest

from tests.browser.chromium import ROOT, free_port
from tests.web.firefox import running, until
from tests.web.moving import KEY

LESSON = "lessons/03_magnitude_masks.html"
SEVEN = [(-50, -74), (50, -78), (-10, 86)]
FAULTY = """<!doctype html><meta charset="utf-8"><title>faults</title>
<img src="missing.png"><img src="ADDRESS">
<script>console.error("said"); Promise.reject("refused"); nothing.here</script>"""
# whether each part is drawn: one that still holds its data is not
PARTS = """[...document.querySelectorAll("[data-part]")]
  .map((part) => part.querySelector(":scope > script") === null)"""

# slow because the website is built, but not where no Firefox can open it
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("browser")]


@pytest.fixture(scope="session")
def downloads(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def browser(downloads):
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        pytest.skip("no Firefox on the PATH; on Debian: apt-get install firefox-esr")
    with running(path, downloads) as browser:
        yield browser


@pytest.fixture
def firefox(browser):
    """Return a Firefox that complains of nothing."""
    browser.resize(1280)
    browser.complaints.clear()
    yield browser
    browser.evaluate("0")  # hears what came after the last command
    assert browser.complaints == []


def show(firefox, address):
    """Open a page and wait until it is drawn."""
    firefox.open(address)
    drawn = "'drawn' in document.documentElement.dataset"
    until(lambda: firefox.evaluate(drawn), f"{address} is drawn")


def needed(firefox, width):
    """Return how many pixels the page needs in a window of this width."""
    firefox.resize(width)
    until(lambda: firefox.evaluate("innerWidth") == width, f"{width} px")
    return firefox.evaluate("document.documentElement.scrollWidth")


class Learner:
    """Somebody at a page who has entered nothing yet."""

    def __init__(self, firefox, page):
        self.firefox, self._address = firefox, page.as_uri()
        self.open()
        firefox.evaluate("localStorage.clear()")
        self.open()

    def open(self):
        show(self.firefox, self._address)

    def click(self, part, what, text=""):
        self.firefox.click(f"[data-part={part}] {what}", text)

    def write(self, part, text):
        self.click(part, "textarea")
        self.firefox.press(*text)

    def of(self, part, expression):
        """Return the value of an expression in which `part` is a part."""
        found = f"document.querySelector('[data-part={part}]')"
        return self.firefox.evaluate(f"(part => {expression})({found})")

    def reads(self, part, *words):
        """Wait until a part says all of these words."""
        until(
            lambda: all(word in self.of(part, "part.innerText") for word in words),
            f"{part} says {words}",
        )

    def records(self):
        text = self.firefox.evaluate(f"localStorage.getItem({KEY!r}) ?? ''")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def learner(firefox, site):
    return Learner(firefox, site / LESSON)


def test_complaints_are_errors_lost_files_and_foreign_requests(browser, tmp_path):
    address = f"http://127.0.0.1:{free_port()}/"
    page = tmp_path / "faulty.html"
    page.write_text(FAULTY.replace("ADDRESS", address), "utf-8")
    browser.complaints.clear()
    browser.open(page.as_uri())
    lost = (page.with_name("missing.png").as_uri(), address)
    expected = {f"asked for {address}", "said", *(f"not loaded: {url}" for url in lost)}
    expected |= {
        "uncaught exception: refused",
        "ReferenceError: nothing is not defined",
    }
    until(
        lambda: browser.evaluate("1") and set(browser.complaints) >= expected,
        f"all of {expected}",
    )
    assert set(browser.complaints) == expected


def test_every_page_is_drawn_fits_a_phone_and_complains_of_nothing(firefox, site):
    parts, pages = {}, sorted(site.rglob("*.html"))
    for page in pages:
        firefox.resize(1280)
        show(firefox, page.as_uri())
        parts[page] = firefox.evaluate(PARTS)
        assert all(parts[page]), page
        for width in (1280, 390):
            assert needed(firefox, width) <= width, (page, width)
        assert firefox.complaints == [], page
    print(f"{len(pages)} pages, {sum(map(len, parts.values()))} parts")
    lessons = [path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")]
    counts = [len(parts[site / "lessons" / f"{name}.html"]) for name in lessons]
    assert min(counts) >= 9, counts


def test_work_on_a_lesson_stays_until_it_is_erased_and_comes_back(learner, downloads):
    learner.click("reveal", "label", "B:")
    learner.click("reveal", "button", "commit")
    learner.reads("reveal", "You said B")
    readout = "part.querySelector('.course-readout').textContent"
    start = learner.of("reveal", readout)
    learner.firefox.press("Tab", "ArrowRight", "ArrowRight")  # the demo has the focus
    until(lambda: learner.of("reveal", readout) != start, "the demo moves")
    moved = learner.of("reveal", readout)

    learner.click("storyboard", "button", "play")
    frame = "Number(part.querySelector('input').value)"
    until(lambda: learner.of("storyboard", frame) > 1, "the storyboard plays")
    learner.click("storyboard", "button", "previous")  # which stops it
    learner.reads("storyboard", "play")
    for _ in range(8):
        learner.click("storyboard", "button", "next")
    learner.write("storyboard", "no")
    learner.click("storyboard", "button", "keep this answer")
    learner.reads("storyboard", "1 word · kept")

    learner.click("practice", "button", "nudge")
    learner.click("claims", "label", "supported")
    learner.write("note", "why?")
    learner.click("note", "button", "keep this note")

    def shows_all():
        learner.reads("predict", "1 guess kept", "Your guess: B")
        learner.reads("storyboard", "frame 8 of 8", "1 word")
        assert learner.of("storyboard", "part.querySelector('textarea').value") == "no"
        learner.reads("practice", "1 of 3 nudges")
        learner.reads("claims", "You say supported")
        learner.reads("note", "1 note kept", "why?")
        learner.reads("map", "prediction 1 of 1")
        learner.reads("reveal", "You said B")
        assert learner.of("reveal", readout) == moved

    shows_all()
    learner.open()
    shows_all()

    kept = learner.records()
    learner.click("keep", "button", "download as one file")
    until(lambda: [f.suffix for f in downloads.iterdir()] == [".jsonl"], "a download")
    (file,) = downloads.iterdir()
    exported = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert sorted(map(str, exported)) == sorted(map(str, kept))

    learner.click("keep", "button", "erase all")
    learner.firefox.press("Enter")  # no, keep it
    assert learner.records() == kept
    learner.click("keep", "button", "erase all")
    learner.click("keep", "button", "yes, erase it")
    learner.reads("keep", "0 records", "Everything is erased")
    learner.reads("predict", "0 guesses kept")
    learner.reads("reveal", "Make your prediction first.")
    learner.reads("note", "0 notes kept")
    assert learner.records() == []

    learner.firefox.choose_file("[data-part=keep] input[type=file]", file)
    learner.reads("keep", f"{len(kept)} records added, 0 were already here.")
    learner.open()
    shows_all()


def test_drawn_digit_is_read_by_every_network(learner):
    learner.firefox.drag(SEVEN, "[data-part=drawDigit] [role=application]")
    cards = "part.querySelectorAll('.course-digit-answer')"
    answers = f"[...{cards}].map(e => e.textContent)"
    until(lambda: learner.of("drawDigit", answers) == ["7"] * 4, "four times a 7")
