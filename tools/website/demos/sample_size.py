"""Data of *How sure is an accuracy?*: the right answers in each random sample."""

from __future__ import annotations

from typing import Any

from course_lib.demos.gallery import entry
from course_lib.demos.sample_size import AXES, KEYS, SIZES, Sample, compute, inputs
from tools.website.controls import declared


def data() -> dict[str, Any]:
    """Return a state by size: ``right`` answers, the first one's interval, words."""
    (correct,) = entry("sample_size").arguments()
    samples = [compute(correct, size) for size in SIZES]
    spans = f"Dots, random samples: {'; '.join(map(_span, samples))}."
    return {
        "controls": declared(inputs()),
        "axes": AXES,
        "keys": KEYS,
        "overall": samples[0].overall,
        "samples": [
            {
                "right": [round(one * sample.size / 100) for one in sample.accuracies],
                "interval": sample.intervals[0],
                "sentence": sample.sentence(),
                "alt": f"{spans} Marked: {sample.size:,} images, "
                "with the interval of the first sample.",
            }
            for sample in samples
        ],
    }


def _span(sample: Sample) -> str:
    found = sample.accuracies
    return f"{sample.size:,} images, {min(found):.2f} to {max(found):.2f}%"
