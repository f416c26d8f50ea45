"""Fixtures: a JupyterLab over copies of the lessons, and a page in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import ROOT, Lab, browser_page, find_chromium, jupyterlab


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return an installed Chromium, or skip where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on the PATH; on Debian: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a served folder with copies of the lessons, so none is changed."""
    folder = tmp_path_factory.mktemp("lab")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def lab_address(chromium: str, lab_folder: Path) -> Iterator[str]:
    """Return the address of a running JupyterLab over `lab_folder`."""
    with jupyterlab(lab_folder) as address:
        yield address


@pytest.fixture
def lab(chromium: str, lab_address: str) -> Iterator[Lab]:
    """Return a fresh page of the running JupyterLab."""
    with browser_page(chromium) as page:
        lab = Lab(page, lab_address)
        yield lab
        lab.shut_down()
