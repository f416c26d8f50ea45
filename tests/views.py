"""The widgets that a view consists of."""

from collections.abc import Iterator

import ipywidgets


def walk(view: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Yield a view and everything inside it, in the order of the page."""
    yield view
    for child in getattr(view, "children", ()):
        yield from walk(child)
