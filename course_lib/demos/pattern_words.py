"""The text of the demo of six patterns: the task, the figures, and the verdict."""

from __future__ import annotations

from course_lib.demos.pattern_race import NONE, WHOLE, Race
from course_lib.demos.patterns import (
    BATCH,
    DENSE,
    PATTERNS,
    SIDE,
    UNSTRUCTURED,
    compute,
)

MEANINGS = {
    "unstructured": "the smallest weights\nbecome zeros",
    "2:4": "two of every four\nbecome zeros",
    "row": "whole outputs\nbecome zeros",
    "filter": "whole outputs\nare cut out",
    "head": "groups of outputs\nare cut out",
    "block": "whole squares\nbecome zeros",
}
TASK = f"""**Which one gets faster?** A layer of {SIDE} × {SIDE} weights multiplies a
batch of {BATCH}. Each of six patterns removes a share of its weights, the smallest
first; 2:4 always removes half. Which one will be at least a quarter faster on this
machine than the whole layer with the dense kernel? Name one, none, or all."""
CAPTION = f"""Bytes and MACs (for a batch of {BATCH}) are counted; times were measured
here, with the patterns taking turns: the fastest of several rounds. For every output
that is cut out, the next layer also loses one column. 2:4 owes its speed to the sparse
tensor cores of some GPUs (Mishra et al. 2021); a CPU has none, so here it only halves
the number of weights."""
WHY_DENSE = """The dense kernel multiplies by zero as it does by any other number; it
has less to do only where outputs are cut out."""


def before(pattern: str, ratio: float, kernel: str) -> str:
    """Return the readout before a guess."""
    return (
        f"{pattern}, {100 * ratio:g}% to remove, {kernel} kernel: 0 of "
        f"{len(PATTERNS)} patterns measured. Commit to a guess first."
    )


def sentence(race: Race, pattern: str) -> str:
    """Return one pattern's figures as text for the readout."""
    outcome = compute(pattern, race.ratio)
    return (
        f"{pattern}, {outcome.removed:.1f}% removed, {race.kernel} kernel: "
        f"{outcome.kept:,} of {outcome.mask.size:,} weights left · "
        f"{outcome.stored_bytes:,} "
        f"bytes ({outcome.stored_as}) instead of {outcome.dense_bytes:,} · "
        f"{outcome.macs(race.kernel):,} MACs, {outcome.useful_macs:,} of them "
        "useful · "
        f"{race.speeds[pattern].faster:.2f} times as fast as the whole layer"
    )


def table(race: Race, chosen: str) -> str:
    """Return all six patterns as a Markdown table; an arrow marks the chosen one."""
    head = ("removed", "bytes", "stored as", "MACs done", "useful", "ms")
    lines = [f"| pattern | {' | '.join(head)} | times as fast |"]
    lines.append("|---|--:|--:|---|--:|--:|--:|--:|")
    for name in PATTERNS:
        out, speed = compute(name, race.ratio), race.speeds[name]
        mark = f"**→ {name}**" if name == chosen else name
        lines.append(
            f"| {mark} | {out.removed:.1f}% | {out.stored_bytes:,} | "
            f"{out.stored_as} | {out.macs(race.kernel):,} | {out.useful_macs:,} | "
            f"{speed.ms:.3f} | {speed.faster:.2f} |"
        )
    macs, ms = out.whole_macs, race.speeds[WHOLE].ms
    lines.append(
        f"| {WHOLE} | 0.0% | {out.dense_bytes:,} | dense | {macs:,} | {macs:,} | "
        f"{ms:.3f} | 1.00 |"
    )
    return "\n".join(lines)


def verdict(race: Race, guess: str, sure: int) -> str:
    """Return the guess, the measurement, and an explanation, as Markdown."""
    found = ", ".join(race.winners()) or NONE
    right = "right" if race.holds(guess) else "wrong"
    price = race.price_of_a_mac(UNSTRUCTURED)
    why_sparse = (
        "The sparse kernel skips zeros but has to find each weight: one of its MACs "
        f"(unstructured) took {price:.1f} times as long as one of the dense kernel’s. "
        "For this kernel, outputs that are cut out and outputs of zeros are alike."
    )
    return (
        f"**Your guess: {guess}, {sure}% sure.** At least a quarter faster: "
        f"**{found}**. Your guess was {right}. "
        f"{WHY_DENSE if race.kernel == DENSE else why_sparse}"
    )
