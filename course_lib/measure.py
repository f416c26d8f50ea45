"""What a network costs: parameters, arithmetic, bytes and milliseconds."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from timeit import Timer
from typing import Any, NamedTuple

import pandas as pd
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode


class Timing(NamedTuple):
    """Median and interquartile range of a measured time, both in seconds."""

    median: float
    iqr: float


def parameter_count(model: nn.Module) -> int:
    """The number of trainable numbers, each shared one counted once."""
    return sum(parameter.numel() for parameter in model.parameters())


def nonzero_count(model: nn.Module) -> int:
    """How many parameters are not exactly zero."""
    return sum(int(torch.count_nonzero(value)) for value in model.parameters())


@torch.no_grad()
def mac_count(model: nn.Module, example: Tensor) -> int:
    """Multiply–accumulate operations of one forward pass over ``example``.

    ``example`` has the shape of a batch, usually (1, 1, 28, 28). Counted from
    shapes by PyTorch's FlopCounterMode, which counts a multiplication and an
    addition as two; half of that is reported. It ignores biases and
    nonlinearities, and it cannot see zeros.
    """
    model.eval()
    with FlopCounterMode(display=False) as counter:
        model(example)
    return int(counter.get_total_flops()) // 2


def file_size(path: str | Path) -> int:
    """The size of a file in bytes, as the file system reports it."""
    return Path(path).stat().st_size


def float32_state(model: nn.Module) -> dict[str, Tensor]:
    """The model's weights and buffers as they are stored: float32, integers kept."""
    return {
        name: value.detach().to(torch.float32).contiguous()
        if value.is_floating_point()
        else value.detach().contiguous()
        for name, value in model.state_dict().items()
    }


def saved_size(model: nn.Module) -> int:
    """Bytes of the model's weights as a float32 safetensors file, header included."""
    tensors = float32_state(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        save_file(tensors, path)
        return file_size(path)


def latency(fn: Callable[[], Any], *, min_run_time: float = 0.5) -> Timing:
    """The time of one call of ``fn``, median and interquartile range in seconds.

    Warms up, then repeats in blocks for at least ``min_run_time`` seconds, on as
    many threads as torch is set to. Uses ``torch.utils.benchmark``.
    """
    if min_run_time <= 0:
        raise ValueError(f"min_run_time is {min_run_time!r}; allowed are seconds > 0")
    # With this import PyTorch looks for CUDA's compiler, and warns where there is one
    # without a GPU, as on Colab; the course compiles nothing for it.
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
    from torch.utils import benchmark

    timer = benchmark.Timer(
        stmt="fn()", globals={"fn": fn}, num_threads=torch.get_num_threads()
    )
    fn()
    result = timer.blocked_autorange(min_run_time=min_run_time)
    return Timing(result.median, result.iqr)


def interleaved_latency(
    functions: Mapping[str, Callable[[], Any]],
    *,
    rounds: int = 15,
    min_round_time: float = 0.02,
) -> dict[str, Timing]:
    """The time of one call of each function, measured in turns, in seconds.

    Median and interquartile range over the rounds of ``interleaved_times``.
    """
    times = interleaved_times(functions, rounds=rounds, min_round_time=min_round_time)
    low, median, high = (times.quantile(share) for share in (0.25, 0.5, 0.75))
    return {name: Timing(median[name], high[name] - low[name]) for name in functions}


def interleaved_times(
    functions: Mapping[str, Callable[[], Any]],
    *,
    rounds: int = 15,
    min_round_time: float = 0.02,
) -> pd.DataFrame:
    """The time of one call of each function, in seconds: a row a round.

    In each round every function, a column, is called for at least about
    ``min_round_time`` seconds; every other round in the opposite order. A machine that
    changes its speed then treats all alike, and ``times["a"] / times["b"]`` compares
    what was measured side by side: its median says how many times faster b is, its
    smallest and largest value how sure that is.
    """
    if rounds < 1 or min_round_time <= 0:
        raise ValueError(
            f"rounds is {rounds!r} and min_round_time {min_round_time!r}; "
            "allowed are rounds ≥ 1 and seconds > 0"
        )
    timers = {name: Timer(fn) for name, fn in functions.items()}
    calls = dict.fromkeys(timers, 1)
    for name, timer in timers.items():
        timer.timeit(1)  # warms up
        # by doubling: one slow call says little about the next ones
        while timer.timeit(calls[name]) < min_round_time:
            calls[name] *= 2
    rows = []
    for turn in range(rounds):
        order = list(timers) if turn % 2 == 0 else list(reversed(timers))
        rows.append({name: timers[name].timeit(calls[name]) for name in order})
    return pd.DataFrame(rows, columns=list(timers)) / pd.Series(calls)
