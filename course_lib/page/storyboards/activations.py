"""Chapter 02: from the activations of a few images to a smaller network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from matplotlib.axes import Axes

from course_lib.activation import activation_statistics, remove_neurons, select_neurons
from course_lib.figures.strokes import arrow, cells, picture, title, words
from course_lib.measure import parameter_count
from course_lib.models import MLP
from course_lib.page.storyboards import Frame, Storyboard, tiny

SHOWN, THRESHOLD = 12, 0.05
STRIPE = (3.8, 2.6)
LEFT, WIDE = 4.4, 3.1  # position and width of the stack's columns


@dataclass(frozen=True)
class Pruned:
    """The tiny network's activations for a few images, and the pruned network.

    ``images`` (12, 7, 7), ``stack`` (12, 6): one row per image, one column per neuron;
    ``mean``, ``std`` and ``silent`` (bool) have shape (6,).
    """

    images: np.ndarray
    stack: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    silent: np.ndarray
    model: MLP
    smaller: MLP
    same_logits: bool


@lru_cache(maxsize=1)
def pruned() -> Pruned:
    """Compute statistics, selection and a smaller network, with the course's code."""
    model, _ = tiny.trained()
    shown = tiny.images().first(SHOWN)
    statistics = activation_statistics(model, shown)
    keep = select_neurons(statistics, THRESHOLD, THRESHOLD)
    smaller = remove_neurons(model, keep)
    assert isinstance(smaller, MLP)
    with torch.no_grad():
        logits, hidden = model(shown.images, return_activations=True)
        same = torch.allclose(logits, smaller(shown.images))
    layer = statistics["fc1"]
    return Pruned(
        shown.images[:, 0].numpy(), hidden["fc1"].numpy(), layer.mean.numpy(),
        layer.std.numpy(), ~keep["fc1"].numpy(), model, smaller, same,
    )  # fmt: skip


def _stripes(axes: Axes, count: int) -> None:
    found = pruned()
    dark = (found.stack[:count] == 0).all(axis=0)
    for i in range(count):
        y = 2.2 + 7.9 * i
        picture(axes, found.images[i], (9.7, y), (4.4, 4.4))
        marked = dark[None, :] if count > 1 else None
        cells(
            axes, found.stack[i : i + 1], (0.6, y + 5), STRIPE, numbers="{:.1f}",
            colors="cividis", limits=_color_limits(), marked=marked,
        )  # fmt: skip
    if count == 1:
        words(axes, 12, 12.2, "each neuron gives a number:")
        words(axes, 12, 14, "the stripe of this image")


def _color_limits() -> tuple[float, float]:
    return 0, float(pruned().stack.max())


def draw_stack(axes: Axes, y: float, height: float) -> None:
    """Draw the activations of all images, one row below the other, from ``y``."""
    cells(
        axes, pruned().stack, (LEFT, y), (WIDE, height), colors="cividis",
        limits=_color_limits(),
    )  # fmt: skip


def _columns(axes: Axes) -> None:
    title(axes, "columns: neurons 1 to 6")
    for i, image in enumerate(pruned().images):
        picture(axes, image, (2.4, 3.2 + 1.05 * i), (1.05, 1.05))
    draw_stack(axes, 3.2, 1.05)
    words(axes, 13, 16.9, "dark is zero, bright is large")


def _squeeze(axes: Axes, silent: bool = False) -> None:
    found = pruned()
    if silent:
        title(axes, "framed: silent")
    draw_stack(axes, 2.8, 0.55)
    for y, name, values in ((10.8, "mean", found.mean), (14.4, "std", found.std)):
        words(axes, 0.4, y + 1.2, name, ha="left")
        cells(
            axes, values[None, :], (LEFT, y), (WIDE, 2.4), numbers="{:.1f}",
            colors="cividis", limits=_color_limits(),
            marked=found.silent[None, :] if silent else None,
        )  # fmt: skip
    if not silent:
        arrow(axes, (13.7, 9.5), (13.7, 10.7))


def draw_weights(axes: Axes, columns: bool) -> None:
    """Draw both layers, hatching removed rows and, with ``columns``, columns."""
    found = pruned()
    first = tiny.weights(found.model, "fc1")
    second = tiny.weights(found.model, "fc2")
    rows_gone = np.repeat(found.silent[:, None], first.shape[1], axis=1)
    columns_gone = np.repeat(found.silent[None, :], len(second), axis=0)
    title(axes, "W₁: one row per neuron")
    cells(axes, first, (0.9, 2.8), (0.45, 1.05), gone=rows_gone)
    words(axes, 12, 10.3, "W₂: one column per neuron")
    cells(
        axes, second, (7.5, 11.1), (1.5, 0.63), gone=columns_gone if columns else None
    )


def _network(axes: Axes) -> None:
    found = pruned()
    title(axes, "dense, and smaller")
    first = tiny.weights(found.smaller, "fc1")
    second = tiny.weights(found.smaller, "fc2")
    cells(axes, first, (0.9, 2.8), (0.45, 1.05))
    cells(axes, second, (9, 8.2), (1.5, 0.6))
    before, after = parameter_count(found.model), parameter_count(found.smaller)
    words(axes, 12, 15.3, f"{after} parameters, not {before}")
    if found.same_logits:
        words(axes, 12, 17, f"same scores, {SHOWN} images", fontweight="bold")


def storyboard() -> Storyboard:
    """Return the eight frames; neurons, parameters and shapes are counted."""
    found = pruned()
    numbers = [str(i + 1) for i in np.flatnonzero(found.silent)]
    widths, left = (
        "-".join(map(str, model.widths)) for model in (found.model, found.smaller)
    )
    frames = (
        Frame(
            "An image goes in, and each hidden neuron gives one number: together, a "
            "stripe.",
            lambda axes: _stripes(axes, 1),
        ),
        Frame(
            "A second image gives another stripe; some cells are zero in both.",
            lambda axes: _stripes(axes, 2),
        ),
        Frame(
            f"Stack the stripes of {SHOWN} images: a neuron is now a column.", _columns
        ),
        Frame(
            "Squeeze each column into its mean and how far it strays from that mean, "
            "the standard deviation.",
            _squeeze,
        ),
        Frame(
            f"Neurons {' and '.join(numbers)} have both near zero: they were "
            "silent for these images.",
            lambda axes: _squeeze(axes, silent=True),
        ),
        Frame(
            "Cut them out: first, their own rows of weights go.",
            lambda axes: draw_weights(axes, columns=False),
        ),
        Frame(
            "Then the columns go with which the next layer read them.",
            lambda axes: draw_weights(axes, columns=True),
        ),
        Frame(
            f"What is left is an ordinary dense network, only smaller: {left} instead "
            f"of {widths}.",
            _network,
        ),
    )
    return Storyboard(
        "activations",
        "02",
        "From activations to a smaller network",
        frames,
        "A neuron gives 3.0 for every single image, so its mean is far from zero: is "
        "it useful?",
        "No: it cannot tell one image from another. It only adds the same numbers to "
        "the next layer each time, and a bias can do that. What counts is how far it "
        "strays from its mean, and that is zero.",
        ("M5", "M6"),
    )
