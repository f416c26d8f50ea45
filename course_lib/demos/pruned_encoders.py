"""The sentence encoder with fewer feed-forward units, by three methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

from torch import Tensor, nn

from course_lib.demos.search_explorer import UNPRUNED, Key
from course_lib.encoder import Encoder
from course_lib.structured import (
    fold_means,
    fold_units,
    least_squares,
    select_units,
    weight_norms,
)
from course_lib.surgery import UnitGroup, remove_units

SHARES = (0.25, 0.5, 0.75)
NORM, FOLDED, SQUARES = METHODS = ("weights’ norm", "means folded", "least squares")


class PrunedEncoders(Mapping[Key, Encoder]):
    """The encoder, and pruned ones, keyed by method and share of the units kept.

    Every method keeps the units with the largest weights; they differ in what the next
    layer gets for the others. Each encoder is made when it is first asked for; the last
    two methods run it on ``texts`` for that, some fifteen seconds of one core. A
    model without ``unit_groups`` gets its feed-forward units as such.
    """

    def __init__(self, encoder: Encoder, texts: Sequence[str]) -> None:
        self._made = {UNPRUNED: encoder}
        self._texts = texts
        layers = encoder.model.get_submodule("encoder.layer")
        self._layers = [f"encoder.layer.{name}" for name, _ in layers.named_children()]
        self._names = [f"{layer}.intermediate.dense" for layer in self._layers]
        if not hasattr(encoder.model, "unit_groups"):
            encoder.model.unit_groups = {  # type: ignore[assignment]
                name: UnitGroup([name], [f"{layer}.output.dense"])
                for layer, name in zip(self._layers, self._names, strict=True)
            }

    def __iter__(self) -> Iterator[Key]:
        yield UNPRUNED
        yield from product(METHODS, SHARES)

    def __len__(self) -> int:
        return 1 + len(METHODS) * len(SHARES)

    def __getitem__(self, key: Key) -> Encoder:
        if key not in self._made:
            if key not in list(self):
                raise KeyError(key)
            whole = self._made[UNPRUNED]
            self._made[key] = whole.with_model(self._prune(whole.model, *key))
        return self._made[key]

    def _prune(self, model: nn.Module, method: str, share: float) -> nn.Module:
        keep = select_units(self._norms, 1 - share)
        if method == NORM:
            return remove_units(model, keep)
        refit = fold_means if method == FOLDED else least_squares
        return fold_units(model, keep, self._batches, refit=refit, blocks=self._layers)

    @cached_property
    def _norms(self) -> dict[str, Tensor]:
        norms = weight_norms(self._made[UNPRUNED].model, p=2)
        return {name: norms[name] for name in self._names}

    @cached_property
    def _batches(self) -> list[dict[str, Tensor]]:
        whole = self._made[UNPRUNED]
        return [inputs for _, inputs in whole.batches(self._texts, padding=False)]
