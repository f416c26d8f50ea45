"""A small vision transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models.base import Activations, Network
from course_lib.surgery import UnitGroup


class TransformerBlock(nn.Module):
    """Attention, then two feed-forward layers, each added to its input.

    Each is preceded by layer normalization (“pre-norm”). A head is
    ``head_width`` rows of ``query``, ``key``, and ``value``, and as many columns of
    ``out``; the number of heads follows from the shapes.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        head_width: int,
        hidden: int,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__()
        self.head_width = head_width
        inside = heads * head_width
        self.norm1 = nn.LayerNorm(width, dtype=dtype)
        self.query = nn.Linear(width, inside, dtype=dtype)
        self.key = nn.Linear(width, inside, dtype=dtype)
        self.value = nn.Linear(width, inside, dtype=dtype)
        self.out = nn.Linear(inside, width, dtype=dtype)
        self.norm2 = nn.LayerNorm(width, dtype=dtype)
        self.fc1 = nn.Linear(width, hidden, dtype=dtype)
        self.fc2 = nn.Linear(hidden, width, dtype=dtype)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the outputs of the block, its heads, and its feed-forward units."""

        def by_head(projected: Tensor) -> Tensor:
            # Shape [N, tokens, heads * head_width] -> [N, heads, tokens, head_width]
            heads: Tensor = projected.unflatten(2, (-1, self.head_width))
            return heads.transpose(1, 2)

        y = self.norm1(x)
        query, key, value = (by_head(f(y)) for f in (self.query, self.key, self.value))
        head_outputs = nn.functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(head_outputs.transpose(1, 2).flatten(2))
        hidden = nn.functional.gelu(self.fc1(self.norm2(x)))
        return x + self.fc2(hidden), head_outputs, hidden


class TinyTransformer(Network):
    """A vision transformer for MNIST: 16 patches of 7 × 7 pixels, three blocks.

    ``heads`` and ``hidden`` list the attention heads and the feed-forward units of
    each block; ``width`` is the embedding width of a patch. The mean over the patches
    is classified. After Dosovitskiy et al. (2021), much smaller, without class token.
    """

    def __init__(
        self,
        width: int = 64,
        heads: Sequence[int] = (4, 4, 4),
        hidden: Sequence[int] = (128, 128, 128),
        *,
        head_width: int = 16,
        patch: int = 7,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        sizes = (width, head_width, *heads, *hidden)
        if not heads or len(heads) != len(hidden) or min(sizes) < 1 or 28 % patch:
            raise ValueError(
                "width, head_width, heads, hidden must be ≥ 1, heads and hidden need "
                "one entry per block each, and patch must divide 28, got "
                f"{width!r}, {head_width!r}, {heads!r}, {hidden!r} and {patch!r}"
            )
        self.patch = patch
        self.embed = nn.Linear(patch * patch, width, dtype=dtype)
        positions = 0.02 * torch.randn((28 // patch) ** 2, width, dtype=dtype)
        self.positions = nn.Parameter(positions)
        self.depth = len(heads)
        for i, (count, units) in enumerate(zip(heads, hidden, strict=True), 1):
            block = TransformerBlock(width, count, head_width, units, dtype)
            self.add_module(f"block{i}", block)
        self.norm = nn.LayerNorm(width, dtype=dtype)
        self.fc = nn.Linear(width, 10, dtype=dtype)

    def blocks(self) -> dict[str, TransformerBlock]:
        """Return the blocks by name, first to last."""
        return {
            name: module
            for name, module in self.named_children()
            if isinstance(module, TransformerBlock)
        }

    @property
    def unit_groups(self) -> dict[str, UnitGroup]:
        """Return the heads and the feed-forward units of each block."""
        groups = {}
        for name, block in self.blocks().items():
            groups[f"{name}.heads"] = UnitGroup(
                [f"{name}.value", f"{name}.query", f"{name}.key"],
                [f"{name}.out"],
                rows_per_unit=block.head_width,
            )
            groups[f"{name}.fc1"] = UnitGroup([f"{name}.fc1"], [f"{name}.fc2"])
        return groups

    def describe(self) -> dict[str, Any]:
        """Return what ``build_model`` needs to build a network of this shape."""
        blocks = self.blocks().values()
        first = self.get_submodule("block1")
        assert isinstance(first, TransformerBlock)
        arguments = {
            "width": self.embed.out_features,
            "heads": [b.value.out_features // b.head_width for b in blocks],
            "hidden": [b.fc1.out_features for b in blocks],
            "head_width": first.head_width,
            "patch": self.patch,
        }
        return {"name": "TinyTransformer", "arguments": arguments}

    def forward(self, x: Tensor, return_activations: bool = False) -> Any:
        """Return logits of shape (N, 10).

        With ``return_activations``, also a dict keyed as ``unit_groups``: for heads,
        the norm of their output at each patch, shape (N, heads, patches); for
        feed-forward units their outputs, shape (N, units, patches).
        """
        activations: Activations = {}
        patches = nn.functional.unfold(x, self.patch, stride=self.patch)
        x = self.embed(patches.transpose(1, 2)) + self.positions  # Shape [N, 16, 64]
        for name, block in self.blocks().items():
            x, head_outputs, hidden = block(x)
            if return_activations:  # otherwise every pass would compute the norms
                activations[f"{name}.heads"] = head_outputs.norm(dim=3)
                activations[f"{name}.fc1"] = hidden.transpose(1, 2)
        logits = self.fc(self.norm(x.mean(dim=1)))
        return (logits, activations) if return_activations else logits
