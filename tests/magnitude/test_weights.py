"""Every weight of a layer that is known is found; other layers are named."""

import pytest
import torch
from torch import nn

from course_lib import magnitude
from course_lib.data import Split
from tests.small import chain
from tests.surgery.foreign import GPT2, Conv1D, Llama


class Own(nn.Module):
    """A layer of one's own, with the usual name for its weights."""

    def __init__(self, name="weight"):
        super().__init__()
        self.register_parameter(name, nn.Parameter(torch.ones(3, 3)))


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (nn.Sequential(nn.Conv1d(2, 3, 2), nn.Conv3d(1, 2, 2)), "0.weight 1.weight"),
        (nn.MultiheadAttention(8, 2), "in_proj_weight out_proj.weight"),
        (nn.MultiheadAttention(8, 2, kdim=4, vdim=6),
         "q_proj_weight k_proj_weight v_proj_weight out_proj.weight"),
        (nn.TransformerEncoderLayer(8, 2, 16),
         "self_attn.in_proj_weight self_attn.out_proj.weight linear1.weight "
         "linear2.weight"),
        (nn.Sequential(nn.Embedding(9, 4), nn.LayerNorm((3, 4)), nn.RMSNorm((3, 4)),
                       nn.BatchNorm1d(3), nn.Linear(4, 2)), "4.weight"),
        (nn.Sequential(nn.Linear(3, 3), Own("positions")), "0.weight"),
        (nn.Sequential(nn.ConvTranspose1d(2, 3, 2), nn.ConvTranspose2d(1, 2, 2),
                       nn.ConvTranspose3d(1, 2, 2), Conv1D(4, 3)),
         "0.weight 1.weight 2.weight 3.weight"),
    ],
)  # fmt: skip
def test_weights_are_found_and_what_is_none_stays_whole(model, names):
    assert list(magnitude.prunable_weights(model)) == names.split()


@pytest.mark.parametrize(
    ("layer", "kind", "matrix"),
    [
        (nn.LSTM(3, 3), "LSTM", "weight_ih_l0"),
        (nn.GRUCell(3, 3), "GRUCell", "weight_ih"),
        (nn.Bilinear(3, 3, 3), "Bilinear", "weight"),
        (Own(), "Own", "weight"),
    ],
)
def test_layer_of_another_kind_is_named_and_not_passed_over(layer, kind, matrix):
    model = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.ReLU(), layer))
    message = f"'1.1' .* got {kind} with a matrix '{matrix}"
    with pytest.raises(ValueError, match=message):
        magnitude.global_magnitude_masks(model, 0.5)


@pytest.mark.parametrize("layer", [nn.LazyLinear(3), nn.LazyConvTranspose1d(3, 3)])
def test_lazy_layer_is_named(layer):
    with pytest.raises(ValueError, match="layer '1' must"):
        magnitude.prunable_weights(nn.Sequential(nn.Linear(3, 3), layer))


@pytest.mark.parametrize("widths", [{}, {"kdim": 4, "vdim": 6}])
def test_masked_attention_has_exactly_so_many_zeros_and_computes_with_them(widths):
    torch.manual_seed(0)
    model = nn.MultiheadAttention(8, 2, bias=False, batch_first=True, **widths)
    total = sum(parameter.numel() for parameter in model.parameters())
    masks = magnitude.global_magnitude_masks(model, 0.75)
    pruned = magnitude.masked(model, masks)
    zeros = sum(int((p == 0).sum()) for p in pruned.parameters())
    assert zeros == round(0.75 * total)
    nothing = magnitude.masked(model, magnitude.global_magnitude_masks(model, 1.0))
    x = [torch.randn(2, 5, n) for n in (8, *(widths.values() or (8, 8)))]
    assert (nothing(*x)[0] == 0).all()
    assert (pruned(*x)[0] != model(*x)[0]).any()


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv1d(3, 4, 2), (3, 6)),
        (nn.Conv1d(4, 6, 2, groups=2), (4, 6)),
        (nn.Conv2d(4, 8, 3), (4, 6, 6)),
        (nn.Conv2d(4, 8, 3, groups=4), (4, 6, 6)),
        (nn.Conv3d(2, 3, 2), (2, 3, 4, 5)),
    ],
)
def test_input_scores_of_any_convolution_are_over_images_and_positions(layer, shape):
    model = chain(layer, nn.Flatten())
    images = torch.randn(9, *shape, dtype=torch.float64)
    images *= torch.arange(1, shape[0] + 1).reshape(-1, *(1,) * (len(shape) - 1))
    split = Split(images, torch.zeros(9, dtype=torch.int64))
    found = magnitude.input_scores(model, split, 4)["0.weight"]
    sizes = images.transpose(0, 1).flatten(1).pow(2).mean(1).sqrt()
    weight = model[0].weight.detach().abs()
    each, inputs = len(weight) // layer.groups, weight.shape[1]
    for output, row in enumerate(weight):
        first = output // each * inputs
        own = sizes[first : first + inputs].reshape(-1, *(1,) * (len(shape) - 1))
        torch.testing.assert_close(found[output], row * own)


def test_attention_cannot_be_scored_by_its_inputs_and_is_named():
    model = nn.Sequential(nn.Linear(3, 3), nn.TransformerEncoderLayer(8, 2, 16))
    split = Split(torch.ones(2, 3), torch.zeros(2, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"'1\.self_attn' .* got MultiheadAttention"):
        magnitude.input_scores(model, split)


def test_embedding_that_shares_a_weight_is_not_taken_for_a_reader():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.head = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
            self.head.weight = self.words.weight

        def forward(self, x):
            return self.head(self.words(x))

    model, words = Tied(), torch.tensor([0, 3, 4, 4])
    split = Split(words, torch.zeros(4, dtype=torch.int64))
    found = magnitude.input_scores(model, split)
    sizes = model.words(words).detach().pow(2).mean(0).sqrt()
    torch.testing.assert_close(found["head.weight"], model.head.weight.abs() * sizes)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.ConvTranspose1d(3, 4, 2), (3, 6)),
        (nn.ConvTranspose2d(4, 6, 3, groups=2), (4, 6, 6)),
        (Conv1D(5, 3), (7, 3)),
    ],
)
def test_input_scores_of_a_transposed_weight_are_along_its_rows(layer, shape):
    model = chain(layer, nn.Flatten())
    axis = -1 if isinstance(layer, Conv1D) else 1
    images = torch.randn(9, *shape, dtype=torch.float64)
    split = Split(images, torch.zeros(9, dtype=torch.int64))
    found = magnitude.input_scores(model, split, 4)["0.weight"]
    sizes = images.movedim(axis, 0).flatten(1).pow(2).mean(1).sqrt()
    weight = model[0].weight.detach().abs()
    for score, row, size in zip(found, weight, sizes, strict=True):
        torch.testing.assert_close(score, row * size)


def test_embeddings_are_pruned_when_asked_or_where_a_layer_shares_them():
    words = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 2))
    masks = magnitude.global_magnitude_masks(words, 0.5)
    assert list(masks) == ["1.weight"]
    masks = magnitude.layerwise_masks(words, 0.5, embeddings=True)
    assert masks["0.weight"].sum() == 18
    assert "head.weight" in magnitude.prunable_weights(Llama())


def test_sentence_names_every_parameter_that_is_left_dense_once():
    model = GPT2()
    rest = 20 * 12 + 9 * 12 + 4 * 12 + (36 + 12 + 48 + 12)
    total = sum(value.numel() for value in model.parameters())
    assert magnitude.left_dense(model) == (
        f"Masks cover {total - rest:,} of {total:,} parameters; left dense: "
        "Embedding.weight (2, 348 parameters), Conv1D.bias (4, 108 parameters), "
        "LayerNorm.weight (2, 24 parameters), LayerNorm.bias (2, 24 parameters)."
    )
    found = magnitude.left_dense(nn.Linear(2, 3, bias=False))
    assert found == "Masks cover 6 of 6 parameters; left dense: nothing."
