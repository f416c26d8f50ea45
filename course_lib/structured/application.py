"""Apply a choice of units as masks, and measure what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.data import Split
from course_lib.jobs import run_jobs
from course_lib.measure import parameter_count
from course_lib.structured.selection import select_units
from course_lib.surgery import kept_entries, remove_units
from course_lib.training import accuracy


def as_masks(model: nn.Module, keep: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the choice as masks: the entries that ``remove_units`` keeps.

    Keyed by parameter name, each of the parameter's full shape, True = kept: rows of
    the producers with their biases, both parameters of a norm (its shift alone would
    make a masked channel output something), columns of the consumers. The network with
    the other entries set to zero computes what ``remove_units`` computes. A parameter
    that loses nothing is omitted.
    """
    parameters = dict(model.named_parameters())
    masks = {}
    for name, kept in kept_entries(model, keep).items():
        if name not in parameters:  # a norm's running statistics
            continue
        mask = torch.ones(parameters[name].shape, dtype=torch.bool)
        for dim, entries in kept.items():
            mask &= entries.reshape(-1, *(1,) * (mask.dim() - dim - 1))
        masks[name] = mask
    return masks


def unit_sensitivity(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    ratios: Iterable[float],
    split: Split,
) -> pd.DataFrame:
    """Remove units from one group at a time and see what it costs, without retraining.

    One row per group and ratio: ``layer``, ``ratio`` (fraction of its units), ``units``
    kept, ``parameters`` of the whole network, ``accuracy`` in percent on ``split`` and
    ``drop`` in percentage points. Choose on validation, never on test.
    """
    base, levels = 100 * accuracy(model, split), list(ratios)
    cases = [(name, ratio) for name in importance for ratio in levels]
    jobs = [(model, importance, split, name, ratio, base) for name, ratio in cases]
    return pd.DataFrame(run_jobs(_sensitivity_row, jobs))


def _sensitivity_row(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    split: Split,
    name: str,
    ratio: float,
    base: float,
) -> dict[str, str | float]:
    keep = select_units(importance, {name: ratio})
    smaller = remove_units(model, keep)
    left = 100 * accuracy(smaller, split)
    return {
        "layer": name,
        "ratio": ratio,
        "units": int(keep[name].sum()),
        "parameters": parameter_count(smaller),
        "accuracy": left,
        "drop": base - left,
    }
