"""Cutting units and blocks out of a network.

A *seam* is the place between the layer that produces some units (the neurons of
a linear layer, the channels of a convolution, the heads of an attention) and the
layers that consume them. Removing units means to cut both sides at once: rows of
the producer, entries of its norm, columns of every consumer. Three steps, a module
each: who makes and who reads a unit (``seams``), which part of each tensor stays
(``parts``), and the smaller network (``cutting``) or optimizer (``carry``) made of
those parts. This is the only place in the course that rebuilds layers.
"""

from course_lib.surgery.carry import carry_optimizer
from course_lib.surgery.cutting import cut_units, remove_blocks
from course_lib.surgery.parts import Parts, parts_kept, take
from course_lib.surgery.seams import Seam, Seams, seams_of, unit_count, unit_counts

__all__ = [
    "Parts",
    "Seam",
    "Seams",
    "carry_optimizer",
    "cut_units",
    "parts_kept",
    "remove_blocks",
    "seams_of",
    "take",
    "unit_count",
    "unit_counts",
]
