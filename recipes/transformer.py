"""The small vision transformer of chapter 04; makes ``transformer-0``.

python -m recipes.transformer      (about 8 minutes on one core)
"""

from course_lib.models import TinyTransformer
from recipes.common import train_on_augmented_images

COMMAND = "python -m recipes.transformer"
SETTINGS = {"epochs": 30, "batch_size": 128, "learning_rate": 1e-3}
CHANGES = {"degrees": 10.0, "scale": 0.1, "shift": 0.08}


def main() -> None:
    """Train the network and write its checkpoint."""
    train_on_augmented_images(
        "transformer-0", TinyTransformer, COMMAND, SETTINGS, CHANGES
    )


if __name__ == "__main__":
    main()
