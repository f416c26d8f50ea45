"""The small vision transformer of chapter 04; makes ``transformer-0``.

python -m recipes.transformer      (about 8 minutes on one core)
"""

import torch

from course_lib.augmentation import random_affine
from course_lib.data import load_mnist
from course_lib.models import TinyTransformer
from course_lib.training import fit, seed_everything
from recipes.common import write

COMMAND = "python -m recipes.transformer"
SETTINGS = {"epochs": 30, "batch_size": 128, "learning_rate": 1e-3}
CHANGES = {"degrees": 10.0, "scale": 0.1, "shift": 0.08}


def main() -> None:
    """Train and write one checkpoint."""
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    seed_everything(0)
    model = TinyTransformer()
    change = random_affine(**CHANGES)
    history = fit(model, train, validation, seed=0, augment=change, **SETTINGS)
    write("transformer-0", model, history, COMMAND, seed=0, augment=CHANGES, **SETTINGS)


if __name__ == "__main__":
    main()
