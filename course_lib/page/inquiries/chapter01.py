"""Chapter 01: what shows what a network knows?"""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.axes import Axes

from course_lib.figures.canvas import BLUE
from course_lib.figures.strokes import arrow, cells, picture, title, words
from course_lib.page.inquiries import Candidate, Inquiry
from course_lib.page.storyboards import tiny


def _hidden() -> np.ndarray:
    """Return the outputs of the six neurons for the first twelve images, (12, 6)."""
    model, _ = tiny.trained()
    with torch.no_grad():
        hidden = model(tiny.images().images[:12], return_activations=True)[1]["fc1"]
    return np.asarray(hidden)


def _row(axes: Axes) -> None:
    weights = tiny.weights(tiny.trained()[0], "fc1")
    neuron = int(_hidden().std(axis=0).argmax())  # the one that moves most
    top = float(np.abs(weights[neuron]).max())
    title(axes, f"row {neuron + 1} of W₁ as an image")
    pattern = weights[neuron].reshape(7, 7)
    picture(axes, pattern, (5.5, 2.8), (13, 13), colors="RdBu", limits=(-top, top))
    words(axes, 12, 17, "blue: +, red: −")


def _stripe(axes: Axes) -> None:
    hidden = _hidden()
    title(axes, "one image, six neurons")
    picture(axes, tiny.images().images[0, 0].numpy(), (8.5, 2.8), (7, 7))
    arrow(axes, (12, 10.2), (12, 12.2))
    cells(
        axes, hidden[:1], (0.6, 12.6), (3.8, 2.6), numbers="{:.1f}", colors="cividis",
        limits=(0, float(hidden.max())),
    )  # fmt: skip
    words(axes, 12, 16.7, "dark is zero")


def _curve(axes: Axes) -> None:
    losses = tiny.trained()[1]["loss"].to_numpy()
    low, high = float(losses.min()), float(losses.max())
    x = np.linspace(5, 21.5, len(losses))
    y = 13.2 - 8 * (losses - low) / (high - low)
    title(axes, "loss over epochs")
    axes.plot([3.6, 3.6, 23], [3, 14.8, 14.8], color="black", lw=1)
    axes.plot(x, y, "o-", color=BLUE, ms=4)
    words(axes, x[0] + 0.7, y[0] - 1.1, f"{losses[0]:.2f}", ha="left")
    words(axes, x[-1], y[-1] - 1.3, f"{losses[-1]:.2f}")
    words(axes, 13, 16.3, "epoch")
    words(axes, 2.2, 9, "loss (nats)", rotation=90)


def inquiry() -> Inquiry:
    """Offer a row of weights, a stripe of activations, or the learning curve."""
    return Inquiry(
        "01",
        "what a network knows",
        (
            Candidate(
                "a row of the first layer’s weights, as an image",
                _row,
                "A row of weights shows the pattern that one neuron looks for. It does "
                "not show whether the pattern ever occurs, or whether any later neuron "
                "uses it.",
            ),
            Candidate(
                "the stripe of activations of one image",
                _stripe,
                "The stripe shows the weights at work on data, and that is where "
                "pruning by activation starts: a cell that is dark for every image "
                "can go.",
            ),
            Candidate(
                "the learning curve",
                _curve,
                "The learning curve shows *that* something was learned, but not what "
                "it is or where in the network it is kept.",
            ),
        ),
        ours="B",
    )
