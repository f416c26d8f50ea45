"""Claims of chapter 06, from the study of the pruned sentence encoder.

The networks do not ship: they would take 40 megabytes each. What ships is the rank at
which each of 971 queries finds its document (``encoder_ranks``) and one row of figures
per network (``encoder``); ``benchmarks/encoder.py`` makes both.
"""

from __future__ import annotations

import pandas as pd

from course_lib.models import load_study


def mrr(network: str, ranks: pd.DataFrame | None = None) -> float:
    """Mean reciprocal rank of a network of the study, in percent."""
    ranks = load_study("encoder_ranks") if ranks is None else ranks
    return float(100 * (1 / ranks[network]).mean())


def change_at_half_the_weights(ranks: pd.DataFrame | None = None) -> float:
    """Change in MRR, in points, when SparseGPT prunes half of the encoder's weights."""
    return mrr("50% SparseGPT", ranks) - mrr("unpruned", ranks)


def wanda_above_magnitude(ranks: pd.DataFrame | None = None) -> float:
    """MRR of Wanda minus that of magnitude pruning, in points, at 70% sparsity."""
    return mrr("70% Wanda", ranks) - mrr("70% magnitude", ranks)


def change_at_half_the_arithmetic(ranks: pd.DataFrame | None = None) -> float:
    """Relative change of the encoder's MRR at half of its MACs, in percent."""
    return 100 * (mrr("ours, half", ranks) / mrr("unpruned", ranks) - 1)


def layers_above_units(ranks: pd.DataFrame | None = None) -> float:
    """MRR of dropping three layers minus that of removing units, in points.

    At equal MACs; the units are those of ``ours, half``.
    """
    return mrr("three layers dropped", ranks) - mrr("ours, half", ranks)


def gain_of_folding_means(table: pd.DataFrame | None = None) -> float:
    """Gain in mean cosine to the unpruned encoder from folding the units' means.

    At half of the arithmetic; the same score chooses the units.
    """
    table = load_study("encoder") if table is None else table
    cosine = table.set_index("network")["cosine"]
    score = "activation × outgoing norm"
    return float(cosine[f"{score}, means folded"] - cosine[score])
