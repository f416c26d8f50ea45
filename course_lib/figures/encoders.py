"""A figure of a sentence encoder: which of its parts a cut leaves as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from course_lib.figures.canvas import BLUE, GRAY, GREEN, styled
from course_lib.figures.scene import Scene
from course_lib.figures.shapes import REMOVED

PARTS: dict[str, dict[str, Any]] = {
    "word embeddings": {"facecolor": GRAY},
    "attention": {"facecolor": GREEN, "hatch": ".."},
    "feed-forward": {"facecolor": BLUE, "hatch": "\\\\"},
}


class PartsLeft(Scene):
    """A bar per quantity, such as parameters: the parts left and removed, in percent.

    ``names`` are the quantities, up to 11 characters wide.
    """

    @styled
    def __init__(self, names: tuple[str, ...]) -> None:
        height = 1.3 + 0.5 * len(names)
        super().__init__(Figure(figsize=(4.6, height)))  # read on a phone, too
        self.figure.subplots_adjust(0.22, 0.5 / height, 0.95, 1 - 0.6 / height)
        axes = self.figure.subplots()
        bare: dict[str, Any] = {"edgecolor": "white", "linewidth": 0}
        looks = {name: bare | look for name, look in PARTS.items()}
        looks["removed"] = REMOVED
        self._names = names
        self._bars = {
            part: axes.barh(names, 0, height=0.6, label=part, **look)
            for part, look in looks.items()
        }
        axes.set(xlim=(0, 100), xlabel="% of the unpruned")
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        axes.tick_params(left=False)
        self.figure.legend(loc="upper center", ncols=2)
        self.moving = [axes]

    @styled
    def update(
        self, before: Mapping[str, Mapping[str, float]],
        after: Mapping[str, Mapping[str, float]],
    ) -> None:  # fmt: skip
        """Show what is left of ``before``; both map each quantity to its parts."""
        for row, name in enumerate(self._names):
            whole, end = sum(before[name].values()), 0.0
            kept = {part: after[name].get(part, 0.0) for part in PARTS}
            for part, size in {**kept, "removed": whole - sum(kept.values())}.items():
                bar = self._bars[part][row]
                bar.set(x=end, width=100 * size / whole)
                end += bar.get_width()
