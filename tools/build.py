"""`python -m tools.build`: regenerate notebooks/, exercises/ and solutions/."""

import sys
import time

from nbformat import NotebookNode

from tools import misconceptions, readme, results
from tools.execute import ExecutionError, execute
from tools.generate import EXECUTED, generate
from tools.notebook import (
    copy_outputs,
    dumps,
    is_executed,
    load,
    same_code,
    write_atomic,
)
from tools.settings import Settings, command_parser


def build_one(
    settings: Settings,
    path: str,
    notebook: NotebookNode,
    *,
    run: bool = True,
    force: bool = False,
) -> str:
    """Bring one derived notebook up to date and report what was done.

    Stored outputs stay when no code cell changed; otherwise all of it runs
    again, since a cell's output may depend on any cell before it. With
    `run=False` a notebook that would have to run is left as it is.
    """
    file = settings.root / path
    done = "written"
    if path.split("/")[0] in EXECUTED:
        old = load(file) if file.exists() else None
        if old is not None and not force and is_fresh(old, notebook):
            copy_outputs(old, notebook)
        elif not run:
            return "needs to be executed, left as it is"
        else:
            started = time.perf_counter()
            notebook = execute(notebook, path, root=settings.root)
            done = f"executed in {time.perf_counter() - started:.0f} s"
    text = dumps(notebook)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return "unchanged" if done == "written" else f"{done}, unchanged"
    write_atomic(file, text)
    return done


def is_fresh(old: NotebookNode, new: NotebookNode) -> bool:
    """Return whether the outputs stored in `old` are those of the code of `new`."""
    return same_code(old, new) and is_executed(old)


def main(arguments: list[str] | None = None) -> int:
    """Build and return the exit status: 1 when a source or a cell is wrong."""
    parser = command_parser("tools.build", __doc__)
    parser.add_argument("--chapter", help="two digits, such as 02; all by default")
    parser.add_argument("--no-execute", action="store_true", help="run no notebook")
    parser.add_argument("--force", action="store_true", help="run even what is fresh")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.load(options.root)
        for path, notebook in generate(settings, options.chapter).items():
            print(f"{path}: ", end="", flush=True)
            run = not options.no_execute
            print(build_one(settings, path, notebook, run=run, force=options.force))
        for page in (misconceptions, results):
            print(f"{page.PAGE.as_posix()}: {page.update(options.root)}")
        print(f"{readme.NAME}: {readme.update(settings)}")
    except (ExecutionError, ValueError) as error:
        print(f"failed\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
