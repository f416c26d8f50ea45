"""`python -m tools.strict`: run notebooks again and compare every stored output."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tools.execute import CELL_TIMEOUT, kernel_environment
from tools.generate import EXECUTED
from tools.settings import command_parser

# A kernel computes in one thread; a second one brings the second core to work.
JOBS = min(2, os.cpu_count() or 1)


def command(root: Path, notebook: Path) -> list[str]:
    """Return the strict nbval run of one notebook."""
    return [
        # tools first: it spares nbval a slow import
        *(sys.executable, "-m", "pytest", "-q", "-p", "tools", "-p", "nbval"),
        *("--nbval", "--nbval-current-env"),
        f"--nbval-cell-timeout={CELL_TIMEOUT}",
        *("--nbval-sanitize-with", str(root / "tests" / "nbval.cfg")),
        *("-p", "no:cacheprovider", str(notebook)),
    ]


def compare_outputs(
    root: Path, notebooks: list[Path], *, jobs: int = 1, **environment: str
) -> list[str]:
    """Run nbval on each notebook, `jobs` at a time, and list those that differ.

    The output of a run is printed when it ends, in the order of the notebooks.
    """
    run = partial(_run, root, environment=environment)
    failed = []
    with ThreadPoolExecutor(jobs) as pool:
        for notebook, done in zip(notebooks, pool.map(run, notebooks), strict=True):
            name = str(notebook.relative_to(root))
            print(f"nbval {name}\n{done.stdout}", end="", flush=True)
            if done.returncode != 0:
                failed.append(name)
    return failed


def _run(
    root: Path, notebook: Path, *, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run nbval on a notebook, with its own empty COURSE_WORK.

    As in the build: what one chapter writes there must not change what the next
    one prints.
    """
    with kernel_environment(root, **environment) as (_, variables):
        return subprocess.run(
            command(root, notebook),
            cwd=root,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )


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
    parser = command_parser("tools.strict", __doc__)
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument(
        "--jobs", type=int, default=JOBS, help=f"notebooks at a time; {JOBS} here"
    )
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    notebooks = [path.resolve() for path in options.notebooks]
    notebooks = notebooks or executed_notebooks(root)
    return report(compare_outputs(root, notebooks, jobs=options.jobs))


if __name__ == "__main__":
    raise SystemExit(main())
