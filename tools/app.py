"""`python -m tools.app`: serve the demos with Voila, as a page without code."""

import os
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from voila.app import Voila

from course_lib.demos.gallery import DEMOS, Entry
from tools.notebook import dumps, write_atomic
from tools.settings import command_parser

NOTEBOOK = Path("build") / "app" / "demos.ipynb"
TEMPLATES = Path("tools")  # holds voila/templates/course
PORT = 8866
# The only JupyterLab extensions that the page needs: widgets, with Voila's manager for
# ipywidgets 7 or 8, whichever is installed. Others may not fit Voila, and would fail.
EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager7",
    "@voila-dashboards/widgets-manager8",
)

TITLE = """\
# Pruning, measured: the demos

Each demo shows one idea of the course. Click a control, or reach it with the tab key:
arrow keys move a slider, the space bar opens a list and presses a button. Every number
is computed at that moment, by networks and on images of the course."""

# Every visitor starts without a guess, and leaves nothing behind.
START = """\
import os
import tempfile

work = tempfile.TemporaryDirectory()
os.environ["COURSE_WORK"] = work.name

from course_lib.demos import gallery"""


def section(entry: Entry) -> list[NotebookNode]:
    """Return what one demo adds to the page: what to look for, and the demo itself."""
    text = f"## {entry.title}\n\n{entry.look}\n\n*From chapter {entry.chapter}.*"
    show = new_code_cell(f'gallery.show("{entry.name}")', id=f"demo-{entry.name}")
    return [new_markdown_cell(text, id=f"look-{entry.name}"), show]


def notebook() -> NotebookNode:
    """Return the notebook that Voila serves, with every demo in it, unexecuted."""
    cells = [new_markdown_cell(TITLE, id="title"), new_code_cell(START, id="start")]
    for entry in DEMOS.values():
        cells += section(entry)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"title": "Pruning, measured", "kernelspec": kernel}
    return new_notebook(cells=cells, metadata=metadata)


def write(root: Path) -> Path:
    """Write the notebook below build/ and return its path."""
    write_atomic(root / NOTEBOOK, dumps(notebook()))
    return root / NOTEBOOK


def options(path: Path, port: int) -> list[str]:
    """Return Voila's options: show outputs as they arrive, but no code."""
    return [
        *(str(path), "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"),
        *("--template=course", "--theme=light", "--strip_sources=True"),
        "--progressive_rendering=True",
        *(f"--VoilaConfiguration.extension_allowlist={name}" for name in EXTENSIONS),
    ]


def environment(root: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which Voila finds our template and kernels the course.

    One thread: on a busy machine with two cores, two are several times slower.
    """
    places = {
        "JUPYTER_PATH": [str(root / TEMPLATES), variables.get("JUPYTER_PATH", "")],
        "PYTHONPATH": [str(root), variables.get("PYTHONPATH", "")],
    }
    joined = {name: os.pathsep.join(filter(None, p)) for name, p in places.items()}
    return joined | {"OMP_NUM_THREADS": "1"}


def main(arguments: list[str] | None = None) -> int:
    """Serve the demos until interrupted."""
    parser = command_parser("tools.app", __doc__)
    parser.add_argument("--port", type=int, default=PORT)
    chosen = parser.parse_args(arguments)
    root = chosen.root.resolve()
    os.environ.update(environment(root, os.environ))
    print(f"The demos: http://127.0.0.1:{chosen.port}/ (ctrl-c ends it)", flush=True)
    Voila.launch_instance(options(write(root), chosen.port))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
