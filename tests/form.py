"""What the tests of our own TOML files share: an entry has the keys of its class."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any


def key_problems(entry: Mapping[str, Any], kind: type, *given: str) -> list[str]:
    """List the keys that an entry lacks, and those that its class does not know.

    ``given`` are fields that come from elsewhere.
    """
    known = {field.name: field for field in fields(kind) if field.name not in given}
    needed = [name for name, field in known.items() if field.default is MISSING]
    found = [f"{name} is missing" for name in needed if name not in entry]
    return found + [f"{name} is unknown" for name in entry if name not in known]
