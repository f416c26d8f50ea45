"""Which units stay, given how much each matters."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from course_lib.arguments import finite, fraction, integer, tensor


def select_units(
    importance: Mapping[str, Tensor],
    ratio: float | Mapping[str, float],
    *,
    scope: str = "layer",
    minimum: int = 1,
    skip: Collection[str] = (),
) -> dict[str, Tensor]:
    """Keep the most important units; bool masks of shape (units,), True = kept.

    ``scope="layer"``: exactly ``round(ratio · units)`` of every group are removed;
    ``ratio`` may also map groups to ratios, and a group without one keeps all units.
    ``scope="global"``: exactly ``round(ratio · all units)`` are removed, the lowest of
    all, after each group's importance has been divided by its root mean square. Among
    equals, earlier units are removed first. Every group keeps ``minimum`` units,
    whatever the ratio. The groups in ``skip`` keep all their units and do not count.
    """
    unknown = set(skip) - set(importance)
    if unknown:
        raise ValueError(
            f"skip must contain only {list(importance)}, got {sorted(unknown)}"
        )
    minimum = integer("minimum", minimum, 1)
    for name, scores in importance.items():
        argument = f"importance[{name!r}]"
        if finite(argument, tensor(argument, scores)).dim() != 1:
            raise ValueError(
                f"{argument} must have shape (units,), got {tuple(scores.shape)}"
            )
    # Units in order of removal; the last `minimum` are never removed
    orders = {
        name: scores.argsort(stable=True)[: max(len(scores) - minimum, 0)]
        for name, scores in importance.items()
        if name not in skip
    }
    if scope == "layer":
        going = _lowest_of_each(importance, orders, ratio)
    elif scope == "global":
        going = _lowest_of_all(importance, orders, ratio)
    else:
        raise ValueError(f"scope must be 'layer' or 'global', got {scope!r}")
    keep = {}
    for name, scores in importance.items():
        keep[name] = torch.ones(len(scores), dtype=torch.bool)
        keep[name][going.get(name, [])] = False
    return keep


def _lowest_of_each(
    importance: Mapping[str, Tensor],
    orders: Mapping[str, Tensor],
    ratio: float | Mapping[str, float],
) -> dict[str, Tensor]:
    ratios = ratio if isinstance(ratio, Mapping) else dict.fromkeys(orders, ratio)
    unknown = set(ratios) - set(orders)
    if unknown:
        raise ValueError(
            f"ratio must contain only {list(orders)}, got {sorted(unknown)}"
        )
    return {
        name: orders[name][: round(fraction("ratio", share) * len(importance[name]))]
        for name, share in ratios.items()
    }


def _lowest_of_all(
    importance: Mapping[str, Tensor],
    orders: Mapping[str, Tensor],
    ratio: float | Mapping[str, float],
) -> dict[str, Tensor]:
    if isinstance(ratio, Mapping):
        raise ValueError("ratio must be a number with scope 'global', got a mapping")
    if not orders:
        return {}
    candidates = []
    for name, order in orders.items():
        scores = importance[name].double()
        size = scores.pow(2).mean().sqrt()
        candidates.append((scores / size if size > 0 else scores)[order])
    units = sum(len(importance[name]) for name in orders)
    target = round(fraction("ratio", ratio) * units)
    lowest = torch.cat(candidates).argsort(stable=True)[:target]
    chosen = torch.zeros(sum(map(len, candidates)), dtype=torch.bool)
    chosen[lowest] = True
    shares = chosen.split([len(order) for order in orders.values()])
    return {
        name: order[share]
        for (name, order), share in zip(orders.items(), shares, strict=True)
    }
