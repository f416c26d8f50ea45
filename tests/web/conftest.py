"""Fixtures: the built website, and a Chromium that opens its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import context  # noqa: F401
from tests.web.parts_page import Visitor, visiting, whole_page
from tests.web.scripts import opened
from tools.settings import ROOT
from tools.website.build import build
from tools.website.sources import SITE


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the website, built once, with warnings as errors."""
    assert build(ROOT) == 0
    return ROOT / SITE


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page on disk with every part."""
    path = tmp_path_factory.mktemp("page") / "parts.html"
    path.write_text(whole_page(), encoding="utf-8")
    return path


@pytest.fixture
def reader(
    context: BrowserContext,  # noqa: F811
    file: Path,
) -> Iterator[Visitor]:
    """Return somebody who opens that page for the first time."""
    with visiting(context, file) as visitor:
        yield visitor


@pytest.fixture
def page(
    request: pytest.FixtureRequest,
    context: BrowserContext,  # noqa: F811
    tmp_path: Path,
) -> Iterator[Page]:
    """Return a page with the demo that a file tests: its NAME, with its DATA."""
    demo = {request.module.NAME: request.module.DATA}
    with opened(context, tmp_path / "page.html", demo) as page:
        yield page
