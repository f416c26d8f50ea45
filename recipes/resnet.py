"""The small residual network of chapter 04; makes ``resnet-0``.

python -m recipes.resnet      (about 5 minutes on one core)
"""

import torch

from course_lib.augmentation import random_affine
from course_lib.data import load_mnist
from course_lib.models import TinyResNet
from course_lib.training import fit, seed_everything
from recipes.common import write

COMMAND = "python -m recipes.resnet"
SETTINGS = {"epochs": 20, "batch_size": 128, "learning_rate": 2e-3}
CHANGES = {"degrees": 10.0, "scale": 0.1, "shift": 0.08}


def main() -> None:
    """Train and write one checkpoint."""
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    seed_everything(0)
    model = TinyResNet()
    change = random_affine(**CHANGES)
    history = fit(model, train, validation, seed=0, augment=change, **SETTINGS)
    write("resnet-0", model, history, COMMAND, seed=0, augment=CHANGES, **SETTINGS)


if __name__ == "__main__":
    main()
