"""What a learner needs without make: start, lab, check and report."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course_lib import workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser(
        "start", help="copy a chapter to my_work/, without outputs, never overwriting"
    )
    start.add_argument("chapter", help="two digits, such as 02")
    commands.add_parser("lab", help="copy what is new to my_work/, open JupyterLab")
    check = commands.add_parser(
        "check", help="run a notebook's visible checks, print what they say"
    )
    report = commands.add_parser("report", help="the same as a page to read")
    for each in (check, report):
        each.add_argument("file", help="a notebook, or two digits, such as 02")
    report.add_argument("--out", type=Path, help="a new file; else below my_work/")
    options = parser.parse_args(arguments)
    try:
        if options.command in ("check", "report"):
            return _check(options)
        root = workspace.course_root()
        if options.command == "start":
            _start(options.chapter)
            return 0
        for chapter in workspace.chapters(root):
            _start(chapter)
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    return subprocess.call(command)


def _check(options: argparse.Namespace) -> int:
    """Print a notebook's verdicts; with ``report`` write them as a page, too."""
    from course_lib.handin import report  # a learner who starts a lab need not wait

    result = report.examine(report.find(options.file))
    print(report.text(result))
    if options.command == "report":
        print(f"written to {report.write_page(result, options.out)}")
    return 0


def _start(chapter: str) -> None:
    for path, written in workspace.start(chapter):
        print(f"{'copied to' if written else 'left as it is:'} {path}")


if __name__ == "__main__":
    sys.exit(main())
