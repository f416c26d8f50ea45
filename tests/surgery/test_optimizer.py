"""A pruned optimizer goes on as if the network had only been masked."""

import pytest
import torch
from torch import nn

from course_lib import surgery
from course_lib.magnitude import apply_masks
from course_lib.structured import as_masks, remove_units
from course_lib.training import fit
from tests.small import NETWORKS, random_keep, random_network, small_model, small_split

SPLIT = small_split(20)
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, weight_decay=1e-3),
    "nesterov": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, 1e-3, betas=(0.8, 0.99)),
    "amsgrad": lambda p: torch.optim.AdamW(p, 1e-3, amsgrad=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 1e-3, momentum=0.5, centered=True),
}


def _step(model, optimizer):
    model.train()
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(SPLIT.images), SPLIT.labels).backward()
    optimizer.step()


def _trained(model, name, steps=3):
    optimizer = OPTIMIZERS[name](model.parameters())
    for _ in range(steps):
        _step(model, optimizer)
    return model, optimizer


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("seed", [4, 5, 6])
def test_next_steps_are_those_of_the_masked_network(kind, name, seed):
    model, optimizer = _trained(random_network(kind, seed), name)
    keep = random_keep(model, seed + 1)
    masks, smaller = as_masks(model, keep), remove_units(model, keep)
    pruned = surgery.prune_optimizer(optimizer, model, smaller, keep)
    apply_masks(model, masks)
    for _ in range(2):
        _step(model, optimizer)
        apply_masks(model, masks)
        _step(smaller, pruned)
    for (name, whole), small in zip(
        model.named_parameters(), smaller.parameters(), strict=True
    ):
        kept = whole[masks[name]] if name in masks else whole.flatten()
        torch.testing.assert_close(small.flatten(), kept, rtol=0, atol=1e-9)


def test_groups_and_their_settings_are_kept():
    model = small_model("relu")
    groups = [
        {"params": [model.fc1.weight, model.fc2.weight], "lr": 0.1, "name": "weights"},
        {"params": [model.fc1.bias], "weight_decay": 0.5},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.2, betas=(0.5, 0.6))
    keep = {"fc1": torch.arange(model.widths[1]) > 0}
    smaller = remove_units(model, keep)
    pruned = surgery.prune_optimizer(optimizer, model, smaller, keep)
    assert type(pruned) is torch.optim.AdamW
    assert pruned.defaults == optimizer.defaults
    wanted = [[smaller.fc1.weight, smaller.fc2.weight], [smaller.fc1.bias]]
    for new, old, members in zip(
        pruned.param_groups, optimizer.param_groups, wanted, strict=True
    ):
        assert all(a is b for a, b in zip(new["params"], members, strict=True))
        settings = {key: value for key, value in old.items() if key != "params"}
        assert {key: new[key] for key in settings} == settings


def test_the_old_optimizer_and_its_network_stay_as_they_were():
    model, optimizer = _trained(small_model("resnet"), "adam")
    keep = random_keep(model, 4)
    before = [value.clone() for value in model.parameters()]
    averages = [optimizer.state[p]["exp_avg"].clone() for p in model.parameters()]
    smaller = remove_units(model, keep)
    pruned = surgery.prune_optimizer(optimizer, model, smaller, keep)
    pruned.param_groups[0]["lr"] = 7.0
    _step(smaller, pruned)
    assert optimizer.param_groups[0]["lr"] == 1e-3
    for value, old, average in zip(model.parameters(), before, averages, strict=True):
        assert torch.equal(value, old)
        state = optimizer.state[value]
        assert torch.equal(state["exp_avg"], average)
        assert state["step"] == 3


def test_parameters_of_removed_blocks_are_forgotten_and_the_others_kept():
    model, optimizer = _trained(small_model("resnet"), "adam")
    gone = model.removable_blocks[:2]
    units = surgery.unit_counts(model)
    keep = {"stream1": torch.arange(units["stream1"]) > 0}
    smaller = remove_units(surgery.remove_blocks(model, gone), keep)
    pruned = surgery.prune_optimizer(optimizer, model, smaller, keep)
    held = [p for group in pruned.param_groups for p in group["params"]]
    assert {id(p) for p in held} == {id(p) for p in smaller.parameters()}
    kept = surgery.kept_entries(model, keep)
    whole = dict(model.named_parameters())
    for name, small in smaller.named_parameters():
        state = pruned.state[small]
        average = optimizer.state[whole[name]]["exp_avg"]
        expected = surgery.take(average, kept.get(name, {}))
        assert torch.equal(state["exp_avg"], expected)
        assert state["step"] == 3
    fit(smaller, SPLIT, None, epochs=1, seed=0, optimizer=pruned)
    assert pruned.state[smaller.fc.weight]["step"] == 4


def test_optimizer_that_has_not_stepped_is_pruned_too():
    model, optimizer = _trained(small_model("relu"), "adam", steps=0)
    smaller = remove_units(model, {})
    pruned = surgery.prune_optimizer(optimizer, model, smaller, {})
    _step(smaller, pruned)
    assert pruned.state[smaller.fc1.weight]["step"] == 1


def test_state_that_cannot_be_pruned_is_refused():
    model = small_model("relu")
    optimizer = torch.optim.Adafactor(model.parameters())
    _step(model, optimizer)
    keep = {"fc1": torch.arange(model.widths[1]) > 0}
    with pytest.raises(ValueError, match=r"state 'row_var' must be .* got shape"):
        surgery.prune_optimizer(optimizer, model, remove_units(model, keep), keep)


def test_what_does_not_fit_together_is_refused():
    model, optimizer = _trained(small_model("relu"), "adam", steps=1)
    whole, keep = remove_units(model, {}), {"fc1": torch.arange(12) > 0}
    with pytest.raises(ValueError, match=r"smaller must have 'fc1.weight' .* keep"):
        surgery.prune_optimizer(optimizer, model, whole, keep)
    _, other = _trained(small_model("relu"), "adam", steps=1)
    with pytest.raises(ValueError, match="optimizer must hold parameters of model MLP"):
        surgery.prune_optimizer(other, model, whole, {})
