"""Calling any model: what a batch holds, how a model reads it, and what it returns.

Inputs are one tensor, a tuple for ``model(*inputs)``, or a dict for
``model(**inputs)``. A batch is inputs, or a pair (inputs, labels), as a ``DataLoader``
yields it; the labels of a dict may be in it, under ``"labels"``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

from course_lib.arguments import integer
from course_lib.data import Split
from course_lib.evaluation import check_split, device_of, reading


class Batch(NamedTuple):
    """The inputs of one call, their labels or None, and the batch as it was given.

    ``examples`` is their number; errors call the inputs ``name``.
    """

    inputs: Any
    labels: Any
    given: Any
    examples: int
    name: str


Batches = Split | Iterable[Any]


def arguments_of(inputs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return inputs as positional arguments and arguments by name."""
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    return (inputs if isinstance(inputs, tuple) else (inputs,)), {}


def call(
    model: nn.Module,
    inputs: Any,
    name: str = "inputs",
    *,
    weights: Mapping[str, Tensor] | None = None,
    **more: Any,
) -> Any:
    """Call ``model`` on inputs moved to its device, and return the result.

    ``weights`` take the place of its parameters of these names, and ``more`` are
    further arguments by name. Raises ValueError, with the ``name`` of the inputs, for
    those it cannot read.
    """
    device = device_of(model)
    args, kwargs = tree_map(
        lambda x: x.to(device) if isinstance(x, Tensor) else x, arguments_of(inputs)
    )
    with reading(name, kwargs or args, model):
        if not weights:
            return model(*args, **kwargs, **more)
        return torch.func.functional_call(model, dict(weights), args, kwargs | more)


@contextmanager
def watching(
    layers: Iterable[tuple[nn.Module, Callable[[Tensor], object]]],
) -> Iterator[None]:
    """Call the function paired with each layer on that layer's inputs, at every call.

    The hooks are removed when this ``with`` ends, even after an error.
    """

    def hook(record: Callable[[Tensor], object]) -> Callable[..., None]:
        def before(module: nn.Module, args: Any, kwargs: Any) -> None:
            record((*args, *kwargs.values())[0])

        return before

    handles = [
        layer.register_forward_pre_hook(hook(record), with_kwargs=True)
        for layer, record in layers
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def copied_module(model: nn.Module, memo: dict[int, Any] | None = None) -> nn.Module:
    """Return a deep copy, also of a model that keeps results of a computation.

    PyTorch copies no such tensor: an activation that ``forward`` stores, or a weight
    that a hook computes from others before each call. Here they are detached. ``memo``
    maps ids to what takes their place in the copy. Raises ValueError for a model that
    holds something else that cannot be copied, such as a lock or an open file.
    """
    kept = {
        id(leaf): leaf.detach().clone()
        for module in model.modules()
        for leaf in tree_leaves(vars(module))
        if isinstance(leaf, Tensor) and not leaf.is_leaf
    }
    try:
        return copy.deepcopy(model, kept | (memo or {}))
    except Exception as error:  # whatever the members of a foreign module raise
        raise ValueError(
            f"model must be one that can be copied, got {type(model).__name__}: {error}"
        ) from error


def output_of(result: Any) -> Tensor:
    """Return the main tensor of a model's result.

    It is the result itself, its ``logits`` or ``last_hidden_state`` (attribute or
    key), or the first member of a tuple. Raises TypeError for anything else.
    """
    keys = ("logits", "last_hidden_state")
    named = dict(result) if isinstance(result, Mapping) else {}
    found = [getattr(result, key, named.get(key)) for key in keys]
    found += [result[0] if isinstance(result, tuple | list) and result else result]
    for value in found:
        if isinstance(value, Tensor):
            return value
    raise TypeError(
        "model must return a tensor, a tuple that begins with one, or an object with "
        f"one of {list(keys)}, got {type(result).__name__}"
    )


def batches(
    data: Batches, batch_size: int = 250, name: str = "split"
) -> Iterator[Batch]:
    """Yield the batches of a Split, of a DataLoader, or of any other iterable.

    Only one is held at a time. A Split is divided into ``batch_size`` examples; others
    come as they are. Raises TypeError for anything but an iterable of batches, and
    ValueError for none at all, and for a batch that is neither inputs nor a pair.
    """
    if isinstance(data, Split):
        check_split(data, name)
        size = integer("batch_size", batch_size, 1)
        for pair in zip(data.images.split(size), data.labels.split(size), strict=True):
            yield Batch(*pair, pair, len(pair[0]), f"{name}.images")
        return
    single = isinstance(data, Tensor | tuple | Mapping | str)
    if single or not isinstance(data, Iterable):
        raise TypeError(
            f"{name} must be a Split(images, labels), a DataLoader, or another "
            f"iterable of batches, got {type(data).__name__}"
            + ("; put a single batch into a list" if single else "")
        )
    empty = True
    for place, batch in enumerate(data):
        yield _batch(batch, f"batch {place} of {name}")
        empty = False
    if empty:
        raise ValueError(f"{name} must have at least one batch, got none")


def _batch(batch: Any, name: str) -> Batch:
    inputs, labels = batch, None
    if isinstance(batch, Mapping):
        inputs = dict(batch)
        labels = inputs.get("labels")
    elif isinstance(batch, tuple | list):
        if not 1 <= len(batch) <= 2:
            raise ValueError(
                f"{name} must be inputs or a pair (inputs, labels), where several "
                f"inputs are a tuple, got {len(batch)} members"
            )
        inputs, labels = batch[0], batch[1] if len(batch) == 2 else None
        inputs = dict(inputs) if isinstance(inputs, Mapping) else inputs
    tensors = [x for x in tree_leaves(inputs) if isinstance(x, Tensor) and x.dim()]
    if not tensors or not len(tensors[0]):
        raise ValueError(f"{name} must hold tensors of examples, got {batch!r:.60}")
    return Batch(inputs, labels, batch, len(tensors[0]), name)
