"""ONNX: a network as a graph that runs without PyTorch, for example in onnxruntime.

Arithmetic is dense, so this is for networks with smaller shapes; zeros in a weight are
stored and multiplied like any number.
"""

from __future__ import annotations

import copy
import importlib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import tensor
from course_lib.calling import output_of
from course_lib.evaluation import reading
from course_lib.files import atomic_write

OPSET = 17  # the first with layer normalization; supported by any runtime since 2022


def export_onnx(model: nn.Module, path: str | Path, example: Any) -> None:
    """Write a network as an ONNX graph, float32, opset 17, in evaluation mode.

    ``example`` is a batch of images, such as zeros of shape (1, 1, 28, 28), or a dict
    of tensors by the names of the network's arguments. The graph maps ``images``, or
    these names, to ``logits`` for any batch size (of a dict, for any length, too): what
    the network returns, or its ``logits`` or ``last_hidden_state``. It is checked
    before the file is written, atomically. Raises ImportError without the package onnx.
    """
    onnx, given = _needed("onnx"), example
    if not isinstance(given, Mapping):
        given = {"images": tensor("example", example)}
    given = {name: _single(value) for name, value in given.items()}
    by_name = list(given) if isinstance(example, Mapping) else None
    network = _Logits(copy.deepcopy(model).float().eval(), by_name)
    with torch.no_grad(), reading("example", example, model):
        network(*given.values())
    axes = {0: "batch"} if by_name is None else {0: "batch", 1: "tokens"}
    with atomic_write(path) as partial:
        with warnings.catch_warnings():
            # the newer exporter (dynamo=True) needs one more package, onnxscript
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                network,
                tuple(given.values()),
                str(partial),
                dynamo=False,
                opset_version=OPSET,
                input_names=list(given),
                output_names=["logits"],
                dynamic_axes={**dict.fromkeys(given, axes), "logits": {0: "batch"}},
            )
        onnx.checker.check_model(str(partial), full_check=True)


def load_onnx(path: str | Path) -> Callable[[Any], Tensor]:
    """Return the network in an ONNX file as a function from inputs to logits, float32.

    Inputs are images, or a dict of tensors where one was exported. Runs in onnxruntime
    on the CPU, on as many threads as torch is currently set to. Raises ImportError
    without the package onnxruntime.
    """
    runtime = _needed("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )

    def logits(inputs: Any) -> Tensor:
        if not isinstance(inputs, Mapping):
            inputs = {"images": tensor("images", inputs)}
        feed = {name: _single(value).numpy() for name, value in inputs.items()}
        return torch.from_numpy(session.run(["logits"], feed)[0])

    return logits


class _Logits(nn.Module):
    """Takes images, or arguments of these names, only.

    The exporter would turn all other arguments into inputs.
    """

    def __init__(self, model: nn.Module, names: list[str] | None) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the logits, shape (N, classes)."""
        if self.names is None:
            return output_of(self.model(*inputs))
        return output_of(self.model(**dict(zip(self.names, inputs, strict=True))))


def _single(value: Tensor) -> Tensor:
    """Return a tensor in float32, integers unchanged."""
    return value.float() if value.is_floating_point() else value


def _needed(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise ImportError(
            f"ONNX needs the package {package}, which is not installed; "
            f"run: pip install {package}"
        ) from None
