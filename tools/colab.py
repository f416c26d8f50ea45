"""`python -m tools.colab`: every notebook and the widget tests as Colab runs them.

In `.venv-colab`, which holds Colab's packages and a stand-in for `google.colab`: each
lesson and each solution alone in an empty folder, first cell included, the first and
last cells of the exercises, and the tests of widgets. What is committed is what runs.
"""

import subprocess
import sys
import time
from pathlib import Path

from tools.colab_env import VENV, check_versions, environment, python_of, set_up
from tools.colab_notebooks import run_all
from tools.colab_remote import local_remote
from tools.settings import Settings, command_parser

WIDGET_TESTS = ("tests/demos", "tests/page")


def run_tests(root: Path, tests: list[str]) -> int:
    """Run tests in the second environment, with `google.colab` imported first."""
    command = [str(python_of(root)), "-m", "pytest", "-p", "google.colab"]
    # Colab's matplotlib uses deprecated pyparsing names
    command += ["-W", "ignore::DeprecationWarning", *tests]
    return subprocess.run(command, cwd=root, env=environment(root)).returncode


def run_notebooks(root: Path, selected: list[str]) -> int:
    """Run the selected notebooks, by default all; return 1 if an output differs."""
    with local_remote(Settings.load(root)) as remote:
        known = remote.notebooks()
        if unknown := sorted(set(selected) - set(known)):
            raise RuntimeError(f"not committed: {', '.join(unknown)}")
        print(f"notebooks as committed in {remote.commit[:10]}", flush=True)
        problems = run_all(remote, selected or known)
    check_versions(root)
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


def main(arguments: list[str] | None = None) -> int:
    """Set up, compare versions with Colab's, run notebooks and tests."""
    parser = command_parser("tools.colab", __doc__)
    parser.add_argument("only", nargs="*", help="notebooks or tests, instead of all")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    notebooks = [name for name in options.only if name.endswith(".ipynb")]
    tests = [name for name in options.only if name not in notebooks]
    started, status = time.perf_counter(), 0
    try:
        made = set_up(root)
        check_versions(root)
        how = "made" if made else "there already"
        print(f"{VENV}: {how}, {time.perf_counter() - started:.0f} s", flush=True)
        if notebooks or not tests:
            status = run_notebooks(root, notebooks)
        if tests or not notebooks:
            present = [name for name in WIDGET_TESTS if (root / name).is_dir()]
            status = run_tests(root, tests or present) or status
    except (subprocess.CalledProcessError, RuntimeError, ValueError) as error:
        print(f"not as on Colab: {error}", file=sys.stderr)
        return 1
    print(f"in all {time.perf_counter() - started:.0f} s")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
