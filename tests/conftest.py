"""No test writes into the work folder of whoever runs the tests, and none skips in CI.

Where a test needs what a machine may lack, it skips and says why. In continuous
integration, which sets ``CI=true``, nothing may be lacking: there a skip is a failure.
"""

import os
import sys
from collections.abc import Generator
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from tests.systems import (  # noqa: F401  hooks
    pytest_collection_modifyitems,
    pytest_ignore_collect,
    pytest_terminal_summary,
)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
_NUMBERS = count()
# Read when PyTorch and NumPy are imported. Two stages share two cores, and threads that
# wait for each other there take several times as long as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def work(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return the work folder of this test, which does not exist yet.

    Only named, not made: thousands of tests never write to it.
    """
    folder = tmp_path_factory.getbasetemp() / f"work-{next(_NUMBERS)}"
    monkeypatch.setenv("COURSE_WORK", str(folder))
    return folder


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return Colab's folder, in which notebooks run; there is no Drive yet."""
    monkeypatch.delenv("COURSE_WORK")
    monkeypatch.setattr("course_lib.drive.MOUNTED", tmp_path / "drive" / "MyDrive")
    monkeypatch.setattr("course_lib.drive._copied", {})
    (tmp_path / "content").mkdir()
    monkeypatch.chdir(tmp_path / "content")
    return tmp_path / "content"


@pytest.fixture
def colab(content: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return Colab's folder, where ``google.colab`` can be imported."""
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    return content


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """Let a test that skips fail in continuous integration."""
    return _failed_if_skipped((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[
    None, pytest.CollectReport, pytest.CollectReport
]:
    """Let a file that skips as a whole fail in continuous integration."""
    return _failed_if_skipped((yield))


def _failed_if_skipped(report: Report) -> Report:
    expected = hasattr(report, "wasxfail")  # an expected failure is no skip
    if os.environ.get("CI") == "true" and report.skipped and not expected:
        path, line, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = (
            f"{path}:{line}: {reason}\nUnder CI=true nothing may be skipped."
        )
    return report
