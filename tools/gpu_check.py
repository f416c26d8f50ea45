"""`python -m tools.gpu_check`: what must not, and what may, differ on a GPU.

First, with the GPU present and unused: the solutions print what is stored, and every
claim that is measured comes out as expected. Second, the switch: a network that was
moved to the GPU is trained, measured and pruned there, and comes out alike. Needs
PyTorch and what the course needs, but no Jupyter.
"""

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import torch

from course_lib.activation import activation_statistics, remove_neurons, select_neurons
from course_lib.claims import load_claims
from course_lib.data import load_mnist
from course_lib.magnitude import KeepMasks, apply_masks, global_magnitude_masks
from course_lib.models import MLP
from course_lib.training import accuracy, fit, seed_everything
from tools.settings import ROOT

IGNORED = "nbval-ignore-output"
NEAR = 0.003  # a fraction: the GPU adds in a different order, which training amplifies
SAME_MASK = 0.999  # of the positions; weights of nearly the same size may change places


def stored_differences(path: Path) -> list[str]:
    """Run a solution's code in this process; list cells that print something else."""
    scope: dict = {"__name__": "__main__"}
    found = []
    for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"]):
        if cell["cell_type"] != "code":
            continue
        # only the first cell has a magic, after its test for Colab
        code = "".join(cell["source"]).replace("    %pip", "    pass  # %pip")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"{path.name}, cell {number}", "exec"), scope)
        streams = [o for o in cell["outputs"] if o.get("name") == "stdout"]
        stored = "".join("".join(output["text"]) for output in streams)
        ignored = IGNORED in cell["metadata"].get("tags", [])
        if not ignored and printed.getvalue() != stored:
            found.append(f"{path.name}, cell {number}: printed {printed.getvalue()!r}")
    torch.set_default_dtype(torch.float32)  # a solution may have set another number
    return found


def claim_differences() -> list[str]:
    """List the measured claims that lie outside their tolerance here."""
    found = []
    for name, claim in load_claims().items():
        if claim.check is None:
            continue
        value = claim.measure()
        if abs(value - claim.expected) > claim.tolerance:
            found.append(f"claim {name}: {value}, not {claim.expected}")
    return found


def switched(device: str) -> dict:
    """Train, measure and prune a network on a device; return the results on the CPU."""
    train, validation = load_mnist("train"), load_mnist("validation")
    seed_everything(0)
    model = MLP([784, 300, 100, 10], dtype=torch.float64).to(device)
    history = fit(model, train, validation, epochs=2, seed=0, progress=False)
    statistics = activation_statistics(model, validation)
    keep = select_neurons(statistics, 0.3, 0.6)
    smaller = remove_neurons(model, keep, fold_mean_of=statistics)
    masks = global_magnitude_masks(model, 0.8)
    apply_masks(model, masks)
    holding = KeepMasks(masks)
    fit(model, train, None, epochs=1, seed=1, callbacks=[holding], progress=False)
    revived = [model.get_parameter(n)[~m].count_nonzero() for n, m in masks.items()]
    return {
        "devices": {parameter.device.type for parameter in model.parameters()},
        "trained": history.rows[-1]["validation_accuracy"],
        "smaller": accuracy(smaller, validation),
        "pruned": accuracy(model, validation),
        "revived": int(sum(revived)),
        "masks": torch.cat([mask.flatten().cpu() for mask in masks.values()]),
        "neurons": {name: int(mask.sum()) for name, mask in keep.items()},
    }


def switch_differences(device: str) -> list[str]:
    """List where training on the device differs from the CPU."""
    here, there = switched("cpu"), switched(device)
    found = []
    if there["devices"] != {torch.device(device).type}:
        found.append(f"trained on {there['devices']}, not on {device}")
    if there["revived"]:
        found.append(f"{there['revived']} pruned weights came back on {device}")
    for name in ("trained", "smaller", "pruned"):
        print(f"accuracy, {name}: {here[name]:.4f} (CPU), {there[name]:.4f} ({device})")
        if abs(here[name] - there[name]) > NEAR:
            found.append(f"accuracy {name}: {there[name]}, on the CPU {here[name]}")
    same = (here["masks"] == there["masks"]).double().mean().item()
    print(f"masks alike: {same:.5f}; neurons kept: {here['neurons']} (CPU), "
          f"{there['neurons']} ({device})")  # fmt: skip
    if same < SAME_MASK:
        found.append(f"only {same:.4f} of the masks' positions are alike")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run all checks, print their times and what is wrong; 1 if anything is."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.gpu_check", description=__doc__
    )
    parser.add_argument("--device", default="cuda", help="cuda; cpu tries the script")
    options = parser.parse_args(arguments)
    if options.device != "cpu" and not torch.cuda.is_available():
        print("torch.cuda.is_available() is False: no GPU to check", file=sys.stderr)
        return 1
    print(f"torch {torch.__version__}, GPU: {torch.cuda.is_available()}", flush=True)
    solutions = sorted((ROOT / "solutions").glob("*.ipynb"))
    checks = {path.name: (stored_differences, path) for path in solutions}
    checks |= {
        "claims": (claim_differences,),
        "switch": (switch_differences, options.device),
    }
    problems = []
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        os.environ["COURSE_WORK"] = folder  # no user's answers are touched
        for name, (check, *given) in checks.items():
            started = time.perf_counter()
            problems += check(*given)
            print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    print("\n".join(problems) or "all is as on a machine without a GPU")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
