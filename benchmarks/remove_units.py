"""The cost of removing units from a network, compared with Torch-Pruning.

python benchmarks/remove_units.py [--repeats 7] [--ratio 0.5]

The same task for both: from a float32 network and the units to keep, make a smaller
network and leave the original unchanged. Torch-Pruning works in place, so it is given a
copy; "in place" is the same without that copy, if the original is no longer needed. All
run interleaved in one process; each result is compared with ours. Prints pairwise
ratios of times, and the peak memory that each adds.
"""

import argparse
import copy
import warnings
from collections.abc import Callable, Mapping

import torch
import torch_pruning
from _memory import Measured, compared, measure
from torch import Tensor, nn

from course_lib.measure import parameter_count
from course_lib.models import MLP, Network, TinyResNet, TinyTransformer
from course_lib.structured import remove_units, select_units, weight_norms
from course_lib.training import seed_everything

Keep = Mapping[str, Tensor]
IMAGE = torch.zeros(1, 1, 28, 28)


def by_torch_pruning(model: Network, keep: Keep) -> nn.Module:
    """Make the same cut in place; return the network."""
    graph = torch_pruning.DependencyGraph()
    graph.build_dependency(model, IMAGE, verbose=False)
    for name, group in model.unit_groups.items():
        gone = (~keep[name]).repeat_interleave(group.rows_per_unit)
        rows = gone.nonzero().flatten().tolist()
        layer = model.get_submodule(group.producers[0])
        kind = "linear" if isinstance(layer, nn.Linear) else "conv"
        prune = getattr(torch_pruning, f"prune_{kind}_out_channels")
        graph.get_pruning_group(layer, prune, rows).prune()
    return model


def compare(model: Network, ratio: float, repeats: int) -> None:
    """Print one row per method."""
    keep = select_units(weight_norms(model, p=1), ratio)
    results: dict[str, list[Measured]] = {}
    for repeat in range(repeats + 1):  # the first is the warm-up
        spare = copy.deepcopy(model)
        runs: dict[str, Callable[[], nn.Module]] = {
            "remove_units": lambda: remove_units(model, keep),
            "Torch-Pruning on a copy": lambda: by_torch_pruning(
                copy.deepcopy(model), keep
            ),
            "Torch-Pruning in place": lambda s=spare: by_torch_pruning(s, keep),
        }
        for key, run in runs.items():
            row = measure(run)
            if repeat:
                results.setdefault(key, []).append(row)
    with torch.no_grad():
        ours, theirs = remove_units(model, keep).eval(), spare.eval()
        image = torch.rand(5, 1, 28, 28)
        torch.testing.assert_close(ours(image), theirs(image))
    before, after = parameter_count(model), parameter_count(ours)
    print(f"{before / 1e6:.1f} → {after / 1e6:.1f} million parameters")
    for key, rows in results.items():
        seconds, ratios, peak = compared(rows, results["remove_units"])
        print(f"  {key:24s} {1000 * seconds:7.1f} ms, {ratios} × remove_units, {peak}")


def main() -> None:
    """Compare on three networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--ratio", type=float, default=0.5)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module="torch_pruning")
    seed_everything(0)
    print(f"float32, {torch.get_num_threads()} thread(s), ratio {options.ratio}")
    wide, deep = (512, 1024), ((512, 512), (1024, 1024))
    networks = {
        "MLP 784-4096-4096-1024-10": lambda: MLP((784, 4096, 4096, 1024, 10)),
        "residual network, 512 and 1024 channels": lambda: TinyResNet(wide, deep),
        "transformer, 6 blocks of width 512": lambda: TinyTransformer(
            512, (8,) * 6, (2048,) * 6, head_width=64
        ),
    }
    for name, make in networks.items():
        print(name, end=": ", flush=True)
        compare(make(), options.ratio, options.repeats)


if __name__ == "__main__":
    main()
