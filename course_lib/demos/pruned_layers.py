"""The layers that lose units as matrices, sorted so that removed entries come last.

The order of units within a layer means nothing, so sorting them changes no network;
it makes the part that stays a rectangle, which is the smaller layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from course_lib.figures import CutLayer
from course_lib.surgery import unit_groups_of

# (before, after) of each layer's weights, by its name
Shapes = Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]


def touched_layers(model: nn.Module, keep: Mapping[str, Tensor]) -> list[str]:
    """The layers that compute or read units named in ``keep``, in the model's order."""
    groups = [unit_groups_of(model)[name] for name in keep]
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
    """``cut_layer`` for each layer in ``shapes``, with its shapes before and after."""
    return [
        cut_layer(model, importance, keep, name, shape_change(*pair))
        for name, pair in shapes.items()
    ]


def shape_change(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Both shapes in words: ``20×1×5×5 → 10×1×5×5``."""
    old, new = ("×".join(map(str, shape)) for shape in (before, after))
    return f"{old} → {new}"


def cut_layer(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    keep: Mapping[str, Tensor],
    name: str,
    change: str,
) -> CutLayer:
    """A layer's weights, outputs × (inputs · positions), and how much of it stays.

    ``importance`` and ``keep`` map unit groups to tensors of shape (units,); the layer
    is sorted along each side that has the units of one of them. ``change`` is how its
    shape changes, in words.
    """
    groups = unit_groups_of(model).items()
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
    """One side of a layer, kept units first, most important first; how many stay.

    A unit may be several consecutive entries of that side, as a channel is behind a
    flattened convolution. ``groups`` names the group of that side, or none.
    """
    if not groups:
        return torch.arange(entries), entries
    scores = importance[groups[0]]
    mask = keep.get(groups[0], torch.ones(len(scores), dtype=torch.bool))
    # of equals the last first, as they go in the opposite order
    units = scores.argsort(stable=True).flip(0)
    units = units[(~mask[units]).int().argsort(stable=True)]
    each = entries // len(units)
    positions = units[:, None] * each + torch.arange(each)  # Shape [units, each]
    return positions.flatten(), int(mask.sum()) * each
