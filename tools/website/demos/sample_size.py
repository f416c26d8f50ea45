"""Data of *How sure is an accuracy?*: the right answers in each random sample."""

from __future__ import annotations

from typing import Any

from course_lib.demos.gallery import entry
from course_lib.demos.sample_size import SIZES, compute
from course_lib.uncertainty import Z


def data() -> dict[str, Any]:
    """Return ``right``, the counts of each size's samples, and those of all images."""
    (correct,) = entry("sample_size").arguments()
    samples = [compute(correct, size) for size in SIZES]
    return {
        "z": Z,
        "images": len(correct),
        "correct": int(correct.sum()),
        "sizes": SIZES,
        "right": [
            [round(percent * sample.size / 100) for percent in sample.accuracies]
            for sample in samples
        ],
    }
