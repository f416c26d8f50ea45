"""Further properties of the answers of chapter 04: arithmetic and time."""

from __future__ import annotations

import numpy as np
import torch
from grading.hidden.core import demand, further
from torch import nn

from course_lib.check.answer import Answer, close
from course_lib.measure import mac_count


def _check_macs(
    answer: Answer,
    widths: list[int],
    per_pair: list[int],
    kept: list[int],
    wanted: list[int],
    hint: str,
) -> None:
    came = answer(widths=widths, per_pair=per_pair, kept=kept)
    macs = answer.shaped(came, "the MACs of each layer", (len(per_pair),))
    demand(answer, close(macs, wanted, 1e-9), "wrong-macs", hint, came=macs)


@further("macs_after", "nothing to remove, nothing removed, a whole layer removed")
def _extreme_cuts(answer: Answer, rng: np.random.Generator) -> None:
    a, b, c, d = (int(n) for n in rng.integers(4, 20, size=4))
    p, q, r = (int(n) for n in rng.integers(2, 50, size=3))
    hint = "A network may have no hidden layer at all. And a hidden layer may keep all "
    hint += "of its units, or none: then nothing is multiplied on either side of it."
    _check_macs(answer, [a, b], [p], [], [a * b * p], hint)
    whole = [a * b * p, b * c * q, c * d * r]
    _check_macs(answer, [a, b, c, d], [p, q, r], [b, c], whole, hint)
    _check_macs(answer, [a, b, c, d], [p, q, r], [0, c], [0, 0, whole[2]], hint)


@further("macs_after", "a deep network of large layers, built and counted")
def _real_network(answer: Answer, rng: np.random.Generator) -> None:
    hint = "For a deep network with large layers some number is wrong. Mind the layers "
    hint += "between two pruned ones, and numbers of many digits."
    widths = [3, 64, 128, 256, 512, 512, 1000]
    kept = [int(rng.integers(3 * width // 4, width)) for width in widths[1:-1]]
    small = [widths[0], *kept, widths[-1]]
    size, per_pair, wanted = 512, [], []
    with torch.device("meta"):  # shapes without numbers
        for i in range(len(small) - 1):
            counts = []
            for inputs, outputs in ((1, 1), (small[i], small[i + 1])):
                if i < 4:
                    layer: nn.Module = nn.Conv2d(inputs, outputs, 3, padding=1)
                    example = torch.zeros(1, inputs, size >> i, size >> i)
                else:
                    layer = nn.Linear(inputs, outputs)
                    example = torch.zeros(1, inputs)
                counts.append(mac_count(layer, example))
            per_pair.append(counts[0])
            wanted.append(counts[1])
    _check_macs(answer, widths, per_pair, kept, wanted, hint)


def _line(answer: Answer, macs: np.ndarray, times: np.ndarray) -> list[float]:
    names = ("overhead", "rate")
    parts = zip(names, answer.parts(answer(macs=macs, times=times), names), strict=True)
    return [answer.number(part, f"the {name}") for name, part in parts]


def _noise(rng: np.random.Generator, macs: np.ndarray) -> np.ndarray:
    """What is left of noise when the closest line is taken off. Up to 1."""
    noise = rng.normal(size=len(macs))
    noise -= np.polynomial.Polynomial.fit(macs, noise, 1)(macs)
    return np.asarray(noise / np.abs(noise).max())


@further("fit_overhead", "faster and slower machines, larger and smaller networks")
def _machines(answer: Answer, rng: np.random.Generator) -> None:
    hint = "On another machine, or for networks of another size, it is not the closest "
    hint += "line. Is there a number in your function that belongs to one machine?"
    for work, speed in ((1e3, 1e10), (1e8, 1e10), (1e10, 1e9)):
        macs = np.round(work * rng.permutation(np.linspace(1, 5, 8)))
        overhead, rate = rng.uniform(0.5, 2) * work / speed, speed * rng.uniform(1, 2)
        times = overhead + macs / rate + 0.1 * work / speed * _noise(rng, macs)
        came = _line(answer, macs, times)
        came = [came[0] / overhead, came[1] / rate]
        demand(answer, close(came, (1, 1), 1e-5), "other-machine", hint)


@further("fit_overhead", "every network measured several times")
def _repeats(answer: Answer, rng: np.random.Generator) -> None:
    hint = "Some networks were measured more often than others. Each measurement has a "
    hint += "say, the repeated ones too."
    macs = np.repeat([1e6, 2e6, 5e6, 6e6], [1, 2, 3, 7])
    macs = rng.permutation(macs)
    overhead, rate = rng.uniform(2e-3, 4e-3), rng.uniform(0.5e9, 1.5e9)
    times = overhead + macs / rate + 5e-4 * _noise(rng, macs)
    came = _line(answer, macs, times)
    demand(answer, close(came, (overhead, rate), 1e-6), "repeats", hint, came=came)


@further("fit_overhead", "no other line is closer")
def _closest(answer: Answer, rng: np.random.Generator) -> None:
    macs = rng.uniform(1e6, 9e6, size=12)
    times = 3e-3 + macs / 1e9 * rng.uniform(0.7, 1.3, size=12)
    times[0] *= 2  # somebody used the machine meanwhile
    overhead, rate = _line(answer, macs, times)
    demand(answer, rate > 0, "no-rate", "A rate is a number above zero.")
    middle = float(macs.mean())
    height, slope = overhead + middle / rate, 1 / rate
    errors = [
        float(np.sum((height * up + slope * steep * (macs - middle) - times) ** 2))
        for up, steep in ((1, 1), (1.001, 1), (0.999, 1), (1, 1.01), (1, 0.99))
    ]
    hint = "Your line, a little higher or lower, steeper or flatter, comes closer to "
    hint += "the measured times."
    demand(answer, errors[0] == min(errors), "not-closest", hint)
