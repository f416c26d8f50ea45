"""Test a cut: the smaller network must compute what the larger does without the units.

Both run on the same example in double precision, so that rounding cannot hide a
wrong cut. In the larger network all weights that read a removed unit are zero. It still
computes the unit, so anything else that depends on it shows.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

from course_lib.calling import arguments_of
from course_lib.surgery.cutting import cut
from course_lib.surgery.groups import CoupledUnits, tensor_of

Groups = Mapping[str, CoupledUnits]
Keep = Mapping[str, Tensor]


def check_cut(model: nn.Module, keep: Keep, pruned: Groups, example: Any) -> None:
    """Raise ValueError, with the group, if a cut changes what the network computes.

    ``example`` is one input, a tuple of inputs, or a dict of inputs by name.
    """
    double, *given = prepared(model, *arguments_of(example))
    problem = _problem(double, keep, pruned, *given)
    if problem is None:
        return
    alone = {
        n: _problem(double, keep, {n: group}, *given) for n, group in pruned.items()
    }
    name = next((n for n, found in alone.items() if found), " and ".join(pruned))
    raise ValueError(
        f"verify: removing units of group {name!r} must not change the rest, "
        f"got {alone.get(name) or problem}"
    )


def failures(
    model: nn.Module, groups: Groups, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, str]:
    """Return which groups fail a trial cut of about a third of their units, and how."""
    generator = torch.Generator().manual_seed(0)
    keep = {}
    for name, group in groups.items():
        most = max(1, group.units // 2)
        count = int(torch.randint(1, most + 1, (), generator=generator))
        order = torch.randperm(group.units, generator=generator)
        keep[name] = torch.isin(torch.arange(group.units), order[count:])

    def failing(names: list[str]) -> dict[str, str]:
        some = {name: groups[name] for name in names}
        problem = _problem(model, keep, some, args, kwargs)
        if problem is None:
            return {}
        if len(names) == 1:
            return {names[0]: f"a trial cut fails: {problem}{_changed(*some.values())}"}
        half = len(names) // 2
        found = failing(names[:half]) | failing(names[half:])
        # each half alone is right, both together are not: only the first may be cut
        return found or dict.fromkeys(names[half:], f"a trial cut fails: {problem}")

    return failing(list(groups)) if groups else {}


def prepared(model: nn.Module, args: Any, kwargs: Any) -> tuple[nn.Module, Any, Any]:
    """Return a copy of the model in evaluation mode, and its inputs, in float64.

    A model whose code needs another precision keeps its own. Raises ValueError if the
    model cannot read the inputs.
    """
    copied = copy.deepcopy(model).cpu().eval().requires_grad_(False)
    given = tree_map(lambda x: x.cpu() if isinstance(x, Tensor) else x, (args, kwargs))
    double = copy.deepcopy(copied).double()
    precise = tree_map(_double, given)
    try:
        _outputs(double, *precise)
        return double, *precise
    except (RuntimeError, TypeError, ValueError, IndexError):
        pass  # another precision may be all that is wrong
    try:
        _outputs(copied, *given)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        raise ValueError(
            f"example must be an input of {type(model).__name__}, got {error}"
        ) from error
    return copied, *given


def perturbed(model: nn.Module) -> nn.Module:
    """Add noise to the parameters, in place, and return the model.

    Parameters that start at zero, or close to it, would hide a wrong cut.
    """
    generator = torch.Generator().manual_seed(0)
    for value in model.parameters():
        if value.is_floating_point():
            noise = torch.randn(value.shape, generator=generator, dtype=value.dtype)
            spread = float(value.detach().std()) if value.numel() > 1 else 0.0
            value.data.add_((spread if 1e-3 < spread < 1 else 0.1) * noise)
    return model


def _double(value: Any) -> Any:
    floating = isinstance(value, Tensor) and value.is_floating_point()
    return value.double() if floating else value


@torch.no_grad()
def _problem(
    model: nn.Module, keep: Keep, pruned: Groups, args: Any, kwargs: Any
) -> str | None:
    """Return how a cut goes wrong on an example, or None."""
    masked = copy.deepcopy(model)
    for name, group in pruned.items():
        for piece in group.role("reads"):
            tensor = tensor_of(masked, piece.tensor)
            tensor.index_fill_(piece.dim, piece.entries[~keep[name].cpu()].flatten(), 0)
    expected = _outputs(masked, args, kwargs)
    smaller = cut(model, keep, pruned)
    try:
        found = _outputs(smaller, args, kwargs)
    except Exception as error:  # whatever the code of a foreign module raises
        message = " ".join(str(error).split()) or repr(error)
        return f"{message} ({_place(error, smaller)})"
    for new, old in zip(found, expected, strict=True):
        if new.shape != old.shape:
            return f"outputs of shape {tuple(new.shape)} for {tuple(old.shape)}"
        difference, size = (new - old).abs().max(), old.abs().max()
        allowed = 1e-6 if old.dtype == torch.float64 else 1e-4
        if not difference <= allowed * size:
            return f"outputs that differ by {difference:.2g}, of at most {size:.2g}"
    return None


@torch.no_grad()
def _outputs(model: nn.Module, args: Any, kwargs: Any) -> list[Tensor]:
    leaves = tree_leaves(model(*args, **kwargs))
    return [leaf for leaf in leaves if isinstance(leaf, Tensor) and leaf.numel()]


def _changed(group: CoupledUnits) -> str:
    """Return which attributes a cut changes, to find one that it should not."""
    names = [f"{size.module}.{size.attribute}".strip(".") for size in group.sizes]
    return f"; with {', '.join(names)} changed" if names else ""


def _place(error: Exception, model: nn.Module) -> str:
    """Return the innermost module in whose code an error was raised."""
    names = {id(module): name for name, module in model.named_modules()}
    place, trace = "the model", error.__traceback__
    while trace is not None:
        owner = trace.tb_frame.f_locals.get("self")
        if names.get(id(owner)):
            place = f"module {names[id(owner)]!r}"
        trace = trace.tb_next
    return place
