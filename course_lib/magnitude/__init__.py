"""Magnitude pruning: small weights become zeros, and the shape stays.

The steps are separate functions: scores (by default |weight|) → masks → application.
Masks are plain data, ``dict[str, BoolTensor]``, keyed by parameter name and True
where a weight is kept. Only weights of linear and convolutional layers and of
attention are pruned, never biases or normalizations. Setting weights to zero changes
no shape: a smaller file needs a sparse format, and speed a kernel that skips zeros.
"""

from course_lib.magnitude.application import (
    apply_masks,
    masked,
    sensitivity_scan,
    sparsity_of,
)
from course_lib.magnitude.networks import (
    Masks,
    global_magnitude_masks,
    layerwise_masks,
    random_masks,
)
from course_lib.magnitude.schedules import (
    GradualSchedule,
    KeepMasks,
    prune_gradually,
    prune_iteratively,
    prune_one_shot,
    tune_masked,
)
from course_lib.magnitude.scores import input_scores
from course_lib.magnitude.selection import magnitude_mask, n_m_mask, threshold_mask
from course_lib.magnitude.sparse_gpt import input_products, prune_sparse_gpt, sparse_gpt
from course_lib.magnitude.weights import left_dense, nonzero_weights, prunable_weights

__all__ = [
    "GradualSchedule",
    "KeepMasks",
    "Masks",
    "apply_masks",
    "global_magnitude_masks",
    "input_products",
    "input_scores",
    "layerwise_masks",
    "left_dense",
    "magnitude_mask",
    "masked",
    "n_m_mask",
    "nonzero_weights",
    "prunable_weights",
    "prune_gradually",
    "prune_iteratively",
    "prune_one_shot",
    "prune_sparse_gpt",
    "random_masks",
    "sensitivity_scan",
    "sparse_gpt",
    "sparsity_of",
    "threshold_mask",
    "tune_masked",
]
