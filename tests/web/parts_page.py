"""A page with every part of chapter 02, opened from disk as a reader would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page

from course_lib import web
from course_lib.page.questions import questions
from tests.browser.chromium import Complaints
from tests.web.moving import KEY
from tests.web.scripts import settle
from tools.website import parts
from tools.website.mount import mount

CHAPTER = "02"
CLAIMS = ("article-74-percent-of-neurons", "han-2015-flop", "li-2017-vgg-16")
NAMES = ("claims", "inquiry", "keep", "map", "note", "practice", "predict", "reveal")
NAMES += ("storyboard",)
TOY = "({ model, el }) => el.append(h('p', {}, model.get('data').words))"
ENTRY = f"""
const toys = {{ toy: {TOY} }};
mountAll({{
  again, claims, inquiry, keep, map, note, practice, predict, storyboard,
  reveal: (context) => reveal(context, toys),
  broken: () => {{ throw new Error("on purpose"); }},
}});
"""
SHELL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Parts</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src file:;
style-src 'nonce-ours'; script-src 'nonce-ours'">
<meta name="viewport" content="width=device-width">
<style nonce="ours">{look}</style></head>
<body><main>{body}</main>
<script nonce="ours">{script}</script></body></html>"""


def script() -> str:
    """Return all modules of the parts, and an entry with a toy for a demo."""
    modules = [f"parts/{name}.js" for name in NAMES]
    return web.bundled("host.js", *modules) + ENTRY


def reveal() -> str:
    """Return the place of a demo that says `the toy is here`."""
    asked = parts.choice_data(questions(CHAPTER).predict)
    demo = {"name": "toy", "data": {"words": "the toy is here"}}
    return mount("reveal", {"predict": asked, "demo": demo}, "")


def body(*calls: Sequence[str]) -> str:
    """Return the HTML of these parts, in a lesson's order."""
    return "\n".join(parts.html_of(*call) for call in calls)


def whole_page() -> str:
    """Return a page with every part."""
    made = body(
        ("learning_map.show", CHAPTER),
        ("practice.again", "01"),
        ("predict.show", CHAPTER),
        ("storyboard.show", "mask"),
        ("inquiry.show", CHAPTER),
        ("practice.show", CHAPTER),
        ("claim_review.show", *CLAIMS),
        ("research_note.show", CHAPTER),
    )
    return page_with(made + reveal() + parts.keep())


def page_with(made: str) -> str:
    """Return a page with these parts."""
    return SHELL.format(look=web.read("web.css"), body=made, script=script())


class Visitor:
    """A reader at one page; nothing may complain."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page, self._address = page, file.as_uri()
        self.complaints = Complaints(page, {".svg": "pictures are tested elsewhere"})

    def open(self) -> None:
        """Open the page, or open it again."""
        self.page.goto(self._address)
        settle(self.page)

    def part(self, name: str) -> Locator:
        """Return a part."""
        return self.page.locator(f"[data-part={name}]")

    def button(self, part: str, name: str, nth: int = 0) -> Locator:
        """Return a button of a part."""
        return self.part(part).get_by_role("button", name=name, exact=True).nth(nth)

    def choose(self, part: str, label: str, nth: int = 0) -> None:
        """Click an option whose label starts with a text."""
        options = self.part(part).locator("label:has(input[type=radio]):visible")
        options.filter(has_text=label).nth(nth).click()

    def guess(self, key: str, part: str = "predict") -> None:
        """Make a prediction."""
        self.choose(part, f"{key}:")
        self.button(part, "commit").click()

    def text(self, part: str) -> str:
        """Return the visible text of a part, with single spaces."""
        return " ".join(self.part(part).inner_text().split())

    def stored(self) -> str:
        """Return what the browser keeps."""
        return self.page.evaluate("key => localStorage.getItem(key) ?? ''", KEY)

    def download(self, to: Path) -> Path:
        """Press the button that downloads everything; return where the file is."""
        with self.page.expect_download() as started:
            self.button("keep", "download as one file").click()
        assert started.value.suggested_filename.endswith(".jsonl")
        to.parent.mkdir(parents=True, exist_ok=True)
        started.value.save_as(to)
        return to

    def erase(self) -> None:
        """Erase everything, and confirm it."""
        self.button("keep", "erase all").click()
        self.button("keep", "yes, erase it").click()

    def read_file(self, path: Path) -> None:
        """Choose a file to read."""
        self.part("keep").locator("input[type=file]").set_input_files(path)
        self.part("keep").get_by_text("were already here").wait_for()


@contextmanager
def visiting(
    context: BrowserContext, file: Path, *, before: str = "", forget: bool = True
) -> Iterator[Visitor]:
    """Open a page as somebody who has entered nothing yet; nothing may complain.

    ``before`` is a script that runs before those of the page.
    """
    page = context.new_page()
    page.set_default_timeout(20_000)
    visitor = Visitor(page, file)
    try:
        if forget:
            visitor.open()
            page.evaluate("localStorage.clear()")
        if before:
            page.add_init_script(before)
        visitor.open()
        yield visitor
        assert visitor.complaints() == []
    finally:
        page.close()
