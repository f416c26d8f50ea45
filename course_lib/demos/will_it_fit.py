"""Demo of chapter 00: does a pruned model fit a phone, a laptop or a server?

Refutes M1 (zeros make the file smaller) and M13 (a sparse format is smaller). Opens
where half of the weights are zero and the file is as large as before, so that the
model does not fit the phone; as a list it is even larger. With the same half removed
from the shape, it fits. Nothing is measured: it is arithmetic on assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ipywidgets as widgets
from matplotlib.figure import Figure

from course_lib import controls
from course_lib.demos.assumptions import (
    BILLION,
    LABELS,
    MILLION,
    UNPACK,
    Assumptions,
    count,
    first_invalid,
    in_bytes,
    in_time,
    refusal,
)
from course_lib.figures.fit import sizes_and_rooms
from course_lib.figures.frames import png
from course_lib.page.positions import Positions
from course_lib.storage.sizes import total_bytes

WEIGHTS = (
    *(100_000, MILLION, 10 * MILLION, 100 * MILLION, 500 * MILLION),
    *(BILLION, 3 * BILLION, 7 * BILLION, 13 * BILLION, 30 * BILLION, 70 * BILLION),
)
BITS = (4, 8, 16, 32)
SPARSITIES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
DENSE, LIST, BITMAP, SHAPE = "dense", "csr", "bitmap", "shape"
FORMATS = {
    DENSE: "every weight, zeros too",
    LIST: "a list of the weights left",
    BITMAP: "a bit for each, then those left",
    SHAPE: "a smaller shape",
}
START = (3 * BILLION, 16, 0.5, DENSE)
MATRIX = (100, 1000)  # every model consists of matrices of this shape
DOWNLOADS = 1000
HEADING = "**Assumptions**, not facts – type your own; prices in your currency:"


@dataclass(frozen=True)
class Outcome:
    """Bytes of the file by format, and the needs and costs of the chosen one.

    ``memory`` and ``rooms`` are bytes, ``seconds`` the time of one download,
    ``sending`` the price of ``DOWNLOADS`` of them, ``holding`` that of the memory per
    month.
    """

    weights: int
    bits: int
    sparsity: float
    format: str
    files: Mapping[str, float]
    memory: float
    rooms: Mapping[str, float]
    seconds: float
    sending: float
    holding: float

    @property
    def fits(self) -> dict[str, bool]:
        """Return whether the model runs, by device."""
        return {name: self.memory <= room for name, room in self.rooms.items()}

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        size, dense = self.files[self.format], self.files[DENSE]
        rooms = " · ".join(
            f"{name}: {'fits' if self.fits[name] else 'does not fit'} in "
            f"{in_bytes(room)}"
            for name, room in self.rooms.items()
        )
        return (
            f"{count(self.weights)} weights of {self.bits} bits, "
            f"{100 * self.sparsity:g}% of them removed, stored as "
            f"{FORMATS[self.format]} · file: {in_bytes(size)}, "
            f"{_against(size, dense)} · to run: {in_bytes(self.memory)} of memory · "
            f"{rooms} · one download: {in_time(self.seconds)} · "
            f"{DOWNLOADS:,} downloads: {self.sending:.2f} · memory for a month: "
            f"{self.holding:.2f}"
        )


def file_bytes(weights: int, bits: int, sparsity: float, format: str) -> float:
    """Return the bytes of all weights per format, by the formulas of ``storage.sizes``.

    The weights count as matrices of shape ``MATRIX``. A list is CSR with 32-bit
    indices. In a smaller shape the removed weights are gone, and their positions are
    not stored. Raises ValueError for a value that is not on the demo's lists.
    """
    given = {"weights": weights, "bits": bits, "sparsity": sparsity, "format": format}
    allowed = (WEIGHTS, BITS, SPARSITIES, tuple(FORMATS))
    for (name, value), values in zip(given.items(), allowed, strict=True):
        if value not in values:
            raise ValueError(f"{name} must be one of {list(values)}, got {value!r}")
    positions = MATRIX[0] * MATRIX[1]
    left = round(positions * (1 - sparsity))
    shape, format = ((1, left), DENSE) if format == SHAPE else (MATRIX, format)
    part = total_bytes(format, shape, left, value_bits=bits)
    return part * weights / positions


def compute(
    weights: int,
    bits: int,
    sparsity: float,
    format: str,
    assumed: Assumptions | None = None,
) -> Outcome:
    """Return what a model needs, where it fits, and what it costs.

    ``sparsity`` is the fraction of removed weights; ``format`` one of
    ``FORMATS``. Sizes are of weights alone, without a header.
    """
    assumed = assumed or Assumptions()
    size = file_bytes(weights, bits, sparsity, format)
    files = {name: file_bytes(weights, bits, sparsity, name) for name in FORMATS}
    unpacked = assumed.unpack and format in (LIST, BITMAP)
    memory = (files[DENSE] if unpacked else size) * (1 + assumed.working / 100)
    return Outcome(
        weights, bits, sparsity, format, files, memory, assumed.rooms(),
        seconds=8 * size / (MILLION * assumed.speed),
        sending=DOWNLOADS * size / BILLION * assumed.sending,
        holding=memory / BILLION * assumed.holding,
    )  # fmt: skip


def draw(outcome: Outcome) -> Figure:
    """Draw the file in all formats, and the memory needed and available."""
    files = {FORMATS[name]: size for name, size in outcome.files.items()}
    return sizes_and_rooms(
        files, FORMATS[outcome.format], outcome.memory, outcome.rooms, in_bytes
    )


def inputs(
    start: tuple[int, int, float, str] = START,
) -> tuple[dict[str, widgets.Widget], dict[str, widgets.Widget]]:
    """Return what describes the model, at a start, and the assumptions, by name."""
    sizes = [(count(value), float(value)) for value in WEIGHTS]
    widths = [(f"{value}", float(value)) for value in BITS]
    shares = [(f"{100 * value:g}%", value) for value in SPARSITIES]
    formats = [(label, name) for name, label in FORMATS.items()]
    chosen = {
        "weights": controls.slider("weights in the model", sizes, float(start[0])),
        "bits": controls.slider("bits per weight", widths, float(start[1])),
        "sparsity": controls.slider("weights removed", shares, start[2]),
        "format": controls.choice("stored as", formats, start[3]),
    }
    usual = Assumptions()
    assumed: dict[str, widgets.Widget] = {
        name: controls.number(label, getattr(usual, name))
        for name, label in LABELS.items()
    }
    assumed["unpack"] = controls.checkbox(UNPACK)
    assumed["unpack"].value = usual.unpack
    return chosen, assumed


def build(
    start: tuple[int, int, float, str] = START,
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    chosen, assumed = inputs(start)
    line, image = controls.readout(), controls.Picture()

    def refresh(change: object = None) -> None:
        given = {name: control.value for name, control in assumed.items()}
        wrong = first_invalid(given)
        if wrong:
            line.value = refusal(wrong)
            return
        weights, bits, sparsity, format = (one.value for one in chosen.values())
        state = (int(weights), int(bits), sparsity, format)
        try:
            outcome = compute(*state, Assumptions(**given))
        except ValueError as error:  # no format is chosen
            line.value = f"Not computed: {error}."
            return
        # update the picture first, so that it is never older than the numbers
        image.png = png(draw(outcome))
        line.value = outcome.sentence()

    moved = chosen | assumed
    for control in moved.values():
        control.observe(refresh, names="value")
    refresh()
    listed = [f"{text}: {assumed[name].value:g}" for name, text in LABELS.items()]
    alt = (
        f"Demo, three sliders and a choice: {line.value}. Assumed: "
        f"{', '.join(listed)}; {UNPACK}."
    )
    first, kept = image.png, Positions("will-it-fit", moved)
    view = [*chosen.values(), kept.reset_button(), kept.saving, line, image]
    return widgets.VBox([*view, controls.prose(HEADING), *assumed.values()]), first, alt


def _against(size: float, dense: float) -> str:
    if size == dense:
        return "as large as before"
    return f"{100 * size / dense:.1f}% of the {in_bytes(dense)} before"
