"""How a tensor is written is decided from its values."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_lib.storage import tensors


@pytest.mark.parametrize("uneven", ["rows", "columns"])
@pytest.mark.parametrize("empty", ["rows", "columns", "nothing"])
@pytest.mark.parametrize("shape", [(400, 200), (200, 400)])
def test_a_large_mask_goes_the_way_that_trying_would_choose(
    uneven, empty, shape, monkeypatch
):
    rng = np.random.default_rng(0)
    height, width = shape
    often = rng.beta(0.3, 2.7, (height, 1) if uneven == "rows" else (1, width))
    mask = rng.random(shape) < often
    if empty == "rows":
        mask[rng.random(height) < 0.5] = False
    elif empty == "columns":
        mask[:, rng.random(width) < 0.5] = False
    weight = torch.from_numpy(mask).float()
    ways = []
    for cells in (0, mask.size):
        monkeypatch.setattr(tensors, "TRIED", cells)
        ways.append(tensors.plan(weight).by_columns)
    assert ways[0] == ways[1]
