"""A network whose groups were traced is measured and scored as the declared one is."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from course_lib import activation, structured, surgery
from course_lib.activation import activation_statistics, output_scores
from course_lib.calling import call
from course_lib.surgery import remove_units, trace_groups
from tests.small import NETWORKS, random_network, small_split
from tests.surgery import foreign

SPLIT = small_split(30)
# units of a declared group that are read as they are returned: neither pooled, as those
# of LeNet-5's convolutions, nor in several blocks, as those of a residual stream
READ_AS_RETURNED = {
    "mlp": ["fc1", "fc2", "fc3"],
    "lenet5": ["fc1"],
    "resnet": ["stage1_block1", "stage1_block2", "stage2_block1"],
    "transformer": ["block1.heads", "block2.heads", "block2.fc1"],
}


class Foreign(nn.Module):
    """A network that returns what a Hugging Face model does, and no activations."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pixel_values, labels=None):
        logits = self.network(pixel_values)
        if labels is None:
            return {"logits": logits}
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def twins(kind):
    """The declared network, a foreign one around it, and names of equal groups."""
    model = random_network(kind, 8)
    wrapped = Foreign(model).eval()
    wrapped.unit_groups = trace_groups(wrapped, SPLIT.images[:2])
    same = {}
    for name, group in model.unit_groups.items():
        computed = {f"network.{layer}.weight" for layer in group.producers}
        for other, found in wrapped.unit_groups.items():
            if computed & {piece.tensor for piece in found.role("computes")}:
                same[name] = other
    return model, wrapped, same


def loader():
    return DataLoader(TensorDataset(*SPLIT), batch_size=7)


@pytest.mark.parametrize("kind", NETWORKS)
def test_statistics_where_units_are_read_are_those_that_networks_return(kind):
    model, wrapped, same = twins(kind)
    declared = activation_statistics(model, SPLIT)
    read = activation_statistics(wrapped, SPLIT, batch_size=7)
    assert list(read) == list(wrapped.unit_groups)
    for name in READ_AS_RETURNED[kind]:
        ours, theirs = read[same[name]], declared[name]
        assert ours.count == theirs.count
        exact = {"rtol": 1e-9, "atol": 1e-12}
        torch.testing.assert_close(ours.mean, theirs.mean, **exact)
        # the spread of a constant is rounding, and its square root is not small
        torch.testing.assert_close(ours.std**2, theirs.std**2, **exact)
        zeros = ours.zero_fraction - theirs.zero_fraction
        assert zeros.abs().max() < 1e-6


@pytest.mark.parametrize("kind", NETWORKS)
def test_taylor_scores_of_traced_groups_are_those_of_declared_ones(kind):
    model, wrapped, same = twins(kind)
    declared = structured.taylor_scores(model, SPLIT, batch_size=7)
    traced = structured.taylor_scores(wrapped, loader())
    assert same
    for name, other in same.items():
        torch.testing.assert_close(traced[other], declared[name], rtol=1e-8, atol=1e-15)


def test_channels_are_measured_after_pooling_where_that_is_read():
    model, wrapped, same = twins("lenet5")
    found = activation_statistics(wrapped, SPLIT)[same["conv1"]]
    channels = model(SPLIT.images, return_activations=True)[1]["conv1"]
    rows = nn.functional.max_pool2d(channels, 2).transpose(0, 1).flatten(1)
    torch.testing.assert_close(found.mean, rows.mean(1).detach())


def test_stream_is_measured_in_front_of_every_layer_that_reads_it():
    model, wrapped, same = twins("resnet")
    found = activation_statistics(wrapped, SPLIT)[same["stream1"]]
    readers = model.unit_groups["stream1"].consumers
    seen = []
    for name in readers:
        model.get_submodule(name).register_forward_pre_hook(
            lambda module, inputs: seen.append(inputs[0].transpose(0, 1).flatten(1))
        )
    model(SPLIT.images)
    rows = torch.cat(seen, 1).detach()
    assert len(seen) == len(readers) == 4
    assert found.count == rows.shape[1]
    torch.testing.assert_close(found.mean, rows.mean(1))
    torch.testing.assert_close(found.std, rows.std(1, correction=0))


def test_every_form_of_batches_gives_the_same():
    _, wrapped, _ = twins("lenet5")
    images, labels = SPLIT
    forms = [
        SPLIT,
        loader(),
        [(images, labels)],
        ([part] for part in images.split(9)),
        [((images, None), labels)],
        [{"pixel_values": images, "labels": labels}],
    ]
    found = [activation_statistics(wrapped, form) for form in forms]
    for other in found[1:]:
        for name, first in found[0].items():
            torch.testing.assert_close(other[name].std, first.std)
    scores = [structured.taylor_scores(wrapped, form) for form in (forms[2], forms[5])]

    def loss(model, batch):
        return nn.functional.cross_entropy(model(batch[0])["logits"], batch[1])

    own = structured.taylor_scores(wrapped, forms[2], loss=loss)
    for name, first in own.items():
        for other in scores:
            torch.testing.assert_close(other[name], first)


@pytest.mark.parametrize("name", [n for n in foreign.MODULES if n != "unequal"])
def test_foreign_modules_are_measured_and_pruned_by_what_their_units_do(name):
    make, inputs, _ = foreign.MODULES[name]
    torch.manual_seed(0)
    model = make().eval()
    model.unit_groups = trace_groups(model, *inputs)
    batch = inputs[0] if len(inputs) == 1 else inputs
    scores = output_scores(model, activation_statistics(model, [batch, batch]))
    assert {n: len(s) for n, s in scores.items()} == surgery.unit_counts(model)
    keep = structured.select_units(scores, 0.4)
    remove_units(model, keep, verify=inputs)
    scores = structured.taylor_scores(
        model, [batch], loss=lambda m, x: first(m(x)).square().mean()
    )
    assert all((score > 0).any() for score in scores.values())


def first(result):
    return result["logits"] if isinstance(result, dict) else result


def test_memory_holds_one_batch_at_a_time(monkeypatch):
    _, wrapped, _ = twins("mlp")
    held, most, sizes = [], 0, []
    original = activation.describe_batch

    def watch(values, *args, **options):
        sizes.append(values.numel())
        return original(values, *args, **options)

    def endless():
        nonlocal most
        for _ in range(40):
            batch = SPLIT.images.clone()
            held.append(torch.utils.weak.WeakTensorKeyDictionary({batch: 0}))
            most = max(most, sum(len(one) for one in held))
            yield batch
            del batch

    monkeypatch.setattr(activation, "describe_batch", watch)
    activation_statistics(wrapped, endless())
    assert most <= 2  # the last one may still be a variable of the loop
    assert max(sizes) == len(SPLIT.labels) * max(surgery.unit_counts(wrapped).values())


class Products(nn.Module):
    """Reads its units by a matrix product, not by a layer."""

    def __init__(self):
        super().__init__()
        self.fc1, self.out = nn.Linear(4, 6), nn.Parameter(torch.rand(6, 2))

    def forward(self, x):
        return torch.relu(self.fc1(x)) @ self.out


def test_units_that_no_layer_reads_are_named_with_the_way_out():
    model = Products()
    model.unit_groups = trace_groups(model, torch.rand(3, 4))
    with pytest.raises(ValueError, match=r"'fc1' must be read by layers .* got 'out'"):
        activation_statistics(model, [torch.rand(3, 4)])
    assert not model.fc1._forward_pre_hooks


def test_layer_under_two_names_and_one_that_is_called_twice_are_measured_once_a_call():
    make, inputs, _ = foreign.MODULES["twice"]
    model = make()
    model.unit_groups = trace_groups(model, *inputs)
    found = activation_statistics(model, [*inputs])
    assert found["first"].count == 3 * len(inputs[0])  # shared twice, last once


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (torch.ones(3, 4), TypeError, "must be a Split.*got Tensor; put a single"),
        ({"x": torch.ones(3, 4)}, TypeError, "got dict; put a single batch into"),
        (3, TypeError, "another iterable of batches, got int"),
        ([], ValueError, "split must have at least one batch, got none"),
        ([(1, 2, 3)], ValueError, r"batch 0 of split must be inputs or a pair.* 3 mem"),
        ([torch.ones(3, 4), torch.ones(0, 4)], ValueError,
         "batch 1 of split must hold tensors of examples"),
        ([torch.ones(3, 5)], ValueError, r"batch 0 of split must be a batch that Chain "
         r"with weights in torch.float32 can read, got shape \(3, 5\)"),
        ([{"y": torch.ones(3, 4)}], ValueError,
         r"can read, got {y: shape \(3, 4\) in torch.float32}: .*unexpected"),
    ],
)  # fmt: skip
def test_batches_that_cannot_be_read_are_named(data, error, message):
    class Chain(nn.Sequential):
        def forward(self, x):
            return super().forward(x)

    model = Chain(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    model.unit_groups = trace_groups(model, torch.ones(3, 4))
    with pytest.raises(error, match=message):
        activation_statistics(model, data)
    with pytest.raises(error, match=message):
        structured.taylor_scores(
            model, data, loss=lambda _, x: call(model, x, "batch 0 of split").sum()
        )


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (None, "batch 0 of split must be a pair .*, got no labels"),
        (lambda m, x: m(x), r"loss must return one number .*, got \(3, 2\)"),
        (lambda m, x: 1.0, "got float"),
        (lambda m, x: m(x).sum().detach(), r"got \(\) without a gradient"),
    ],
)
def test_losses_that_are_none_are_named(loss, message):
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    model.unit_groups = trace_groups(model, torch.ones(3, 4))
    with pytest.raises(ValueError, match=message):
        structured.taylor_scores(model, [torch.ones(3, 4)], loss=loss)


def test_model_that_returns_no_tensor_is_named():
    class Strange(nn.Sequential):
        def forward(self, x):
            return {"answer": super().forward(x)}

    model = Strange(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    model.unit_groups = trace_groups(model, torch.ones(3, 4))
    with pytest.raises(TypeError, match=r"must return a tensor, .* got dict"):
        structured.taylor_scores(model, [(torch.ones(3, 4), torch.zeros(3).long())])
