"""Plain export gives a network back exactly, in arrays that others can read."""

import json
import warnings

import numpy as np
import pytest
import scipy.sparse
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from course_lib import magnitude
from course_lib.measure import file_size, float32_state, saved_size
from course_lib.models import MLP, Network
from course_lib.storage.export import export_safetensors, import_safetensors
from course_lib.storage.weight_sharing import share_weights
from tests.small import NETWORKS, random_network


def pruned_mlp(sparsity):
    torch.manual_seed(0)
    model = MLP([784, 30, 20, 10], dtype=torch.float64)
    return magnitude.masked(model, magnitude.global_magnitude_masks(model, sparsity))


def bit_by_bit(one, other):
    pairs = zip(float32_state(one).items(), float32_state(other).items(), strict=True)
    return all(
        (a, x.dtype, x.shape) == (b, y.dtype, y.shape)
        and x.numpy().tobytes() == y.numpy().tobytes()
        for (a, x), (b, y) in pairs
    )


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("bits", [None, 1, 5])
@pytest.mark.parametrize("kind", NETWORKS)
def test_network_comes_back_bit_by_bit(tmp_path, kind, bits, sparsity):
    model = random_network(kind, 4)
    magnitude.apply_masks(model, magnitude.global_magnitude_masks(model, sparsity))
    if bits is not None:
        model = share_weights(model, bits)
    with torch.no_grad():
        first = next(iter(magnitude.prunable_weights(model).values())).view(-1)
        first[:2] = torch.tensor([-0.0, torch.nan])
    export_safetensors(model, tmp_path / "new" / "model.safetensors")
    with warnings.catch_warnings(action="error"):
        again = import_safetensors(tmp_path / "new" / "model.safetensors")
    assert bit_by_bit(model, again)
    assert not again.training
    assert again.describe() == model.describe()
    for parameter in again.parameters():
        assert (parameter.dtype, parameter.requires_grad) == (torch.float64, True)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["model.safetensors"]


def test_scipy_reads_the_rows(tmp_path):
    model, path = pruned_mlp(0.9), tmp_path / "model.safetensors"
    shared = share_weights(model, 4)
    for network, parts in ((model, {"values"}), (shared, {"codes", "codebook"})):
        export_safetensors(network, path)
        arrays = load_file(path)
        names = {n.rpartition(".")[2] for n in arrays if n.startswith("fc1.weight.")}
        assert names == parts | {"row_starts", "columns"}
        read = {name: arrays[f"fc1.weight.{name}"] for name in names}
        if "codes" in parts:
            assert len(read["codebook"]) <= 16
            read["values"] = read["codebook"][read["codes"]]
        triple = read["values"], read["columns"], read["row_starts"]
        rows = scipy.sparse.csr_array(triple, shape=(30, 784))
        expected = network.get_parameter("fc1.weight").detach().float().numpy()
        assert np.array_equal(rows.toarray(), expected)


def test_each_tensor_takes_the_smallest_form(tmp_path):
    sizes = {}
    for sparsity in (0.0, 0.3, 0.9):
        model, path = pruned_mlp(sparsity), tmp_path / "model.safetensors"
        export_safetensors(model, path)
        sizes[sparsity] = file_size(path), saved_size(model)
        export_safetensors(share_weights(model, 5), path)
        assert file_size(path) <= sizes[sparsity][0]
    dense = sizes[0.0][1]
    # at a density of 70%, eight bytes per nonzero are more than four per weight
    assert [size - dense < 300 for size, _ in sizes.values()] == [True] * 3
    assert sizes[0.3][0] == sizes[0.0][0] > 3 * sizes[0.9][0]


def test_header_holds_the_architecture_and_nothing_is_pickled(tmp_path):
    model, path = pruned_mlp(0.9), tmp_path / "model.safetensors"
    export_safetensors(model, path)
    with safe_open(path, framework="np") as file:
        assert json.loads(file.metadata()["architecture"]) == model.describe()
    loaded = import_safetensors(path, torch.float32)
    assert isinstance(loaded, Network)
    assert {value.dtype for value in loaded.parameters()} == {torch.float32}


def test_an_interrupted_export_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    export_safetensors(pruned_mlp(0.9), path)
    before = path.read_bytes()

    def full_disk(*_, **__):
        raise OSError("disk is full")

    monkeypatch.setattr("course_lib.models.checkpoints.save_file", full_disk)
    with pytest.raises(OSError, match="full"):
        export_safetensors(pruned_mlp(0.5), path)
    assert path.read_bytes() == before


def test_damaged_arrays_are_refused(tmp_path):
    path, model = tmp_path / "model.safetensors", share_weights(pruned_mlp(0.9), 4)
    export_safetensors(model, path)
    metadata = {"architecture": json.dumps(model.describe())}

    def refused(changes, message, header=metadata):
        arrays = {**load_file(path), **changes}
        kept = {name: a for name, a in arrays.items() if a is not None}
        save_file(kept, tmp_path / "false.safetensors", metadata=header)
        with pytest.raises(ValueError, match=message):
            import_safetensors(tmp_path / "false.safetensors")

    arrays = load_file(path)
    codes, columns = arrays["fc1.weight.codes"], arrays["fc1.weight.columns"]
    message = r"codes must be uint8 below \d+, the .*, got uint8 up to"
    refused({"fc1.weight.codes": codes | 128}, message)
    refused({"fc1.weight.codes": codes[:-1]}, "fc1.weight")
    message = "'fc1.weight': columns must be .*, got 784"
    refused({"fc1.weight.columns": columns + 784}, message)
    refused({"fc1.weight.columns": columns[::-1].copy()}, "'fc1.weight': .*columns")
    refused({"fc1.weight.columns": None}, "'fc1.weight': 'fc1.weight.columns'")
    refused({"fc1.weight.row_starts": np.int32([0, 1])}, "'fc1.weight': row_starts")
    refused({"fc1.weight.codebook": np.float32([])}, "below 0, the number of cent")
    refused({"fc1.bias": arrays["fc1.bias"][1:]}, r"shape must be \(30,\), got \(29,\)")
    refused({"fc9.bias": arrays["fc1.bias"]}, r"\['fc9.bias'\], which the network")
    refused({}, "no architecture in its header", header={})
    unknown = {"architecture": '{"name": "X"}'}
    refused({}, "name must be one of .*, got 'X'", header=unknown)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(SafetensorError):
        import_safetensors(path)
