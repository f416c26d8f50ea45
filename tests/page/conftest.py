"""What the tests of pages share."""

import pytest

from course_lib.page import predict


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch):
    """Let no test see what another one has chosen."""
    monkeypatch.setattr(predict, "_predictions", {})
