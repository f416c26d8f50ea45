"""A Chromium for the parts of the website."""

from tests.browser.conftest import context  # noqa: F401
