"""The layers that lose units as matrices, sorted so that removed units come last.

The order of units within a layer has no meaning, so sorting does not change the
network; it makes the kept part a rectangle, which is the smaller layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from course_lib.figures import CutLayer
from course_lib.surgery import layer_groups_of

# (before, after) of each layer's weights, by its name
Shapes = Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]


def touched_layers(model: nn.Module, keep: Mapping[str, Tensor]) -> list[str]:
    """Return the layers that compute or read units in ``keep``, in model order."""
    groups = [layer_groups_of(model)[name] for name in keep]
    names = {
        layer for group in groups for layer in (*group.producers, *group.consumers)
    }
    return [name for name, _ in model.named_modules() if name in names]


def cut_sides(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    keep: Mapping[str, Tensor],
    shapes: Shapes,
) -> list[CutLayer]:
    """Return ``cut_layer`` for each layer in ``shapes``, with its change of shape."""
    return [
        cut_layer(model, importance, keep, name, shape_change(*pair))
        for name, pair in shapes.items()
    ]


def shape_change(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Return both shapes as text: ``20×1×5×5 → 10×1×5×5``."""
    old, new = ("×".join(map(str, shape)) for shape in (before, after))
    return f"{old} → {new}"


def cut_layer(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    keep: Mapping[str, Tensor],
    name: str,
    change: str,
) -> CutLayer:
    """Return a layer's weights, outputs × (inputs · positions), and its kept part.

    ``importance`` and ``keep`` map unit groups to tensors of shape (units,); the layer
    is sorted along each side that has the units of one of them. ``change`` describes
    how its shape changes.
    """
    groups = layer_groups_of(model).items()
    made = [key for key, group in groups if name in group.producers]
    read = [key for key, group in groups if name in group.consumers]
    weight = model.get_parameter(f"{name}.weight").detach()
    matrix = weight.flatten(1)  # Shape [outputs, inputs * kernel]
    outputs, entries = matrix.shape
    inputs = len(importance[read[0]]) if read else weight.shape[1]
    rows, rows_kept = _order(outputs, made, importance, keep)
    columns, columns_kept = _order(entries, read, importance, keep)
    label = "1 input" if inputs == 1 else f"{inputs} inputs"
    if entries > inputs:
        label += f" × {entries // inputs} columns"
    return CutLayer(
        matrix[rows][:, columns].numpy(),
        rows_kept,
        columns_kept,
        f"{name}.weight\n" + change.replace(" →", "\n→"),
        label,
        f"{outputs} outputs",
    )


def _order(
    entries: int,
    groups: list[str],
    importance: Mapping[str, Tensor],
    keep: Mapping[str, Tensor],
) -> tuple[Tensor, int]:
    """Return the order of a side, kept and important units first, and the kept count.

    A unit can be several consecutive entries of that side, like a channel after a
    flattened convolution. ``groups`` names the group of that side, if any.
    """
    if not groups:
        return torch.arange(entries), entries
    scores = importance[groups[0]]
    mask = keep.get(groups[0], torch.ones(len(scores), dtype=torch.bool))
    # ties in reverse order, opposite to the order of removal
    units = scores.argsort(stable=True).flip(0)
    units = units[(~mask[units]).int().argsort(stable=True)]
    each = entries // len(units)
    positions = units[:, None] * each + torch.arange(each)  # Shape [units, each]
    return positions.flatten(), int(mask.sum()) * each
