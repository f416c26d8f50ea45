"""Losses, and soft labels from a teacher."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.arguments import fraction, integer, number
from course_lib.data import Split
from course_lib.evaluation import check_labels, check_split, evaluating, logits_of

# loss(model, images, labels, progress) -> scalar; progress runs from 0 to 1
Loss = Callable[[nn.Module, Tensor, Tensor, float], Tensor]


def cross_entropy(
    model: nn.Module, images: Tensor, labels: Tensor, progress: float
) -> Tensor:
    """Return the mean cross-entropy in nats; labels may be probabilities."""
    return nn.functional.cross_entropy(model(images), labels)


@torch.no_grad()
def soft_labels(
    teacher: nn.Module,
    split: Split,
    *,
    temperature: float = 2.0,
    teacher_weight: float = 0.8,
    batch_size: int = 250,
) -> Split:
    """Return the split with labels mixed with a teacher's predictions.

    Labels become probabilities of shape (N, classes): the teacher's, softened by
    ``temperature``, times ``teacher_weight``, and the rest on the correct class.
    Training on them with cross-entropy is distillation (Hinton, Vinyals & Dean 2015)
    in which the teacher is evaluated once instead of in every epoch. Raises the same
    errors as ``accuracy``.
    """
    fraction("teacher_weight", teacher_weight)
    number("temperature", temperature, above=0)
    check_split(split)
    device = split.labels.device
    batches = split.images.split(integer("batch_size", batch_size, 1))
    with evaluating(teacher):
        logits = torch.cat(
            [logits_of(teacher, images).to(device) for images in batches]
        )
    check_labels("split.labels", split.labels, logits.shape[1])
    one_hot = nn.functional.one_hot(split.labels, logits.shape[1]).to(logits)
    soft = torch.softmax(logits / temperature, dim=1)
    return Split(split.images, (1 - teacher_weight) * one_hot + teacher_weight * soft)


def distillation(teacher: nn.Module, temperature: float = 2.0) -> Loss:
    """Return a distillation loss that evaluates the teacher on every batch.

    T² · KL(teacher ‖ student), both softened by the temperature T, in nats (Hinton,
    Vinyals & Dean 2015); the labels are not used. Where the images are not
    augmented, ``soft_labels`` evaluates the teacher once and costs less.
    """
    number("temperature", temperature, above=0)

    def loss(
        model: nn.Module, images: Tensor, labels: Tensor, progress: float
    ) -> Tensor:
        with torch.no_grad(), evaluating(teacher):
            target = torch.log_softmax(teacher(images) / temperature, dim=1)
        output = torch.log_softmax(model(images) / temperature, dim=1)
        divergence = nn.functional.kl_div(
            output, target, reduction="batchmean", log_target=True
        )
        return temperature**2 * divergence

    return loss
