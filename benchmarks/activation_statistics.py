"""The cost of the statistics of all hidden neurons on top of a forward pass.

python benchmarks/activation_statistics.py [--images 50000] [--repeats 5]

Runs, interleaved in one process: a forward pass that only predicts; the
streaming ``activation_statistics``; and the simplest peer, which keeps every
activation and reduces at the end. Prints pairwise ratios of times and the peak
memory that each adds.
"""

import argparse

import torch
from _memory import Measured, compared, measure

from course_lib.activation import activation_statistics
from course_lib.data import Split, load_mnist
from course_lib.models import MLP, LeNet5, Network
from course_lib.training import predictions, seed_everything


@torch.no_grad()
def keep_everything(model: Network, split: Split) -> None:
    """The peer: store all activations, then reduce."""
    kept: dict[str, list[torch.Tensor]] = {name: [] for name in model.unit_groups}
    for images in split.images.split(1000):
        for name, values in model(images, return_activations=True)[1].items():
            kept[name].append(values)
    for values in kept.values():
        activations = torch.cat(values).transpose(0, 1).flatten(1)
        (
            activations.mean(dim=1),
            activations.std(dim=1, correction=0),
            (activations == 0).sum(dim=1),
        )


def main() -> None:
    """Print one row per network and method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    seed_everything(0)
    split = load_mnist("train").first(options.images)
    print(f"{len(split.labels)} images, float64, {torch.get_num_threads()} thread(s)")
    networks = {
        "MLP 784-1024-512-256-10": MLP((784, 1024, 512, 256, 10)).double(),
        "LeNet-5": LeNet5().double(),
    }
    for name, model in networks.items():
        runs = {
            "forward": lambda m=model: predictions(m, split),
            "streaming": lambda m=model: activation_statistics(m, split),
        }
        if name.startswith("MLP"):  # LeNet-5's activations would need 6 GB
            runs["keep everything"] = lambda m=model: keep_everything(m, split)
        results: dict[str, list[Measured]] = {key: [] for key in runs}
        for run in runs.values():
            run()  # warm-up
        for _ in range(options.repeats):
            for key, run in runs.items():
                results[key].append(measure(run))
        for key, rows in results.items():
            seconds, ratios, peak = compared(rows, results["forward"])
            print(f"{name}: {key:16s} {seconds:6.2f} s, {ratios} × forward, {peak}")


if __name__ == "__main__":
    main()
