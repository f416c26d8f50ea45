"""Time and memory, for the benchmarks beside this file (Linux)."""

import ctypes
import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path


def resident() -> int:
    """Bytes of memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def keep_memory() -> None:
    """Keep what is freed, up to 32 MB a piece, instead of fetching it anew.

    Otherwise it depends on all that ran before whether a forward pass also waits for
    the operating system: a fifth of LeNet-5's time at a batch of 256.
    """
    libc = ctypes.CDLL("libc.so.6")
    mmap_threshold, trim_threshold = -3, -1  # as malloc.h numbers them
    libc.mallopt(mmap_threshold, 2**25)
    libc.mallopt(trim_threshold, 2**31 - 1)


def measure(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and the peak of megabytes that the call added."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # or freed memory would hide new memory
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
