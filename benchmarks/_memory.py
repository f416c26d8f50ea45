"""Time and memory, for the benchmarks in this folder (Linux)."""

import ctypes
import gc
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Measured = tuple[float, float]  # seconds, megabytes


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def keep_memory() -> None:
    """Keep freed blocks of up to 32 MB instead of returning them to the system.

    Otherwise it depends on earlier allocations whether a forward pass waits for the
    operating system: a fifth of LeNet-5's time at a batch of 256.
    """
    libc = ctypes.CDLL("libc.so.6")
    mmap_threshold, trim_threshold = -3, -1  # constants of malloc.h
    libc.mallopt(mmap_threshold, 2**25)
    libc.mallopt(trim_threshold, 2**31 - 1)


def measure(run: Callable[[], object]) -> Measured:
    """Return the seconds, and the peak of additional megabytes during the call."""
    gc.collect()
    # otherwise freed memory would hide new memory
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    start, peak, done = resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            peak[0] = max(peak[0], resident() - start)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begin = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - begin
    peak[0] = max(peak[0], resident() - start)
    done.set()
    watcher.join()
    del result
    return seconds, peak[0] / 1e6


def compared(
    rows: Sequence[Measured], base: Sequence[Measured], digits: int = 2
) -> tuple[float, str, str]:
    """Return median seconds, their ratios to ``base`` pair by pair, and peak megabytes.

    The last two as they are printed: median and range of the ratios, ``+12 MB``.
    """
    ratios = [row[0] / own[0] for row, own in zip(rows, base, strict=True)]
    seconds, peak = (statistics.median(each) for each in zip(*rows, strict=True))
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    words = f"{middle:5.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
    return seconds, words, f"+{peak:.0f} MB"
