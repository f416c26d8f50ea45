"""Networks in the browser answer as PyTorch's do, dense and sparse."""

import base64

import numpy as np
import pytest
import torch

from course_lib.data import load_mnist
from course_lib.models import MLP, LeNet5
from course_lib.storage import load, save, shipped, shipped_names
from tests.sampling import sample
from tests.web.scripts import functions
from tools.website.kernels import SOURCE

IMAGES = 1000

PREDICT = """async ([wasm, file, images]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const kernels = await loadKernels(bytes(wasm), 8);
  const found = await readPruned(bytes(file));
  const pixels = Float32Array.from(bytes(images), (byte) => byte / 255);
  return [true, false].map((sparse) => {
    const network = buildNetwork(kernels, found, sparse);
    const logits = [];
    for (let i = 0; i < pixels.length; i += 784) {
      network.image.set(pixels.subarray(i, i + 784));
      network.run();
      logits.push([...network.logits]);
    }
    return { logits, kept: network.kept, weights: network.weights };
  });
}"""


@pytest.fixture(scope="module")
def images():
    return load_mnist("test").images[:IMAGES]


@pytest.fixture(scope="module")
def page(context):
    with functions(context, "digit/reader.js", "digit/network.js") as page:
        yield page


def predictions(page, path, images):
    """Return what the browser computes from a file: sparse, then dense."""
    pixels = (255 * images).round().to(torch.uint8).numpy().tobytes()
    contents = SOURCE.with_suffix(".wasm").read_bytes(), path.read_bytes(), pixels
    return page.evaluate(
        PREDICT, [base64.b64encode(each).decode() for each in contents]
    )


def difference(found, network, images):
    """Assert equal answers and counts; return the largest difference of a logit."""
    with torch.no_grad():
        expected = network(images).numpy()
    for each in found:
        assert (np.argmax(each["logits"], 1) == expected.argmax(1)).all()
        values = [value.numel() for value in network.parameters()]
        assert each["weights"] == sum(values)
        kept = [int((value != 0).sum()) for value in network.parameters()]
        assert each["kept"] == sum(kept)
    return max(np.abs(np.array(each["logits"]) - expected).max() for each in found)


@pytest.mark.parametrize(
    "name", sample(shipped_names(), 0.34, kind=lambda name: name.rpartition("-")[0])
)
def test_shipped_network_has_the_logits_of_pytorch(page, images, name):
    found = predictions(page, shipped(name), images)
    away = difference(found, load(shipped(name)), images)
    print(f"{name}: {IMAGES} images, all answers equal, logits within {away:.1e}")
    assert away < 1e-4


@pytest.mark.parametrize("widths", [[784, 10], [784, 1, 3, 7, 5, 10]])
@pytest.mark.parametrize("channels", [(1, 1), (3, 7)])
def test_networks_of_any_shape_have_the_logits_of_pytorch(
    page, images, widths, channels, tmp_path
):
    torch.manual_seed(len(widths))
    for network in (MLP(widths), LeNet5(channels, 13)):
        with torch.no_grad():
            for value in network.parameters():
                value[torch.rand_like(value) < 0.5] = 0
        save(network, tmp_path / "network")
        found = predictions(page, tmp_path / "network", images[:50])
        assert difference(found, load(tmp_path / "network"), images[:50]) < 1e-4


def test_activation_that_the_kernels_lack_is_refused(page, images, tmp_path):
    save(MLP([784, 5, 10], "tanh"), tmp_path / "tanh")
    with pytest.raises(Exception, match="activation must be relu, got tanh"):
        predictions(page, tmp_path / "tanh", images[:1])
