"""Control of chapter 02: networks of the pruned shape, trained from scratch.

python -m recipes.mlp_small      (about 2 minutes on one core)

For each seed, a network of the shape of the page's 96 % smaller one is trained for as
many epochs as the large network and the fine-tuning together, once on the labels and
once on the large network's soft labels. Only the predictions ship, as
``predictions/mlp-small``.
"""

import torch

from course_lib.activation import activation_statistics
from course_lib.data import load_mnist
from course_lib.experiments import prune_by_score
from course_lib.models import MLP, load_checkpoint
from course_lib.training import fit, seed_everything, soft_labels
from recipes import mlp_plain, mlp_quiet_tuned
from recipes.common import answers_of, write_answers

COMMAND = "python -m recipes.mlp_small"
EPOCHS = mlp_plain.SETTINGS["epochs"] + mlp_quiet_tuned.SETTINGS["epochs"]


def main() -> None:
    """Train three seeds in two ways; write their predictions."""
    train = load_mnist("train", torch.float32)
    answers = {}
    for seed in (0, 1, 2):
        teacher = load_checkpoint(f"mlp-quiet-{seed}")
        statistics = activation_statistics(teacher, load_mnist("validation"))
        widths = prune_by_score(teacher, statistics, 0.96).widths
        soft = soft_labels(teacher.float(), train)
        for kind, lessons in (("labels", train), ("soft", soft)):
            seed_everything(seed)
            model = MLP(widths)
            fit(model, lessons, None, epochs=EPOCHS, seed=seed, learning_rate=2e-3)
            answers |= answers_of(model, seed, f"{kind}-")
    write_answers("mlp-small", answers, COMMAND)


if __name__ == "__main__":
    main()
