"""What a headless Chromium complains about, and a server to point it at."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Page

from tools.chromium import START_SECONDS

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"


class Complaints:
    """What a page writes to its console as an error, throws, or fails to fetch.

    ``allowed`` maps a part of a text to the reason why the page may say that.
    """

    def __init__(self, page: Page, allowed: Mapping[str, str]) -> None:
        self._texts: list[str] = []
        self._allowed = allowed
        self._leaving = False
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._texts.append(f"thrown: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._request)

    def _console(self, message) -> None:
        if message.type == "error":
            self._texts.append(f"console: {message.text} ({message.location['url']})")

    def _failed(self, request) -> None:
        if not (self._leaving and request.failure == "net::ERR_ABORTED"):
            self._texts.append(f"failed: {request.url} ({request.failure})")

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Let the test leave the page: what it is still fetching is then canceled."""
        self._leaving = True
        try:
            yield
        finally:
            self._leaving = False

    def _request(self, request) -> None:
        host = request.url.partition("://")[2]
        if request.url.startswith("http") and not host.startswith("127.0.0.1:"):
            self._texts.append(f"asked another host: {request.url}")

    def __call__(self) -> list[str]:
        """List the complaints that nobody allowed."""
        return [t for t in self._texts if not any(part in t for part in self._allowed)]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


@contextmanager
def serving(
    command: list[str], variables: Mapping[str, str], address: str, log: Path
) -> Iterator[subprocess.Popen]:
    """Run a server until the block ends; RuntimeError if it does not answer."""
    with log.open("w") as out:
        server = subprocess.Popen(command, env=variables, stdout=out, stderr=out)
    try:
        _wait_for(address, server, log)
        yield server
    finally:
        server.terminate()  # also ends the kernels
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")
