"""What a file stores about a network that is not the course's, besides its weights.

No code and no configuration: before loading, the reader builds the network as it was
before units were removed, and the file says what is different. That is the shape of
every tensor, which names share one, and the plain attributes of every module (numbers,
strings, and tuples of integers), because ``num_heads`` and the like change with a cut.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.calling import copied_module
from course_lib.measure import as_float32
from course_lib.storage.fields import BadFileError
from course_lib.surgery import CoupledUnits

LONGEST = 2**24  # bytes of JSON
FLOAT, INTEGER, BOOL = "float", "integer", "bool"


def stored_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Return the tensors that a file holds, float32 or int64, each of them once.

    These are parameters and persistent buffers, and the buffers that belong to traced
    units. Booleans become 0 and 1. Raises ValueError for other kinds.
    """
    named = _named(model)
    ties = _ties(named)
    return {n: as_stored(n, value) for n, value in named.items() if n not in ties}


def description(model: nn.Module) -> bytes:
    """Return shapes, shared names, and attributes of modules, as deflated JSON."""
    named = _named(model)
    ties = _ties(named)
    tensors = {
        name: [_kind(value), *value.shape]
        for name, value in named.items()
        if name not in ties
    }
    modules = {
        name: [type(module).__name__, _plain(module)]
        for name, module in model.named_modules()
    }
    text = json.dumps(
        {"tensors": tensors, "ties": ties, "modules": modules}, separators=(",", ":")
    )
    return zlib.compress(text.encode(), 9)


def described(data: bytes) -> dict[str, Any]:
    """Return what ``description`` wrote; raises ``BadFileError`` for other bytes."""
    expander = zlib.decompressobj()
    try:
        text = expander.decompress(data, LONGEST)
        found: dict[str, Any] = json.loads(text)
        for kind, *shape in found["tensors"].values():
            sizes = all(type(size) is int and size >= 0 for size in shape)
            if kind not in (FLOAT, INTEGER, BOOL) or not sizes:
                raise ValueError(f"a tensor is {kind} of shape {shape}")
        for name, first in found["ties"].items():
            if name in found["tensors"] or first not in found["tensors"]:
                raise ValueError(
                    f"{name!r} shares a tensor that the file does not have"
                )
        for _, attributes in found["modules"].values():
            attributes.items()
    except (ValueError, TypeError, AttributeError, KeyError, zlib.error) as error:
        raise BadFileError(f"its description cannot be read ({error})") from None
    return found


def templates(found: Mapping[str, Any], model: nn.Module) -> dict[str, Tensor]:
    """Return a meta tensor for each tensor in the file.

    Raises ValueError, with the name, unless ``model`` has the same tensors, of the same
    shapes or larger ones, in modules of the same classes.
    """
    own, modules = _own(model), dict(model.named_modules())
    for name, (kind, _) in found["modules"].items():
        have = type(modules[name]).__name__ if name in modules else "none"
        if have != kind:
            raise ValueError(
                f"module {name or 'model'!r} of model must be {kind}, as in the file, "
                f"got {have}"
            )
    for name in model.state_dict():
        if name not in found["tensors"] and name not in found["ties"]:
            raise ValueError(
                f"tensor {name!r} of model must also be in the file, got none there"
            )
    for name in found["ties"]:
        if name not in own:
            raise ValueError(f"model must have {name!r}, as in the file, got none")
    like = {}
    for name, (kind, *shape) in found["tensors"].items():
        old = own.get(name)
        if old is None:
            old = _no_bias(model, name)
        if old is None or not _fits(shape, old, kind):
            size = "none" if old is None else f"{_kind(old)} of {tuple(old.shape)}"
            raise ValueError(
                f"tensor {name!r} of model must be {kind} of shape {tuple(shape)} or "
                f"larger, as in the file, got {size}; give the network as it was built "
                "before units were removed"
            )
        dtype = torch.int64 if kind == INTEGER else torch.float32
        like[name] = torch.empty(shape, dtype=dtype, device="meta")
    return like


def restored(
    found: Mapping[str, Any], tensors: Mapping[str, Tensor], model: nn.Module
) -> nn.Module:
    """Return a copy of ``model`` with these tensors and the file's attributes."""
    own, values = _own(model), {}
    memo: dict[int, Any] = {}
    for name, tensor in tensors.items():
        old = own.get(name)
        if found["tensors"][name][0] == BOOL:
            tensor = tensor != 0
        like = _no_bias(model, name) if old is None else old
        if like is not None:
            tensor = tensor.to("cpu" if like.is_meta else like.device, like.dtype)
        if old is None or isinstance(old, nn.Parameter):
            tensor = nn.Parameter(tensor, old is None or old.requires_grad)
        values[name] = tensor
        if old is not None:
            memo[id(old)] = tensor  # so that the larger tensor is never copied
    for name, first in found["ties"].items():
        values[name] = values[first]
    copied = copied_module(model, memo)
    vars(copied).pop("unit_groups", None)  # of the larger network
    for name, value in values.items():
        owner, _, key = name.rpartition(".")
        setattr(copied.get_submodule(owner), key, value)
    for name, (_, attributes) in found["modules"].items():
        _set_plain(name, copied.get_submodule(name), attributes)
    return copied


def _own(model: nn.Module) -> dict[str, Tensor]:
    """Return all parameters and buffers, under each of their names."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    return {**parameters, **dict(model.named_buffers(remove_duplicate=False))}


def _no_bias(model: nn.Module, name: str) -> Tensor | None:
    """Return what a layer without bias may get for one, as large as it could be.

    Folding adds biases. None where nothing of this name can be added.
    """
    owner, _, key = name.rpartition(".")
    module = dict(model.named_modules()).get(owner)
    if module is None or key != "bias" or key not in module._parameters:
        return None
    weight = getattr(module, "weight", None)
    return None if weight is None else weight.new_empty(max(weight.shape))


def _fits(shape: list[int], old: Tensor, kind: str) -> bool:
    sizes = zip(shape, old.shape, strict=False)
    return (
        kind == _kind(old)
        and len(shape) == old.dim()
        and all(new <= size for new, size in sizes)
    )


def _named(model: nn.Module) -> dict[str, Tensor]:
    """Return parameters and buffers by name, tied ones under every name."""
    named = dict(model.state_dict(keep_vars=True))
    groups = getattr(model, "unit_groups", None) or {}
    buffers = dict(model.named_buffers())
    for group in groups.values():
        if isinstance(group, CoupledUnits):
            cut = (piece.tensor for piece in group.slices)
            named |= {name: buffers[name] for name in cut if name in buffers}
    for name, value in named.items():
        if not isinstance(value, Tensor) or value.is_complex():
            kind = value.dtype if isinstance(value, Tensor) else type(value).__name__
            raise ValueError(
                f"{name!r} must be a tensor of real numbers to be stored, got {kind}"
            )
    return named


def _ties(named: Mapping[str, Tensor]) -> dict[str, str]:
    """Return the names of tensors that are there under an earlier name, with it."""
    first: dict[int, str] = {}
    ties = {}
    for name, value in named.items():
        if first.setdefault(id(value), name) != name:
            ties[name] = first[id(value)]
    return ties


def _kind(value: Tensor) -> str:
    if value.dtype == torch.bool:
        return BOOL
    return FLOAT if value.is_floating_point() else INTEGER


def as_stored(name: str, value: Tensor) -> Tensor:
    """Return float32 without negative zeros, which masking leaves, or int64."""
    kept = as_float32(name, value).cpu()
    if _kind(value) == INTEGER:
        return kept.to(torch.int64)
    return kept.to(torch.float32).contiguous() + 0.0


def _plain(module: nn.Module) -> dict[str, Any]:
    """Return the attributes of a module that JSON can hold; a function by its name."""
    found: dict[str, Any] = {}
    for key, value in vars(module).items():
        whole = isinstance(value, tuple | list) and {type(v) for v in value} == {int}
        if key.startswith("_") or key == "training":
            continue
        if whole or type(value) in (int, float, bool, str):
            found[key] = value
        elif isinstance(value, FunctionType | BuiltinFunctionType):
            found[key] = {"function": value.__name__}
    return found


def _set_plain(name: str, module: nn.Module, attributes: Mapping[str, Any]) -> None:
    have = _plain(module)
    for key, value in attributes.items():
        old = have.get(key, vars(module).get(key))
        if isinstance(old, tuple) and isinstance(value, list):
            value = tuple(value)
        if old == value:
            continue
        new = key not in have and not hasattr(module, key)  # set when it was used
        if isinstance(value, dict) or not (new or type(old) is type(value)):
            raise ValueError(
                f"{key} of module {name or 'model'!r} must be {value!r}, as in the "
                f"file, got {old!r}"
            )
        setattr(module, key, value)
