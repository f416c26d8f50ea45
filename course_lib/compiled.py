"""Loops compiled to machine code by Numba, cached on disk where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from numba import njit


def compiled(
    function: Callable[..., Any] | None = None,
    *,
    fastmath: bool = False,
    inline: bool = False,
) -> Callable[..., Any]:
    """Compile a function at its first call; cache the machine code for the next run.

    Used as ``@compiled`` or with options: ``fastmath`` lets the compiler change the
    order of sums; ``inline`` copies the function into those that call it, which saves
    a short one most of its time. Where no folder is writable, every run compiles
    again. The cache is invalidated when the file of the function changes, but not when
    the file of a function that it calls does.
    """
    if function is None:
        return lambda inner: compiled(inner, fastmath=fastmath, inline=inline)
    how: Literal["always", "never"] = "always" if inline else "never"
    try:
        fast: Callable[..., Any] = njit(
            function, cache=True, fastmath=fastmath, inline=how
        )
    except RuntimeError:  # Numba found no writable folder
        fast = njit(function, fastmath=fastmath, inline=how)
    return fast
