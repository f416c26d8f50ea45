"""The units of an activation are found on the axis on which they are."""

from contextlib import nullcontext

import pytest
import torch
from torch import nn

from course_lib.activation import activation_statistics
from course_lib.data import Split
from course_lib.recording import NONLINEARITIES
from course_lib.surgery import UnitGroup
from tests.small import chain


class Transposed(nn.Module):
    """Exchanges the two axes behind the images."""

    def forward(self, x):
        return x.transpose(1, 2)


class Table(nn.Module):
    """Adds a table of positions: a matrix that belongs to no layer that is known."""

    def __init__(self, *shape):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(shape))

    def forward(self, x):
        return x + self.positions


def _split(*shape):
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(7, *shape, generator=generator, dtype=torch.float64)
    return Split(images, torch.zeros(7, dtype=torch.int64))


@pytest.mark.parametrize(
    ("layers", "shape", "units", "axis"),
    [
        ([nn.Linear(8, 32), nn.GELU()], (5, 8), 32, -1),
        # as many tokens as units: sizes alone would not tell
        ([nn.Linear(8, 5), nn.GELU()], (5, 8), 5, -1),
        ([nn.Linear(8, 6), nn.ReLU()], (2, 3, 8), 6, -1),
        ([nn.Linear(8, 6), nn.Dropout(), nn.LayerNorm(6), nn.Tanh()], (5, 8), 6, -1),
        ([nn.Linear(8, 6), nn.RMSNorm(6), nn.SiLU()], (5, 8), 6, -1),
        ([nn.Conv1d(3, 6, 2), nn.ReLU()], (3, 8), 6, 1),
        ([nn.Conv1d(3, 7, 2), nn.ReLU()], (3, 8), 7, 1),  # 7 channels, 7 positions
        ([nn.Conv2d(3, 6, 2), nn.GroupNorm(2, 6), nn.ReLU()], (3, 4, 4), 6, 1),
        ([nn.Conv2d(3, 6, 2), nn.LayerNorm((6, 3, 3)), nn.ReLU()], (3, 4, 4), 6, 1),
        ([nn.Conv3d(1, 6, 2), nn.MaxPool3d(2), nn.ReLU()], (1, 4, 4, 4), 6, 1),
        ([nn.ConvTranspose1d(3, 6, 2), nn.ReLU()], (3, 8), 6, 1),
        # as a convolutional layer that is written with linear ones
        ([nn.Conv1d(3, 6, 2), Transposed(), nn.LayerNorm(6), nn.GELU()], (3, 8), 6, -1),
        ([nn.Linear(8, 6), nn.ReLU()], (8,), 6, 1),
        ([nn.Conv2d(1, 2, 3), nn.Flatten(), nn.ReLU()], (1, 5, 5), 18, 1),
        ([nn.ReLU()], (8,), 8, 1),
        ([nn.Linear(8, 6), nn.PReLU(), nn.Hardswish()], (5, 8), 6, -1),
    ],
)  # fmt: skip
def test_statistics_are_those_of_the_units(layers, shape, units, axis):
    model, split = chain(*layers), _split(*shape)
    with torch.no_grad():
        rows = model(split.images).movedim(axis, 0).flatten(1)
    found = list(activation_statistics(model, split, batch_size=3).values())[-1]
    assert len(found.mean) == units == len(rows)
    assert found.count == rows.shape[1]
    torch.testing.assert_close(found.mean, rows.mean(1))
    torch.testing.assert_close(found.std, rows.std(1, correction=0))


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ([nn.Linear(8, 32), Transposed(), nn.GELU()], (5, 8),
         r"'2' .* got shape \(3, 32, 5\) after layer '0' with 32"),
        ([nn.Linear(8, 12), nn.Unflatten(1, (3, 2, 2)), nn.ReLU()], (8,),
         r"'2' .* got shape \(3, 3, 2, 2\) after layer '0' with 12"),
        ([nn.ReLU(), nn.Linear(8, 2)], (5, 8), r"'0' .* after no such layer"),
        ([nn.Linear(8, 8), Table(5, 8), nn.ReLU()], (5, 8), r"'2' .* after no such"),
    ],
)  # fmt: skip
def test_activation_whose_units_cannot_be_found_is_named(layers, shape, message):
    with pytest.raises(ValueError, match=f"activation module {message}"):
        activation_statistics(chain(*layers), _split(*shape), batch_size=3)


def test_block_of_a_transformer_is_measured_by_its_feed_forward_units():
    model = nn.TransformerEncoderLayer(
        8, 2, 32, activation=nn.GELU(), batch_first=True, dtype=torch.float64
    ).eval()
    found = activation_statistics(model, _split(5, 8))
    assert {name: len(one.mean) for name, one in found.items()} == {"activation": 32}
    assert found["activation"].count == 7 * 5


class Declares(nn.Module):
    """Says that fc1 has three units, and returns whatever it is told to."""

    def __init__(self, shape):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 3), nn.Linear(3, 2)
        self.unit_groups, self.shape = {"fc1": UnitGroup(["fc1"], ["fc2"])}, shape

    def forward(self, x, return_activations=False):
        return x, {"fc1": torch.zeros(len(x), *self.shape)}


@pytest.mark.parametrize("shape", [(5, 3), (4,), ()])
def test_activations_that_do_not_have_the_units_of_their_group_are_named(shape):
    with pytest.raises(ValueError, match=r"activations\['fc1'\] .* \(N, 3, …\)"):
        activation_statistics(Declares(shape), _split(4))
    found = activation_statistics(Declares((3, 5)), _split(4))
    assert found["fc1"].count == 7 * 5


def test_model_that_never_calls_a_reader_is_named():
    class Silent(Declares):
        def forward(self, x):
            return x

    with pytest.raises(
        ValueError, match=r"must call one of .*fc2.*units of 'fc1', got no call"
    ):
        activation_statistics(Silent(()), _split(4))


def test_every_nonlinearity_of_torch_that_works_number_by_number_is_known():
    others = {"GLU", "MultiheadAttention"}
    others |= {"Softmax", "Softmax2d", "Softmin", "LogSoftmax"}
    known = {kind.__name__ for kind in NONLINEARITIES}
    assert set(nn.modules.activation.__all__) - others == known


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_stays_hooked(fails):
    model = chain(nn.Linear(8, 3), nn.ReLU())
    refused = pytest.raises(ValueError, match=r"split\.images must be a batch")
    with refused if fails else nullcontext():
        activation_statistics(model, _split(9 if fails else 8))
    assert not any(module._forward_hooks for module in model.modules())
