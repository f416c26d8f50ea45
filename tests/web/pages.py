"""A page with one part, as the website's are: its policy, its style, its script."""

from pathlib import Path

from course_lib import web

# what the website's pages allow: their own scripts, and WebAssembly
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"


def write_page(folder: Path, body: str, script: str) -> Path:
    """Write a page like the website's with one part, and what it loads; from disk."""
    (folder / "page.js").write_text(script, encoding="utf-8")
    (folder / "page.css").write_text(web.read("web.css"), encoding="utf-8")
    path = folder / "index.html"
    path.write_text(
        '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><title>A part</title>'
        '<link rel="stylesheet" href="page.css">'
        f'<main><h1>A part</h1>{body}</main><script src="page.js"></script></html>',
        encoding="utf-8",
    )
    return path
