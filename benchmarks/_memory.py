"""Time and memory, for the benchmarks in this folder (Linux)."""

import ctypes
import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path


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


def measure(run: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds, and the peak of additional megabytes during the call."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(
        0
    )  # otherwise freed memory would hide new memory
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
