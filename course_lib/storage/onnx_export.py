"""ONNX: a network as a graph that runs without PyTorch, for example in onnxruntime.

Arithmetic is dense, so this is for networks with smaller shapes; zeros in a weight are
stored and multiplied like any number.
"""

from __future__ import annotations

import copy
import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import tensor
from course_lib.evaluation import reading
from course_lib.files import atomic_write

OPSET = 17  # the first with layer normalization; supported by any runtime since 2022


def export_onnx(model: nn.Module, path: str | Path, example: Tensor) -> None:
    """Write a network as an ONNX graph, float32, opset 17, in evaluation mode.

    ``example`` is a batch of images, such as zeros of shape (1, 1, 28, 28). The graph
    maps ``images`` to ``logits`` for any batch size. It is checked before the file is
    written, atomically. Raises ImportError without the package onnx.
    """
    onnx, example = _needed("onnx"), tensor("example", example).float()
    network = _Logits(copy.deepcopy(model).float().eval())
    with torch.no_grad(), reading("example", example, model):
        network(example)
    with atomic_write(path) as partial:
        with warnings.catch_warnings():
            # the newer exporter (dynamo=True) needs one more package, onnxscript
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                network,
                (example,),
                str(partial),
                dynamo=False,
                opset_version=OPSET,
                input_names=["images"],
                output_names=["logits"],
                dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}},
            )
        onnx.checker.check_model(str(partial), full_check=True)


def load_onnx(path: str | Path) -> Callable[[Tensor], Tensor]:
    """Return the network in an ONNX file as a function from images to logits, float32.

    Runs in onnxruntime on the CPU, on as many threads as torch is currently set to.
    Raises ImportError without the package onnxruntime.
    """
    runtime = _needed("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )

    def logits(images: Tensor) -> Tensor:
        feed = {"images": tensor("images", images).to(torch.float32).numpy()}
        return torch.from_numpy(session.run(["logits"], feed)[0])

    return logits


class _Logits(nn.Module):
    """Takes images only: the exporter would turn all other arguments into inputs."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Any:
        """Return the logits, shape (N, classes)."""
        return self.model(images)


def _needed(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise ImportError(
            f"ONNX needs the package {package}, which is not installed; "
            f"run: pip install {package}"
        ) from None
