"""What every test of the class grader needs: bubblewrap, or the reason why not."""

import shutil

import pytest

from grading.sandbox import INSTALL
from tests.sampling import SOAK

# nbgrader is another program, which installs its own environment and runs every cell:
# four minutes of a run of fifteen. A soak tries it, weekly and after each change.
collect_ignore = [] if SOAK else ["test_nbgrader.py"]


@pytest.fixture(scope="session")
def bubblewrap() -> str:
    """Return the path of bubblewrap; without it, skip."""
    path = shutil.which("bwrap")
    if path is None:
        pytest.skip(f"bubblewrap is not installed: {INSTALL}")
    return path
