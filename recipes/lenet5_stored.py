"""LeNet-5 in a file of six kilobytes; makes ``stored/lenet5-SEED.pruned``.

python -m recipes.lenet5_stored    (about 40 minutes on one core, three seeds)

1. A dense network is trained on slightly rotated, scaled and shifted images; it is the
   teacher of the others (distillation).
2. The most important 8 of 20 filters, 24 of 50 filters and 120 of 500 neurons are kept.
3. Weights are pruned gradually to a fixed number per layer: with one ranking for all
   layers, the small first and last ones would lose too many.
4. Weights are shared, and the centroids are tuned and rounded to float16.
5. All weights return to their positions among the 431 080 parameters of LeNet-5.

The predictions of the dense teachers, and of the networks before weight sharing, ship
as ``predictions/lenet5-stored``.
"""

import torch
from torch import Tensor

from course_lib import storage
from course_lib.augmentation import random_affine
from course_lib.data import Split, load_mnist
from course_lib.magnitude import apply_masks, magnitude_mask, prunable_weights
from course_lib.models import LeNet5
from course_lib.structured import remove_units, select_units, taylor_scores
from course_lib.training import Callback, State, fit, seed_everything, soft_labels
from recipes.common import write_answers, write_stored

COMMAND = "python -m recipes.lenet5_stored"
TEACHING = {"epochs": 30, "learning_rate": 2e-3}
CHANGES = {"degrees": 10.0, "scale": 0.1, "shift": 0.08}
SMALLER = {"degrees": 7.0, "scale": 0.07, "shift": 0.056}  # for the student
COPIES = 8  # of the training set, each augmented once and labeled by the teacher once
UNITS = {"conv1": 1 - 8 / 20, "conv2": 1 - 24 / 50, "fc1": 1 - 120 / 500}
WEIGHTS = {"conv1": 130, "conv2": 1200, "fc1": 4300, "fc2": 500}
PRUNING = {"epochs": 8, "learning_rate": 3e-3}
BITS = {"conv1": 4, "conv2": 4, "fc1": 3, "fc2": 4}  # weights; biases have 4, too
TUNING = {"epochs": 1, "learning_rate": 5e-4}


class PruneByLayer(Callback):
    """Prunes every layer to its own number of weights, gradually every 50 steps.

    As in ``GradualSchedule``, over the first half of the training.
    """

    masks: dict[str, Tensor]

    def after_step(self, state: State) -> None:
        """Prune further at some steps, and keep pruned weights at zero."""
        if state.step % 50 == 0 or state.step == 1:
            left = (1 - min(2 * state.step / state.steps, 1)) ** 3
            self.masks = {}
            for name, weight in prunable_weights(state.model).items():
                final_count = WEIGHTS[name.removesuffix(".weight")]
                kept = final_count + left * (weight.numel() - final_count)
                sparsity = 1 - kept / weight.numel()
                self.masks[name] = magnitude_mask(weight.detach(), sparsity)
        apply_masks(state.model, self.masks)


def distillation_data(teacher: LeNet5, train: Split, seed: int) -> Split:
    """Return augmented copies of the training set with soft labels by the teacher."""
    generator, change = torch.Generator().manual_seed(seed), random_affine(**SMALLER)
    images, labels = [], []
    for _ in range(COPIES):
        parts = [change(part, generator) for part in train.images.split(1000)]
        images.append(torch.cat(parts))
        labels.append(soft_labels(teacher, Split(images[-1], train.labels)).labels)
    return Split(torch.cat(images), torch.cat(labels))


def expanded(small: LeNet5, keep: dict[str, Tensor]) -> LeNet5:
    """Return LeNet-5 of the usual shape, whose other units are all zero."""
    model = LeNet5()
    pixels, classes = torch.ones(1, dtype=torch.bool), torch.ones(10, dtype=torch.bool)
    sides = {
        "conv1": (keep["conv1"], pixels),
        "conv2": (keep["conv2"], keep["conv1"]),
        "fc1": (keep["fc1"], keep["conv2"].repeat_interleave(4 * 4)),
        "fc2": (classes, keep["fc1"]),
    }
    with torch.no_grad():
        for name, (rows, columns) in sides.items():
            layer, own = model.get_submodule(name), small.get_submodule(name)
            places = torch.outer(rows, columns)
            layer.weight.zero_()[places] = own.weight.flatten(0, 1)
            layer.bias.zero_()[rows] = own.bias
    return model.eval()


def main() -> None:
    """Make three networks; write their files and the predictions of earlier steps."""
    train, answers = load_mnist("train", torch.float32), {}
    for seed in (0, 1, 2):
        seed_everything(seed)
        teacher = LeNet5()
        change = random_affine(**CHANGES)
        fit(teacher, train, None, seed=seed, augment=change, **TEACHING)
        lessons = distillation_data(teacher, train, seed)
        importance = taylor_scores(teacher, train.first(5000))
        keep = select_units(importance, UNITS)
        small = remove_units(teacher, keep)
        some = Split(lessons.images[:100_000], lessons.labels[:100_000])
        fit(small, some, None, epochs=2, seed=seed, learning_rate=2e-3)
        fit(small, lessons, None, seed=seed, callbacks=[PruneByLayer()], **PRUNING)
        bits = {f"{n}.weight": b for n, b in BITS.items()}
        bits |= {f"{n}.bias": 4 for n in BITS}
        shared = storage.share_weights(small, bits)
        with storage.tied(shared, bits):
            fit(shared, lessons, None, seed=seed, **TUNING)
        shared = storage.share_weights(shared, bits, codebook="float16")
        model, sparse = (expanded(m, keep) for m in (shared, small))
        answers |= write_stored("lenet5", seed, teacher, sparse, model)
    write_answers("lenet5-stored", answers, COMMAND)


if __name__ == "__main__":
    main()
