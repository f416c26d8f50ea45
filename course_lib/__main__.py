"""What a learner needs without make: ``python -m course_lib start 02``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

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
    options = parser.parse_args(arguments)
    try:
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


def _start(chapter: str) -> None:
    for path, written in workspace.start(chapter):
        print(f"{'copied to' if written else 'left as it is:'} {path}")


if __name__ == "__main__":
    sys.exit(main())
