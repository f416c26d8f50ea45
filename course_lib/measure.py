"""What a network costs: parameters, arithmetic, bytes, and milliseconds."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from timeit import Timer
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.arguments import integer, not_finite, number, tensor
from course_lib.calling import call
from course_lib.evaluation import evaluating

# some systems count it in steps of milliseconds
PRECISE = time.get_clock_info("thread_time").resolution <= 1e-6
# each multiplies inside one PyTorch operation that the counter does not know
NOT_COUNTED = (nn.RNNBase, nn.Bilinear)


class Timing(NamedTuple):
    """Median and interquartile range of a measured time, both in seconds."""

    median: float
    iqr: float


def parameter_count(model: nn.Module) -> int:
    """Count the parameters, including frozen ones; a shared one counts once.

    Buffers, such as the running statistics of a batch normalization, do not count.
    """
    return sum(parameter.numel() for parameter in model.parameters())


def nonzero_count(model: nn.Module) -> int:
    """Count the parameters that are not exactly zero, as ``parameter_count`` does."""
    return sum(int(torch.count_nonzero(value)) for value in model.parameters())


@torch.no_grad()
def mac_count(model: nn.Module, example: Any) -> int:
    """Count the multiply–accumulate operations of a forward pass over ``example``.

    ``example`` is a batch, usually of shape (1, 1, 28, 28), or a tuple or dict of
    inputs (see ``calling``). Counted from shapes by PyTorch's FlopCounterMode, which
    counts a multiplication and an addition as two; half of that is reported. It ignores
    biases and nonlinearities, it cannot see zeros, and on the CPU it leaves out the two
    products inside ``scaled_dot_product_attention``. Raises ValueError for an example
    that does not fit the model, and for layers whose products it does not see at all.
    """
    for name, module in model.named_modules():
        if isinstance(module, NOT_COUNTED):
            raise ValueError(
                f"layer {name or 'model'!r} must have MACs that can be counted, "
                f"got {type(module).__name__}"
            )
    if not isinstance(example, tuple | Mapping):
        tensor("example", example)
    with (
        evaluating(model),
        _attention_step_by_step(),
        FlopCounterMode(display=False) as counter,
    ):
        call(model, example, "example")
    return int(counter.get_total_flops()) // 2


@contextmanager
def _attention_step_by_step() -> Iterator[None]:
    """Disable PyTorch's fused attention layers, whose arithmetic is not counted."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


def file_size(path: str | Path) -> int:
    """Return the size of a file in bytes, as the file system reports it."""
    return Path(path).stat().st_size


def float32_state(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights and buffers as stored: float32, integers unchanged.

    A tensor with two names appears as two copies. Raises ValueError for a finite
    number that overflows float32.
    """
    stored, seen = {}, set[int]()
    for name, value in model.state_dict(keep_vars=True).items():
        kept = as_float32(name, value)
        # safetensors does not allow two names for one tensor
        stored[name] = kept.clone() if id(value) in seen else kept.contiguous()
        seen.add(id(value))
    return stored


def as_float32(name: str, value: Tensor) -> Tensor:
    """Return a tensor in float32, integers unchanged; ValueError if it overflows."""
    kept = value.detach()
    if value.is_floating_point():
        kept = kept.to(torch.float32)
    if not_finite(kept) > not_finite(value):
        raise ValueError(
            f"{name} must fit into float32, got sizes up to {value.abs().max():.3g}"
        )
    return kept


def saved_size(model: nn.Module) -> int:
    """Return the bytes of a float32 safetensors file of the model, with its header.

    A shared tensor counts once, as in ``parameter_count``.
    """
    with _saved(model) as path:
        return file_size(path)


def zipped_size(model: nn.Module) -> int:
    """Return the bytes of the file of ``saved_size`` in a zip archive.

    Compressed by deflate, as ordinary zip programs do, at the highest level. Another
    version of zlib may find a slightly different size.
    """
    with _saved(model) as path:
        archive = path.with_suffix(".zip")
        with ZipFile(archive, "w", ZIP_DEFLATED, compresslevel=9) as zipped:
            zipped.write(path, path.name)
        return file_size(archive)


@contextmanager
def _saved(model: nn.Module) -> Iterator[Path]:
    names = dict(model.named_parameters(remove_duplicate=False))
    again = names.keys() - dict(model.named_parameters()).keys()
    tensors = {n: t for n, t in float32_state(model).items() if n not in again}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        save_file(tensors, path)
        yield path


def latency(fn: Callable[[], Any], *, min_run_time: float = 0.5) -> Timing:
    """Measure the time of one call of ``fn``: median and interquartile range in s.

    Warms up, then repeats in blocks for at least ``min_run_time`` seconds, on as
    many threads as torch is set to. Uses ``torch.utils.benchmark``.
    """
    min_run_time = number("min_run_time", min_run_time, above=0)
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
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Measure the time of one call of each function, interleaved, in seconds.

    Median and interquartile range over the rounds of ``interleaved_times``.
    """
    times = interleaved_times(
        functions, rounds=rounds, min_round_time=min_round_time, clock=clock
    )
    low, median, high = (times.quantile(q) for q in (0.25, 0.5, 0.75))
    return {name: Timing(median[name], high[name] - low[name]) for name in functions}


def fair_clock() -> Callable[[], float]:
    """Return the clock, in seconds, by which PyTorch's computations are compared.

    Where PyTorch uses one thread, this is the thread's processor time, without what
    other programs take: a busy machine interrupts long calls more often than short
    ones, which biases ratios. Otherwise, it is the time on the wall.
    """
    alone = PRECISE and torch.get_num_threads() == 1
    return time.thread_time if alone else time.perf_counter


def interleaved_times(
    functions: Mapping[str, Callable[[], Any]],
    *,
    rounds: int = 15,
    min_round_time: float = 0.02,
    clock: Callable[[], float] = time.perf_counter,
) -> pd.DataFrame:
    """Measure the time of one call of each function, in seconds, one row per round.

    In each round every function, a column, is called for at least about
    ``min_round_time`` seconds; every other round in reverse order. A machine that
    changes its speed then affects all functions alike, and ``times["a"] / times["b"]``
    compares measurements of the same round: its median is the speedup of b over a, its
    range the uncertainty. ``clock`` returns seconds, as that of ``fair_clock`` does.
    """
    rounds = integer("rounds", rounds, 1)
    min_round_time = number("min_round_time", min_round_time, above=0)
    timers = {name: Timer(fn, timer=clock) for name, fn in functions.items()}
    calls = dict.fromkeys(timers, 1)
    for name, timer in timers.items():
        timer.timeit(1)  # warms up
        # doubled each time, because a single slow call is not representative
        while timer.timeit(calls[name]) < min_round_time:
            calls[name] *= 2
    rows = []
    for round_number in range(rounds):
        order = list(timers) if round_number % 2 == 0 else list(reversed(timers))
        rows.append({name: timers[name].timeit(calls[name]) for name in order})
    return pd.DataFrame(rows, columns=list(timers)) / pd.Series(calls)
