"""A network as an ONNX graph says what the network says."""

import sys
import warnings

import onnx
import pytest
import torch
from torch import nn

from course_lib.data import load_mnist
from course_lib.models import load_checkpoint
from course_lib.storage.onnx_export import export_onnx, load_onnx
from tests.small import NETWORKS, random_network, small_split

SHIPPED = (
    "mlp300-0", "lenet5-0", "lenet5-shrunk-0", "resnet-0", "resnet-shrunk-0",
    "resnet-blocks-0", "transformer-0", "transformer-shrunk-0",
)  # fmt: skip
IMAGE = torch.zeros(1, 1, 28, 28)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_networks_say_the_same_in_onnxruntime(tmp_path, name):
    model, path = load_checkpoint(name, torch.float32), tmp_path / "model.onnx"
    export_onnx(model, path, IMAGE)
    graph = load_onnx(path)
    images = load_mnist("test", torch.float32).images[:64]
    with torch.no_grad():
        expected = model(images)
    assert torch.equal(graph(images).argmax(1), expected.argmax(1))
    for size in (1, 7, 64):
        for batch, said in zip(images.split(size), expected.split(size), strict=True):
            assert (graph(batch) - said).abs().max() <= 1e-5
    assert path.stat().st_size > 4 * sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("batch", [1, 3])
def test_any_shape_and_any_example_leave_the_batch_free(tmp_path, kind, batch):
    for seed in range(3):
        model = random_network(kind, seed)
        export_onnx(model, tmp_path / "model.onnx", IMAGE.expand(batch, -1, -1, -1))
        graph = load_onnx(tmp_path / "model.onnx")
        for size in (1, 2, 5):
            images = small_split(size).images
            with torch.no_grad():
                expected = model(images)
            largest = max(1.0, expected.abs().max().item())
            assert graph(images).shape == (size, 10)
            assert (graph(images) - expected).abs().max() <= 1e-5 * largest


def test_graph_is_valid_and_says_what_it_takes(tmp_path):
    path = tmp_path / "new" / "model.onnx"
    model = random_network("transformer", 0)
    model.train()
    with warnings.catch_warnings(action="error"):
        export_onnx(model, path, IMAGE)
    assert model.training  # the network itself is left as it was
    assert next(model.parameters()).dtype == torch.float64
    written = onnx.load(path)
    onnx.checker.check_model(written, full_check=True)
    assert [(o.domain, o.version) for o in written.opset_import] == [("", 17)]
    (images,), (logits,) = written.graph.input, written.graph.output
    assert (images.name, logits.name) == ("images", "logits")
    for value, sizes in ((images, [1, 28, 28]), (logits, [10])):
        batch, *rest = value.type.tensor_type.shape.dim
        assert batch.dim_param == "batch"
        assert [dim.dim_value for dim in rest] == sizes
    assert [p.name for p in path.parent.iterdir()] == ["model.onnx"]


class Pair(nn.Module):
    """Reads tokens of two lengths, and one number for each example."""

    def __init__(self):
        super().__init__()
        self.embed, self.last = nn.Embedding(9, 4), nn.Linear(4, 2)

    def forward(self, one, two, scale):
        x = self.embed(one).mean(1) - self.embed(two).amax(1)
        return self.last(x * scale[:, None])


def test_inputs_of_several_lengths_are_given_by_place_or_by_name(tmp_path):
    model, path = Pair(), tmp_path / "model.onnx"
    inputs = torch.ones(2, 3, dtype=int), torch.zeros(2, 3, dtype=int), torch.rand(2)
    export_onnx(model, path, inputs)
    graph = load_onnx(path)
    inputs = torch.arange(5)[None], torch.tensor([[8, 7]]), torch.rand(1)
    expected = model(*inputs).detach()
    torch.testing.assert_close(graph(inputs), expected)
    named = dict(zip(("one", "two", "scale"), inputs, strict=True))
    torch.testing.assert_close(graph(named), expected)


def test_inputs_without_names_are_given_by_place(tmp_path):
    class Sum(nn.Module):
        def forward(self, *inputs):
            return inputs[0] + 2 * inputs[1]

    inputs = torch.rand(2, 3), torch.rand(2, 1)
    export_onnx(Sum(), tmp_path / "model.onnx", inputs)
    graph = load_onnx(tmp_path / "model.onnx")
    torch.testing.assert_close(graph(inputs), inputs[0] + 2 * inputs[1])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: torch.linalg.qr(x.flatten(1)).R, r"exporter can write.*linalg_qr"),
        # the exporter keeps only one of the rows that have the same place
        (lambda x: x.new_zeros(1, 1, 28, 28).index_add(
            0, torch.zeros(2, dtype=int), x + 1), "got a graph of Applied that"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_operation_that_the_exporter_cannot_write_is_refused(
    tmp_path, function, message
):
    class Applied(nn.Module):
        def forward(self, x):
            return function(x)

    with pytest.raises(ValueError, match=message):
        export_onnx(Applied(), tmp_path / "m.onnx", IMAGE.expand(2, -1, -1, -1))
    assert not list(tmp_path.iterdir())


def test_a_failed_export_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="example must be a batch that LeNet5"):
        export_onnx(random_network("lenet5", 0), tmp_path / "m.onnx", IMAGE[:, :, :9])
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    model, path = random_network("mlp", 0), tmp_path / "model.onnx"
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install onnx$"):
        export_onnx(model, path, IMAGE)
    assert not path.exists()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"pip install onnxruntime$"):
        load_onnx(path)
