"""`python -m tools.screenshot`: take docs/page.png, a page of the course at work.

It opens a lesson in JupyterLab as the browser tests do, runs it as far as its demo, and
answers the prediction that the demo waits for. The sliders stay where they start: there
the numbers of the picture are those of the stored output.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.lab import Lab, jupyterlab
from tests.browser.parts import commit
from tools.chromium import browser, find_chromium
from tools.settings import ROOT

LESSON = "02_activation_pruning.ipynb"
PICTURE = Path("docs") / "page.png"
WIDTH, HEIGHT = 1080, 680
LARGEST = 250_000  # bytes
LIGHT = "JupyterLab Light"


def prepare(lab: Lab) -> None:
    """Open the lesson with room for it, and run its cells up to and with the demo."""
    lab.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    lab.open(LESSON)
    command(lab.page, "apputils:change-theme", {"theme": LIGHT})
    command(lab.page, "application:toggle-left-area")
    demo = next(cell for cell in lab.cells() if "demo" in cell.tags)
    lab.show(demo)
    command(lab.page, "notebook:run-all-above")
    command(lab.page, "notebook:run-cell")
    commit(lab, lab.show_cell("predict"))
    area = lab.show_cell("demo")
    lab.wait_for_readout(area, "neurons kept")
    area.evaluate("outputs => outputs.closest('.jp-Cell').scrollIntoView()")
    lab.page.wait_for_timeout(2000)  # the last picture is drawn


def command(page: Page, name: str, arguments: dict[str, str] | None = None) -> None:
    """Execute one of JupyterLab's commands and wait for its end."""
    page.evaluate(
        "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args)"
        "; }",
        [name, arguments or {}],
    )


def take(path: Path) -> None:
    """Write the picture; RuntimeError if there is no browser or it is too large."""
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("no Chromium here; sh tools/system_packages.sh installs one")
    with tempfile.TemporaryDirectory() as folder, browser(chromium) as context:
        shutil.copy(ROOT / "notebooks" / LESSON, folder)
        with jupyterlab("jupyterlab", f"--ServerApp.root_dir={folder}") as server:
            lab = Lab(context.new_page(), server)
            prepare(lab)
            png = lab.page.locator("#jp-main-dock-panel").screenshot()
            lab.shut_down()
    if len(png) > LARGEST:
        raise RuntimeError(f"the picture has {len(png)} bytes; {LARGEST} are allowed")
    path.write_bytes(png)


def main() -> int:
    """Take the picture and report its size; return 1 if that fails."""
    try:
        take(ROOT / PICTURE)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{PICTURE.as_posix()}: {(ROOT / PICTURE).stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
