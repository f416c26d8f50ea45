"""Argument checks, one helper per kind, so that all error messages look alike.

Each returns the value. They raise TypeError for the wrong type and ValueError for a
value out of range; both name the argument, what it must be, and what was given.
"""

from __future__ import annotations

import numbers
import operator
import re
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def number(
    name: str,
    value: Any,
    *,
    minimum: float | None = None,
    above: float | None = None,
    maximum: float | None = None,
    below: float | None = None,
) -> float:
    """Return one number within the bounds, which is not NaN, a string, or a bool.

    A tensor or array without dimensions counts as the number that it holds.
    """
    bounds: tuple[tuple[str, float | None, Callable[[Any, Any], bool]], ...] = (
        ("≥", minimum, operator.ge),
        (">", above, operator.gt),
        ("≤", maximum, operator.le),
        ("<", below, operator.lt),
    )
    given = [bound for bound in bounds if bound[1] is not None]
    allowed = _range("a number", [f"{sign} {limit}" for sign, limit, _ in given])
    found: float = _single(name, value, allowed, numbers.Real)
    # NaN passes no bound, and is not equal to itself
    if found != found or not all(holds(found, limit) for _, limit, holds in given):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return found


def fraction(name: str, value: Any) -> float:
    """Return a number from 0 to 1."""
    return number(name, value, minimum=0, maximum=1)


def integer(name: str, value: Any, minimum: int, maximum: int | None = None) -> int:
    """Return an integer from ``minimum`` to ``maximum``, inclusive."""
    upper = [] if maximum is None else [f"≤ {maximum}"]
    allowed = _range("a whole number", [f"≥ {minimum}", *upper])
    found: int = _single(name, value, allowed, numbers.Integral)
    if found < minimum or (maximum is not None and found > maximum):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return found


def _range(kind: str, bounds: list[str]) -> str:
    """Say it in words where both ends are included: “a number from 0 to 1”."""
    text = " and ".join(bounds)
    return re.sub("≥ (.*) and ≤ (.*)", r"from \1 to \2", f"{kind} {text}".rstrip())


def _single(name: str, value: Any, allowed: str, kind: type) -> Any:
    found = value.item() if getattr(value, "ndim", None) == 0 else value
    # bool is a subclass of int, but never intended as a number here
    if isinstance(found, bool) or not isinstance(found, kind):
        raise TypeError(
            f"{name} must be {allowed}, got {value!r} ({type(value).__name__})"
        )
    return found


def floating(name: str, value: Any) -> torch.dtype:
    """Return a floating-point dtype of PyTorch."""
    if not isinstance(value, torch.dtype) or not value.is_floating_point:
        raise TypeError(f"{name} must be a floating-point torch.dtype, got {value!r}")
    return value


def tensor(name: str, value: Any) -> Tensor:
    """Return a PyTorch tensor; NumPy arrays are not converted silently."""
    if not isinstance(value, Tensor):
        hint = "; torch.from_numpy converts it" if hasattr(value, "__array__") else ""
        raise TypeError(
            f"{name} must be a torch.Tensor, got {type(value).__name__}{hint}"
        )
    return value


def finite(name: str, value: Tensor) -> Tensor:
    """Return a tensor without NaN and infinity."""
    bad = not_finite(value)
    if bad:
        raise ValueError(
            f"{name} must be finite, got {bad} of {value.numel()} entries with nan "
            "or inf"
        )
    return value


def not_finite(value: Tensor) -> int:
    """Count the entries that are NaN or infinite; none on the meta device."""
    return 0 if value.is_meta else int((~value.isfinite()).sum())


def wide(value: Tensor) -> Tensor:
    """Return the tensor in float32 or wider: squares of half precision overflow."""
    return value.to(torch.promote_types(value.dtype, torch.float32))
