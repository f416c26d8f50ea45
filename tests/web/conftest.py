"""Fixtures of the website's tests: a Chromium."""

from tests.browser.conftest import context  # noqa: F401
