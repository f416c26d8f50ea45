"""Claims of the plain-language page of chapter 00, measured on our networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from course_lib import magnitude, structured
from course_lib.data import Split, load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.evidence.shapes import BLANK
from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.models import MLP, Network, load_checkpoint
from course_lib.training import fit, predictions, seed_everything


def points_lost_by_the_small_lenet_5(
    answers: str | Mapping[str, Tensor] = "lenet5-shrunk", labels: Tensor | None = None
) -> float:
    """Test error of the pruned LeNet-5 minus that of the large one, in points.

    Both are trained equally long after pruning; means of three seeds.
    """
    small, large = (mean_error(answers, way, labels) for way in ("l1-", "dense-"))
    return small - large


def mislabeled_images() -> tuple[Split, Split]:
    """Return 1,000 training images, 100 of them with a false label; and those 100."""
    few, drawn = load_mnist("train").first(1000), torch.Generator().manual_seed(0)
    labels = few.labels.clone()
    false = torch.randperm(len(labels), generator=drawn)[:100]
    labels[false] = (labels[false] + torch.randint(1, 10, (100,), generator=drawn)) % 10
    return Split(few.images, labels), Split(few.images[false], labels[false])


def trained_to_memorize(split: Split) -> MLP:
    """Return 784-300-100-10 after 60 epochs on a few images."""
    seed_everything(0)
    model = MLP((784, 300, 100, 10), dtype=torch.float64)
    fit(model, split, None, epochs=60, seed=0, batch_size=100, progress=False)
    return model


def memorizing_model() -> tuple[MLP, Split]:
    """Return a model that memorized ``mislabeled_images``, and the false labels."""
    mislabeled, false = mislabeled_images()
    return trained_to_memorize(mislabeled), false


def percent_still_remembered(
    model: Network | None = None, false: Split | None = None
) -> float:
    """Percent of memorized false labels that are still predicted after pruning.

    A network learns 1 000 images, 100 of them with a false label, for 60 epochs; then
    the smallest 70% of its weights are pruned. These labels cannot be guessed, so a
    model that predicts them knows them from the training images.
    """
    if model is None or false is None:
        model, false = memorizing_model()
    known, left = remembered(model, false, 0.7)
    return 100 * left.sum().item() / known.sum().item()


def remembered(model: Network, false: Split, sparsity: float) -> tuple[Tensor, Tensor]:
    """Return which false labels a model predicts, and which also after pruning."""
    pruned = magnitude.masked(model, magnitude.global_magnitude_masks(model, sparsity))
    known, left = (predictions(m, false) == false.labels for m in (model, pruned))
    return known, known & left


def macs_left_without_half_of_the_neurons(model: Network | None = None) -> float:
    """Percent of LeNet-5's MACs that are left without half of its 500 neurons."""
    model = model or load_checkpoint("lenet5-0")
    importance = structured.weight_norms(model, p=1)
    keep = structured.select_units(importance, {"fc1": 0.5})
    smaller = structured.remove_units(model, keep)
    return 100 * mac_count(smaller, BLANK) / mac_count(model, BLANK)


def times_longer_with_zeros(
    large: Network | None = None,
    small: Network | None = None,
    size: Callable[[nn.Module], int] = saved_size,
) -> float:
    """How many times longer LeNet-5's file is with zeros than without these units.

    The smaller shape against the same number of weights left in the large one. ``size``
    returns the bytes of a network's file, by default an ordinary one.
    """
    large = large or load_checkpoint("lenet5-0")
    small = small or load_checkpoint("lenet5-shrunk-0")
    sparsity = 1 - parameter_count(small) / parameter_count(large)
    masks = magnitude.global_magnitude_masks(large, sparsity)
    return size(magnitude.masked(large, masks)) / size(small)
