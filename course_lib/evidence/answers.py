"""Errors of networks whose predictions ship with the course."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from course_lib.data import load_mnist
from course_lib.models import load_predictions


def mean_error(
    answers: str | Mapping[str, Tensor], way: str = "", labels: Tensor | None = None
) -> float:
    """Return the mean test error of three seeds, in percent, from stored predictions.

    ``answers`` names a file of ``load_predictions``, or holds predictions like one;
    ``way`` is the prefix of ``test-0`` in it, such as ``"scratch-"``. The ``labels``
    are those of the test images unless others are given.
    """
    stored = load_predictions(answers) if isinstance(answers, str) else answers
    labels = load_mnist("test").labels if labels is None else labels
    wrong = [(stored[f"{way}test-{seed}"] != labels).double() for seed in (0, 1, 2)]
    return 100 * torch.cat(wrong).mean().item()
