"""How much of the saved arithmetic becomes saved time, and where the rest goes.

python benchmarks/latency_against_macs.py [--rounds 15] [--batches 1,256]

LeNet-5, the small residual network and the small transformer as they ship, in
float32: unchanged; without a quarter, half and three quarters of the units of every
layer (l1 norm, ``remove_units``); and masked, with as many zeros as those have fewer
parameters. All variants run interleaved in one process, each in the faster of two
memory formats. Prints ratios to the full network: median and range of the rounds.
Then LeNet-5 step by step – what a step takes beyond its share if all had become
faster as the MACs became fewer; "one unit" is the floor, a network of one filter or
neuron per layer – and with widths that fill the machine's vectors.
"""

import argparse
import os

import pandas as pd
import torch
from _memory import keep_memory
from torch import Tensor

from course_lib import latency, magnitude, structured
from course_lib.data import load_mnist
from course_lib.measure import interleaved_times, mac_count, parameter_count
from course_lib.models import LeNet5, Network, load_checkpoint
from course_lib.training import seed_everything

RATIOS = (0.25, 0.5, 0.75)
NETWORKS = ("lenet5-0", "resnet-0", "transformer-0")


def shrunk(model: Network, ratio: float) -> Network:
    """Return the network without ``ratio`` of the units of every layer."""
    keep = structured.select_units(structured.weight_norms(model, p=1), ratio)
    return structured.remove_units(model, keep)


def variants(model: Network) -> dict[str, Network]:
    """Return the network unchanged, shrunk, and masked to as few parameters."""
    found = {"whole": model}
    weights = sum(w.numel() for w in magnitude.prunable_weights(model).values())
    for ratio in RATIOS:
        small = shrunk(model, ratio)
        gone = parameter_count(model) - parameter_count(small)
        masks = magnitude.global_magnitude_masks(model, gone / weights)
        found[f"{ratio:.0%} removed"] = small
        found[f"{ratio:.0%} masked"] = magnitude.masked(model, masks)
    return found


def widths() -> dict[str, Network]:
    """Return LeNet-5 with and without filters that fill the machine's vectors."""
    shapes = {"whole": (20, 50, 500), "three quarters": (15, 38, 375)}
    shapes |= {"one filter more": (16, 38, 375), "multiples of 8": (16, 40, 376)}
    return {name: LeNet5(shape[:2], shape[2]) for name, shape in shapes.items()}


def compare(networks: dict[str, Network], images: Tensor, rounds: int) -> None:
    """Print one row per network."""
    passes = latency.forward_passes(networks, images)
    times = interleaved_times(passes, rounds=rounds)
    medians, image = times.median(), images[:1].float()
    fastest = {
        key: min((f"{key}/{layout}" for layout in latency.LAYOUTS), key=medians.get)
        for key in networks
    }
    macs = {key: mac_count(model.float(), image) for key, model in networks.items()}
    for key, column in fastest.items():
        ratios = times[fastest["whole"]] / times[column]
        fewer, faster = macs["whole"] / macs[key], ratios.median()
        gain = f", {faster / fewer:.0%} of it" if fewer > 1 else ""
        print(
            f"  {key:16s} {1e3 * medians[column]:8.3f} ms "
            f"({column.partition('/')[2]}): MACs ÷ {fewer:5.2f}, time ÷ {faster:5.2f} "
            f"({ratios.min():.2f}–{ratios.max():.2f}){gain}"
        )


def step_macs(model: LeNet5) -> dict[str, int]:
    """Return the MACs of each step for one image, without comparisons and copies."""
    first, second = model.conv1.out_channels, model.conv2.out_channels
    hidden = model.fc1.out_features
    return {
        "conv1": 24 * 24 * 25 * first,
        "conv2": 8 * 8 * 25 * first * second,
        "fc1 and relu": 4 * 4 * second * hidden,
        "fc2": hidden * 10,
    }


def steps(images: Tensor, rounds: int) -> None:
    """Print where LeNet-5 spends what its MACs do not explain.

    Between the steps is Python, and what a step alone does not wait for because its
    input is still in the cache.
    """
    model = load_checkpoint("lenet5-0")
    small = {f"{ratio:.0%}": shrunk(model, ratio) for ratio in RATIOS}
    networks = {"whole": model, **small, "one unit": LeNet5((1, 1), 1)}
    table = 1e3 * latency.lenet5_parts(networks, images, rounds=rounds)  # microseconds
    total = table.loc["whole"]
    table = table.drop("whole")
    table.loc["between the steps"] = total - table.sum()
    macs = pd.DataFrame({key: step_macs(m) for key, m in networks.items()})
    for key in small:
        fewer = macs["whole"].sum() / macs[key].sum()
        rows = pd.DataFrame({"whole": table["whole"], "small": table[key]})
        rows["one unit"] = table["one unit"]
        rows["MACs ÷"] = macs["whole"] / macs[key]
        rows["time ÷"] = rows["whole"] / rows["small"]
        # time of each step in excess of what its MACs predict
        rows["beyond"] = rows["small"] - rows["whole"] / fewer
        rows.loc["all"] = rows.sum()
        rows.loc["all", "MACs ÷"] = fewer
        rows.loc["all", "time ÷"] = total["whole"] / total[key]
        print(f"  {key} of the units removed, microseconds per batch:")
        print(rows.round(2).to_string(na_rep=""))


def main() -> None:
    """Compare three networks at each batch size and number of threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--batches", default="1,256")
    options = parser.parse_args()
    seed_everything(0)
    keep_memory()
    images = load_mnist("test").images
    for threads in sorted({1, os.cpu_count() or 1}):
        torch.set_num_threads(threads)
        for batch in map(int, options.batches.split(",")):
            for name in NETWORKS:
                print(f"{name}, batch {batch}, {threads} thread(s), float32")
                networks = variants(load_checkpoint(name))
                compare(networks, images[:batch], options.rounds)
            print(f"LeNet-5 of other widths, batch {batch}, {threads} thread(s)")
            compare(widths(), images[:batch], options.rounds)
            print(f"lenet5-0 step by step, batch {batch}, {threads} thread(s)")
            steps(images[:batch], options.rounds)


if __name__ == "__main__":
    main()
