"""Arithmetic on numbers from papers: are they consistent?"""

from __future__ import annotations


def depgraph_gain_by_subtraction(before: float = 93.53, after: float = 93.77) -> float:
    """Accuracy after minus before, in points, of ResNet-56 in Torch-Pruning's README.

    Quoted: 93.53 and 93.77 percent on CIFAR-10.
    """
    return after - before
