"""Driving JupyterLab in a headless Chromium, as a learner would with keys."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
TOKEN = "t"
START_SECONDS = 120
RUN_SECONDS = 600
IDLE = re.compile(r"Python 3 .*\| Idle")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's Jupyter is read."""
    folders = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    variables = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
    return variables | folders | {
        "HOME": str(home),
        "COURSE_THREADS": "1",
        "COURSE_WORK": str(home / "work"),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def silence_news(config: Path) -> None:
    """Keep JupyterLab from asking, over the page, whether it may fetch news."""
    (config / "labconfig").mkdir(parents=True)
    extension = "@jupyterlab/apputils-extension:announcements"
    text = json.dumps({"disabledExtensions": {extension: True}})
    (config / "labconfig" / "page_config.json").write_text(text)


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Serve `folder` on a free port with a home of its own; yield the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={folder}"),
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        log = Path(home) / "lab.log"
        silence_news(Path(home) / "jupyter_config_dir")
        with log.open("w") as out:
            server = subprocess.Popen(
                command, env=environment(Path(home)), stdout=out, stderr=out
            )
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()  # also ends the kernels
            server.wait(30)


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers; RuntimeError with its log if it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def browser_page(executable: str) -> Iterator[Page]:
    """Open one page in a Chromium with an empty profile."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            headless=True,
            args=BROWSER_FLAGS,
            viewport={"width": 1280, "height": 1000},
        )
        try:
            yield context.pages[0]
        finally:
            context.close()


class Lab:
    """A page of a running JupyterLab."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def open(self, name: str) -> None:
        """Open a notebook of the served folder and wait until its kernel is idle."""
        self.page.goto(f"{self.address}/lab/tree/{name}?token={TOKEN}&reset")
        self.page.locator("#jp-main-statusbar").get_by_text(IDLE).wait_for(
            timeout=START_SECONDS * 1000
        )

    def run_all(self) -> None:
        """Run all cells and wait for the last; TimeoutError after RUN_SECONDS."""
        self.page.evaluate(
            """() => {
              window.courseRun = 'running';
              const done = () => { window.courseRun = 'done'; };
              window.jupyterapp.commands
                .execute('notebook:run-all-cells').then(done, done);
            }"""
        )
        self.page.wait_for_function(
            "window.courseRun === 'done'", timeout=RUN_SECONDS * 1000
        )
        self.page.locator("#jp-main-statusbar").get_by_text(IDLE).wait_for()

    def shut_down(self) -> None:
        """End the kernels, so that they do not pile up over the lessons."""
        sessions = f"{self.address}/api/sessions"
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(sessions, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as reply:
            running = json.load(reply)
        for session in running:
            request = urllib.request.Request(
                f"{sessions}/{session['id']}", headers=headers, method="DELETE"
            )
            urllib.request.urlopen(request, timeout=30).close()

    def errors(self) -> list[str]:
        """List the texts of the error outputs, dead widgets included."""
        script = """() => {
          const panel = window.jupyterapp.shell.currentWidget;
          const texts = [];
          for (const cell of panel.content.model.cells) {
            if (cell.type !== 'code') continue;
            if (cell.executionCount === null) texts.push('not run: ' + cell.id);
            for (let i = 0; i < cell.outputs.length; i++) {
              const output = cell.outputs.get(i).toJSON();
              if (output.output_type === 'error')
                texts.push(output.ename + ': ' + output.evalue);
            }
          }
          return texts;
        }"""
        broken = self.page.get_by_text(re.compile("Error displaying widget"))
        return [*self.page.evaluate(script), *broken.all_inner_texts()]

    def show_cell(self, tag: str) -> Locator:
        """Scroll the first cell with a tag into view and return its outputs.

        JupyterLab draws only the cells near the window, so a cell is looked
        up in the model and then scrolled to.
        """
        script = """async tag => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          const index = notebook.widgets.findIndex(
            cell => (cell.model.getMetadata('tags') ?? []).includes(tag));
          if (index < 0) return -1;
          await notebook.scrollToItem(index, 'start');
          notebook.activeCellIndex = index;
          return index;
        }"""
        index = self.page.evaluate(script, tag)
        if index < 0:
            raise ValueError(f"no cell is tagged {tag!r}")
        cell = self.page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
        return cell.locator(".jp-Cell-outputArea")

    def focus_slider(self, area: Locator, number: int = 0) -> Locator:
        """Put the keyboard's focus on a slider handle of an output area."""
        handle = area.locator(".noUi-handle").nth(number)
        handle.wait_for()
        handle.focus()
        return handle

    def choose_next(self, area: Locator, number: int = 0) -> None:
        """Choose the next entry of a list of an output area, by keyboard."""
        area.locator("select").nth(number).focus()
        for key in ("Space", "ArrowDown", "Enter"):
            self.press(key)
            self.page.wait_for_timeout(300)  # the list opens and closes

    def press(self, key: str, times: int = 1) -> None:
        """Press a key on what has the focus."""
        for _ in range(times):
            self.page.keyboard.press(key)

    def readout_text(self, area: Locator, number: int = 0) -> str:
        """Return the text of a `.course-readout` of an output area."""
        readout = area.locator(".course-readout").nth(number)
        readout.wait_for()
        return readout.inner_text().strip()

    def changed_readout(self, area: Locator, before: str, number: int = 0) -> str:
        """Wait until a readout no longer says `before`, then until it is still."""
        deadline = time.monotonic() + 20
        last, seen = before, before
        while time.monotonic() < deadline:
            self.page.wait_for_timeout(400)
            last, seen = seen, self.readout_text(area, number)
            if seen != before and seen == last:
                return seen
        raise AssertionError(f"the readout did not settle: {before!r} → {seen!r}")

    def wait_for_readout(self, area: Locator, expected: str, number: int = 0) -> str:
        """Wait until a readout says `expected`; return what it says at last."""
        deadline = time.monotonic() + 30
        text = self.readout_text(area, number)
        while text != expected and time.monotonic() < deadline:
            self.page.wait_for_timeout(200)
            text = self.readout_text(area, number)
        return text

    def screenshot(self, name: str) -> Path:
        """Write build/screenshots/`name`.png and return its path."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path
