"""The network of chapter 02 trained so that most of its neurons become inactive.

python -m recipes.mlp_quiet --seed 0      (about 2 minutes on one core)

Shape, epochs, optimizer and seed are those of ``recipes.mlp_plain``; the only
difference is two penalties on the hidden activations: an L1 penalty in the first fifth,
while the network decides which neurons to use, then a log-sum penalty that deactivates
weakly active neurons. docs/experiments.md lists what else was tried.
"""

from functools import partial

from course_lib.activation_regularization import activation_penalty, penalized
from course_lib.models import MLP
from recipes.common import seed_from_command_line, train_network, write
from recipes.mlp_plain import SETTINGS, WIDTHS

PENALTIES = (
    {"weights": (1e-3,) * 3, "peak": 0, "hold": 0.2, "end": 0.2},
    {"weights": (2.5e-4, 6e-4, 5e-4), "scale": 0.05, "peak": 0.2, "hold": 0.6,
     "end": 0.6},
)  # fmt: skip


def main() -> None:
    """Train the network and write its checkpoint."""
    seed = seed_from_command_line(__doc__)
    loss = penalized(*(activation_penalty(**kind) for kind in PENALTIES))
    make = partial(MLP, WIDTHS)
    model, history = train_network(make, seed, {**SETTINGS, "loss": loss})
    command = f"python -m recipes.mlp_quiet --seed {seed}"
    how = {"seed": seed, "penalties": PENALTIES, **SETTINGS}
    write(f"mlp-quiet-{seed}", model, history, command, **how)


if __name__ == "__main__":
    main()
