"""Chapter 01: one image through a network, and one step of training."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.strokes import arrow, box, cells, minus, picture, words
from course_lib.page.storyboards import Frame, Storyboard
from course_lib.page.storyboards.tiny_step import one_pass


def _image(axes: Axes) -> None:
    seen = one_pass()
    picture(axes, seen.image, (8, 2.2), (8, 8))
    arrow(axes, (12, 10.6), (12, 13))
    picture(axes, seen.image.reshape(1, -1), (0.8, 13.5), (22.4, 2))
    words(axes, 12, 16.8, "7 × 7 becomes 49 in a row")


def _neurons(axes: Axes) -> None:
    seen = one_pass()
    loud = int(seen.sums.argmax())
    top = float(np.abs(seen.weights).max())
    picture(axes, seen.image, (4.5, 1.2), (6, 6))
    words(axes, 7.5, 8.2, "gray levels ×")
    pattern = seen.weights[loud].reshape(7, 7)
    picture(axes, pattern, (4.5, 9.2), (6, 6), colors="RdBu", limits=(-top, top))
    words(axes, 7.5, 16.4, f"weights of neuron {loud + 1}")
    arrow(axes, (11, 9), (16.6, 3.4 + 2.3 * loud + 1.1))
    _column(axes, seen.sums, 17, "sums", np.arange(len(seen.sums)) == loud)


def _column(
    axes: Axes, values: np.ndarray, x: float, name: str, marked: np.ndarray
) -> None:
    words(axes, x + 2.4, 2.2, name)
    top = float(np.abs(one_pass().sums).max())
    cells(
        axes, values[:, None], (x, 3.4), (4.8, 2.3), numbers="{:.2f}",
        limits=(-top, top), marked=np.reshape(marked, (-1, 1)),
    )  # fmt: skip


def _zeros(axes: Axes) -> None:
    seen = one_pass()
    negative = seen.sums < 0
    _column(axes, seen.sums, 5.2, "sums", negative)
    _column(axes, seen.stripe, 16, "activations", negative)
    for i in range(len(negative)):
        y = 3.4 + 2.3 * (i + 0.5)
        words(axes, 4.6, y, f"{i + 1}", ha="right")
        if negative[i]:
            arrow(axes, (10.6, y), (15.5, y))
    words(axes, 2, 10.3, "neuron", rotation=90)


def _scores(axes: Axes, rows: list[tuple[str, np.ndarray]], right: bool) -> None:
    """Draw ten scores per row, upright, so that digits are side by side."""
    seen = one_pass()
    top = float(np.abs([seen.logits, seen.after]).max())
    for k, (name, values) in enumerate(rows):
        x = 6.5 + 7.6 * k
        words(axes, x + 2, 1.2, name)
        marked = np.zeros((10, 1), bool)
        marked[seen.label if right else int(values.argmax())] = True
        cells(
            axes, values[:, None], (x, 2.2), (4.4, 1.5), numbers="{:.2f}",
            limits=(-top, top), marked=marked,
        )  # fmt: skip
    for digit in range(10):
        words(axes, 5.6, 2.95 + 1.5 * digit, str(digit), ha="right")
    words(axes, 2.6, 9.7, "digit", rotation=90)


def _logits(axes: Axes) -> None:
    seen = one_pass()
    _scores(axes, [("score", seen.logits)], right=False)
    predicted = int(seen.logits.argmax())
    words(axes, 11.8, 2.95 + 1.5 * predicted, f"← answers {predicted}", ha="left")
    top = 3.2 if predicted > 4 else 10.6  # where the answer is not
    picture(axes, seen.image, (15.5, top), (6, 6))
    words(axes, 18.5, top - 1.1, f"it is a {seen.label}")


def _push(axes: Axes) -> None:
    seen = one_pass()
    _scores(axes, [("score", seen.logits)], right=True)
    words(axes, 17, 1.2, "should go")
    for digit, amount in enumerate(seen.push):
        y = 2.95 + 1.5 * digit
        reach = 4.6 * amount / np.abs(seen.push).max()
        arrow(axes, (16.5, y), (16.5 + reach, y), mutation_scale=7)
    box(axes, (16.5, 2.2), (0, 15), lw=0.8)


def _step(axes: Axes) -> None:
    seen = one_pass()
    top = float(np.abs(seen.weights).max())
    for y, name, values in (
        (3.2, "first layer, before", seen.weights),
        (8.3, "its change, colors × 5", 5 * seen.change),
        (13.4, "after", seen.weights + seen.change),
    ):
        words(axes, 12.5, y - 0.9, name)
        cells(axes, values, (1, y), (0.45, 0.55), limits=(-top, top))


def _again(axes: Axes) -> None:
    seen = one_pass()
    rows = [("before", seen.logits), ("after", seen.after)]
    _scores(axes, rows, right=True)
    rise = float((seen.after - seen.logits)[seen.label])
    words(axes, 21.2, 8, minus(f"{rise:+.2f}"), fontweight="bold")
    words(axes, 21.2, 9.8, f"for {seen.label}")


def storyboard() -> Storyboard:
    """Return the seven frames of one image and one step."""
    seen = one_pass()
    before, after = (scores[seen.label] for scores in (seen.logits, seen.after))
    frames = (
        Frame(
            "The gray levels of an image are laid out in a row: 49 here, 784 elsewhere "
            "on the page.",
            _image,
        ),
        Frame(
            "Each neuron multiplies every gray level by a weight, adds up the results, "
            "and adds a bias.",
            _neurons,
        ),
        Frame(
            "Negative sums are set to zero: a neuron that found nothing stays silent.",
            _zeros,
        ),
        Frame(
            "The last layer turns these numbers into ten scores, one per digit; the "
            "largest is the answer.",
            _logits,
        ),
        Frame(
            f"The image shows a {seen.label}: its score should rise, and all others "
            "should fall.",
            _push,
        ),
        Frame(
            "One step moves the weights a little that way; those of silent neurons and "
            "blank pixels stay.",
            _step,
        ),
        Frame(
            "The same image again: the score of its digit rises "
            f"from {before:.2f} to {after:.2f}.",
            _again,
        ),
    )
    return Storyboard(
        "training",
        "01",
        "One image through a network, and one step of training",
        frames,
        "The network on this page has 300 neurons in its first hidden layer. After "
        "training, how many of them are exactly zero for one image: hardly any, about "
        "a third, or nearly all?",
        "About a third; the page counts them further down, for the first validation "
        "image. They look for something that this image does not show. Another image "
        "may need them.",
    )
