"""Weight sharing: a few values per tensor, and a short code per weight.

The nonzeros of a tensor are clustered by k-means, and each becomes the mean of its
cluster, its *centroid*; zeros stay zero because they are pruned. A file then needs the
centroids once (the *codebook*) and only the index of a centroid per weight.
``tied`` trains the centroids afterward. Han, Mao & Dally (2016), “Deep Compression”,
section 3.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from course_lib.magnitude import prunable_weights
from course_lib.magnitude.networks import check_names
from course_lib.storage.clustering import cluster

CODEBOOKS = ("float32", "float16", "int8")
Model = TypeVar("Model", bound=nn.Module)


@torch.no_grad()
def share_weights(
    model: Model, bits: int | Mapping[str, int], *, codebook: str = "float32"
) -> Model:
    """Return a copy of ``model`` whose tensors have at most 2^bits distinct nonzeros.

    ``bits`` is one number from 1 to 8 for all prunable weights, or a mapping from
    parameter names, including biases, to numbers; others stay unchanged. The centroids
    are rounded to what the ``codebook`` can hold exactly: ``"float32"``,
    ``"float16"``, or ``"int8"``, which is integer multiples, up to 127, of a scale per
    tensor. No centroid is rounded to zero, and zeros stay zero.

    A tensor with few enough values keeps them: sharing again changes nothing, and
    after tuning it only rounds. Raises ValueError for an unknown name, other bits,
    another codebook, and weights that are not finite.
    """
    if codebook not in CODEBOOKS:
        raise ValueError(f"codebook must be one of {CODEBOOKS}, got {codebook!r}")
    shared = copy.deepcopy(model)
    parameters = dict(shared.named_parameters(remove_duplicate=False))
    if isinstance(bits, Mapping):
        check_names("bits", bits, parameters)
        bits_by_name = dict(bits)
    else:
        bits_by_name = dict.fromkeys(prunable_weights(shared), bits)
    for name, width in bits_by_name.items():
        kept = parameters[name] != 0
        values = parameters[name][kept]
        try:
            centroids, codes = cluster(values.double().cpu().numpy(), width)
            stored = torch.from_numpy(_as_stored(centroids, codebook))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None
        parameters[name][kept] = stored[torch.from_numpy(codes).long()].to(values)
    return shared


@contextmanager
def tied(model: nn.Module, names: Iterable[str] | None = None) -> Iterator[None]:
    """Tie equal weights of a tensor to one trainable number inside this ``with``.

    Training then moves the centroids of ``share_weights`` and keeps the codes: the
    gradient of a centroid is the sum of its weights' gradients, the optimizer sees only
    centroids, and zeros stay zero. Afterward ``model`` has plain weights again.
    ``names`` are the parameters to tie; by default all prunable weights. A value that
    occurs once is trained like any weight. Deep Compression, section 3.3.

        with storage.tied(model):
            fit(model, train, None, epochs=2, seed=0)

    Create the optimizer inside, as ``fit`` does. Raises ValueError for an unknown name
    and for a tensor that several layers use.
    """
    parameters = dict(model.named_parameters(remove_duplicate=False))
    names = [names] if isinstance(names, str) else names
    chosen = list(prunable_weights(model) if names is None else names)
    check_names("names", chosen, parameters)
    for name in chosen:
        users = [other for other, p in parameters.items() if p is parameters[name]]
        if len(users) > 1:
            raise ValueError(
                f"names must not include shared tensors, got {name!r}, which "
                f"has the names {users}"
            )
    opened = []
    try:
        for name in chosen:
            layer, _, own_name = name.rpartition(".")
            module = model.get_submodule(layer)
            codes = _Codes(parameters[name])
            order = [own for own, _ in module.named_parameters(recurse=False)]
            parametrize.register_parametrization(module, own_name, codes)
            opened.append((module, own_name, order))
        yield
    finally:
        for module, own_name, order in reversed(opened):
            parametrize.remove_parametrizations(module, own_name)
            _reorder(module, order)


class _Codes(nn.Module):
    """Computes a tensor from its centroids, which replace it as the parameter."""

    positions: Tensor
    codes: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        flat = weight.detach().flatten()
        positions = flat.nonzero().flatten()
        _, codes = flat[positions].unique(return_inverse=True)
        self.shape = weight.shape
        self.register_buffer("positions", positions)
        self.register_buffer("codes", codes)

    def right_inverse(self, weight: Tensor) -> Tensor:
        """Return the centroids in ascending order, shape (centroids,)."""
        centroids: Tensor = weight[weight != 0].unique()
        return centroids

    def forward(self, centroids: Tensor) -> Tensor:
        """Return the tensor; its gradient sums in the order of the codes."""
        values = centroids.index_select(0, self.codes)
        zeros = centroids.new_zeros(self.shape.numel())
        return zeros.index_copy(0, self.positions, values).reshape(self.shape)


def _reorder(module: nn.Module, names: list[str]) -> None:
    """Restore the order of parameters, which removing a parametrization changes."""
    for name in names:
        parameter = module.get_parameter(name)
        delattr(module, name)
        module.register_parameter(name, parameter)


def _as_stored(centroids: np.ndarray, codebook: str) -> np.ndarray:
    """Return the centroids rounded to the codebook, none of them zero; float64."""
    if not len(centroids):
        return centroids
    kind = np.float16 if codebook == "float16" else np.float32
    sizes, largest = np.abs(centroids), np.abs(centroids).max()
    if largest > np.finfo(kind).max:
        raise ValueError(
            f"weights must be at most {np.finfo(kind).max:.4g} in magnitude for a "
            f"codebook of {codebook}, got {largest:.4g}"
        )
    if codebook == "int8":
        scale = _short(largest / 127)
        sizes = scale * np.maximum(np.round(sizes / scale), 1)
    stored = np.maximum(sizes.astype(kind), np.finfo(kind).smallest_subnormal)
    signed: np.ndarray = np.copysign(stored.astype(np.float64), centroids)
    return signed


def _short(scale: float) -> float:
    """Round ``scale`` to 16 significant bits: times 127 it is exact in float32."""
    fraction, exponent = np.frexp(scale)
    return float(np.ldexp(np.round(fraction * 2**16), exponent - 16))
