"""Fixtures: the built website, and a Chromium that opens its pages."""

from pathlib import Path

import pytest

from tests.browser.conftest import context  # noqa: F401
from tools.settings import ROOT
from tools.website.build import build
from tools.website.sources import SITE


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the website, built once, with warnings as errors."""
    assert build(ROOT) == 0
    return ROOT / SITE
