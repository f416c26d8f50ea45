"""A skip says its reason, and is a failure under CI=true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no browser here")

def test_by_fixture(browser): ...

@pytest.mark.skipif(True, reason="another system")
def test_by_mark(): ...

@pytest.mark.xfail(reason="known", strict=True)
def test_expected_to_fail():
    assert False

def test_that_runs(): ...
"""
WHOLE_FILE = (
    'import pytest\npytest.importorskip("no_such_module", reason="no module")\n'
)
REASONS = ("no browser here", "another system", "no module")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs two files of tests; it gives status and output."""
    alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    (tmp_path / "test_some.py").write_text(FILE)
    (tmp_path / "test_whole.py").write_text(WHOLE_FILE)

    def run(*options, **variables):
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        done = subprocess.run(
            [*(sys.executable, "-m", "pytest", "-rs", "-p", "tests.conftest", *options),
             *("-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path))],
            cwd=ROOT, capture_output=True, text=True,
            env=kept | alone | variables,
        )  # fmt: skip
        return done.returncode, done.stdout

    return run


def test_elsewhere_tests_skip_and_say_why(run):
    status, out = run()
    assert status == 0
    assert "1 passed, 3 skipped, 1 xfailed" in out
    assert [reason for reason in REASONS if f": {reason}" not in out] == []


def test_under_ci_every_skip_fails_and_says_why(run):
    status, out = run("--continue-on-collection-errors", CI="true")
    assert status != 0
    assert "1 passed, 1 xfailed, 3 errors" in out  # neither test came to its call
    assert [reason for reason in REASONS if f": {reason}" not in out] == []
