"""Claims of chapter 04 about units, shapes and controls."""

from __future__ import annotations

import pandas as pd
import torch
from torch.nn.functional import cross_entropy

from course_lib import magnitude, structured
from course_lib.data import load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.evidence.training import logits_without_each
from course_lib.measure import mac_count, parameter_count
from course_lib.models import load_checkpoint, load_predictions
from course_lib.training import accuracy


def lenet_5_times_fewer_macs() -> float:
    """How many times fewer MACs the shrunk LeNet-5 needs."""
    image = load_mnist("test").images[:1]
    large, small = map(load_checkpoint, ("lenet5-0", "lenet5-shrunk-0"))
    return mac_count(large, image) / mac_count(small, image)


def percent_gone_when_every_layer_is_halved() -> float:
    """Percent of LeNet-5's parameters removed with half of the units of each layer."""
    model = load_checkpoint("lenet5-0")
    keep = structured.select_units(structured.weight_norms(model, p=1), 0.5)
    left = parameter_count(structured.remove_units(model, keep))
    return 100 * (1 - left / parameter_count(model))


def points_that_units_cost_beyond_weights() -> float:
    """Points lost with half of each layer's units minus with equally many weights.

    LeNet-5, 2 000 validation images, not retrained. Units are chosen by l1, the
    smallest weights by one threshold for all layers.
    """
    model, part = load_checkpoint("lenet5-0"), load_mnist("validation").first(2000)
    keep = structured.select_units(structured.weight_norms(model, p=1), 0.5)
    smaller = structured.remove_units(model, keep)
    sparsity = 1 - parameter_count(smaller) / parameter_count(model)
    masked = magnitude.masked(model, magnitude.global_magnitude_masks(model, sparsity))
    return 100 * (accuracy(masked, part) - accuracy(smaller, part))


def points_from_scratch_behind_pruned() -> float:
    """Test error from scratch minus that of the pruned LeNet-5, in points."""
    scratch = mean_error("lenet5-shrunk", "scratch-")
    return scratch - mean_error("lenet5-shrunk", "l1-")


def luck_of_the_best_of_forty() -> float:
    """How much better the best of 40 looks than the mean when all are equal, in points.

    Forty bootstrap samples are drawn from the test split, and the same network is
    evaluated on each; the mean of 50 repetitions.
    """
    labels = load_mnist("test").labels
    right = (load_predictions("mlp300")["test-0"] == labels).double()
    drawn = torch.Generator().manual_seed(0)
    best = []
    for _ in range(50):
        forty = torch.randint(len(right), (40, len(right)), generator=drawn)
        best.append(right[forty].mean(dim=1).max())
    return 100 * (torch.stack(best).mean() - right.mean()).item()


def taylor_against_removal() -> float:
    """Correlation of Taylor scores with the squared change of the loss by removal.

    All 400 hidden neurons of 784-300-100-10, validation split.
    """
    model, split = load_checkpoint("mlp300-0"), load_mnist("validation")
    scores = structured.taylor_scores(model, split)
    losses = [
        cross_entropy(logits, split.labels).item()
        for logits in logits_without_each(model, split)
    ]
    estimated = pd.Series(torch.cat([scores["fc1"], scores["fc2"]]).numpy())
    true = (pd.Series(losses[1:]) - losses[0]) ** 2
    return float(estimated.corr(true))
