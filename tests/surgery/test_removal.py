"""Units are removed: the smaller network computes what the larger one did."""

import pytest
import torch
from torch import nn

from course_lib.models import MLP, LeNet5, TinyResNet, TinyTransformer
from course_lib.structured import as_masks
from course_lib.surgery import UnitGroup, remove_idle_units, remove_units, unit_counts
from tests.small import chain

FIRST = UnitGroup(["0"], ["1"])


def test_norm_without_affine_or_running_statistics_is_cut():
    bare = nn.BatchNorm1d(4, affine=False, track_running_stats=False)
    group = UnitGroup(["0"], ["2"], ["1"])
    model = chain(nn.Linear(3, 4), bare, nn.Linear(4, 2), a=group)
    keep = torch.tensor([True, False, True, True])
    smaller = remove_units(model, {"a": keep})
    assert smaller[1].num_features == 3
    assert smaller(torch.randn(5, 3, dtype=torch.float64)).shape == (5, 2)


def test_constant_inputs_move_into_the_bias_of_a_convolution():
    model = chain(nn.Conv2d(1, 3, 3), nn.Conv2d(3, 2, 3, bias=False), a=FIRST)
    with torch.no_grad():
        model[0].weight[1] = 0
        model[0].bias[1] = 0.7
    keep = torch.tensor([True, False, True])
    values = {"a": torch.full((3,), 0.7, dtype=torch.float64)}
    x = torch.randn(4, 1, 7, 7, dtype=torch.float64)
    smaller = remove_units(model, {"a": keep}, fold=values)
    torch.testing.assert_close(smaller(x), model(x), rtol=0, atol=1e-12)


def test_layer_without_bias_stays_without_one_when_nothing_is_folded():
    model = chain(nn.Linear(4, 3, bias=False), nn.Linear(3, 2, bias=False), a=FIRST)
    keep = torch.tensor([True, False, True])
    smaller = remove_units(model, {"a": keep})
    assert smaller[0].bias is None
    assert smaller[1].bias is None
    assert (smaller[0].weight.shape, smaller[1].weight.shape) == ((2, 4), (2, 2))


def test_shared_weights_elsewhere_stay_shared():
    model = chain(*(nn.Linear(3, 3) for _ in range(4)), a=FIRST)
    model[3].weight = model[2].weight
    smaller = remove_units(model, {"a": torch.arange(3) > 0})
    assert smaller[3].weight is smaller[2].weight
    assert smaller[3].weight is not model[2].weight


def test_frozen_weights_stay_frozen_also_where_a_constant_moves_into_the_bias():
    model = MLP([6, 5, 4, 3]).requires_grad_(False)
    keep = {"fc1": torch.arange(5) > 0}
    smaller = remove_units(model, keep, fold={"fc1": torch.ones(5)})
    assert not any(value.requires_grad for value in smaller.parameters())


def test_networks_without_data_are_cut():
    model = TinyResNet().to("meta")
    smaller = remove_units(model, {"stream1": torch.arange(16) < 5})
    assert smaller.describe()["arguments"]["streams"] == [5, 32]
    assert smaller.stem.weight.is_meta


def test_nothing_of_a_tensor_that_is_cut_is_copied_whole(monkeypatch):
    model = MLP([6, 5, 4, 3])
    copied = []
    original = nn.Parameter.__deepcopy__

    def watch(self, memo):
        copied.append(tuple(self.shape))
        return original(self, memo)

    monkeypatch.setattr(nn.Parameter, "__deepcopy__", watch)
    remove_units(model, {"fc1": torch.arange(5) > 0})
    assert sorted(copied) == [(3,), (3, 4), (4,)]


def test_units_are_counted_for_every_group():
    assert unit_counts(LeNet5((4, 6), 9)) == {"conv1": 4, "conv2": 6, "fc1": 9}
    heads = unit_counts(TinyTransformer(12, (3, 2), (7, 5), head_width=4))
    assert heads == {
        "block1.heads": 3, "block1.fc1": 7, "block2.heads": 2, "block2.fc1": 5,
    }  # fmt: skip


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
def test_network_without_idle_units_computes_the_same(activation):
    models = [LeNet5((4, 6), 9, activation), MLP((784, 7, 5, 10), activation)]
    for model in [*models, TinyResNet(), TinyTransformer()]:
        model.double().eval()
        counts = unit_counts(model)
        groups = [name for name, g in model.unit_groups.items() if not g.norms]
        keep = {name: torch.arange(counts[name]) % 3 > 0 for name in groups}
        with torch.no_grad():
            for name, mask in as_masks(model, keep).items():
                model.get_parameter(name).mul_(mask)
        smaller = remove_idle_units(model)
        for name, mask in keep.items():
            assert unit_counts(smaller)[name] == int(mask.sum())
        images = torch.rand(5, 1, 28, 28, dtype=torch.float64)
        torch.testing.assert_close(smaller(images), model(images), rtol=0, atol=1e-12)


def test_a_group_of_idle_units_keeps_them_all():
    model = MLP((784, 7, 10))
    nn.init.zeros_(model.fc1.weight)
    nn.init.zeros_(model.fc1.bias)
    assert unit_counts(remove_idle_units(model)) == {"fc1": 7}


def test_a_unit_with_a_bias_is_not_idle():
    model = MLP((784, 7, 10))
    with torch.no_grad():
        model.fc1.weight[2] = 0
        model.fc1.weight[3] = 0
        model.fc1.bias[3] = 0
    assert unit_counts(remove_idle_units(model)) == {"fc1": 6}
