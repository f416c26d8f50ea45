"""The browser of the tests of the website."""

from tests.browser.conftest import context

__all__ = ["context"]
