"""Claims of the plain-language page of chapter 00, measured on our networks."""

from __future__ import annotations

import torch

from course_lib import magnitude, structured
from course_lib.data import Split, load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.measure import mac_count, saved_size
from course_lib.models import MLP, load_checkpoint
from course_lib.training import fit, predictions, seed_everything


def points_lost_by_the_small_lenet_5() -> float:
    """Test error of the pruned LeNet-5 minus that of the large one, in points.

    Both are trained equally long after pruning; means of three seeds.
    """
    return mean_error("lenet5-shrunk", "l1-") - mean_error("lenet5-shrunk", "dense-")


def mislabeled_images() -> tuple[Split, Split]:
    """Return 1 000 training images, 100 of them with a false label; and those 100."""
    few, drawn = load_mnist("train").first(1000), torch.Generator().manual_seed(0)
    labels = few.labels.clone()
    false = torch.randperm(len(labels), generator=drawn)[:100]
    labels[false] = (labels[false] + torch.randint(1, 10, (100,), generator=drawn)) % 10
    return Split(few.images, labels), Split(few.images[false], labels[false])


def percent_still_remembered() -> float:
    """Percent of memorized false labels that are still predicted after pruning.

    A network learns 1 000 images, 100 of them with a false label, for 60 epochs; then
    the smallest 70 % of its weights are pruned. These labels cannot be guessed, so a
    model that predicts them knows them from the training images.
    """
    mislabeled, false = mislabeled_images()
    seed_everything(0)
    model = MLP((784, 300, 100, 10), dtype=torch.float64)
    fit(model, mislabeled, None, epochs=60, seed=0, batch_size=100, progress=False)
    pruned = magnitude.masked(model, magnitude.global_magnitude_masks(model, 0.7))
    known, left = (predictions(m, false) == false.labels for m in (model, pruned))
    return 100 * (known & left).sum().item() / known.sum().item()


def macs_left_without_half_of_the_neurons() -> float:
    """Percent of LeNet-5's MACs that are left without half of its 500 neurons."""
    model, image = load_checkpoint("lenet5-0"), load_mnist("test").images[:1]
    importance = structured.weight_norms(model, p=1)
    keep = structured.select_units(importance, {"fc1": 0.5})
    smaller = structured.remove_units(model, keep)
    return 100 * mac_count(smaller, image) / mac_count(model, image)


def bytes_left_after_shrinking() -> float:
    """Percent of LeNet-5's file that the pruned, smaller one takes, both as float32."""
    large, small = map(load_checkpoint, ("lenet5-0", "lenet5-shrunk-0"))
    return 100 * saved_size(small) / saved_size(large)
