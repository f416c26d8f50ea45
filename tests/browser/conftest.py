"""Fixtures: a Chromium, a JupyterLab over copies of the lessons, a page in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tools.chromium import browser, find_chromium

from .chromium import ROOT
from .lab import Lab, Server, jupyterlab


@pytest.fixture(scope="package")
def context() -> Iterator[BrowserContext]:
    """Run an installed Chromium, or skip where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on the PATH; on Debian: apt-get install chromium")
    with browser(path) as context:
        yield context


@pytest.fixture(scope="package")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a served folder with copies of the lessons, so none is changed."""
    folder = tmp_path_factory.mktemp("lab")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="package")
def server(context: BrowserContext, lab_folder: Path) -> Iterator[Server]:
    """Return a running JupyterLab over `lab_folder`."""
    with jupyterlab("jupyterlab", f"--ServerApp.root_dir={lab_folder}") as server:
        yield server


@pytest.fixture
def lab(context: BrowserContext, server: Server) -> Iterator[Lab]:
    """Return a page of the running JupyterLab for somebody who has answered nothing.

    Its kernels end with the test.
    """
    shutil.rmtree(server.work, ignore_errors=True)
    page = context.new_page()
    lab = Lab(page, server)
    yield lab
    lab.shut_down()
    page.close()
