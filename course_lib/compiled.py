"""Loops compiled to machine code by Numba, kept on disk where there is a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(
    function: Callable[..., Any] | None = None, *, fastmath: bool = False
) -> Any:
    """Compile a function at its first call; keep the machine code for the next run.

    Used as ``@compiled`` or ``@compiled(fastmath=True)``, which lets the compiler
    change the order of sums. Where no folder can be written, every run compiles anew.
    """
    if function is None:
        return lambda inner: compiled(inner, fastmath=fastmath)
    try:
        return njit(function, cache=True, fastmath=fastmath)
    except RuntimeError:  # Numba found no folder to write to
        return njit(function, fastmath=fastmath)
