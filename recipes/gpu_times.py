"""Times on a GPU, dense, masked, 2:4 and smaller; makes ``studies/gpu_times.csv``.

python -m recipes.gpu_times      (minutes; needs a GPU, and has not been run yet)

One row per model, way, precision and batch size: ``ms`` is the median over the rounds,
``iqr`` their interquartile range, in ms per batch, the answer waited for each time.
``machine`` names the GPU, ``torch`` the version. ``2:4`` is a linear layer with two of
every four weights, multiplied by cuSPARSELt; it has no rows in a precision or a shape
that the library does not accept.
"""

import argparse
import csv
import platform
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib import magnitude
from course_lib.files import atomic_write
from course_lib.measure import Timing, interleaved_latency, parameter_count
from course_lib.models import load_checkpoint
from recipes.common import FOLDER

PATH = FOLDER / "studies" / "gpu_times.csv"
COLUMNS = ("model", "way", "precision", "batch", "ms", "iqr", "machine", "torch")
BATCHES = (1, 16, 64, 256, 1024, 4096)
PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16}
SIDE = 4096  # of the linear layer
Timer = Callable[[Mapping[str, Callable[[], Any]]], dict[str, Timing]]


def lenet5_ways() -> dict[str, nn.Module]:
    """Return LeNet-5 dense, shrunk, and masked to as few weights as the shrunk one."""
    dense, shrunk = load_checkpoint("lenet5-0"), load_checkpoint("lenet5-shrunk-0")
    share = 1 - parameter_count(shrunk) / parameter_count(dense)
    masks = magnitude.global_magnitude_masks(dense, share)
    return {"dense": dense, "masked": magnitude.masked(dense, masks), "shrunk": shrunk}


def linear_ways(side: int) -> dict[str, nn.Module]:
    """Return a linear layer dense, with half of its weights in two ways, and halved."""
    torch.manual_seed(0)
    dense = nn.Linear(side, side)
    masks = {
        "masked": magnitude.magnitude_mask(dense.weight.detach(), 0.5),
        "2:4": magnitude.n_m_mask(dense.weight.detach(), 2, 4),
    }
    ways = {way: magnitude.masked(dense, {"weight": m}) for way, m in masks.items()}
    return {"dense": dense, **ways, "shrunk": nn.Linear(side, side // 2)}


def on_device(model: nn.Module, way: str, device: str, dtype: torch.dtype) -> nn.Module:
    """Return the model there, with the 2:4 weights in the format of cuSPARSELt."""
    model = model.to(device, dtype).eval().requires_grad_(False)
    if way == "2:4":
        assert isinstance(model, nn.Linear)
        compressed = torch.sparse.to_sparse_semi_structured(model.weight)
        model.weight = nn.Parameter(compressed, requires_grad=False)
    return model


def waited_for(model: nn.Module, images: Tensor) -> Callable[[], None]:
    """Return a function that computes the answer and waits until it is there."""

    @torch.no_grad()
    def call() -> None:
        model(images)
        if images.is_cuda:
            torch.cuda.synchronize()

    return call


def rows(device: str, timer: Timer, side: int = SIDE) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table, in the order of ``COLUMNS``."""
    on_gpu = device.startswith("cuda")
    machine = torch.cuda.get_device_name() if on_gpu else platform.processor()
    makes = {
        "LeNet-5": (lenet5_ways, (1, 28, 28)),
        f"linear {side} × {side}": (lambda: linear_ways(side), (side,)),
    }
    for model, (make, shape) in makes.items():
        for precision, dtype in PRECISIONS.items():
            ways = {}
            for way, network in make().items():
                try:
                    ways[way] = on_device(network, way, device, dtype)
                except (RuntimeError, NotImplementedError) as error:
                    print(f"{model}, {way}, {precision}: {error}", flush=True)
            for batch in BATCHES:
                images = torch.rand(batch, *shape, device=device).to(dtype)
                calls = {way: waited_for(m, images) for way, m in ways.items()}
                for way, (median, iqr) in timer(calls).items():
                    ms = (f"{1e3 * median:.4f}", f"{1e3 * iqr:.4f}")
                    yield model, way, precision, batch, *ms, machine, torch.__version__


def write_table(
    path: Path, device: str, timer: Timer = interleaved_latency, side: int = SIDE
) -> None:
    """Time everything on the device and write the table."""
    with atomic_write(path) as partial, partial.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows(device, timer, side))


def main() -> None:
    """Write the table of this machine's GPU."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("torch.cuda.is_available() is False: no GPU to time")
    write_table(PATH, "cuda")
    print(f"{PATH.name}: written")


if __name__ == "__main__":
    main()
