"""What a learner needs without make: start, lab, check, report, export and import."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from course_lib import transfer, workspace

INSTALL = 'python -m pip install -c constraints.txt -e ".[lab]"'

LAB_OPTIONS = """\
further options go to JupyterLab, for example:
  --no-browser                    open no browser; the address is printed
  --port=8889                     another port than 8888
  --IdentityProvider.token=TOKEN  a token that you choose; '' asks for none
`jupyter lab --help-all` lists them all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser(
        "start", help="copy a chapter to my_work/, without outputs, never overwriting"
    )
    start.add_argument("chapter", help="its number, such as 02")
    commands.add_parser(
        "lab",
        help="open JupyterLab on the map; further options are JupyterLab's own",
        epilog=LAB_OPTIONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check = commands.add_parser(
        "check", help="run a notebook's visible checks and print the results"
    )
    report = commands.add_parser("report", help="the same, as a page to read")
    for each in (check, report):
        each.add_argument("file", help="a notebook, or a chapter's number, such as 02")
    report.add_argument("--out", type=Path, help="a new file; else below my_work/")
    keep = commands.add_parser(
        "export", help="write all you answered and noted to one new file"
    )
    keep.add_argument("file", type=Path, help="a new file, such as my_work.jsonl")
    bring = commands.add_parser(
        "import", help="add what such a file holds, also one of the website"
    )
    bring.add_argument("file", type=Path, help="an exported file")
    options, others = parser.parse_known_args(arguments)
    if others and options.command != "lab":
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        if options.command in ("check", "report"):
            return _check(options)
        if options.command == "lab":
            return _lab(others)
        if options.command in ("export", "import"):
            return _transfer(options)
        _start(options.chapter)
        return 0
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    """Print a notebook's verdicts; with ``report``, also write them to a page."""
    from course_lib.handin import report  # here: starting a lab need not wait

    result = report.examine(report.find(options.file))
    print(report.text(result))
    if options.command == "report":
        print(f"written to {report.write_page(result, options.out)}")
    return 0


def _transfer(options: argparse.Namespace) -> int:
    """Write or read a file of records; the status is 1 if something was damaged."""
    if options.command == "export":
        number, damaged = transfer.export(options.file)
        print(f"written to {options.file}: {_records(number)}")
    else:
        number, known, damaged = transfer.import_records(options.file)
        print(f"read from {options.file}: {_records(number)} added, {known} known")
    for sentence in damaged:
        print(sentence, file=sys.stderr)
    return 1 if damaged else 0


def _records(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"


def _lab(others: list[str]) -> int:
    """Copy what is new to the work folder, bring its map up to date, and open it."""
    if find_spec("jupyterlab") is None:
        raise ModuleNotFoundError(f"JupyterLab is missing; to install it: {INSTALL}")
    root, work = workspace.course_root(), workspace.work_folder().resolve()
    for chapter in workspace.chapters(root):
        _start(chapter)
    if os.environ.get("COURSE_WORK"):  # each kernel runs in the folder of its page
        os.environ["COURSE_WORK"] = str(work)
    path = _map(work)
    served = root if path.is_relative_to(root) else work
    address = f"/lab/tree/{quote(path.relative_to(served).as_posix())}"
    _add_jupyter_defaults()
    # in this process, so that Ctrl+C and the end of a terminal reach the server
    from jupyterlab.labapp import main as jupyterlab

    where = [f"--ServerApp.root_dir={served}", f"--LabApp.default_url={address}"]
    jupyterlab([*where, *others])
    return 0


def _add_jupyter_defaults() -> None:
    """Add the course's defaults to JupyterLab's, without overriding the learner's.

    They turn off the news prompt and save widget state with each notebook, so that a
    page reopened the next day is not full of errors.
    """
    ours, others = Path(__file__).with_name("jupyter"), "JUPYTER_CONFIG_PATH"
    paths = [str(ours), *filter(None, [os.environ.get(others)])]
    os.environ[others] = os.pathsep.join(paths)


def _map(work: Path) -> Path:
    import matplotlib

    from course_lib.page import start_page

    matplotlib.use("agg")  # the picture goes into the page: no window is opened
    path, current = start_page.write(work)
    print(f"{'up to date:' if current else 'left as it is:'} {path}")
    return path


def _start(chapter: str) -> None:
    for path, written in workspace.start(chapter):
        print(f"{'copied to' if written else 'left as it is:'} {path}")


if __name__ == "__main__":
    sys.exit(main())
