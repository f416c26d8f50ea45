"""How a tensor is written is decided from its size and its values."""

import numpy as np
import pytest
import torch

from course_lib.storage import tensors
from course_lib.storage.coder import finish, reader, writer
from course_lib.storage.fields import BadFileError, Fields
from tests.storage.arrays import random_matrix

LARGE = {
    "even": random_matrix(1003, 1009, 0.05),
    "empty": np.zeros((1003, 1009), np.float32),
    "full": random_matrix(1003, 1009, 1),
    "one row": random_matrix(1, 1_000_003, 0.01),
    "one column": random_matrix(1_000_003, 1, 0.01),
    "one weight": np.eye(1003, 1009, 77, np.float32) * (np.arange(1009) == 99),
    "few values": np.round(random_matrix(1003, 1009, 0.2)),
    "strange values": np.resize(
        np.float32([0, "nan", 0, "inf", 0, 1e-45, 0, "-inf"]), (1, 1_000_003)
    ),
    "four dimensions": random_matrix(1003, 1009, 0.03).reshape(1003, 1, 1009, 1),
}  # fmt: skip


def there_and_back(array):
    """What is read, the file's bytes, and the plan."""
    stored = tensors.plan(torch.from_numpy(array))
    coder = writer(*tensors.capacity([stored]))
    bill = tensors.write_tensor(coder, stored, tensors.NO_UNITS)
    fields = Fields(stored.header)
    again = tensors.read_plan(fields, torch.empty(array.shape, device="meta"))
    assert fields.rest() == b""
    code = finish(coder)
    found = tensors.read_tensor(reader(code), again, tensors.NO_UNITS).numpy()
    units = (array != 0).reshape(len(array), -1).any(axis=1)
    for each in (stored, again):
        assert np.array_equal(each.alive(tensors.NO_UNITS), units)
    assert bill["nonzeros"] == np.count_nonzero(array)
    parts = sum(bill[part] for part in ("positions", "values", "codebook", "header"))
    assert parts == pytest.approx(len(stored.header) + len(code), abs=2)
    return found, len(stored.header) + len(code), stored


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("by_gaps", [True, False])
def test_a_large_tensor_comes_back_in_both_modes(name, by_gaps, monkeypatch):
    array = LARGE[name] + np.float32(0)  # no negative zeros, as in a file
    if not by_gaps:
        monkeypatch.setattr(tensors, "LARGEST_BY_CELLS", array.size)
    found, _, stored = there_and_back(array)
    assert (stored.gaps is not None) == by_gaps
    assert found.tobytes() == array.tobytes()


def test_a_negative_zero_is_not_kept():
    found, _, _ = there_and_back(np.full((1003, 1009), -0.0, np.float32))
    assert found.tobytes() == bytes(found.nbytes)


@pytest.mark.parametrize("uneven", ["rows", "columns"])
@pytest.mark.parametrize("empty", ["rows", "columns", "nothing"])
def test_gaps_learn_nearly_as_much_of_a_mask_as_cells(uneven, empty, monkeypatch):
    rng = np.random.default_rng(0)
    often = rng.beta(0.3, 2.7, (1000, 1) if uneven == "rows" else (1, 2000))
    mask = rng.random((1000, 2000)) < often
    if empty == "rows":
        mask[rng.random(1000) < 0.5] = False
    elif empty == "columns":
        mask[:, rng.random(2000) < 0.5] = False
    sizes = {}
    for cells in (0, mask.size):
        monkeypatch.setattr(tensors, "LARGEST_BY_CELLS", cells)
        _, sizes[cells], _ = there_and_back(mask.astype(np.float32))
    assert sizes[0] < 1.06 * sizes[mask.size]


@pytest.mark.parametrize("step", [0.125, 0.0717, 3.0, 2.0**-24])
@pytest.mark.parametrize("largest", [1, 3, 15])
def test_multiples_of_a_step_need_no_codebook(step, largest):
    step = np.float32(np.float16(step))
    array = step * np.resize(np.arange(-largest, largest + 1), (40, 50))
    found, _, stored = there_and_back(array.astype(np.float32))
    assert found.tobytes() == (array + 0).astype(np.float32).tobytes()
    assert (stored.kind, len(stored.header)) == (tensors.MULTIPLES, 4)


@pytest.mark.parametrize("step", [0.0, -0.5, np.nan, np.inf])
@pytest.mark.parametrize("largest", [3, 16])
def test_an_impossible_step_is_refused(step, largest):
    header = bytes([tensors.MULTIPLES]) + np.float16(step).tobytes() + bytes([largest])
    with pytest.raises(BadFileError, match="step or largest multiple"):
        tensors.read_plan(Fields(header), torch.empty(3, 4, device="meta"))
