"""`python -m tools.course`: run every lesson and print the headline tables."""

import sys
import time
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.execute import ExecutionError, execute
from tools.generate import LESSONS, generate
from tools.notebook import code_cells, dumps, write_atomic
from tools.settings import Settings, command_parser

BUILD = Path("build") / "notebooks"
MISSING = "ModelNotFoundError"  # a chapter's network is not on this machine


class Progress:
    """Prints one line per notebook on stderr, with a running count on a terminal."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started = time.perf_counter()
        self.live = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        seconds = time.perf_counter() - self.started
        line = f"{self.name}: {done}/{total} cells, {seconds:.0f} s"
        if self.live:
            end = "\n" if done == total else ""
            print(f"\r{line}", end=end, file=sys.stderr, flush=True)
        elif done == total:
            print(line, file=sys.stderr, flush=True)


def headline(notebook: NotebookNode) -> str:
    """Return the text printed by the cells tagged `headline`."""
    texts = []
    for cell in code_cells(notebook):
        if "headline" not in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            texts.append(text.rstrip("\n"))
    return "\n".join(filter(None, texts))


def run_lessons(settings: Settings, chapter: str | None = None) -> list[str]:
    """Execute the lessons into build/notebooks/ and return their headlines.

    A lesson whose model is not installed is skipped, with one line that says so.
    """
    headlines = []
    for path, notebook in generate(settings, chapter).items():
        folder, name = path.split("/")
        if folder != LESSONS:
            continue
        try:
            done = execute(notebook, path, root=settings.root, progress=Progress(name))
        except ExecutionError as error:
            cell = error.__cause__
            if not (isinstance(cell, CellExecutionError) and cell.ename == MISSING):
                raise
            print(f"{name}: skipped, {cell.evalue}")
            continue
        write_atomic(settings.root / BUILD / name, dumps(done))
        headlines.append(headline(done))
    return [text for text in headlines if text]


def main(arguments: list[str] | None = None) -> int:
    """Run the course; print headlines and seconds; 1 when a cell failed."""
    parser = command_parser("tools.course", __doc__)
    parser.add_argument("--chapter", help="two digits, such as 02; all by default")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    try:
        headlines = run_lessons(Settings.load(options.root), options.chapter)
    except (ExecutionError, ValueError) as error:
        print(f"failed\n{error}", file=sys.stderr)
        return 1
    print("\n\n".join(headlines))
    print(f"\nMeasured in this run, {time.perf_counter() - started:.0f} s in all.")
    print(f"The executed lessons are in {BUILD.as_posix()}/.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
