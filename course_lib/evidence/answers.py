"""Errors of networks whose predictions ship with the course."""

from __future__ import annotations

import torch

from course_lib.data import load_mnist
from course_lib.models import load_predictions


def mean_error(answers: str, way: str = "") -> float:
    """Return the mean test error of three seeds, in percent, from stored predictions.

    ``answers`` names a file of ``load_predictions``, ``way`` is the prefix of
    ``test-0`` in it, such as ``"scratch-"``.
    """
    labels, stored = load_mnist("test").labels, load_predictions(answers)
    wrong = [(stored[f"{way}test-{seed}"] != labels).double() for seed in (0, 1, 2)]
    return 100 * torch.cat(wrong).mean().item()
