"""What cannot work on another system is left out by name, with a reason."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.systems import LISTS, left_out

TESTS = Path(__file__).parent
ROOT = TESTS.parent
NAMES = [name for listed in LISTS.values() for name in listed]
ONLY_SOME_HAVE = re.compile(
    r"\b(SIGKILL|os\.(kill|fork|geteuid|mkfifo)|fcntl|resource\.setrlimit|symlink_to|"
    r"os\.symlink)\b|/proc/|/dev/null|bin/python"
)


def run(*arguments, system):
    """Run pytest as on another system; returns its output."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    variables = os.environ | {"COURSE_TESTS_AS_ON": system}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_name_that_is_left_out_is_a_test_or_holds_tests(name):
    path, _, function = name.partition("::")
    if function:
        assert f"\ndef {function}(" in (ROOT / path).read_text(encoding="utf-8")
    else:
        files = (ROOT / path).glob("test_*.py")
        assert path.endswith(".py") or any(files)
        assert (ROOT / path).exists()


def test_linux_leaves_out_nothing_and_windows_more_than_macos():
    assert left_out("linux") == {}
    assert left_out("darwin") == LISTS["linux"]
    assert left_out("win32") == LISTS["linux"] | LISTS["posix"]


def test_what_is_left_out_is_not_imported_and_listed_with_its_reason():
    out = run("--collect-only", "tests/grading", "tests/test_drafts.py", system="win32")
    collected, _, listed = out.partition("left out on win32")
    for name, reason in left_out("win32").items():
        assert f"{name}: {reason}" in listed
    tests = [line for line in collected.splitlines() if line.startswith("tests/")]
    assert len(tests) > 5
    assert [test for test in tests if test.startswith(tuple(NAMES))] == []


def test_no_other_test_uses_what_only_some_systems_have():
    def text(path):
        return path.read_text(encoding="utf-8")

    exempt = {name.partition("::")[0] for name in NAMES} | {"tests/test_systems.py"}
    portable = [
        path
        for path in TESTS.rglob("*.py")
        if not path.relative_to(ROOT).as_posix().startswith(tuple(exempt))
    ]
    assert len(portable) > 100
    assert [path for path in portable if ONLY_SOME_HAVE.search(text(path))] == []
