"""Claims of chapter 04 about units, shapes and controls."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from course_lib import magnitude, structured
from course_lib.data import Split, load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.evidence.shapes import BLANK
from course_lib.evidence.training import logits_without_each
from course_lib.measure import mac_count, parameter_count
from course_lib.models import Network, load_checkpoint, load_predictions
from course_lib.training import accuracy


def lenet_5_times_fewer_macs(
    large: Network | None = None, small: Network | None = None
) -> float:
    """How many times fewer MACs the shrunk LeNet-5 needs."""
    large = large or load_checkpoint("lenet5-0")
    small = small or load_checkpoint("lenet5-shrunk-0")
    return mac_count(large, BLANK) / mac_count(small, BLANK)


def depgraph_gain_by_subtraction(before: float = 93.53, after: float = 93.77) -> float:
    """Accuracy after minus before, in points, of ResNet-56 in Torch-Pruning's README.

    Quoted: 93.53 and 93.77 percent on CIFAR-10.
    """
    return after - before


def percent_gone_when_every_layer_is_halved(model: Network | None = None) -> float:
    """Percent of LeNet-5's parameters removed with half of the units of each layer."""
    model = model or load_checkpoint("lenet5-0")
    keep = structured.select_units(structured.weight_norms(model, p=1), 0.5)
    left = parameter_count(structured.remove_units(model, keep))
    return 100 * (1 - left / parameter_count(model))


def points_that_units_cost_beyond_weights(
    model: Network | None = None, split: Split | None = None
) -> float:
    """Points lost without half of each layer's units, minus without as many weights.

    LeNet-5, 2 000 validation images, not retrained. Units are chosen by l1, the
    smallest weights by one threshold for all layers.
    """
    model = model or load_checkpoint("lenet5-0")
    split = split or load_mnist("validation").first(2000)
    keep = structured.select_units(structured.weight_norms(model, p=1), 0.5)
    smaller = structured.remove_units(model, keep)
    sparsity = 1 - parameter_count(smaller) / parameter_count(model)
    masks = magnitude.global_magnitude_masks(model, sparsity)
    masked = magnitude.masked(model, masks)
    return 100 * (accuracy(masked, split) - accuracy(smaller, split))


def points_from_scratch_behind_pruned(
    answers: str | Mapping[str, Tensor] = "lenet5-shrunk", labels: Tensor | None = None
) -> float:
    """Test error from scratch minus that of the pruned LeNet-5, in points.

    Means of three seeds.
    """
    scratch, pruned = (mean_error(answers, way, labels) for way in ("scratch-", "l1-"))
    return scratch - pruned


def luck_of_the_best_of_forty(right: Tensor | None = None) -> float:
    """How much better the best of 40 looks than the mean when all are equal, in points.

    ``right`` is which test images a network gets right, shape (N,), bool. Forty
    bootstrap samples are drawn from them, the best is taken; the mean of 50
    repetitions.
    """
    if right is None:
        right = load_predictions("mlp300")["test-0"] == load_mnist("test").labels
    right, drawn = right.double(), torch.Generator().manual_seed(0)
    best = []
    for _ in range(50):
        forty = torch.randint(len(right), (40, len(right)), generator=drawn)
        best.append(right[forty].mean(dim=1).max())
    return 100 * (torch.stack(best).mean() - right.mean()).item()


def taylor_against_removal(
    model: Network | None = None, split: Split | None = None
) -> float:
    """Correlation of Taylor scores with the squared change of the loss by removal.

    All hidden neurons of 784-300-100-10, validation split.
    """
    model = model or load_checkpoint("mlp300-0")
    split = split or load_mnist("validation")
    scores = structured.taylor_scores(model, split)
    losses = [
        cross_entropy(logits, split.labels).item()
        for logits in logits_without_each(model, split)
    ]
    estimated = pd.Series(torch.cat(list(scores.values())).numpy())
    true = (pd.Series(losses[1:]) - losses[0]) ** 2
    return float(estimated.corr(true))
