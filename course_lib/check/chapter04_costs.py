"""Checks of chapter 04, fourth part: arithmetic, and the time it explains."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show
from course_lib.measure import mac_count

SIZE = 6  # rows and columns of the maps that the first convolution reads


@exercise(
    chapter="04",
    section=4,
    title="Half the channels, how much of the work?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M7",
    room="Math",
)
def macs_after(answer: Answer, rng: np.random.Generator) -> None:
    """Halves first, then networks of any widths; the small layers are counted."""
    cases = [([6, 8, 4, 2], [4, 2])]
    for layers in (3, 4):
        widths = [int(n) for n in rng.integers(8, 20, size=layers + 1)]
        kept = [int(rng.integers(1, width // 2)) for width in widths[1:-1]]
        cases.append((widths, kept))
    for widths, kept in cases:
        # convolutions first, linear layers behind them
        kinds = ["conv"] * (len(widths) // 2) + ["linear"] * (len(widths) // 2)
        _check_macs(answer, widths, kept, kinds[: len(widths) - 1])


def _check_macs(
    answer: Answer, widths: list[int], kept: list[int], kinds: list[str]
) -> None:
    per_pair = _count([1] * len(widths), kinds)
    came = answer(widths=widths, per_pair=per_pair, kept=kept)
    small = [widths[0], *kept, widths[-1]]
    wanted = _count(small, kinds)
    values = answer.numbers(came, "the MACs of each layer")
    if values.size == 1 and values == sum(wanted):
        answer.fail(
            "returns-total",
            "That is the sum. Return one number for each layer: only there it shows "
            "who saves how much.",
            came=show(came),
            expected=f"{len(wanted)} numbers",
        )
    if values.shape == (len(kept) - 1,):
        answer.fail(
            "off-by-one",
            "There are two layers more: the one that reads the inputs and the one "
            "that gives the outputs of the network.",
            came=f"{len(values)} numbers",
            expected=f"{len(wanted)} numbers",
        )
    answer.expect(
        answer.shaped(came, "the MACs of each layer", (len(wanted),)),
        wanted,
        _mac_slips(widths, kept, kinds, wanted),
        expected="the MACs of each layer of the small network, as torch counts them "
        "once it is built",
        hint=f"The small network has the widths {small}. How many pairs of units has "
        "its first layer? How many has the second?",
    )


def _count(widths: list[int], kinds: list[str]) -> list[int]:
    """The MACs of each layer, built and counted."""
    counts = []
    # "meta" has shapes but no numbers: the learner's random state stays as it is
    with torch.device("meta"):
        for i, kind in enumerate(kinds):
            layer: nn.Module = nn.Linear(widths[i], widths[i + 1])
            example = torch.zeros(1, widths[i])
            if kind == "conv":
                layer = nn.Conv2d(widths[i], widths[i + 1], 3, padding=1)
                size = SIZE // (i + 1)
                example = torch.zeros(1, widths[i], size, size)
            counts.append(mac_count(layer, example))
    return counts


def _mac_slips(
    widths: list[int], kept: list[int], kinds: list[str], wanted: list[int]
) -> list[Slip]:
    before = np.array(_count(widths, kinds))
    outputs = np.divide([*kept, widths[-1]], widths[1:])
    inputs = np.divide([widths[0], *kept], widths[:-1])
    share = sum(kept) / sum(widths[1:-1])
    removed = [w - k for w, k in zip(widths[1:-1], kept, strict=True)]
    one_side = "You made each layer smaller on one side. A layer between two pruned "
    one_side += "ones loses what it puts out and also what it reads."
    return [
        Slip("M7", before * outputs, one_side),
        Slip("M7", before * inputs, one_side),
        Slip(
            "M7",
            before * share,
            "Every layer keeps the same share here. But a pair of units is left only "
            "if both of its ends are: how many pairs are that between two halves?",
        ),
        Slip(
            "ends-shrink",
            before * share**2,
            "Every layer shrinks on both sides here. The inputs and outputs of the "
            "network do not: the pixels stay, and so do the classes.",
        ),
        Slip(
            "M1",
            before,
            "That is the arithmetic before the cut. Units that are gone are not "
            "multiplied any more.",
        ),
        Slip(
            "kept-not-removed",
            _count([widths[0], *removed, widths[-1]], kinds),
            "The list kept says how many stay, not how many go.",
        ),
        Slip(
            "pairs-not-macs",
            wanted / np.array(_count([1] * len(widths), kinds)),
            "Those are the pairs of units. A filter runs over the whole map: look up "
            "how often each pair is multiplied.",
        ),
        Slip(
            "returns-share",
            wanted / before,
            "Those are shares of what there was. Return the MACs themselves.",
        ),
        Slip(
            "flops",
            2 * np.array(wanted),
            "That is twice too many: one multiplication with its addition is one MAC. "
            "(Counted apart they are two FLOPs.)",
        ),
    ]


@exercise(
    chapter="04",
    section=5,
    title="The time that arithmetic does not explain",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M3",
    room="Measure",
)
def fit_overhead(answer: Answer, rng: np.random.Generator) -> None:
    """Overhead and rate are drawn first, the times made so that they fit best."""
    for noise, count in ((0.0, 4), (0.1, 6), (0.2, 9)):
        macs = rng.permutation(np.linspace(1, 4, count) + rng.uniform(0, 0.2, count))
        macs = np.round(macs * 1e6)
        overhead, rate = rng.uniform(2e-3, 4e-3), rng.uniform(0.5e9, 1.5e9)
        times = overhead + macs / rate
        times += noise * np.ptp(macs / rate) * _off_every_line(macs, rng)
        came = answer(macs=macs, times=times)
        names = ("overhead", "rate")
        pair = [
            answer.number(part, f"the {name}")
            for name, part in zip(names, answer.parts(came, names), strict=True)
        ]
        answer.expect(
            pair,
            (overhead, rate),
            _line_slips(macs, times, overhead, rate),
            tolerance=1e-6,
            expected="the overhead in seconds and the rate in MACs per second of the "
            "line that comes closest to all times",
            hint="Draw the points: MACs to the right, seconds upwards. Where does the "
            "line meet the axis, and by how much does it rise for one MAC?",
        )


def _off_every_line(macs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise up to 1 that no line over ``macs`` explains any part of."""
    lines = np.linalg.qr(np.stack([np.ones(len(macs)), macs], axis=1))[0]
    noise = rng.uniform(-1, 1, size=len(macs))
    noise -= lines @ (lines.T @ noise)
    return np.asarray(noise / np.abs(noise).max())


def _line_slips(
    macs: np.ndarray, times: np.ndarray, overhead: float, rate: float
) -> list[Slip]:
    ratio = "You divided each number of MACs by its time, or all by all. Part of every "
    ratio += "time is overhead, which does no arithmetic."
    origin = "Your line goes through the origin, as if no arithmetic took no time. But "
    origin += "starting a layer costs time, however small it is."
    two = "Your line goes through two of the measurements and ignores the others. Each "
    two += "time is a little off: let all of them have a say."
    deviations = macs - macs.mean(), times - times.mean()
    swapped = (deviations[0] @ deviations[1]) / (deviations[1] @ deviations[1])
    slips = [
        Slip("order", (rate, overhead), "The other order, please: overhead first."),
        Slip(
            "order",
            (1 / rate, overhead),
            "That is the slope, then the overhead. We want the other order, and the "
            "rate in MACs per second.",
        ),
        Slip(
            "slope-not-rate",
            (overhead, 1 / rate),
            "The slope says how many seconds for one MAC. The rate is the other way "
            "round: how many MACs in a second.",
        ),
        Slip(
            "milliseconds",
            (1000 * overhead, rate),
            "The overhead is a thousand times too large. The times are in seconds.",
        ),
    ]
    ratios = (np.mean(macs / times), np.sum(macs) / np.sum(times))
    slips += [Slip("average-ratio", (None, value), ratio) for value in ratios]
    slips += [
        Slip("M3", (None, (macs @ macs) / (macs @ times)), origin),
        Slip("M3", (0, None), origin),
        Slip(
            "swapped-axes",
            (None, swapped),
            "You fitted the MACs from the time. The MACs are exact; what is a little "
            "off is the time, so the line has to come close to the times.",
        ),
        Slip(
            "fastest-as-overhead",
            (times.min(), None),
            "You took the shortest time as the overhead. But the smallest network "
            "does arithmetic too.",
        ),
    ]
    for i, j in ((0, -1), (np.argmin(macs), np.argmax(macs))):
        through = (macs[j] - macs[i]) / (times[j] - times[i])
        slips.append(Slip("two-points", (None, through), two))
    return slips
