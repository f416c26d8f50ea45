"""*Draw a digit*: pruned networks that answer with every stroke, in the browser.

The files of chapter 05, the WebAssembly kernels that run them, and a dense network to
prune with a slider: what ``course_lib/web/digit/draw_digit.js`` shows on the website
and, through anywidget, in a notebook.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from course_lib import web
from course_lib.data import load_mnist
from course_lib.magnitude import apply_masks, prunable_weights, threshold_mask
from course_lib.measure import file_size, nonzero_count, parameter_count
from course_lib.models import load_checkpoint
from course_lib.storage import load, save, share_weights, shipped
from course_lib.training import accuracy

NETWORKS = {"LeNet-300-100": "mlp300-0", "LeNet-5": "lenet5-0"}  # files of chapter 05
DENSE, BITS = "mlp300-0", 8  # a checkpoint, and bits for each of its weights
THRESHOLDS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.15, 0.2)
# what the page states of test images: `python -m tools.website.digit` measures it
MEASURED = "digit/measured.json"


def show() -> None:
    """Display an area to draw a digit in, below a notebook's cell.

    Needs anywidget, which ``pip install 'pruning-measured[lab]'`` installs; without it,
    as on Colab, a message points to the website, which has the same field.
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        print(
            "Drawing needs the package anywidget, which is not installed here. "
            "The course's website has the same field on its home page."
        )
        return
    from IPython.display import display

    class Drawing(anywidget.AnyWidget):
        _esm = web.widget("digit/draw_digit.js", "drawDigit")
        _css = web.read("web.css")
        data = traitlets.Dict().tag(sync=True)

    display(Drawing(data=data(file=dense_text())))


def data(**dense: str) -> dict[str, Any]:
    """Return the data that the part shows, ready for JSON.

    ``dense`` is where the dense network comes from: ``file``, its bytes in base64, or
    ``script``, the URL of a script.
    """
    measured = json.loads(web.read(MEASURED))
    return {
        "kernels": _text((files(web) / "digit/kernels.wasm").read_bytes()),
        "networks": [
            {"name": name, "file": _text(shipped(file).read_bytes())}
            | {"bytes": file_size(shipped(file)), "of": measured["of"]}
            | measured["networks"][name]
            for name, file in NETWORKS.items()
        ],
        "dense": {
            "name": "LeNet-300-100",
            "bytes": len(dense_file()),
            "weights": measured["weights"],
            "stops": [[stop, right] for stop, _, right in measured["stops"]],
            "of": measured["of"],
        }
        | dense,
    }


@cache
def dense_file() -> bytes:
    """Return the dense network with its weights rounded to ``BITS``, in our format."""
    model = share_weights(load_checkpoint(DENSE), BITS, codebook="int8")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dense.pruned"
        save(model, path)
        return path.read_bytes()


def dense_text() -> str:
    """Return the bytes of ``dense_file`` in base64."""
    return _text(dense_file())


def measure() -> dict[str, Any]:
    """Return how many test images each network gets right, the dense one by threshold.

    ``stops`` are ``[threshold, weights kept, images answered correctly]`` of the dense
    network, without biases, which are not pruned.
    """
    test = load_mnist("test", torch.float32)

    def right(model: torch.nn.Module) -> int:
        return round(accuracy(model, test) * len(test.labels))

    stops = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dense.pruned"
        path.write_bytes(dense_file())
        for threshold in THRESHOLDS:
            model = load(path, torch.float32)
            weights = prunable_weights(model)
            masks = {n: threshold_mask(w, threshold) for n, w in weights.items()}
            apply_masks(model, masks)
            kept = sum(int(mask.sum()) for mask in masks.values())
            stops.append([threshold, kept, right(model)])
    networks = {}
    for name, file in NETWORKS.items():
        model = load(shipped(file), torch.float32)
        counts = {"weights": parameter_count(model), "kept": nonzero_count(model)}
        networks[name] = counts | {"right": right(model)}
    return {
        "of": len(test.labels),
        "networks": networks,
        "weights": sum(weight.numel() for weight in weights.values()),
        "stops": stops,
    }


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
