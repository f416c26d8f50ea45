"""Firefox, driven by what it speaks itself: WebDriver BiDi over a WebSocket.

The commands and events are those of https://www.w3.org/TR/webdriver-bidi/.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import websocket

SECONDS = 120  # machines differ
OWN = ("file:", "data:", "blob:")
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "ArrowRight": "\ue014"}
PREFERENCES = """user_pref("browser.download.folderList", 2);
user_pref("browser.download.dir", {folder});"""
# the console does not say that a picture, a style, or a script is missing
WATCH = """() => addEventListener("error", ({ target: { src, href } }) => {
  if (src || href) console.error("not loaded:", src || href);
}, true)"""
FIND = """(([selector, text]) => {
  const found = [...document.querySelectorAll(selector)].find((one) => (
    one.checkVisibility() && one.textContent.trim().startsWith(text)));
  found?.scrollIntoView({ block: "center", behavior: "instant" });
  return found;
})"""


def until(ask: Callable[[], Any], what: str) -> Any:
    """Ask again and again, and return the first answer that counts as true."""
    deadline = time.monotonic() + SECONDS
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}"
        time.sleep(0.05)
    return answer


@contextmanager
def running(executable: str, downloads: Path) -> Iterator["Firefox"]:
    """Run a Firefox with an empty profile; both are gone afterwards."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        text = PREFERENCES.format(folder=json.dumps(str(downloads)))
        (Path(home) / "user.js").write_text(text, encoding="utf-8")
        told = Path(home) / "WebDriverBiDiServer.json"  # where it listens
        command = [executable, "--headless", "--remote-debugging-port=0"]
        command += ["--no-remote", "--profile", home]
        process = subprocess.Popen(command, env=os.environ | {"HOME": home})
        try:
            until(lambda: told.exists() and told.read_text().endswith("}"), "a start")
            port = json.loads(told.read_text())["ws_port"]
            yield Firefox(f"ws://127.0.0.1:{port}/session")
        finally:
            process.kill()
            process.wait()


class Firefox:
    """One tab, worked by real keys and a real pointer.

    ``complaints`` are errors in the console, exceptions, what was not loaded, and
    requests for anything that is not on the disk.
    """

    def __init__(self, address: str) -> None:
        # with an origin, it would take this for a page and refuse
        options = {"timeout": SECONDS, "suppress_origin": True}
        self._socket = websocket.create_connection(address, **options)
        self._numbers = count(1)
        self.complaints: list[str] = []
        self._command("session.new", capabilities={})
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self._command("session.subscribe", events=events)
        self._command("script.addPreloadScript", functionDeclaration=WATCH)
        (tab,) = self._command("browsingContext.getTree")["contexts"]
        self._tab = tab["context"]

    def _command(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the result of a command; note what happened in the meantime."""
        number = next(self._numbers)
        sent = {"id": number, "method": method, "params": params}
        self._socket.send(json.dumps(sent))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            self._note(**answer)
        assert answer["type"] == "success", (sent, answer)
        return answer["result"]

    def _note(self, method: str, params: dict[str, Any], **_: Any) -> None:
        if method == "network.beforeRequestSent":
            if not (url := params["request"]["url"]).startswith(OWN):
                self.complaints.append(f"asked for {url}")
        elif params["level"] == "error":
            self.complaints.append(params["text"])

    def _here(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the result of a command to the tab."""
        return self._command(method, context=self._tab, **params)

    def open(self, address: str) -> None:
        """Load a page."""
        self._here("browsingContext.navigate", url=address, wait="complete")

    def resize(self, width: int) -> None:
        """Make the window this wide, in CSS pixels."""
        size = {"width": width, "height": 900}
        self._here("browsingContext.setViewport", viewport=size)

    def _value(self, expression: str) -> dict[str, Any]:
        where = {"target": {"context": self._tab}, "awaitPromise": True}
        answer = self._command("script.evaluate", expression=expression, **where)
        assert answer["type"] == "success", (expression, answer)
        return answer["result"]

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, by way of JSON."""
        found = self._value(f"Promise.resolve({expression}).then(JSON.stringify)")
        return json.loads(found.get("value", "null"))

    def _found(self, selector: str, text: str = "") -> dict[str, str]:
        """Wait for a visible element whose text starts so, and scroll to it."""
        call = f"{FIND}({json.dumps([selector, text])})"
        return {"sharedId": until(lambda: self._value(call).get("sharedId"), call)}

    def drag(self, points: Sequence[tuple[int, int]], *element: str) -> None:
        """Drag the pointer along points, in pixels from the middle of an element."""
        origin = {"type": "element", "element": self._found(*element)}
        first, *others = [
            {"type": "pointerMove", "x": x, "y": y, "origin": origin} for x, y in points
        ]
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self._act("pointer", [first, down, *others, up])

    def click(self, selector: str, text: str = "") -> None:
        """Click the middle of a visible element whose text starts so."""
        self.drag([(0, 0)], selector, text)

    def press(self, *keys: str) -> None:
        """Press keys one after another: characters, or names among `KEYS`."""
        ways = [(way, KEYS.get(key, key)) for key in keys for way in ("Down", "Up")]
        self._act("key", [{"type": f"key{way}", "value": key} for way, key in ways])

    def _act(self, kind: str, steps: list[dict[str, Any]]) -> None:
        acts = [{"type": kind, "id": kind, "actions": steps}]
        self._here("input.performActions", actions=acts)

    def choose_file(self, selector: str, path: Path) -> None:
        """Give a file to a field, which may be hidden."""
        node = self._value(f"document.querySelector({json.dumps(selector)})")
        element = {"sharedId": node["sharedId"]}
        self._here("input.setFiles", element=element, files=[str(path)])
