"""Pages that hold modules of the website, for tests that call their functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


# what the website's pages allow: their own scripts, and WebAssembly
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"


def write_page(folder: Path, body: str, script: str, *, theme: str = "light") -> Path:
    """Write a page like the website's with one part, and what it loads; from disk."""
    (folder / "page.js").write_text(script, encoding="utf-8")
    (folder / "page.css").write_text(web.read("web.css"), encoding="utf-8")
    path = folder / "index.html"
    path.write_text(
        f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><title>A part</title>'
        '<link rel="stylesheet" href="page.css">'
        f'<main><h1>A part</h1>{body}</main><script src="page.js"></script></html>',
        encoding="utf-8",
    )
    return path
