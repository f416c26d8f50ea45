"""The cost of one threshold for a network, compared with torch.nn.utils.prune.

python benchmarks/global_masks.py [--sparsity 0.9] [--repeats 5]

The same task for all, on a copy of a float32 network: find the masks of the smallest
weights over all layers and set these weights to zero. The peers are
``prune.global_unstructured`` and the threshold from ``torch.kthvalue``. All run
interleaved in one process; each result is compared with ours. Prints pairwise ratios of
times, and the peak memory that each adds.
"""

import argparse
import copy
from functools import partial

import torch
from _memory import Measured, compared, measure
from torch import nn
from torch.nn.utils import prune

from course_lib.magnitude import apply_masks, global_magnitude_masks, prunable_weights
from course_lib.measure import parameter_count
from course_lib.models import MLP, Network, TinyTransformer
from course_lib.training import seed_everything


def by_magnitude(model: Network, sparsity: float) -> object:
    """Use ours: masks, then zeros in place."""
    masks = global_magnitude_masks(model, sparsity)
    apply_masks(model, masks)
    return masks


def by_global_unstructured(model: Network, sparsity: float) -> object:
    """Use PyTorch's, which keeps the weights, a float mask, and their product."""
    names = [name.removesuffix(".weight") for name in prunable_weights(model)]
    pairs = [(model.get_submodule(name), "weight") for name in names]
    prune.global_unstructured(pairs, prune.L1Unstructured, amount=sparsity)
    return pairs


@torch.no_grad()
def by_kthvalue(model: Network, sparsity: float) -> object:
    """Use the simplest code, which prunes all ties at the threshold."""
    weights = prunable_weights(model).values()
    sizes = torch.cat([weight.abs().flatten() for weight in weights])
    threshold = sizes.kthvalue(round(sparsity * len(sizes))).values
    masks = [weight.abs() > threshold for weight in weights]
    for weight, mask in zip(weights, masks, strict=True):
        weight.masked_fill_(~mask, 0)
    return masks


METHODS = {
    "global_magnitude_masks": by_magnitude,
    "global_unstructured": by_global_unstructured,
    "kthvalue": by_kthvalue,
}


@torch.no_grad()
def differences(ours: Network, theirs: Network, names: list[str]) -> int:
    """Count the weights that only one of the two has set to zero."""
    count = 0
    for name in names:
        # a plain tensor after pruning by PyTorch, no longer a parameter
        weight = theirs.get_submodule(name.removesuffix(".weight")).weight
        count += int(((ours.get_parameter(name) == 0) != (weight == 0)).sum())
    return count


def compare(model: Network, sparsity: float, repeats: int) -> None:
    """Print one row per method."""
    names = list(prunable_weights(model))
    results: dict[str, list[Measured]] = {}
    pruned: dict[str, nn.Module] = {}
    for repeat in range(repeats + 1):  # the first is the warm-up
        for key, method in METHODS.items():
            pruned[key] = copy.deepcopy(model)
            row = measure(partial(method, pruned[key], sparsity))
            if repeat:
                results.setdefault(key, []).append(row)
                pruned.clear()
        if not repeat:
            ours = pruned["global_magnitude_masks"]
            others = {k: differences(ours, p, names) for k, p in pruned.items()}
            pruned.clear()
            del ours
    count = parameter_count(model)
    print(f"{count / 1e6:.1f} million parameters")
    for key, rows in results.items():
        seconds, ratios, peak = compared(rows, results["global_magnitude_masks"])
        print(
            f"  {key:24s} {1000 * seconds:7.1f} ms, {ratios} × ours, {peak}, "
            f"{others[key]} weights otherwise"
        )


def main() -> None:
    """Compare on two networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sparsity", type=float, default=0.9)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    seed_everything(0)
    threads = torch.get_num_threads()
    print(f"float32, {threads} thread(s), sparsity {options.sparsity}")
    networks = {
        "MLP 784-4096-4096-1024-10": lambda: MLP((784, 4096, 4096, 1024, 10)),
        "transformer, 8 blocks of width 512": lambda: TinyTransformer(
            512, (8,) * 8, (2048,) * 8, head_width=64
        ),
    }
    for name, make in networks.items():
        print(name, end=": ", flush=True)
        compare(make(), options.sparsity, options.repeats)


if __name__ == "__main__":
    main()
