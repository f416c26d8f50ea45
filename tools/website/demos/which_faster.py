"""Chapter 04's demo of six patterns on the web: exact counts, and one committed race.

The race ran on the machine that the data name, in float32 on one thread.
"""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import numpy as np
import torch

from course_lib import controls
from course_lib.demos import pattern_race, patterns, which_faster
from course_lib.demos import pattern_words as words
from course_lib.figures.patterns import CLOSE_UP, TILE, _typical_corner
from tools.website.machine import machine

ROUNDS = 60  # the fastest counts, and the machine may be busy
THERE = "the machine that built this page"
BLOCKS = patterns.SIDE // patterns.BLOCK_SIDE


def data() -> dict[str, Any]:
    """Return ``counts()`` and the times of a new race, ``race[kernel][ratio]``."""
    times = {
        kernel: [race(ratio, kernel) for ratio in patterns.RATIOS]
        for kernel in patterns.KERNELS
    }
    return counts() | {"race": times, "machine": machine("torch", "numpy", "numba")}


def counts() -> dict[str, Any]:
    """Return the words, and what is counted of every state."""
    states = {name: [state(name, ratio) for ratio in patterns.RATIOS]
              for name in patterns.PATTERNS}  # fmt: skip
    pattern, ratio, kernel = which_faster.START
    return {
        "question": which_faster.QUESTION,
        "task": _prose(words.TASK, "on this machine", f"on {THERE}"),
        "caption": _prose(words.CAPTION, "measured here", f"measured on {THERE}"),
        "whyDense": " ".join(words.WHY_DENSE.split()),
        "meanings": [
            [name, words.MEANINGS[name].split("\n"), _bits(mask)]
            for name, mask in _toys().items()
        ],
        "cut": patterns.CUT,
        "ratios": patterns.RATIOS,
        "kernels": patterns.KERNELS,
        "guesses": pattern_race.GUESSES,
        "start": {"share": ratio, "kernel": kernel, "pattern": pattern},
        "side": patterns.SIDE,
        "batch": patterns.BATCH,
        "faster": pattern_race.FASTER,
        "whole": pattern_race.WHOLE,
        "states": states,
    }


def state(pattern: str, ratio: float) -> dict[str, Any]:
    """Return what remains of the layer, and its mask as far as it is drawn.

    Bits are packed and in base64: a close-up of 32 × 32 weights ``from`` a row and a
    column, and which ``rows`` or ``blocks`` of 32 × 32 weights stay, where they do as
    a whole.
    """
    outcome = patterns.compute(pattern, ratio)
    tiles = outcome.mask.reshape(patterns.SIDE // TILE, TILE, -1, TILE)
    row, column = _typical_corner(tiles.sum(axis=(1, 3)))
    part = outcome.mask[row : row + CLOSE_UP, column : column + CLOSE_UP]
    found = {
        "kept": outcome.kept,
        "rows": outcome.shape[0],
        "as": outcome.stored_as,
        "bytes": outcome.stored_bytes,
        "closeUp": _bits(part),
        "from": [row, column],
    }
    if pattern in (patterns.ROW, *patterns.CUT):
        found["wholeRows"] = _bits(outcome.mask[:, 0])
    if pattern == patterns.BLOCK:
        side = patterns.BLOCK_SIDE
        found["wholeBlocks"] = _bits(outcome.mask[::side, ::side])
    return found


def race(ratio: float, kernel: str) -> dict[str, float]:
    """Measure milliseconds per batch, the full layer's first."""
    times = pattern_race.measure_times(ratio, kernel, rounds=ROUNDS)
    return {
        name: float(f"{speed.ms:.4g}")
        for name, speed in pattern_race.speeds(times).items()
    }


def _toys() -> dict[str, np.ndarray]:
    """Return the masks that the demo explains the patterns with, 8 × 8."""
    rng = np.random.default_rng(54)
    toy = torch.from_numpy(rng.standard_normal((8, 8), dtype=np.float32))
    make = partial(patterns.pattern_mask, toy, ratio=0.5, head_rows=2, block_side=2)
    return {name: make(name).numpy() for name in patterns.PATTERNS}


def _bits(mask: np.ndarray) -> str:
    return base64.b64encode(np.packbits(mask)).decode()


def _prose(markdown: str, here: str, there: str) -> str:
    """Return a text as HTML that says where the times of the page are from."""
    line = " ".join(markdown.split())
    if here not in line:
        raise ValueError(f"markdown must have {here!r}, got {markdown!r}")
    return controls.html(line.replace(here, there))
