"""The network of chapter 02 trained without a penalty, as the control.

python -m recipes.mlp_plain      (about 5 minutes on one core)

Writes the checkpoint ``mlp-plain-0`` and the predictions of seeds 0, 1 and 2 as
``predictions/mlp-plain``: three sets of weights would cost 12 MB more.
"""

from functools import partial

from course_lib.models import MLP
from recipes.common import answers_of, train_network, write, write_answers

COMMAND = "python -m recipes.mlp_plain"
WIDTHS = (784, 1024, 512, 256, 10)
SETTINGS = {"epochs": 8, "batch_size": 256, "learning_rate": 1e-3}


def main() -> None:
    """Train three seeds; write one checkpoint and all predictions."""
    answers = {}
    for seed in (0, 1, 2):
        model, history = train_network(partial(MLP, WIDTHS), seed, SETTINGS)
        if seed == 0:
            write("mlp-plain-0", model, history, COMMAND, seed=seed, **SETTINGS)
        answers |= answers_of(model, seed)
    write_answers("mlp-plain", answers, COMMAND)


if __name__ == "__main__":
    main()
