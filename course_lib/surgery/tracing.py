"""Find the coupled units of any module by following them through its operations."""

from __future__ import annotations

import operator
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, fx, nn

from course_lib.surgery.configs import FEED_FORWARD
from course_lib.surgery.groups import CoupledUnits, Role, Size, Slice
from course_lib.surgery.labels import Value
from course_lib.surgery.movements import cutting, movement
from course_lib.surgery.proof import failures, perturbed, prepared
from course_lib.surgery.rules import RULES, convolution, elementwise, group_norm
from course_lib.surgery.scope import Scope

# attributes that count something else, though it may be as many
OTHER = re.compile(
    r"(?<!all_)head_(dim|size|width)|d_head|d_kv|proj_dim|class|label|bucket|groups|"
    r"n_rep|repeat|d_model|model_dim|embed_dim|hidden_size|n_embd|layers|depth|window|"
    r"length|position|patch|kernel|stride"
)


# operations whose graph lies in one of their arguments, before what it is given
ENCLOSING = (
    torch.ops.higher_order.wrap_with_autocast,
    torch.ops.higher_order.wrap_with_set_grad_enabled,
)


class TracedGroups(dict[str, CoupledUnits]):
    """Unit groups by name; ``pinned`` maps other layers to why their units stay."""

    def __init__(self) -> None:
        super().__init__()
        self.pinned: dict[str, str] = {}

    def pin(self, tensor: str, reason: str) -> None:
        """Add a reason why units that a tensor computes stay."""
        layer = tensor.removesuffix(".weight")
        known = self.pinned.get(layer, reason)
        self.pinned[layer] = known if reason in known else f"{known}; {reason}"


class Tracer(Scope):
    """Labels every tensor of a model and follows the labels through its graph."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.seen: list[Tensor] = []
        self.env: dict[fx.Node, Any] = {}
        named: dict[int, str] = {}  # a tied tensor has the labels of its first name
        tensors = [*model.named_parameters(remove_duplicate=False),
                   *model.named_buffers(remove_duplicate=False)]  # fmt: skip
        self.same = {name: named.setdefault(id(value), name) for name, value in tensors}
        self.axes = {
            name: [self.labels.fresh(size) for size in tensor.shape]
            for name, tensor in tensors
            if name == self.same[name] and tensor.is_floating_point()
        }
        for name, axes in self.axes.items():
            owner = name.rpartition(".")[0]
            if isinstance(model.get_submodule(owner), nn.MultiheadAttention):
                for axis in axes:
                    what = "as many inputs as heads × their width"
                    self.labels.pin(axis, f"MultiheadAttention {owner!r} needs {what}")

    def run(self, program: torch.export.ExportedProgram) -> None:
        """Follow the labels from the inputs to what the model returns."""
        signature = program.graph_signature
        names = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
        given = []
        for node in program.graph.find_nodes(op="placeholder"):
            static = node.name not in signature.user_inputs
            name = self.same.get(names.get(node.name, ""), "")
            given.append(self._values(node, self._own(name), static))
        self._pin(self._follow(program.graph_module, given), "the model returns them")

    def _follow(self, graph: fx.GraphModule, given: Iterable[Any]) -> Any:
        """Follow the labels of what is given; return those of what comes out."""
        left = iter(given)
        for node in graph.graph.nodes:
            if node.op == "placeholder":
                self.env[node] = next(left)
            elif node.op == "output":
                return fx.node.map_arg(node.args[0], self.env.get)
            elif node.op == "get_attr":
                found = getattr(graph, node.target)
                whole = isinstance(found, fx.GraphModule)
                self.env[node] = found if whole else self._values(node, [], True)
            elif node.target is operator.getitem:
                self.env[node] = self.env[node.args[0]][node.args[1]]
            elif node.target in ENCLOSING:
                arguments = fx.node.map_arg(node.args, self.env.get)
                place = [isinstance(a, fx.GraphModule) for a in arguments].index(True)
                self.env[node] = self._follow(arguments[place], arguments[place + 1 :])
            else:
                self._call(node)

    def _own(self, name: str) -> list[Tensor]:
        """Return the layers of a parameter: one for each of its dimensions."""
        axes = self.axes.get(name, [])
        return [
            labels.reshape([-1 if d == dim else 1 for d in range(len(axes))])
            for dim, labels in enumerate(axes)
            if len(labels) > 1
        ]

    def _values(self, node: fx.Node, layers: Any, static: bool) -> Any:
        """Return the value of a node, or those of its several results."""
        example = node.meta.get("val")
        if isinstance(example, torch.SymInt):
            return _sizes([example])[0]
        if isinstance(example, Tensor):
            layers = self.labels.kept(layers)
            self.seen += layers
            return Value(_sizes(example.shape), layers, static)
        if isinstance(example, tuple | list):
            layers = [self.labels.kept(own) for own in layers]
            self.seen += [layer for own in layers for layer in own]
            return [
                Value(_sizes(e.shape), own, static) if isinstance(e, Tensor) else None
                for e, own in zip(example, layers or [[]] * len(example), strict=True)
            ]
        return None

    def _call(self, node: fx.Node) -> None:
        stack = list((node.meta.get("nn_module_stack") or {"": ("",)}).values())
        self.module = stack[-1][0]
        target: Any = node.target
        schema = getattr(target, "_schema", None)
        name = schema.name if schema else getattr(target, "__name__", node.name)
        self.operation = name.rpartition("::")[2].rstrip("_")
        given = fx.node.map_arg((node.args, node.kwargs), self.env.get)
        values = _found(given)
        static = all(value.static for value in values)
        layers: Any = None
        # an assertion has no result, so that it cannot depend on units
        if node.meta.get("val") is not None and any(v.layers for v in values):
            problem = "has no rule"
            try:
                layers = self._ruled(node, given)
            except (RuntimeError, ValueError, TypeError, LookupError) as error:
                problem = f"cannot be followed: {error}"  # an unusual form of a call
            if layers is None:
                self._pin(values, self.reason(problem))
        self.env[node] = self._values(node, layers or [], static)
        if RULES.get(self.operation) in (movement, cutting, convolution, group_norm):
            self._count([*values, *_found(self.env[node])])

    def _ruled(self, node: fx.Node, given: Any) -> Any:
        """Return the layers that the rule of an operation gives, None without one."""
        target: Any = node.target
        rule = RULES.get(self.operation)
        if rule is None and torch.Tag.pointwise in getattr(target, "tags", ()):
            rule = elementwise
        if rule is None:
            return None
        arguments = _by_name(target, *given)
        example = node.meta["val"]
        arguments["out"] = [_sizes(each.shape) for each in _listed(example)]
        arguments["several"] = not isinstance(example, Tensor)
        return rule(self, target, arguments)

    def _pin(self, values: Any, reason: str) -> None:
        for value in _found(values):
            for layer in value.layers:
                self.labels.pin(layer, reason)

    def _count(self, values: Iterable[Value]) -> None:
        """Note attributes of the module that may give the sizes its code states."""
        module = self.model.get_submodule(self.module)
        if type(module).__module__.startswith("torch.nn."):  # PixelShuffle's factor
            return
        attributes = vars(module)
        for value in values:
            for layer in value.layers:
                for name, number in attributes.items():
                    whole = type(number) is int and number > 1
                    if whole and number in layer.shape and not OTHER.search(name):
                        self.count(name, layer)

    def settle(self) -> None:
        """Let the units of every value be slices along a single dimension.

        A value of shape (…, heads, width) can lose heads or columns of all heads, not
        single entries. The dimension with more units stays free, the last of equals.
        """
        changed = True
        while changed:
            changed = False
            for layer in self.seen:
                free = torch.where(self.labels.pinned()[layer] > 0, 0, layer)
                dims = self.labels.varying(free)
                if len(dims) > 1:
                    best = max(dims, key=lambda dim: (layer.shape[dim], dim))
                    for dim in set(dims) - {best}:
                        self.labels.join(layer, layer.narrow(dim, 0, 1))
                    changed = True
                elif not dims and free.any():
                    what = "they are coupled into a single unit"
                    self.labels.pin(layer, what)
                    changed = True

    def groups(self) -> TracedGroups:
        """Return units with the same slices as groups, and why others are pinned."""
        self.settle()
        why, parent = self.labels.pinned(), self.labels.parent
        computing, reading = (
            set(torch.cat([t.flatten() for t in found]).tolist()) if found else set()
            for found in (self.computes, self.reads)
        )
        units: dict[int, dict[tuple[str, int, Role], list[int]]] = defaultdict(dict)
        for name, axes in self.axes.items():
            for dim, labels in enumerate(axes):
                own = set(labels.tolist())
                roles: list[Role] = ["computes"] if own & computing else []
                roles += ["reads"] if own & reading else []
                for entry, unit in enumerate(parent[labels].tolist()):
                    for role in roles or ["scales"]:
                        units[unit].setdefault((name, dim, role), []).append(entry)
        alike: dict[Any, list[int]] = defaultdict(list)
        for unit, slices in units.items():
            alike[tuple((key, len(own)) for key, own in slices.items())].append(unit)
        result, sizes = TracedGroups(), self._sizes()
        for signature, members in alike.items():
            made = [key[0] for key, _ in signature if key[2] == "computes"]
            if not made:
                continue
            name = made[0].removesuffix(".weight")
            pinned = int(why[members[0]])
            if pinned or len(members) == 1 or not _reads(signature):
                alone = "they are a single unit"
                reason = alone if len(members) == 1 else "no weight reads them"
                if pinned:
                    reason = self.labels.reasons[pinned]
                for layer in made:
                    result.pin(layer, reason)
                continue
            while name in result:
                name += "'"
            result[name] = CoupledUnits(
                len(members),
                tuple(
                    _slice(key, [units[unit][key] for unit in members])
                    for key, _ in signature
                ),
                self._stated(made, len(members), sizes[members[0]]),
            )
        self._explain(result, why)
        return result

    def _explain(self, groups: TracedGroups, why: Tensor) -> None:
        """Add weights that nothing was found about, as those of an LSTM."""
        known = {piece.tensor for g in groups.values() for piece in g.slices}
        for name, value in self.model.named_parameters():
            found = name in known or name.removesuffix(".weight") in groups.pinned
            if value.dim() > 1 and not found:
                whys = {int(why[labels[0]]) for labels in self.axes[name]} - {0}
                reasons = [self.labels.reasons[each] for each in sorted(whys)]
                for reason in reasons or ["no operation on the example reads it"]:
                    groups.pin(name, reason)

    def _stated(
        self, made: list[str], units: int, counted: list[Size]
    ) -> tuple[Size, ...]:
        """Return the counted attributes, and those that the code reads no more."""
        known = {(size.module, size.attribute) for size in counted}
        owners = dict.fromkeys(name.rsplit(".", 2)[0] for name in made if "." in name)
        return *counted, *(
            Size(owner, name, 1)
            for owner in owners
            for name in FEED_FORWARD
            if vars(self.model.get_submodule(owner)).get(name) == units
            and (owner, name) not in known
        )

    def _sizes(self) -> dict[int, list[Size]]:
        """Return the attributes that count each unit, by its class."""
        found: dict[int, dict[tuple[str, str], Size]] = defaultdict(dict)
        for module, attribute, layer in self.counts:
            # a function needs no module that has the attribute of its layer
            number = vars(self.model.get_submodule(module)).get(attribute)
            for dim in self.labels.varying(layer):
                if layer.shape[dim] == number:
                    roots = self.labels.parent[layer].movedim(dim, 0)
                    roots = roots.reshape(number, -1)[:, 0]
                    for unit, each in Counter(roots.tolist()).items():
                        size = Size(module, attribute, each)
                        found[unit].setdefault((module, attribute), size)
        return defaultdict(list, {u: list(own.values()) for u, own in found.items()})


def trace_groups(model: nn.Module, *args: Any, **kwargs: Any) -> TracedGroups:
    """Return the coupled units of any module, found by following them through it.

    ``args`` and ``kwargs`` are inputs of the model, for example one batch; its graph is
    that of ``torch.export``. The result maps names to groups that every function of
    ``structured`` and ``surgery`` takes once they are declared: ``model.unit_groups =
    trace_groups(model, images)``. A group has the name of the first layer that computes
    it. A trial cut has shown for each group that the smaller network computes what the
    masked one does; units for which that is not so, which the model returns, or which
    an operation without a rule reads stay, and ``pinned`` gives the reason by layer.
    The model itself is unchanged.

    Raises ValueError for inputs that the model cannot read, and for a model that cannot
    be exported.
    """
    model, args, kwargs = prepared(model, args, kwargs)
    model = perturbed(model)
    tracer = Tracer(model)
    tracer.run(_exported(model, args, kwargs))
    groups = tracer.groups()
    for name, reason in failures(model, groups, args, kwargs).items():
        for piece in groups.pop(name).role("computes"):
            groups.pin(piece.tensor, reason)
    return groups


def _exported(model: nn.Module, args: Any, kwargs: Any) -> torch.export.ExportedProgram:
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # one opaque operation otherwise
    try:
        with torch.no_grad():
            return torch.export.export(model, args, kwargs, strict=False)
    except Exception as error:
        problem = str(error).strip().splitlines()[0]
        if "transformers.cache_utils" in problem:
            problem = "it returns a cache; set use_cache=False in its config"
        raise ValueError(
            f"model must be one that torch.export can trace, got {type(model).__name__}"
            f": {problem}"
        ) from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _sizes(shape: Iterable[Any]) -> tuple[int, ...]:
    """Return a shape with a number for each size that the data decides.

    Which one does not matter: entries that the data chooses are no units.
    """
    return tuple(
        size
        if isinstance(size, int)
        else int(size.node.expr.subs(dict.fromkeys(size.node.expr.free_symbols, 3)))
        for size in shape
    )


def _slice(key: tuple[str, int, Role], entries: list[list[int]]) -> Slice:
    tensor, dim, role = key
    return Slice(tensor, dim, torch.tensor(entries), role)


def _reads(signature: Any) -> bool:
    return any(role == "reads" for (_, _, role), _ in signature)


def _listed(example: Any) -> list[Tensor]:
    members = example if isinstance(example, tuple | list) else [example]
    return [member for member in members if isinstance(member, Tensor)]


def _found(values: Any) -> list[Value]:
    leaves = torch.utils._pytree.tree_leaves(values)
    return [leaf for leaf in leaves if isinstance(leaf, Value)]


def _by_name(target: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """Return the arguments of an operation by name, with its defaults."""
    declared = target._schema.arguments
    named = {a.name: a.default_value for a in declared if a.has_default_value()}
    return {
        **named,
        **dict(zip((a.name for a in declared), args, strict=False)),
        **kwargs,
    }
