"""The small residual network of chapter 04; makes ``resnet-0``.

python -m recipes.resnet      (about 5 minutes on one core)
"""

from course_lib.models import TinyResNet
from recipes.common import train_on_augmented_images

COMMAND = "python -m recipes.resnet"
SETTINGS = {"epochs": 20, "batch_size": 128, "learning_rate": 2e-3}
CHANGES = {"degrees": 10.0, "scale": 0.1, "shift": 0.08}


def main() -> None:
    """Train the network and write its checkpoint."""
    train_on_augmented_images("resnet-0", TinyResNet, COMMAND, SETTINGS, CHANGES)


if __name__ == "__main__":
    main()
