"""JupyterLab in a headless Chromium: notebooks opened, run, killed and reopened."""

import json
import os
import re
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Locator, Page

from .chromium import Complaints, environment, free_port, serving
from .hands import Hands

TOKEN = "t"
RUN_SECONDS = 600
VIEW = "application/vnd.jupyter.widget-view+json"
ALLOWED = {
    "https://colab.research.google.com/assets/colab-badge.svg": "the badge of the "
    "first cell is Colab's own picture; without a network its text stands there",
}


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: where it answers, and where a learner's files go."""

    address: str
    work: Path


@dataclass(frozen=True)
class Cell:
    """A cell of the open notebook: its place, its tags, its code, and a widget."""

    index: int
    tags: tuple[str, ...]
    source: str
    has_widget: bool


def silence_news(config: Path) -> None:
    """Keep JupyterLab from asking, over the page, whether it may fetch news."""
    (config / "labconfig").mkdir(parents=True)
    extension = "@jupyterlab/apputils-extension:announcements"
    text = json.dumps({"disabledExtensions": {extension: True}})
    (config / "labconfig" / "page_config.json").write_text(text)


@contextmanager
def jupyterlab(*start: str) -> Iterator[Server]:
    """Run ``python -m`` with what starts a JupyterLab, in a home of its own."""
    port = free_port()
    command = [
        *(sys.executable, "-m", *start, "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={TOKEN}"),
        "--LabApp.expose_app_in_browser=True",
    ]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        if start[0] == "jupyterlab":  # our own command needs no silencing
            silence_news(home / "jupyter_config_dir")
        status = f"{address}/api/status?token={TOKEN}"
        with serving(command, environment(home), status, home / "lab.log"):
            yield Server(address, home / "work")


class Lab(Hands):
    """A page of a running JupyterLab."""

    def __init__(self, page: Page, server: Server) -> None:
        super().__init__(page)
        self.server = server
        self.complaints = Complaints(page, ALLOWED)

    def open_as_started(self) -> None:
        """Open the page that the server opens when a learner starts it."""
        self.page.goto(f"{self.server.address}/?token={TOKEN}")

    def open(self, name: str) -> None:
        """Open a notebook of the served folder and wait until its kernel is idle."""
        with self.complaints.leaving():
            self.page.goto(f"{self.server.address}/lab/tree/{name}?token={TOKEN}&reset")
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until the kernel of the notebook in front is there and idle.

        A cell that is run before the kernel is connected is passed over in silence.
        """
        self.page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext"
            "?.session?.kernel?.status === 'idle'",
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
        self.wait_until_idle()

    def kernel_pid(self, name: str) -> int:
        """Return the process id of a notebook's kernel."""
        (session,) = (s for s in self._sessions() if s["path"] == name)
        expected = f"kernel-{session['kernel']['id']}.json"
        (pid,) = (
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if any(expected in part for part in process.info["cmdline"] or ())
        )
        return pid

    def kill_kernel(self, name: str) -> int:
        """End a notebook's kernel as a full memory would; return its process id."""
        pid = self.kernel_pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def accept_dialog(self, text: str) -> None:
        """Wait for a dialogue with this text and press its button by keyboard."""
        dialog = self.page.locator(".jp-Dialog").filter(has_text=text)
        dialog.wait_for()
        self.press("Enter")
        dialog.wait_for(state="hidden")

    def restart_and_run_all(self) -> None:
        """Restart the open notebook's kernel and run all of its cells."""
        self.wait_until_idle()  # the server may be restarting it by itself
        self.page.evaluate(
            """async () => {
              const panel = window.jupyterapp.shell.currentWidget;
              await panel.sessionContext.session.kernel.restart();
            }"""
        )
        self.wait_until_idle()
        self.run_all()

    def _ask(self, path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(
            f"{self.server.address}/api/{path}", headers=headers, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.loads(reply.read() or "null")

    def _sessions(self) -> list[dict[str, Any]]:
        return list(self._ask("sessions"))

    def shut_down(self) -> None:
        """End the kernels, so that they do not pile up over the lessons."""
        for session in self._sessions():
            self._ask(f"sessions/{session['id']}", "DELETE")

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
        return [*self.page.evaluate(script), *self.dead_widgets()]

    def dead_widgets(self) -> list[str]:
        """List the texts that stand where a widget should be."""
        broken = self.page.get_by_text(re.compile("Error displaying widget"))
        return list(broken.all_inner_texts())

    def cells(self) -> list[Cell]:
        """List the code cells of the open notebook, from the model.

        JupyterLab draws only the cells near the window; the model has them all.
        """
        script = """view => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          return Array.from(notebook.model.cells).map((cell, index) => ({
            index, code: cell.type === 'code',
            tags: cell.getMetadata('tags') ?? [],
            source: cell.sharedModel.getSource(),
            has_widget: cell.type === 'code' &&
              cell.outputs.toJSON().some(output => view in (output.data ?? {})),
          }));
        }"""
        return [
            Cell(c["index"], tuple(c["tags"]), c["source"], c["has_widget"])
            for c in self.page.evaluate(script, VIEW)
            if c["code"]
        ]

    def outputs(self) -> list[list[dict[str, Any]]]:
        """Return the outputs of each code cell of the open notebook."""
        script = """() => {
          const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
          return Array.from(cells).filter(cell => cell.type === 'code')
            .map(cell => cell.outputs.toJSON());
        }"""
        return list(self.page.evaluate(script))

    def show(self, cell: Cell) -> Locator:
        """Scroll a cell into view and return its outputs."""
        script = """async index => {
          const notebook = window.jupyterapp.shell.currentWidget.content;
          await notebook.scrollToItem(index, 'start');
          notebook.activeCellIndex = index;
        }"""
        self.page.evaluate(script, cell.index)
        shown = self.page.locator(f'.jp-Cell[data-windowed-list-index="{cell.index}"]')
        return shown.locator(".jp-Cell-outputArea")

    def show_cell(self, tag: str, number: int = 0) -> Locator:
        """Scroll the n-th cell with a tag into view and return its outputs."""
        tagged = [cell for cell in self.cells() if tag in cell.tags]
        if len(tagged) <= number:
            raise ValueError(f"{len(tagged)} cells are tagged {tag!r}, no. {number}")
        return self.show(tagged[number])
