"""`python -m tools.fast`: run the unit tests that the latest changes affect.

The changes are those since the last commit or, in a clean checkout, that commit's own.
A test file is chosen because it changed, because it is named after a changed module, or
because it imports one, in this order. What does not fit into the time is left to
`make test`, and the last line says how many those are.
"""

import ast
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tools.settings import command_parser

SECONDS = 40


def changed_files(root: Path) -> list[str]:
    """List what differs from the last commit, or what that commit changed."""
    since = _git(root, "diff", "--name-only", "HEAD")
    since += _git(root, "ls-files", "--others", "--exclude-standard")
    return since or _git(root, "show", "--name-only", "--format=", "HEAD")


def _git(root: Path, *arguments: str) -> list[str]:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.check_output(command, text=True).splitlines()


def imported_names(path: Path) -> set[str]:
    """Return the dotted names of modules, and of what is taken from them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = path.parts[: len(path.parts) - node.level] if node.level else ()
            start = parents[parents.index("tests") :] if parents else ()
            module = ".".join([*start, *filter(None, [node.module])])
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def chosen_tests(root: Path, changed: Iterable[str]) -> list[Path]:
    """List the test files to run, the most closely related ones first."""
    files = {Path(name) for name in changed if name.endswith(".py")}
    modules = {".".join(file.with_suffix("").parts) for file in files}
    modules = {name.removesuffix(".__init__") for name in modules}
    ranked = []
    for test in sorted(root.glob("tests/**/test_*.py")):
        place = test.relative_to(root)
        if place.parts[1] == "browser":
            continue
        reasons = (
            place in files,
            any(f"test_{file.stem}" == test.stem for file in files),
            bool(modules & imported_names(test)),
        )
        if any(reasons):
            ranked.append((reasons.index(True), test))
    return [test for _, test in sorted(ranked)]


class Deadline:
    """A pytest plugin that starts no further test once time is up."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.left = 0

    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> None:
        """Stop after this test if time is up; it may still fail."""
        if nextitem is not None and time.monotonic() > self.end:
            session = item.session
            self.left = len(session.items) - session.items.index(nextitem)
            session.shouldstop = f"time is over, {self.left} tests left to make test"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Report failure of a stopped run only if one of its tests failed."""
        if self.left:
            failed, passed = pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.OK
            session.exitstatus = failed if session.testsfailed else passed


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen tests; return pytest's exit status, 0 where there are none."""
    parser = command_parser("tools.fast", __doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args(arguments)
    tests = chosen_tests(options.root, changed_files(options.root))
    if not tests:
        print("No unit test belongs to what has changed.")
        return 0
    chosen = ["-m", "not slow", *map(str, tests)]
    status = pytest.main(chosen, plugins=[Deadline(options.seconds)])
    # all chosen tests may be slow ones, which `make test` runs
    return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else int(status)


if __name__ == "__main__":
    sys.exit(main())
