"""`python -m tools.strict`: run notebooks again and compare every stored output."""

import argparse
import subprocess
import sys
from pathlib import Path

from tools.execute import CELL_TIMEOUT, kernel_environment
from tools.generate import EXECUTED
from tools.settings import ROOT


def command(root: Path, notebook: Path) -> list[str]:
    """Return the strict nbval run of one notebook."""
    return [
        *(sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"),
        f"--nbval-cell-timeout={CELL_TIMEOUT}",
        *("--nbval-sanitize-with", str(root / "tests" / "nbval.cfg")),
        *("-p", "no:cacheprovider", str(notebook)),
    ]


def compare_outputs(root: Path, notebooks: list[Path], **environment: str) -> list[str]:
    """Run nbval on each notebook, in turn, and list those that differ.

    Each has an empty COURSE_WORK of its own, as in the build: what one
    chapter writes there must not change what the next one prints.
    """
    failed = []
    for notebook in notebooks:
        print(f"nbval {notebook.relative_to(root)}", flush=True)
        with kernel_environment(root, **environment) as (_, variables):
            run = subprocess.run(command(root, notebook), cwd=root, env=variables)
        if run.returncode != 0:
            failed.append(str(notebook.relative_to(root)))
    return failed


def executed_notebooks(root: Path) -> list[Path]:
    """List lessons and solutions; none at all raises ValueError."""
    found = [p for folder in EXECUTED for p in sorted((root / folder).glob("*.ipynb"))]
    if not found:
        raise ValueError(f"{root}: no notebook in {' or '.join(EXECUTED)}")
    return found


def report(failed: list[str]) -> int:
    """Print which notebooks differ and return the exit status."""
    for path in failed:
        print(f"{path}: outputs differ from the stored ones", file=sys.stderr)
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    """Compare the given notebooks, or all lessons and solutions."""
    parser = argparse.ArgumentParser(prog="python -m tools.strict", description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    notebooks = [path.resolve() for path in options.notebooks]
    return report(compare_outputs(root, notebooks or executed_notebooks(root)))


if __name__ == "__main__":
    raise SystemExit(main())
