"""What the tests of storyboards and of inquiries ask of a panel."""

from collections.abc import Callable

from matplotlib.axes import Axes

from course_lib.figures import frames


def picture_with_text_inside(draw: Callable[[Axes], None]) -> bytes:
    """Return a panel as PNG; no text of it may leave it or be too small to be read."""
    figure = frames.panel(draw)
    png = frames.png(figure)
    panel = figure.bbox.padded(1)
    for text in figure.axes[0].texts:
        assert text.get_fontsize() >= frames.SMALL, text.get_text()
        where = text.get_window_extent()
        assert panel.contains(where.x0, where.y0), text.get_text()
        assert panel.contains(where.x1, where.y1), text.get_text()
    return png
