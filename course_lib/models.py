"""The networks of the course, and the trained ones that ship with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_lib.measure import float32_state
from course_lib.surgery import Seam

Activations = dict[str, Tensor]
ACTIVATIONS = {"relu": torch.relu, "gelu": nn.functional.gelu, "tanh": torch.tanh}


class Network(nn.Module):
    """What the course asks of its networks beyond ``nn.Module``."""

    @property
    def seams(self) -> dict[str, Seam]:
        """The hidden layers and who reads each of them."""
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        """What ``build_model`` needs to make a network of this shape."""
        raise NotImplementedError


class MLP(Network):
    """A multi-layer perceptron: linear layers ``fc1``, ``fc2``, … and a nonlinearity.

    ``widths`` lists the sizes from input to output, for example
    ``(784, 300, 100, 10)``; images of shape (N, 1, 28, 28) are flattened. Ask for
    ``dtype`` here rather than converting later: float32 starting weights differ in
    their last bit between instruction sets, float64 ones a billion times less.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: str = "relu",
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(widths) < 2 or any(int(width) < 1 for width in widths):
            raise ValueError(f"widths is {widths!r}; allowed are two or more sizes ≥ 1")
        self.activation = activation
        self._activate = _activation(activation)
        for i, (inputs, outputs) in enumerate(pairwise(widths), 1):
            setattr(self, f"fc{i}", nn.Linear(int(inputs), int(outputs), dtype=dtype))
        self.depth = len(widths) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Sizes from input to output, read off the layers as they are now."""
        shapes = [
            self.get_parameter(f"fc{i}.weight").shape for i in range(1, self.depth + 1)
        ]
        return (shapes[0][1], *(shape[0] for shape in shapes))

    @property
    def seams(self) -> dict[str, Seam]:
        """The hidden layers and who reads each of them."""
        return {f"fc{i}": Seam(f"fc{i}", (f"fc{i + 1}",)) for i in range(1, self.depth)}

    def describe(self) -> dict[str, Any]:
        """What ``build_model`` needs to make a network of this shape."""
        arguments = {"widths": list(self.widths), "activation": self.activation}
        return {"name": "MLP", "arguments": arguments}

    def forward(self, x: Tensor, return_activations: bool = False) -> Any:
        """Logits of shape (N, classes).

        With ``return_activations`` also a dict of the hidden layers' outputs after
        the nonlinearity, each of shape (N, units), keyed by layer name.
        """
        activations: Activations = {}
        x = x.flatten(1)  # Shape [N, 784]
        for i in range(1, self.depth):
            x = self._activate(self.get_submodule(f"fc{i}")(x))
            activations[f"fc{i}"] = x
        logits = self.get_submodule(f"fc{self.depth}")(x)
        return (logits, activations) if return_activations else logits


class LeNet5(Network):
    """LeNet-5 as pruning papers use it: 20 and 50 filters of 5 × 5, 500 neurons.

    431 080 parameters at the default sizes (Han et al. 2015, Table 4). Each
    convolution is followed by a nonlinearity and 2 × 2 max pooling.
    """

    def __init__(
        self,
        channels: Sequence[int] = (20, 50),
        hidden: int = 500,
        activation: str = "relu",
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(channels) != 2 or min(*channels, hidden) < 1:
            raise ValueError(
                f"channels is {channels!r} and hidden {hidden!r}; "
                "allowed are two channel counts and a width, all ≥ 1"
            )
        self.activation = activation
        self._activate = _activation(activation)
        self.conv1 = nn.Conv2d(1, channels[0], kernel_size=5, dtype=dtype)
        self.conv2 = nn.Conv2d(channels[0], channels[1], kernel_size=5, dtype=dtype)
        self.fc1 = nn.Linear(channels[1] * 4 * 4, hidden, dtype=dtype)
        self.fc2 = nn.Linear(hidden, 10, dtype=dtype)

    @property
    def seams(self) -> dict[str, Seam]:
        """The hidden layers and who reads each of them."""
        return {
            "conv1": Seam("conv1", ("conv2",)),
            "conv2": Seam("conv2", ("fc1",)),
            "fc1": Seam("fc1", ("fc2",)),
        }

    def describe(self) -> dict[str, Any]:
        """What ``build_model`` needs to make a network of this shape."""
        channels = [self.conv1.out_channels, self.conv2.out_channels]
        arguments = {
            "channels": channels,
            "hidden": self.fc1.out_features,
            "activation": self.activation,
        }
        return {"name": "LeNet5", "arguments": arguments}

    def forward(self, x: Tensor, return_activations: bool = False) -> Any:
        """Logits of shape (N, 10).

        With ``return_activations`` also a dict of the outputs after each
        nonlinearity, before pooling: ``conv1`` (N, 20, 24, 24), ``conv2``
        (N, 50, 8, 8), ``fc1`` (N, 500).
        """
        pool = nn.functional.max_pool2d
        first = self._activate(self.conv1(x))
        second = self._activate(self.conv2(pool(first, 2)))
        third = self._activate(self.fc1(pool(second, 2).flatten(1)))
        logits = self.fc2(third)
        activations = {"conv1": first, "conv2": second, "fc1": third}
        return (logits, activations) if return_activations else logits


MODELS: dict[str, Callable[..., Network]] = {"MLP": MLP, "LeNet5": LeNet5}


def build_model(description: dict[str, Any]) -> Network:
    """An untrained network of the shape that ``describe()`` wrote down."""
    name = description.get("name")
    if name not in MODELS:
        raise ValueError(f"description names {name!r}; allowed are {sorted(MODELS)}")
    return MODELS[name](**description["arguments"])


def _activation(name: str) -> Callable[[Tensor], Tensor]:
    if name not in ACTIVATIONS:
        raise ValueError(f"activation is {name!r}; allowed are {sorted(ACTIVATIONS)}")
    return ACTIVATIONS[name]


# --- checkpoints -------------------------------------------------------------


def _checkpoint_folder() -> Path:
    return Path(str(files("course_lib") / "checkpoints"))


def checkpoint_names() -> list[str]:
    """Names of the trained networks that ship with the course, sorted."""
    return sorted(path.stem for path in _checkpoint_folder().glob("*.safetensors"))


def save_checkpoint(
    model: Network, path: str | Path, *, recipe: str, history: dict[str, Any]
) -> None:
    """Write a network as float32 safetensors with what is needed to rebuild it.

    The file's header carries the architecture, the ``recipe`` (the command that
    makes the file) and its ``history`` (anything JSON can hold). The file appears
    whole or not at all.
    """
    metadata = {
        "architecture": json.dumps(model.describe()),
        "recipe": recipe,
        "history": json.dumps(history),
    }
    _write_whole(float32_state(model), Path(path), metadata)


def _write_whole(
    tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]
) -> None:
    """Write a safetensors file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    save_file(tensors, partial, metadata=metadata)
    partial.chmod(0o644)  # safetensors writes for the owner only
    partial.replace(path)


def checkpoint_metadata(name: str) -> dict[str, Any]:
    """Architecture, recipe and history of a shipped checkpoint."""
    with safe_open(_checkpoint_path(name), framework="pt") as file:
        stored = file.metadata() or {}
    missing = {"architecture", "recipe", "history"} - stored.keys()
    if missing:
        raise ValueError(f"checkpoint {name!r} lacks {sorted(missing)} in its header")
    return {
        "architecture": json.loads(stored["architecture"]),
        "recipe": stored["recipe"],
        "history": json.loads(stored["history"]),
    }


def load_checkpoint(name: str, dtype: torch.dtype = torch.float64) -> Network:
    """A trained network that ships with the course, in evaluation mode.

    Stored as float32, converted to ``dtype`` on loading. Raises ValueError for a
    name that is not in ``checkpoint_names()``.
    """
    path = _checkpoint_path(name)
    model = build_model(checkpoint_metadata(name)["architecture"])
    model.load_state_dict(load_file(path))
    return model.to(dtype).eval()


def load_predictions(name: str) -> dict[str, Tensor]:
    """Answers of trained networks whose weights do not ship, int64, shape (10 000,).

    Keyed ``"test-0"``, ``"validation-0"``, …: the split and the seed. They stand in
    for weights where shipping these would cost megabytes a network.
    """
    path = _checkpoint_folder() / "predictions" / f"{name}.safetensors"
    if not path.is_file():
        allowed = sorted(other.stem for other in path.parent.glob("*.safetensors"))
        raise ValueError(f"predictions are {name!r}; allowed are {allowed}")
    return {key: value.long() for key, value in load_file(path).items()}


def save_predictions(tensors: dict[str, Tensor], path: Path, *, recipe: str) -> None:
    """Write answers (classes below 256) as bytes, with the command that makes them."""
    small = {key: value.to(torch.uint8) for key, value in tensors.items()}
    _write_whole(small, path, {"recipe": recipe})


def _checkpoint_path(name: str) -> Path:
    if name not in checkpoint_names():
        raise ValueError(f"checkpoint is {name!r}; allowed are {checkpoint_names()}")
    return _checkpoint_folder() / f"{name}.safetensors"
