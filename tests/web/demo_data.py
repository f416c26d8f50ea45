"""A demo's data computed afresh, with what Python's ``compute`` returned on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from course_lib.demos.gallery import DEMOS
from tools.website import demos


@lru_cache
def given(name: str) -> tuple[Any, ...]:
    """Load, once for all tests, what a demo's lesson gives it."""
    return DEMOS[name].arguments()


def fresh(
    name: str, state: Callable[..., Any]
) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Return the data as JSON, and the outcome of each ``state(*arguments)``."""
    module, outcomes = import_module(f"tools.website.demos.{name}"), {}
    compute = module.compute

    def recorded(*arguments: Any, **known: Any) -> Any:
        outcome = compute(*arguments, **known)
        outcomes[state(*arguments)] = outcome
        return outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "compute", recorded)
        loaded = SimpleNamespace(arguments=partial(given, name))
        patch.setattr(module, "entry", lambda _: loaded)
        data = demos.computed(name)
    return json.loads(json.dumps(data)), outcomes
