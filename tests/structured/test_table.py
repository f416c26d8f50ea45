"""The table of groups says what goes, and prints well."""

import torch

from course_lib.measure import mac_count, parameter_count
from course_lib.models import LeNet5
from course_lib.structured import remove_units, unit_table
from course_lib.surgery import trace_groups
from tests.surgery.foreign import IDS, Llama

IMAGE = torch.zeros(1, 1, 28, 28)


def test_rows_are_what_a_cut_to_one_unit_removes():
    model = LeNet5((4, 6), 9)
    table = unit_table(model, IMAGE)
    assert list(table.index) == list(model.unit_groups)
    for name, row in table.iterrows():
        smaller = remove_units(model, {name: torch.arange(int(row["units"])) == 0})
        gone = parameter_count(model) - parameter_count(smaller)
        assert row["parameters"] == gone
        assert row["parameters %"] == round(100 * gone / parameter_count(model), 1)
        left = mac_count(smaller, IMAGE) / mac_count(model, IMAGE)
        assert row["MACs %"] == round(100 * (1 - left), 1)


def test_table_of_traced_groups_prints_a_line_for_each():
    model = Llama()
    model.unit_groups = trace_groups(model, IDS)
    table = unit_table(model)
    assert str(table).splitlines() == [
        "        units  parameters  parameters %",
        "group                                  ",
        "q_proj      2         576          21.4",
        "gate       20         950          35.2",
    ]
    assert "MACs %" in unit_table(model, (IDS,)).columns
    assert "MACs %" in unit_table(model, {"ids": IDS}).columns


def test_group_of_a_single_unit_has_nothing_to_remove():
    table = unit_table(LeNet5((1, 2), 1), IMAGE)
    assert table.loc["conv1"].tolist() == [1, 0, 0, 0]


def test_network_without_groups_that_can_go_has_an_empty_table():
    model = torch.nn.Linear(3, 2)
    model.unit_groups = trace_groups(model, torch.rand(2, 3))
    assert unit_table(model, torch.rand(2, 3)).empty
