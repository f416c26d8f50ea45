"""Latency of networks, measured side by side in one run.

Networks run in float32, as they are deployed, on as many threads as torch is set to;
times are those of ``measure.fair_clock``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.arguments import tensor
from course_lib.measure import fair_clock, interleaved_latency
from course_lib.models import LeNet5

LAYOUTS = {
    "channels first": torch.contiguous_format,
    "channels last": torch.channels_last,
}


def compare(
    networks: Mapping[str, nn.Module], images: Tensor, *, rounds: int = 7
) -> pd.DataFrame:
    """Time one batch through each network; the first is the baseline.

    Every network runs in each memory format, interleaved, and its fastest format
    counts. One row per network: ``ms`` per batch (median over the rounds), ``iqr`` in
    ms, ``format``, and ``times faster`` than the first network.
    """
    passes = forward_passes(networks, images)
    found = interleaved_latency(passes, rounds=rounds, clock=fair_clock())
    rows = {}
    for name in networks:
        median, iqr, layout = min((*found[f"{name}/{key}"], key) for key in LAYOUTS)
        rows[name] = (1e3 * median, 1e3 * iqr, layout)
    columns = ["ms", "iqr", "format"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame["times faster"] = frame["ms"].iloc[0] / frame["ms"]
    return frame


def forward_passes(
    networks: Mapping[str, nn.Module], images: Tensor
) -> dict[str, Callable[[], Tensor]]:
    """Return a forward pass per network and format, keyed ``"network/format"``.

    The networks are copied; each call returns the logits, in float32.
    """
    passes: dict[str, Callable[[], Tensor]] = {}
    for name, network in networks.items():
        for layout, memory_format in LAYOUTS.items():
            model, batch = _laid_out(network, images, memory_format)
            passes[f"{name}/{layout}"] = partial(model, batch)
    return passes


def lenet5_parts(
    networks: Mapping[str, LeNet5], images: Tensor, *, rounds: int = 7
) -> pd.DataFrame:
    """Time each step of LeNet-5 alone, in ms per batch, one column per network.

    The inputs of the steps are computed beforehand; the row ``whole`` is the complete
    network. Uses channels last, the faster format for its convolutions.
    """
    steps = {
        f"{name}/{step}": call
        for name, network in networks.items()
        for step, call in _lenet5_steps(network, images).items()
    }
    found = interleaved_latency(steps, rounds=rounds, clock=fair_clock())
    table: dict[str, dict[str, float]] = {}
    for key, timing in found.items():
        name, _, step = key.rpartition("/")
        table.setdefault(name, {})[step] = 1e3 * timing.median
    return pd.DataFrame(table)


def _lenet5_steps(network: LeNet5, images: Tensor) -> dict[str, Callable[[], Tensor]]:
    model, batch = _laid_out(network, images, torch.channels_last)
    pool = nn.functional.max_pool2d
    functions: dict[str, Callable[[Tensor], Tensor]] = {
        "conv1": model.conv1,
        "relu and pool 1": lambda x: pool(torch.relu(x), 2),
        "conv2": model.conv2,
        "relu and pool 2": lambda x: pool(torch.relu(x), 2).flatten(1),
        "fc1 and relu": lambda x: torch.relu(model.fc1(x)),
        "fc2": model.fc2,
    }
    x, steps = batch, {}
    for name, function in functions.items():
        steps[name] = partial(function, x)
        x = function(x)
    return {**steps, "whole": partial(model, batch)}


def _laid_out(
    network: nn.Module, images: Tensor, layout: torch.memory_format
) -> tuple[Any, Tensor]:
    """Return float32 copies in a memory format, an overload that the type stubs lack.

    No parameter requires a gradient: ``no_grad`` around a call would be timed, too.
    """
    model: Any = copy.deepcopy(network).eval().float().requires_grad_(False)
    batch: Any = tensor("images", images).float()
    return model.to(memory_format=layout), batch.to(memory_format=layout)
