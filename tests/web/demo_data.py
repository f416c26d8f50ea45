"""A demo's data computed afresh, with what Python's ``compute`` returned on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from tools.website import demos


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
        data = demos.computed(name)
    return json.loads(json.dumps(data)), outcomes
