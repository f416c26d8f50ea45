"""Evaluating a network on a split: in evaluation mode, on validated inputs.

All code that measures a model uses this module: the mode of every submodule is
restored, and images or labels that do not fit raise an error that names them, instead
of an error from inside PyTorch or a meaningless number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from course_lib.arguments import integer, tensor
from course_lib.data import Split


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch to evaluation mode inside this ``with``, then restore every mode.

    The mode of each module is restored separately, because they may differ: a frozen
    batch normalization stays in evaluation mode while the rest is trained.
    """
    modes = [(module, module.training) for module in model.modules()]
    if any(mode for _, mode in modes):  # setting each takes longer than a short pass
        model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            if module.training != mode:
                module.training = mode


def device_of(model: nn.Module) -> torch.device:
    """Return the device of the model's parameters, or the CPU if it has none.

    This is the only switch of the course: after ``model.to("cuda")``, training and
    measuring this model happens there, and each batch is moved to it. Nothing else
    chooses a device, so a machine with a GPU prints the same as any other.
    """
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device


@contextmanager
def reading(name: str, batch: Any, model: nn.Module) -> Iterator[None]:
    """Turn PyTorch's error about an unsuitable batch into one that names the batch.

    Inside this ``with`` the model reads ``batch``: a tensor, or a tuple or dict of
    tensors. Raises ValueError from the error.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, IndexError, TypeError) as error:
        weight = next(model.parameters(), None)
        kind = "" if weight is None else f" with weights in {weight.dtype}"
        raise ValueError(
            f"{name} must be a batch that {type(model).__name__}{kind} can read, "
            f"got {_described(batch)}: {error}"
        ) from error


def _described(batch: Any) -> str:
    """Return the shapes of a batch, with names where it is a dict."""
    if isinstance(batch, dict):
        parts = [f"{key}: {_described(value)}" for key, value in batch.items()]
        return "{" + ", ".join(parts) + "}"
    tensors = [leaf for leaf in tree_leaves(batch) if isinstance(leaf, Tensor)]
    parts = [f"shape {tuple(value.shape)} in {value.dtype}" for value in tensors]
    return ", ".join(parts) or type(batch).__name__


def check_split(split: Split, name: str = "split") -> None:
    """Raise unless ``split`` is a nonempty Split with as many images as labels."""
    if not isinstance(split, Split):
        raise TypeError(
            f"{name} must be a Split(images, labels), got {type(split).__name__}"
        )
    images = tensor(f"{name}.images", split.images)
    labels = tensor(f"{name}.labels", split.labels)
    if images.dim() < 1 or labels.dim() < 1 or len(images) != len(labels):
        raise ValueError(
            f"{name} must have one label per image, got images of shape "
            f"{tuple(images.shape)} and labels of shape {tuple(labels.shape)}"
        )
    if len(images) == 0:
        raise ValueError(f"{name} must have at least one example, got an empty one")


def check_labels(
    name: str, labels: Tensor, classes: int | None = None, *, soft: bool = False
) -> None:
    """Raise unless labels are int64 of shape (N,), from 0 to ``classes`` − 1.

    With ``soft``, probabilities of shape (N, classes), as ``soft_labels`` makes them,
    are allowed as well.
    """
    allowed = f"classes in torch.int64 of shape ({len(labels)},)"
    if soft:
        allowed += f" or probabilities of shape ({len(labels)}, {classes or 'classes'})"
    if soft and labels.is_floating_point() and labels.dim() == 2:
        fits, most = classes in (None, labels.shape[1]), 1.0
    else:
        fits = labels.dtype == torch.int64 and labels.dim() == 1
        most = math.inf if classes is None else classes - 1
    if not fits:
        raise ValueError(
            f"{name} must be {allowed}, got {labels.dtype} of shape "
            f"{tuple(labels.shape)}"
        )
    if labels.is_meta:  # shapes without numbers
        return
    low, high = labels.min().item(), labels.max().item()
    # a probability may be above 1 by a rounding error; NaN passes neither bound
    if not (low >= 0 and high <= most + 1e-3):
        raise ValueError(f"{name} must be from 0 to {most:g}, got {low:g} to {high:g}")


def logits_of(model: nn.Module, images: Tensor, name: str = "split.images") -> Tensor:
    """Return the logits for a batch, shape (N, classes), on the model's device.

    Raises ValueError for images that the model cannot read, for outputs of another
    shape, and for NaN or infinity among them, whose maximum is meaningless.
    """
    images = images.to(device_of(model))
    with reading(name, images, model):
        logits: Tensor = model(images)
    shape = getattr(logits, "shape", None)  # a tuple of outputs has no shape
    if shape is None or len(shape) != 2 or shape[0] != len(images):
        found = type(logits).__name__ if shape is None else tuple(shape)
        raise ValueError(
            f"model must return logits of shape ({len(images)}, classes), got {found}"
        )
    # minus infinity may rule a class out
    bad = 0 if logits.is_meta else int((~(logits < math.inf)).any(dim=1).sum())
    if bad:
        raise ValueError(
            f"model must return numbers as logits, got nan or inf for {bad} of "
            f"{len(images)} images; look at its weights and at {name}"
        )
    return logits


@torch.no_grad()
def predictions(model: nn.Module, split: Split, batch_size: int = 100) -> Tensor:
    """Return the class with the largest logit per image, shape (N,), int64.

    The forward pass runs on the model's device; the classes are on the split's. Raises
    ValueError for images that do not fit the model, and for outputs that are NaN.
    """
    return _answers(model, split, batch_size)[0]


def accuracy(model: nn.Module, split: Split, batch_size: int = 100) -> float:
    """Return the fraction of images that the model classifies correctly.

    Raises ValueError as ``predictions`` does, and for labels that are not classes of
    the model.
    """
    answers, classes = _answers(model, split, batch_size)
    check_labels("split.labels", split.labels, classes)
    return (answers == split.labels).sum().item() / len(split.labels)


@torch.no_grad()
def _answers(model: nn.Module, split: Split, batch_size: int) -> tuple[Tensor, int]:
    """Return the predicted class of every image, and the number of classes."""
    check_split(split)
    found = []
    with evaluating(model):
        for images in split.images.split(integer("batch_size", batch_size, 1)):
            logits = logits_of(model, images)
            found.append(logits.argmax(dim=1))
    return torch.cat(found).to(split.labels.device), logits.shape[1]
