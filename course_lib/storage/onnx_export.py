"""ONNX: a network as a graph that runs without PyTorch, for example in onnxruntime.

Arithmetic is dense, so this is for networks with smaller shapes; zeros in a weight are
stored and multiplied like any number.
"""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import tensor
from course_lib.calling import copied_module, output_of
from course_lib.evaluation import reading
from course_lib.files import atomic_write

OPSET = 17  # the first with layer normalization; supported by any runtime since 2022


def export_onnx(model: nn.Module, path: str | Path, example: Any) -> None:
    """Write a network as an ONNX graph, float32, opset 17, in evaluation mode.

    ``example`` is a batch of images, such as zeros of shape (1, 1, 28, 28), a tuple of
    tensors for ``model(*example)``, or a dict of them by the names of the network's
    arguments. The graph maps ``images``, or the names of the arguments, to ``logits``
    for any batch size (where there are names, for any length, too, of what has two or
    three dimensions): what the network returns, or its ``logits`` or
    ``last_hidden_state``. It is checked before the file is written, atomically, also
    on the example, where onnxruntime is installed. Raises ImportError without the
    package onnx, and ValueError for a network that PyTorch's exporter cannot write, or
    writes wrongly.
    """
    onnx, given = _needed("onnx"), example
    if isinstance(given, tuple):
        names = list(inspect.signature(model.forward).parameters)
        if len(names) < len(given):  # forward(*inputs)
            names = [f"input{place}" for place in range(len(given))]
        given = dict(zip(names, given, strict=False))
    elif not isinstance(given, Mapping):
        given = {"images": tensor("example", given)}
    given = {name: _single(value) for name, value in given.items()}
    by_name = list(given) if isinstance(example, Mapping) else None
    network = _Logits(copied_module(model).float().eval(), by_name)
    with torch.no_grad(), reading("example", example, model):
        before = torch.get_rng_state()
        expected = network(*given.values())
        varies = not (
            torch.equal(torch.get_rng_state(), before)
            and torch.equal(network(*given.values()), expected)
        )
    with atomic_write(path) as partial:
        try:
            _write(network, given, str(partial), isinstance(example, tuple | Mapping))
            onnx.checker.check_model(str(partial), full_check=True)
            # what draws numbers, or counts its calls, cannot be compared
            runs = importlib.util.find_spec("onnxruntime") and not varies
            found = load_onnx(partial)(given) if runs else expected
        except Exception as error:  # of many classes
            raise ValueError(
                "model must have operations that PyTorch's exporter can write and "
                f"onnxruntime can run, got {type(model).__name__}: "
                f"{str(error).strip().splitlines()[0]}"
            ) from error
        _check_same(model, found, expected)


def _check_same(model: nn.Module, found: Tensor, expected: Tensor) -> None:
    """Raise ValueError unless a graph returns what the network does."""
    found, expected = found.double(), expected.double()
    largest = expected.nan_to_num(0, 0, 0).abs().max().item()
    if found.shape != expected.shape or not torch.allclose(
        found, expected, rtol=0, atol=1e-3 * largest, equal_nan=True
    ):
        raise ValueError(
            "model must have operations that PyTorch's exporter writes as they are, "
            f"got a graph of {type(model).__name__} that returns something else"
        )


def _write(
    network: nn.Module, given: Mapping[str, Tensor], path: str, lengths: bool
) -> None:
    """Let PyTorch write the graph; the size of a batch stays free, lengths may."""
    axes = {name: {0: "batch"} for name in (*given, "logits")}
    for name, value in given.items():
        if value.dim() == 0:
            del axes[name]
        elif lengths and value.dim() in (2, 3):
            axes[name][1] = f"{name} tokens"  # other inputs may have another length
    with warnings.catch_warnings():
        # the newer exporter (dynamo=True) needs one more package, onnxscript
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            tuple(given.values()),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(given),
            output_names=["logits"],
            dynamic_axes=axes,
        )


def load_onnx(path: str | Path) -> Callable[[Any], Tensor]:
    """Return the network in an ONNX file as a function from inputs to logits, float32.

    Inputs are images, or a tuple or dict of tensors where one was exported. Runs in
    onnxruntime on the CPU, on as many threads as torch is currently set to. Raises
    ImportError without the package onnxruntime.
    """
    runtime = _needed("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )

    def logits(inputs: Any) -> Tensor:
        if isinstance(inputs, tuple):
            names = (each.name for each in session.get_inputs())
            inputs = dict(zip(names, inputs, strict=True))
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
