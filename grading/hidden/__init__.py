"""Hidden checks: properties of right answers beyond those of the visible checks.

They run in the grader's own process and never reach a learner or a submission.
``FURTHER`` maps each exercise to its properties; importing a chapter fills it.
"""

from grading.hidden import (
    chapter01,
    chapter01_costs,
    chapter02,
    chapter02_surgery,
    chapter03,
    chapter03_step,
    chapter04,
    chapter04_costs,
    chapter05,
    chapter05_bytes,
    chapter05_values,
)
from grading.hidden.core import FURTHER, Further

__all__ = [
    "FURTHER",
    "Further",
    "chapter01",
    "chapter01_costs",
    "chapter02",
    "chapter02_surgery",
    "chapter03",
    "chapter03_step",
    "chapter04",
    "chapter04_costs",
    "chapter05",
    "chapter05_bytes",
    "chapter05_values",
]
