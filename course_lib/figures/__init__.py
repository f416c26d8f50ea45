"""Figures of the course: they take DataFrames or arrays and return a Figure.

Colors are the Okabe–Ito palette, and no figure relies on color alone. ``show``
displays a figure together with a sentence that describes it; the sentence is the
alternative text, which the notebook tests compare.
"""

from course_lib.figures.canvas import picture, show
from course_lib.figures.course_map import course_map
from course_lib.figures.curves import curves, matrices, trade_off
from course_lib.figures.encoders import PartsLeft
from course_lib.figures.errors import error_curves
from course_lib.figures.latency import speedups
from course_lib.figures.masks import WeightsAndMasks, pixels_and_matrix
from course_lib.figures.neurons import (
    MeanAgainstStd,
    activation_pictures,
    activation_stacks,
    statistic_histograms,
)
from course_lib.figures.patterns import pattern_meanings, pruned_layer
from course_lib.figures.scene import Scene
from course_lib.figures.shapes import CutLayer, CutLayers
from course_lib.figures.storage import (
    BytesByPart,
    bits_over_density,
    format_label,
    qr_code,
)
from course_lib.figures.training import digits, learning_curves
from course_lib.figures.units import error_over_time, kept_and_removed

__all__ = [
    "BytesByPart", "CutLayer", "CutLayers", "MeanAgainstStd", "PartsLeft", "Scene",
    "WeightsAndMasks", "activation_pictures", "activation_stacks", "bits_over_density",
    "course_map", "curves", "digits", "error_curves", "error_over_time", "format_label",
    "kept_and_removed", "learning_curves", "matrices", "pattern_meanings", "picture",
    "pixels_and_matrix", "pruned_layer", "qr_code", "show", "speedups",
    "statistic_histograms", "trade_off",
]  # fmt: skip
