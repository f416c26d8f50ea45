"""LeNet-5 with plain training; makes the checkpoints ``lenet5-SEED``.

python -m recipes.lenet5 --seed 0      (about 4 minutes on one core)
"""

from course_lib.models import LeNet5
from recipes.common import seed_from_command_line, train_network, write

SETTINGS = {"epochs": 15, "batch_size": 128, "learning_rate": 1e-3}


def main() -> None:
    """Train the network and write its checkpoint."""
    seed = seed_from_command_line(__doc__)
    model, history = train_network(LeNet5, seed, SETTINGS)
    command = f"python -m recipes.lenet5 --seed {seed}"
    write(f"lenet5-{seed}", model, history, command, seed=seed, **SETTINGS)


if __name__ == "__main__":
    main()
