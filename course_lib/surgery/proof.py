"""Prove a cut: the smaller network computes what the larger one does without the units.

Both run on the same example in double precision, so that a wrong cut cannot hide in
rounding. In the larger network all weights that read a removed unit are zero. It still
computes the unit, so anything else that depends on it shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

from course_lib.calling import arguments_of, copied_module
from course_lib.surgery.configs import FEED_FORWARD
from course_lib.surgery.cutting import cut
from course_lib.surgery.groups import CoupledUnits, Size, tensor_of

Groups = Mapping[str, CoupledUnits]
Keep = Mapping[str, Tensor]

# attributes that count units, by their names; others may be as many by chance
COUNTING = re.compile(r"head|kv|group|channel|feature|filter|hidden|inner|width|split")
TRIALS = 32  # of a group, with other attributes changed


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
        f"verify: removing units of group {name!r} must leave what the rest computes, "
        f"got {alone.get(name) or problem}"
    )


def failures(
    model: nn.Module,
    groups: MutableMapping[str, CoupledUnits],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> dict[str, str]:
    """Return which groups fail a trial cut of about a third of their units, and how.

    Afterward, the ``sizes`` of the other groups are attributes with which it is right.
    """
    choices = {name: _choices(model, group) for name, group in groups.items()}
    for name, first in choices.items():
        groups[name] = replace(groups[name], sizes=first[0])
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
            name, most = names[0], max(choices[names[0]], key=len)
            for sizes in choices[name]:
                groups[name] = replace(groups[name], sizes=sizes)
                found = _problem(model, keep, {name: groups[name]}, args, kwargs)
                if found is None:
                    return {}
                problem = found if sizes == most else problem
            return {name: f"a trial cut fails: {problem}{_changed(most)}"}
        half = len(names) // 2
        wrong = failing(names[:half]) | failing(names[half:])
        some = {name: groups[name] for name in names}
        if wrong or _problem(model, keep, some, args, kwargs) is None:
            return wrong
        # each half alone is right, both together are not: only the first may be cut
        return dict.fromkeys(names[half:], f"a trial cut fails: {problem}")

    return failing(list(groups)) if groups else {}


def _choices(model: nn.Module, group: CoupledUnits) -> list[tuple[Size, ...]]:
    """Return which attributes a cut may change, the most likely choice first.

    Those of PyTorch's layers are sure. Another number of as many as there are units may
    be that by chance, and the code may use it only for other inputs than the example.
    """
    guessed = [
        size
        for size in group.sizes
        if size.attribute not in FEED_FORWARD
        and not type(model.get_submodule(size.module)).__module__.startswith("torch.")
    ]
    sure = tuple(size for size in group.sizes if size not in guessed)
    named = tuple(size for size in guessed if COUNTING.search(size.attribute))
    some = [c for n in range(len(guessed)) for c in combinations(guessed, n)]
    return [sure + c for c in dict.fromkeys([named, tuple(guessed), *some])][:TRIALS]


def prepared(model: nn.Module, args: Any, kwargs: Any) -> tuple[nn.Module, Any, Any]:
    """Return a copy of the model that predicts, and its inputs, in double precision.

    A model whose code needs another precision keeps its own. Raises ValueError if the
    model cannot be copied or cannot read the inputs, and TypeError if it returns no
    tensors.
    """
    for name, value in (*model.named_parameters(), *model.named_buffers()):
        if value.is_meta:
            raise ValueError(
                f"model must have numbers, got {name!r} on the meta device"
            )
    try:
        copied = copied_module(model).cpu().eval().requires_grad_(False)
    except RuntimeError as error:
        raise ValueError(
            f"model must be one that can be copied, got {type(model).__name__}: {error}"
        ) from error
    given = tree_map(lambda x: x.cpu() if isinstance(x, Tensor) else x, (args, kwargs))
    for own, inputs in (
        (copied_module(copied).double(), tree_map(_double, given)),
        (copied, given),  # another precision may be all that is wrong
    ):
        try:
            found = _outputs(own, *inputs)
        except Exception as error:  # whatever the code of a foreign module raises
            problem = error
            continue
        if not found:
            raise TypeError(
                "model must return tensors, alone or in tuples, lists, and dicts (or "
                "in a class for torch.export.register_dataclass), got none from "
                f"{type(model).__name__}"
            )
        return own, *inputs
    raise ValueError(
        f"the example must be what {type(model).__name__} can read, got "
        f"{str(problem) or repr(problem)}"
    ) from problem


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
    masked = copied_module(model)
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
        if problem := _different(new, old):
            return problem
    return None


def _different(new: Tensor, old: Tensor) -> str | None:
    """Return how numbers differ beyond rounding; two that are NaN are alike."""
    allowed = 1e-6 if old.dtype in (torch.float64, torch.complex128) else 1e-4
    if not old.is_floating_point() and not old.is_complex():
        new, old, allowed = new.double(), old.double(), 0.0
    alike = (new == old) | (new.isnan() & old.isnan())
    difference = (new - old).abs().masked_fill(alike, 0).max()
    size = old.abs().nan_to_num(0, 0, 0).max()
    if difference <= allowed * size:
        return None
    return f"outputs that differ by {difference:.2g}, of at most {size:.2g}"


@torch.no_grad()
def _outputs(model: nn.Module, args: Any, kwargs: Any) -> list[Tensor]:
    """Return the tensors in what a model returns, with the same random numbers."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        result = model(*args, **kwargs)
    leaves = tree_leaves(result)
    return [leaf for leaf in leaves if isinstance(leaf, Tensor) and leaf.numel()]


def _changed(sizes: Sequence[Size]) -> str:
    """Return which attributes a cut changes, to find one that it should not."""
    names = [f"{size.module}.{size.attribute}".strip(".") for size in sizes]
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
