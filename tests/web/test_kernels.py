"""The WebAssembly kernels compute what NumPy does, and are built from their text."""

import base64
from itertools import product

import numpy as np
import pytest
from torch import from_numpy
from torch.nn import functional

from tests.sampling import sample
from tests.web.scripts import functions
from tools.website.kernels import SOURCE, assembled

WASM = SOURCE.with_suffix(".wasm")
SHAPES = [
    (1, 1), (1, 5), (2, 3), (3, 4), (4, 16), (5, 17), (7, 8), (10, 100), (13, 31),
    (3, 0), (0, 3), (64, 65), (300, 784),
]  # fmt: skip
DENSITIES = (0.0, 0.2, 1.0)
CASES = [*product(SHAPES, DENSITIES)]

PRODUCTS = """async ([wasm, cases]) => {
  const bytes = Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0));
  const kernels = await loadKernels(bytes, 8);
  return cases.map(({ rows, columns, W, x }) => {
    const mark = kernels.mark();
    const [ours, input] = [kernels.floats(W), kernels.floats(x)];
    const results = [0, 1, 2].map(() => kernels.floats(rows + 3));
    for (const y of results) y.fill(NaN);  // nothing may be left of it
    kernels.dense(rows, columns, ours, input, results[0]);
    const lists = ({ starts, columns, values }) =>
      [kernels.integers(starts), kernels.integers(columns), kernels.floats(values)];
    kernels.csr(rows, ...lists(sparseRows(W, rows, columns)), input, results[1]);
    kernels.blocks(rows, ...lists(sparseBlocks(W, rows, columns)), input, results[2]);
    kernels.release(mark);
    return results.map((y) => [...y.subarray(0, rows)]);
  });
}"""

CONVOLUTIONS = """async ([wasm, cases]) => {
  const bytes = Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0));
  const kernels = await loadKernels(bytes, 1);
  return cases.map(({ filters, offsets, W, bias, across, height, width, x }) => {
    const mark = kernels.mark();
    const n = offsets.length;
    const image = kernels.floats(x);
    const size = filters * height * width;
    const [dense, sparse] = [kernels.floats(size), kernels.floats(size)];
    const pooled = kernels.floats(size / 4);
    const shape = [across, height, width, image];
    const all = kernels.integers(offsets);
    kernels.conv(filters, n, all, kernels.floats(W), ...shape, dense);
    const { starts, columns, values } = sparseRows(W, filters, n);
    const places = kernels.integers(columns.map((column) => offsets[column]));
    const lists = [kernels.integers(starts), places, kernels.floats(values)];
    kernels.csrConv(filters, ...lists, ...shape, sparse);
    kernels.pool(filters, height, width, kernels.floats(bias), sparse, pooled);
    kernels.release(mark);
    return [dense, sparse, pooled].map((y) => [...y]);
  });
}"""


@pytest.fixture(scope="module")
def compute(context):
    """Return a function that runs a program on cases, with the kernels."""
    wasm = base64.b64encode(WASM.read_bytes()).decode()
    with functions(context, "digit/kernels.js") as page:
        yield lambda program, cases: page.evaluate(program, [wasm, cases])


def sparse(rng, *shape, density):
    """Small fractions, whose sums are exact in float32 in any order."""
    values = rng.integers(-8, 9, shape) / 8
    return np.where(rng.random(shape) < density, values, 0)


def test_committed_module_is_what_its_text_assembles_to():
    assert assembled(SOURCE.read_text(encoding="utf-8")) == WASM.read_bytes()


def test_dense_csr_and_blocks_compute_the_product_of_numpy(compute):
    rng = np.random.default_rng(0)
    cases, expected = [], []
    for (rows, columns), density in sample(CASES, 0.3):
        W = sparse(rng, rows, columns, density=density)
        W[rows // 2 :][:1] = 0  # an empty row, and an empty column
        W[:, columns // 2 : columns // 2 + 1] = 0
        x = rng.integers(0, 256, columns) / 256
        sides = {"rows": rows, "columns": columns}
        cases.append(sides | {"W": W.ravel().tolist(), "x": x.tolist()})
        expected.append((W @ x).tolist())
    found = compute(PRODUCTS, cases)
    assert found == [[y, y, y] for y in expected]


@pytest.mark.parametrize("filters", [1, 2, 5])
@pytest.mark.parametrize("density", DENSITIES)
def test_convolutions_and_pooling_are_those_of_torch(compute, filters, density):
    rng = np.random.default_rng(filters)
    cases, expected = [], []
    for channels, side in [(1, 28), (3, 12), (2, 20)]:
        W = sparse(rng, filters, channels, 5, 5, density=density)
        W[filters // 2] = 0
        bias = sparse(rng, filters, density=1)
        x = rng.integers(-16, 17, (channels, side, side)) / 16
        offsets = [
            (c * side + i) * side + j
            for c in range(channels)
            for i in range(5)
            for j in range(5)
        ]
        sizes = {"across": side, "height": side - 4, "width": side - 4}
        arrays = {"W": W, "bias": bias, "x": x}
        flat = {name: array.ravel().tolist() for name, array in arrays.items()}
        cases.append({"filters": filters, "offsets": offsets} | sizes | flat)
        y = functional.conv2d(from_numpy(x)[None], from_numpy(W))[0]
        z = functional.max_pool2d((y + from_numpy(bias)[:, None, None]).relu(), 2)
        expected.append([y.ravel().tolist(), y.ravel().tolist(), z.ravel().tolist()])
    assert compute(CONVOLUTIONS, cases) == expected


def test_memory_that_is_too_small_is_named(compute):
    case = {"rows": 3_000_000, "columns": 0, "W": [0], "x": [0]}  # 12 MB of results
    with pytest.raises(Exception, match=r"megabytes must suffice .*, got 8"):
        compute(PRODUCTS, [case])
