"""How fast the website's pages can be read, and how fast their demos answer.

python benchmarks/website.py [--pages index.html ...]    (after `make site`)

Every page is opened in a Chromium with a processor slowed down four times and a line
of 10 Mbit/s with 40 ms of delay, from a server on this machine that compresses as web
servers do, five times. Prints the medians of the bytes that arrived, the largest
contentful paint, and the total blocking time (of every task, what is beyond 50 ms).
Then every slider of every demo is moved at the processor's own speed, and the time
until the next frame is drawn is compared with that of the peer: a bare slider on the
same page that writes its value.
"""

import argparse
import contextlib
import functools
import gzip
import io
import statistics
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.chromium import browser, find_chromium
from tools.settings import ROOT
from tools.website.sources import SITE

SLOWED, LINE, DELAY = 4, 10_000_000 / 8, 40  # times, bytes per second, milliseconds
VISITS = 5  # of a page; the medians count
LIMITS = {"paint": 1500, "blocked": 150, "move": 50}  # milliseconds
ZIPPED = {".html", ".css", ".js", ".svg", ".json"}
UNDRAWN = "[data-part]:not([data-drawn])"
WATCH = """
window.seen = { paint: 0, blocked: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) seen.blocked += Math.max(0, task.duration - 50);
}).observe({ type: "longtask", buffered: true });
"""
# from an input event to the frame that follows it, for each stop of each slider
MOVES = """async (sliders) => {
  const frame = () => new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done, 0));
  });
  const times = [];
  for (const slider of sliders) {
    const start = slider.value;
    for (let stop = Number(slider.min); stop <= slider.max; stop += 1) {
      slider.value = stop;
      const before = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      slider.getBoundingClientRect(); // lays the page out
      times.push(performance.now() - before);
      await frame();
    }
    slider.value = start;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return times;
}"""
PEER = """() => {
  const made = document.createElement("input");
  const line = document.createElement("p");
  Object.assign(made, { type: "range", min: 0, max: 19 });
  made.addEventListener("input", () => { line.textContent = made.value; });
  document.querySelector("main").append(made, line);
  return made;
}"""


class Compressing(SimpleHTTPRequestHandler):
    """Serves files of a folder, those of text compressed."""

    def do_GET(self) -> None:
        """Answer with a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in ZIPPED:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.copyfile(io.BytesIO(data), self.wfile)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine until the block ends."""
    handler = functools.partial(Compressing, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def slowed(context: BrowserContext) -> tuple[Page, CDPSession]:
    """Return a new page on a slow processor and a slow line, with nothing cached."""
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    line = {"downloadThroughput": LINE, "uploadThroughput": LINE, "latency": DELAY}
    session.send("Network.emulateNetworkConditions", {"offline": False, **line})
    return page, session


def opened(context: BrowserContext, address: str) -> tuple[int, float, float]:
    """Return the bytes of a page, its largest contentful paint, and its blocking."""
    page, session = slowed(context)
    arrived: list[float] = []
    session.on(
        "Network.loadingFinished", lambda e: arrived.append(e["encodedDataLength"])
    )
    page.goto(address, wait_until="networkidle")
    page.locator(UNDRAWN).first.wait_for(state="detached")
    page.wait_for_timeout(500)
    seen = page.evaluate("seen")
    page.close()
    return int(sum(arrived)), seen["paint"], seen["blocked"]


def moves(context: BrowserContext, address: str) -> dict[str, list[float]]:
    """Map each demo of a page to the milliseconds of its moves, the peer included."""
    page = context.new_page()
    page.goto(address)
    for form in page.locator("[data-part=reveal]").all():
        if (commit := form.get_by_role("button", name="commit")).count():
            form.locator("input[type=radio]").first.check()
            commit.first.click()
    found = {}
    for part in page.locator("[data-part]").all():
        sliders = part.locator("input[type=range]:visible")
        name = part.get_attribute("data-part") or ""
        if sliders.count() and name not in {"predict", "storyboard"}:
            handles = sliders.element_handles()
            found[name] = page.evaluate(MOVES, handles)
    if found:
        found["peer"] = page.evaluate(MOVES, [page.evaluate_handle(PEER)])
    page.close()
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", nargs="+", help="default: all pages")
    site = ROOT / SITE
    if not (site / "index.html").is_file():
        raise SystemExit(f"{SITE.as_posix()} must exist; run `make site` first")
    every = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    pages = parser.parse_args().pages or every
    program = find_chromium()
    if program is None:
        raise SystemExit(
            "Chromium must be on the PATH; on Debian: apt install chromium"
        )
    with served(site) as address, browser(program) as context:
        print(f"{'page':42}{'kB':>7}{'paint, ms':>11}{'blocked, ms':>13}")
        for page in pages:
            visits = [opened(context, f"{address}/{page}") for _ in range(VISITS)]
            size, paint, blocked = map(statistics.median, zip(*visits, strict=True))
            over = paint > LIMITS["paint"] or blocked > LIMITS["blocked"]
            mark = "  over the limit" if over else ""
            print(f"{page:42}{size / 1000:7.0f}{paint:11.0f}{blocked:13.0f}{mark}")
        print(f"\n{'page':42}{'part':20}{'median, ms':>11}{'worst':>8}{'peer':>8}")
        for page in pages:
            found = moves(context, f"{address}/{page}")
            peer = statistics.median(found.pop("peer", [0.0]))
            for name, times in found.items():
                median = statistics.median(times)
                mark = "  over the limit" if median > LIMITS["move"] else ""
                worst = max(times)
                print(f"{page:42}{name:20}{median:11.1f}{worst:8.1f}{peer:8.1f}{mark}")


if __name__ == "__main__":
    main()
