"""Demo of chapter 05: choose a format, and see which of its parts takes the bytes.

Refutes M13 (a sparse format is smaller) and M14 (size = nonzeros × bits). Opens where
half of the weights are gone and the sparse array is larger than the dense one; with a
codebook for the values, the index takes nearly all of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from course_lib import controls
from course_lib.demos.explorer import explorer
from course_lib.figures import BytesByPart, format_label
from course_lib.magnitude import magnitude_mask
from course_lib.storage.entropy import row_column_bits
from course_lib.storage.matrix import kept
from course_lib.storage.relative_index import relative_index
from course_lib.storage.sizes import RELATIVE, part_bytes

DENSITIES = (0.01, 0.02, 0.05, 0.08, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0)
CHOICES = (
    *("coordinates", "csr-64", "csr", "csr-16", "bitmap"),
    *("relative-4", "relative-5", "relative-8"),
)
FLOAT32 = 32  # any other number of bits implies a codebook
VALUE_BITS = (2, 4, 5, 6, 8, FLOAT32)
START = (0.5, "csr", FLOAT32)


@dataclass(frozen=True)
class Outcome:
    """The size of a pruned layer in one format, in bytes.

    ``parts`` of the chosen format, ``limit`` for values and index; ``dense`` is the
    float32 array. ``row_bits`` and ``column_bits`` are limits for the mask in bits, if
    each row has its own density, and if each column has.
    """

    format: str
    value_bits: int
    kept: int
    positions: int
    parts: dict[str, float]
    limit: dict[str, float]
    dense: int
    row_bits: float
    column_bits: float

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        total, limit = sum(self.parts.values()), sum(self.limit.values())
        parts = " + ".join(f"{size:,.0f} {part}" for part, size in self.parts.items())
        rest = total - self.parts["values"] - self.parts.get("codebook", 0.0)
        return (
            f"{self.kept:,} of {self.positions:,} weights kept · "
            f"{format_label(self.format)}, {_values(self.value_bits)}: {parts} = "
            f"{total:,.0f} bytes, {_against(total, self.dense)} · entropy limit: "
            f"{limit:,.0f} bytes; the file takes {total / limit:.2f} times that · "
            f"storing which weights are kept takes {8 * rest / self.kept:.2f} bits per "
            f"kept weight; the limit is {8 * self.limit['index'] / self.kept:.2f} for "
            f"independent positions, {self.row_bits / self.kept:.2f} given the density "
            f"of each row, and {self.column_bits / self.kept:.2f} given that of "
            "each column"
        )


def compute(weight: Tensor, density: float, format: str, value_bits: int) -> Outcome:
    """Prune ``weight`` by magnitude to ``density`` (fraction), and count the bytes.

    ``weight`` has shape (out, …); its zeros stay zero, and at least one weight must
    be left. With 32 ``value_bits`` values are float32, with fewer they are indices
    into a codebook of 2^bits float32, which counts, too. Fillers are the actual ones of
    the mask. Raises ValueError for a format or bits not in
    ``CHOICES`` and ``VALUE_BITS``.
    """
    if format not in CHOICES or value_bits not in VALUE_BITS:
        raise ValueError(
            f"format must be one of {list(CHOICES)} and value_bits one of "
            f"{list(VALUE_BITS)}, got {format!r} and {value_bits}"
        )
    # +0.0 also where masking has left −0.0, which a format would keep
    gone = ~magnitude_mask(weight, 1 - density) | (weight.detach() == 0)
    array = weight.detach().float().masked_fill(gone, 0).numpy()
    mask = kept(array)
    nonzeros = int(np.count_nonzero(mask))
    if not nonzeros:
        raise ValueError(f"density must leave at least one weight, got {density}")
    bits = RELATIVE.get(format)
    parts = part_bytes(
        format, array.shape, nonzeros,
        value_bits=value_bits,
        codebook_entries=0 if value_bits == FLOAT32 else 2**value_bits,
        fillers=relative_index(array, bits).fillers if bits else None,
    )  # fmt: skip
    limit = part_bytes("limit", array.shape, nonzeros, value_bits=value_bits)
    rows, columns = row_column_bits(mask)
    return Outcome(
        format, value_bits, nonzeros, mask.size, parts, limit,
        array.nbytes, rows, columns,
    )  # fmt: skip


def draw(outcome: Outcome) -> Figure:
    """Draw the dense array, the chosen format and the limit, as bars of their parts."""
    scene = BytesByPart(3)
    scene.update(*_bars(outcome))
    return scene.figure


def inputs(start: tuple[float, str, int] = START) -> dict[str, widgets.Widget]:
    """Return the demo's controls by name, for a density, format, and bits per value."""
    densities = [(f"{100 * value:g}%", value) for value in DENSITIES]
    formats = [(format_label(name), name) for name in CHOICES]
    widths = [(_values(bits), float(bits)) for bits in VALUE_BITS]
    return {
        "kept": controls.slider("weights kept", densities, start[0]),
        "index": controls.menu("index", formats, start[1]),
        "values": controls.slider("values", widths, float(start[2])),
    }


def build(
    weight: Tensor, start: tuple[float, str, int] = START
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    moved, scene = inputs(start), BytesByPart(3)

    def state(density: float, format: str, bits: float) -> tuple[bytes, str]:
        outcome = compute(weight, density, format, int(bits))
        scene.update(*_bars(outcome))
        return scene.picture(), outcome.sentence()

    said = (
        f"Demo, a slider: {100 * start[0]:g}% of the weights kept; a choice: index "
        f"{moved['index'].label}; a slider: values {_values(start[2])}."
    )
    return explorer("storage-explorer", moved, said, state)


def _bars(outcome: Outcome) -> tuple[dict[str, Mapping[str, float]], float, float]:
    """Return the bars, the limit and the axis range for ``BytesByPart``."""
    stacks: dict[str, Mapping[str, float]] = {
        "dense, float32": {"values": float(outcome.dense)},
        f"{format_label(outcome.format)}\n{_values(outcome.value_bits)}": outcome.parts,
        "entropy limit\nfor this mask": outcome.limit,
    }
    # a much larger dense array would leave no room for the parts
    reach = 1.5 * sum(outcome.parts.values())
    return stacks, sum(outcome.limit.values()), reach


def _values(bits: int) -> str:
    return "float32" if bits == FLOAT32 else f"{bits}-bit codes"


def _against(total: float, dense: int) -> str:
    if math.isclose(total, dense):
        return f"the same as dense float32 ({dense:,})"
    than = "more than" if total > dense else "fewer than"
    return f"{abs(total - dense):,.0f} {than} dense ({dense:,})"
