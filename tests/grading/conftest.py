"""What every test of the class grader needs: bubblewrap, or the reason why not."""

import shutil

import pytest

from grading.sandbox import INSTALL


@pytest.fixture(scope="session")
def bubblewrap() -> str:
    """Return the path of bubblewrap; without it, skip."""
    path = shutil.which("bwrap")
    if path is None:
        pytest.skip(f"bubblewrap is not installed: {INSTALL}")
    return path
