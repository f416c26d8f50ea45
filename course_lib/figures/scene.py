"""A figure that is redrawn often while only a few of its parts change."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from course_lib.figures.canvas import DPI, FAST, fix_ticks, styled


class Scene:
    """A figure whose axes, ticks and grid are drawn once and cached as pixels.

    They take most of the time. Subclasses build them, set ``moving`` to the parts that
    change, and change those in a method ``update``. The layout is computed once, for
    the first state, so that nothing jumps when a control is moved.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.moving: list[Artist] = []
        self._canvas: Any = None

    def picture(self) -> bytes:
        """Return the current figure as PNG bytes; it stays open for the next one."""
        canvas = self._canvas or self._paint_ground()
        canvas.restore_region(self._ground)
        renderer = canvas.get_renderer()
        for artist in sorted(self.moving, key=Artist.get_zorder):
            artist.draw(renderer)
        buffer = io.BytesIO()
        pixels = canvas.buffer_rgba()
        imsave(buffer, pixels, format="png", dpi=DPI, pil_kwargs=FAST)
        return buffer.getvalue()

    def repaint(self) -> None:
        """Redraw everything next time, because something else has changed."""
        self._canvas = None

    @styled
    def _paint_ground(self) -> Any:
        """Draw everything but the moving parts, in a layout with room for them."""
        fix_ticks(self.figure)
        self.figure.set_dpi(DPI)
        canvas: Any = FigureCanvasAgg(self.figure)
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")
        for artist in self.moving:
            artist.set_animated(True)  # reserves its space without drawing it
        canvas.draw()
        for artist in self.moving:
            artist.set_animated(False)
        self._ground = canvas.copy_from_bbox(self.figure.bbox)
        self._canvas = canvas
        return canvas
