"""Leave out, and list, the tests that cannot work on this operating system.

``systems.toml`` names them. COURSE_TESTS_AS_ON=win32 (or darwin) runs elsewhere what
that system would run.
"""

import os
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LISTS = tomllib.loads((HERE / "systems.toml").read_text(encoding="utf-8"))
SYSTEM = os.environ.get("COURSE_TESTS_AS_ON", sys.platform)


def left_out(system: str) -> dict[str, str]:
    """Map what cannot work on a system, named as in ``sys.platform``, to the reason."""
    found = {} if system == "linux" else dict(LISTS["linux"])
    return found | (LISTS["posix"] if system == "win32" else {})


LEFT_OUT = left_out(SYSTEM)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Do not even import a folder or a file that is left out."""
    if not collection_path.is_relative_to(HERE):
        return None
    path = Path("tests", collection_path.relative_to(HERE))
    names = [part.as_posix() for part in (path, *path.parents)]
    return None if LEFT_OUT.keys().isdisjoint(names) else True


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out single tests by their names."""
    out = [item for item in items if item.nodeid.partition("[")[0] in LEFT_OUT]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was left out, each with its reason."""
    if LEFT_OUT:
        terminalreporter.section(f"left out on {SYSTEM}")
        for name, reason in LEFT_OUT.items():
            terminalreporter.write_line(f"{name}: {reason}")
