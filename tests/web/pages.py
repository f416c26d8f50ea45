"""Pages that hold modules of the website, for tests that call their functions."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page

from course_lib import web


@contextmanager
def module_page(context: BrowserContext, *paths: str) -> Iterator[Page]:
    """Open an empty page that can call the functions of these modules."""
    page = context.new_page()
    try:
        page.set_content("<!doctype html><title>Modules</title>")
        page.add_script_tag(content=web.joined(*paths))
        yield page
    finally:
        page.close()
