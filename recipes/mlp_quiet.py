"""The network of chapter 02 trained so that most of its neurons fall silent.

python -m recipes.mlp_quiet --seed 0      (about 2 minutes on one core)

The same shape, epochs, optimizer and seed as ``recipes.mlp_plain``; the only
difference is a log-sum penalty on the hidden activations during part of the
training. CONTRIBUTING.md says which others were tried.
"""

import argparse

import torch

from course_lib.activation import activation_penalty
from course_lib.data import load_mnist
from course_lib.models import MLP
from course_lib.training import fit, seed_everything
from recipes.common import write
from recipes.mlp_plain import SETTINGS, WIDTHS

PENALTY = {"weight": 3e-4, "scale": 0.05, "peak": 0.2, "hold": 0.5, "end": 0.5}


def main() -> None:
    """Train and write one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    seed_everything(seed)
    model = MLP(WIDTHS)
    loss = activation_penalty(**PENALTY)
    history = fit(model, train, validation, seed=seed, loss=loss, **SETTINGS)
    command = f"python -m recipes.mlp_quiet --seed {seed}"
    how = {"seed": seed, "penalty": PENALTY, **SETTINGS}
    write(f"mlp-quiet-{seed}", model, history, command, **how)


if __name__ == "__main__":
    main()
