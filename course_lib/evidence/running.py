"""Run a check by its name, and restore the random state."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch


def measured(check: str) -> float:
    """Return the value of ``module:function``.

    Measuring a claim between two cells of a notebook changes neither the random numbers
    of the second one nor the number of threads.
    """
    module, _, name = check.partition(":")
    function: Callable[[], float] = getattr(importlib.import_module(module), name)
    with _preserved_random_state():
        return float(function())


@contextmanager
def _preserved_random_state() -> Iterator[None]:
    before, drawn = random.getstate(), np.random.get_state()
    threads = torch.get_num_threads()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(before)
        np.random.set_state(drawn)
        torch.set_num_threads(threads)
