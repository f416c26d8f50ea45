"""Modules of ``course_lib/web`` in a page: called as functions, or mounted as parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from course_lib import web
from tests.browser.chromium import Complaints
from tools.website.mount import mount

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Parts</title>
<meta name="viewport" content="width=device-width"><style>{look}</style></head>
<body style="margin: 16px; font: 16px/1.5 sans-serif">{parts}
<script>{script}</script></body></html>"""


@contextmanager
def functions(context: BrowserContext, *modules: str) -> Iterator[Page]:
    """Open a page in which everything that the modules define is global."""
    page = context.new_page()
    try:
        page.set_content(f"<script>{web.bundled(*modules)}</script>")
        yield page
    finally:
        page.close()


def page_of(parts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a whole page with parts of the course, their data by name."""
    mounted = "\n".join(mount(name, data, "<p>…</p>") for name, data in parts.items())
    return PAGE.format(
        look=web.read("web.css"),
        parts=mounted,
        script=web.bundled("course.js", "digit.js"),
    )


def reload(page: Page) -> None:
    """Open a page again, and wait until its parts are drawn."""
    page.reload()
    settle(page)


def settle(page: Page) -> None:
    """Wait until all parts of a page are drawn."""
    page.locator("html[data-drawn]").wait_for(state="attached")


@contextmanager
def opened(
    context: BrowserContext, file: Path, parts: Mapping[str, Mapping[str, Any]]
) -> Iterator[Page]:
    """Write a page with these parts, open it from disk, and let it complain of nothing.

    The browser remembers nothing of pages before it.
    """
    file.write_text(page_of(parts), encoding="utf-8")
    page = context.new_page()
    complaints = Complaints(page, {})
    try:
        page.goto(file.as_uri())
        page.evaluate("localStorage.clear()")
        reload(page)
        yield page
        assert complaints() == []
    finally:
        page.close()
