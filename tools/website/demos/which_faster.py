"""Chapter 04's demo of six patterns on the web: exact counts, and one committed race.

The race ran on the machine that the data name, in float32 on one thread.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from course_lib import controls
from course_lib.demos import pattern_race, patterns, which_faster
from course_lib.demos import pattern_words as words
from course_lib.demos.pattern_race import Race, Speed
from course_lib.figures.patterns import CLOSE_UP, TILE, _typical_corner
from course_lib.page.guess import SURE
from tools.website.controls import percent, self_labeled
from tools.website.machine import in_words, machine

ROUNDS = 60  # the fastest counts, and the machine may be busy
THERE = "the machine that built this page"
HERE = (
    "Measured just now: loops in JavaScript on one thread, one vector at a time; "
    "medians of 7 samples of at least 200 runs. This is not the kernel of the table "
    "above, which multiplies a batch."
)
# milliseconds by kernel, ratio, and product
Times = Mapping[str, Sequence[Mapping[str, float]]]


def data() -> dict[str, Any]:
    """Run the race of every ratio and kernel, and return ``as_data`` of it."""
    times = {
        kernel: [race(ratio, kernel) for ratio in patterns.RATIOS]
        for kernel in patterns.KERNELS
    }
    return as_data(times, machine("torch", "numpy", "numba"))


def as_data(times: Times, measured_on: dict[str, Any]) -> dict[str, Any]:
    """Return the words of every state with these times, and what is drawn of it."""
    states = {name: [state(name, ratio) for ratio in patterns.RATIOS]
              for name in patterns.PATTERNS}  # fmt: skip
    pattern, ratio, kernel = which_faster.START
    return {
        "question": which_faster.QUESTION,
        "task": _prose(words.TASK, "on this machine", f"on {THERE}"),
        "caption": _prose(words.CAPTION, "measured here", f"measured on {THERE}"),
        "meanings": [
            [name, words.MEANINGS[name].split("\n"), _bits(mask)]
            for name, mask in _toys().items()
        ],
        "cut": patterns.CUT,
        "ratios": patterns.RATIOS,
        "sure": [[f"{stop}%", stop] for stop in SURE],
        "guesses": self_labeled(pattern_race.GUESSES),
        "controls": [
            ["share", "slider", "share to remove", percent(patterns.RATIOS), ratio],
            ["kernel", "choice", "kernel", self_labeled(patterns.KERNELS), kernel],
            [
                "pattern",
                "menu",
                "pattern to look at",
                self_labeled(patterns.PATTERNS),
                pattern,
            ],
        ],
        "side": patterns.SIDE,
        "states": states,
        "head": _cells(words.table(_race(patterns.RATIOS[0], kernel, times), ""))[0],
        "said": {
            kernel: [_said(_race(ratio, kernel, times)) for ratio in patterns.RATIOS]
            for kernel in patterns.KERNELS
        },
        "ms": times,
        "machine": measured_on,
        "measured": f"Measured on {in_words(measured_on)}.",
        "here": HERE,
    }


def state(pattern: str, ratio: float) -> dict[str, Any]:
    """Return what remains of the layer, and the part of its mask that is drawn.

    Bits are packed and in base64: a close-up of 32 × 32 weights ``from`` a row and a
    column, and which rows or blocks stay, if they stay as a ``whole``, with
    their number ``across``.
    """
    outcome = patterns.compute(pattern, ratio)
    tiles = outcome.mask.reshape(patterns.SIDE // TILE, TILE, -1, TILE)
    row, column = _typical_corner(tiles.sum(axis=(1, 3)))
    part = outcome.mask[row : row + CLOSE_UP, column : column + CLOSE_UP]
    found = {
        "kept": outcome.kept,
        "rows": outcome.shape[0],
        "closeUp": _bits(part),
        "from": [row, column],
    }
    if pattern in (patterns.ROW, *patterns.CUT):
        found |= {"whole": _bits(outcome.mask[:, 0]), "across": 1}
    if pattern == patterns.BLOCK:
        side = patterns.BLOCK_SIDE
        blocks = outcome.mask[::side, ::side]
        found |= {"whole": _bits(blocks), "across": len(blocks)}
    return found


def race(ratio: float, kernel: str, rounds: int = ROUNDS) -> dict[str, float]:
    """Measure milliseconds per batch, the full layer's first."""
    times = pattern_race.measure_times(ratio, kernel, rounds=rounds)
    return {
        name: float(f"{speed.ms:.4g}")
        for name, speed in pattern_race.speeds(times).items()
    }


def _race(ratio: float, kernel: str, times: Times) -> Race:
    """Return the race that these milliseconds are from."""
    ms = times[kernel][patterns.RATIOS.index(ratio)]
    whole = ms[pattern_race.WHOLE]
    return Race(ratio, kernel, {name: Speed(t, whole / t) for name, t in ms.items()})


def _said(run: Race) -> dict[str, Any]:
    """Return the sentences, the table's rows and the verdict on every guess."""
    guess = next(filter(run.holds, pattern_race.GUESSES))
    verdict = " ".join(words.verdict(run, guess, 0).split())
    return {
        "sentences": {name: words.sentence(run, name) for name in patterns.PATTERNS},
        "rows": _cells(words.table(run, ""))[2:],
        "right": list(filter(run.holds, pattern_race.GUESSES)),
        # the same for every guess: what was found, and why
        "found": verdict.partition(" sure.** ")[2].partition(" Your guess was ")[0],
        "why": verdict.partition(" Your guess was right. ")[2],
    }


def _cells(table: str) -> list[list[str]]:
    """Return the cells of a Markdown table, one list per line."""
    return [line.strip("| ").split(" | ") for line in table.splitlines()]


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
