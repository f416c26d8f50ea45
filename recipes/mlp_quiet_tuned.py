"""Control of chapter 02: what the unpruned network gains from fine-tuning alone.

python -m recipes.mlp_quiet_tuned      (about 2 minutes on one core)

Each ``mlp-quiet-SEED`` is trained as long, and on the same soft labels, as the pruned
networks on the page. Only the predictions ship, as
``predictions/mlp-quiet-tuned``.
"""

import torch

from course_lib.data import load_mnist
from course_lib.models import load_checkpoint
from course_lib.training import fit, seed_everything, soft_labels
from recipes.common import answers_of, write_answers

COMMAND = "python -m recipes.mlp_quiet_tuned"
SETTINGS = {"epochs": 4, "learning_rate": 2e-3}  # as in the lesson


def main() -> None:
    """Fine-tune three unpruned networks; write their predictions."""
    train = load_mnist("train", torch.float32)
    answers = {}
    for seed in (0, 1, 2):
        seed_everything(seed)
        model = load_checkpoint(f"mlp-quiet-{seed}", torch.float32)
        fit(model, soft_labels(model, train), None, seed=seed, **SETTINGS)
        answers |= answers_of(model, seed)
    write_answers("mlp-quiet-tuned", answers, COMMAND)


if __name__ == "__main__":
    main()
