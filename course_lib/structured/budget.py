"""Choose how many units each group keeps so that a measured cost fits a budget.

Costs are whatever was measured per group and number of units, such as milliseconds on
this machine: ZipLM (Kurtic et al. 2023, section 3.2) chooses by such a table, because
halving the arithmetic does not halve the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn

from course_lib.arguments import integer, number
from course_lib.structured.folding import (
    Refit,
    Select,
    choose,
    prune_group,
    reading_layers,
)
from course_lib.structured.moments import record_moments
from course_lib.structured.passes import Batches, Passes, calling_order
from course_lib.structured.reading import least_error
from course_lib.structured.refitting import least_squares

Table = Mapping[str, Mapping[int, float]]  # group -> units kept -> loss or cost


@torch.no_grad()
def group_losses(
    model: nn.Module,
    levels: Mapping[str, list[int]],
    batches: Batches,
    loss: Callable[[nn.Module], float],
    *,
    select: Select = least_error,
    refit: Refit = least_squares,
    blocks: Sequence[str] = (),
) -> dict[str, dict[int, float]]:
    """Return the loss with one group pruned at a time, by group and units kept.

    ``levels`` maps groups to numbers of units, ``loss`` a network to a number; each
    cut is folded as in ``prune_layer_by_layer``, whose errors are raised.
    """
    layers = reading_layers(model, levels)
    losses: dict[str, dict[int, float]] = {}
    passes = Passes(batches, blocks)
    for layer in calling_order(model, layers, batches[0]):
        name, moments = layers[layer], record_moments(model, layer, passes)
        losses[name] = {
            kept: loss(prune_group(model, name, moments, choose(select, kept), refit))
            for kept in levels[name]
        }
    return losses


def fit_budget(
    losses: Table, costs: Table, budget: float, *, steps: int = 2000
) -> dict[str, int]:
    """Return the units to keep per group: the least total loss within ``budget``.

    ``losses`` and ``costs`` have the same groups and numbers of units; the costs of all
    groups add up to at most ``budget``, in the same unit. Dynamic programming over the
    groups: of choices whose cost falls into the same of ``steps`` bins, the one with
    the least loss is followed. Raises ValueError where the tables differ, and if no
    choice is within the budget.
    """
    number("budget", budget, above=0)
    width = budget / integer("steps", steps, 1)
    best: dict[int, tuple[float, float, dict[str, int]]] = {0: (0.0, 0.0, {})}
    for name, own in losses.items():
        if costs.get(name, {}).keys() != own.keys():
            raise ValueError(
                f"costs[{name!r}] must have the unit counts of losses, {sorted(own)}, "
                f"got {sorted(costs.get(name, {}))}"
            )
        longer: dict[int, tuple[float, float, dict[str, int]]] = {}
        for lost, spent, choice in best.values():
            for units, loss in own.items():
                cost = spent + costs[name][units]
                place = int(cost / width)
                known = longer.get(place)
                if cost <= budget and (known is None or lost + loss < known[0]):
                    longer[place] = (lost + loss, cost, {**choice, name: units})
        best = longer
    if not best:
        least = sum(min(own.values()) for own in costs.values())
        raise ValueError(f"budget must be at least {least:.4g}, got {budget:.4g}")
    return min(best.values(), key=lambda found: found[:2])[2]
