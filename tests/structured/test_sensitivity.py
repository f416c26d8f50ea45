"""What it costs to cut one layer at a time."""

import pytest

from course_lib import structured
from course_lib.measure import parameter_count
from course_lib.training import accuracy
from tests.small import small_model, small_split

SPLIT = small_split(30)


def test_sensitivity_cuts_one_layer_at_a_time():
    model = small_model("relu")
    importance = structured.weight_norms(model, p=1)
    rows = structured.unit_sensitivity(model, importance, [0, 0.5], SPLIT)
    assert list(zip(rows["layer"], rows["ratio"], rows["units"], strict=True)) == [
        ("fc1", 0, 12), ("fc1", 0.5, 6), ("fc2", 0, 9), ("fc2", 0.5, 5),
    ]  # fmt: skip
    assert (rows["drop"][rows["ratio"] == 0] == 0).all()
    keep = structured.select_units(importance, {"fc2": 0.5})
    smaller = structured.remove_units(model, keep)
    assert rows["parameters"][3] == parameter_count(smaller)
    assert rows["accuracy"][3] == 100 * accuracy(smaller, SPLIT)
    base = 100 * accuracy(model, SPLIT)
    assert rows["drop"][3] == pytest.approx(base - rows["accuracy"][3])
