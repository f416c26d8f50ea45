"""One progress bar per cell: a bar inside another one is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from IPython.display import display
from tqdm import tqdm
from tqdm.notebook import tqdm_notebook

from course_lib.frame import running_request, view_of

T = TypeVar("T")
_outer: list[object] = []  # the run of the cell whose bar is shown


def over(
    items: Iterable[T], what: str, *, total: int | None = None, show: bool = True
) -> Iterator[T]:
    """Yield ``items`` with a progress bar named ``what``, which disappears at the end.

    No bar is shown inside another one, or when standard error is a file. ``total`` is
    the number of items if ``items`` has no ``len``.
    """
    run = _run()
    # a failed cell may have left its bar behind; bars of other runs do not count
    if not show or run in _outer:
        yield from items
        return
    _outer[:] = [run]
    bar = _bar(items, what, total)
    try:
        yield from bar
    finally:
        _outer.clear()
        bar.close()
        if isinstance(bar, tqdm_notebook):
            # hidden, not closed: a notebook opened later looks for what was displayed
            bar.container.layout.display = "none"


def _bar(items: Iterable[T], what: str, total: int | None) -> tqdm[T]:
    if _run() is None:
        # disable=None: silent if standard error is not a terminal (logs, tests)
        return tqdm(items, desc=what, total=total, leave=False, disable=None)
    bar = tqdm_notebook(items, desc=what, total=total, display=False)
    # the view alone: a stored page has no use for a bar
    display(view_of(bar.container), raw=True)
    return bar


def _run() -> object:
    """Return an id for the current run of a cell; None outside a kernel."""
    return running_request().get("header", {}).get("msg_id")
