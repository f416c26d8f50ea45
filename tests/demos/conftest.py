"""The demos' figures are closed after each test, as those of ``tests/figures`` are."""

from tests.figures.conftest import _close  # noqa: F401  fixture
