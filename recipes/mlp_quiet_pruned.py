"""The fine-tuned networks of chapter 02: their answers.

python -m recipes.mlp_quiet_pruned      (about 2 minutes on one core)

Each ``mlp-quiet-SEED`` loses 92 and 96% of its parameters by score and is fine-tuned
on its own answers, in float64, with the lines that the page shows and runs for one of
them. Only the predictions ship, as ``predictions/mlp-quiet-pruned``.
"""

from course_lib.activation import activation_statistics
from course_lib.data import load_mnist
from course_lib.experiments import prune_by_score
from course_lib.models import load_checkpoint
from course_lib.training import fit, seed_everything, soft_labels
from recipes.common import answers_of, write_answers

COMMAND = "python -m recipes.mlp_quiet_pruned"
SETTINGS = {"epochs": 4, "learning_rate": 2e-3}


def main() -> None:
    """Prune and fine-tune three seeds, twice each; write their predictions."""
    train, answers = load_mnist("train"), {}
    for seed in (0, 1, 2):
        seed_everything(seed)
        large = load_checkpoint(f"mlp-quiet-{seed}")
        statistics = activation_statistics(large, train.first(10_000))
        lessons = soft_labels(large, train)
        for percent in (92, 96):
            small = prune_by_score(large, statistics, percent / 100)
            fit(small, lessons, None, seed=seed, **SETTINGS)
            answers |= answers_of(small, seed, f"{percent}-")
    write_answers("mlp-quiet-pruned", answers, COMMAND)


if __name__ == "__main__":
    main()
