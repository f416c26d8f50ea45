"""`python -m tools.website.build`: the whole website, into build/site/.

Warnings are errors. `--open` serves it on this machine and opens a browser.
"""

import argparse
import contextlib
import functools
import gzip
import shutil
import sys
import time
import webbrowser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sphinx.cmd.build import build_main

from tools.settings import ROOT
from tools.website.sources import SITE, SOURCE, collect
from tools.website.weight import page_bytes, problems


def build(root: Path, only: set[str] | None = None) -> int:
    """Build the website and return Sphinx's exit status.

    ``only`` names the files of the repository whose pages are built, for tests; links
    to the others then lead nowhere, and warnings do not stop it.
    """
    shutil.rmtree(root / SITE, ignore_errors=True)  # or pages that are gone would stay
    collect(root, only)
    strict = ["-W", "--keep-going"] if only is None else []
    quiet = ["-q", "-E", "-c", str(root / "website")]
    doctrees = str((root / SITE).with_name("site-doctrees"))
    arguments = [*quiet, *strict, "-d", doctrees, "-b", "html"]
    return build_main([*arguments, str(root / SOURCE), str(root / SITE)])


def serve(site: Path) -> None:
    """Serve a folder on this machine and open a browser, until Ctrl+C."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"{address}  (Ctrl+C to stop)", flush=True)
        webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def main(arguments: list[str] | None = None) -> int:
    """Build, print what was built, and return 1 where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.website.build", description=__doc__
    )
    parser.add_argument("--open", action="store_true", help="serve the built website")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    if status := build(ROOT):
        return status
    site = ROOT / SITE
    sizes = page_bytes(site)
    largest = max(sizes, key=lambda page: sizes[page].all)
    seconds = time.perf_counter() - started
    print(f"{len(sizes)} pages in {SITE.as_posix()}/, {seconds:.0f} s")
    print(f"first page: {sizes['index.html']}; largest, {largest}: {sizes[largest]}")
    script = (site / "_static" / "course.js").read_bytes()
    zipped = len(gzip.compress(script))
    print(f"own script: {len(script) / 1000:.1f} kB, {zipped} bytes zipped")
    if found := problems(site, sizes):
        print("\n".join(found), file=sys.stderr)
        return 1
    if options.open:
        serve(site)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
