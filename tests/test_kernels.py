"""The sparse product equals other people's, and never follows a wrong index."""

import dataclasses

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course_lib.kernels import Product
from course_lib.storage.csr import CSR, csr

SIDES = st.integers(0, 12)
# whole numbers, so that sums are exact in any order; half of them are zeros
WEIGHTS = st.sampled_from([0.0] * 8 + [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0])
SMALL = np.array([[0, 2, 0], [0, 0, 0], [1, 0, 3]], np.float32)
MISFIT = r"x must be float32 of shape \(3,\) or \(3, batch\), got"


@st.composite
def problems(draw):
    rows, columns, batch = draw(SIDES), draw(SIDES), draw(st.integers(0, 9))
    weight = arrays.arrays(np.float32, (rows, columns), elements=WEIGHTS)
    x = arrays.arrays(np.float32, (columns, batch), elements=WEIGHTS)
    return draw(weight), draw(x)


@settings(max_examples=300, deadline=None)
@given(problems())
def test_product_equals_the_dense_one(problem):
    weight, x = problem
    product = Product(csr(weight))
    assert product.shape == weight.shape
    found = product(x)
    assert found.dtype == np.float32
    assert np.array_equal(found, weight @ x)
    for column in x.T:
        assert np.array_equal(product(column), weight @ column)


@pytest.mark.parametrize("density", [0.001, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("batch", [1, 3, 64])
def test_product_equals_scipy_and_torch(density, batch):
    rng = np.random.default_rng(0)
    theirs = scipy.sparse.random_array(
        (70, 130), density=density, format="csr", dtype=np.float32, rng=rng
    )
    x = rng.normal(size=(130, batch)).astype(np.float32)
    ours = Product(CSR(theirs.indptr, theirs.indices, theirs.data, theirs.shape))
    np.testing.assert_allclose(ours(x), theirs @ x, rtol=1e-4, atol=1e-5)
    dense = torch.from_numpy(theirs.toarray()) @ torch.from_numpy(x)
    np.testing.assert_allclose(ours(x), dense, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours(x[:, 0]), dense[:, 0], rtol=1e-4, atol=1e-5)


def test_filters_are_a_matrix_with_a_row_each():
    filters = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2)
    product = Product(csr(filters))
    assert product.shape == (2, 12)
    x = np.ones(12, np.float32)
    assert product(x).tolist() == filters.reshape(2, 12).sum(axis=1).tolist()


def test_order_in_memory_does_not_matter():
    x = np.arange(12, dtype=np.float32).reshape(4, 3).T
    assert not x.flags.c_contiguous
    assert np.array_equal(Product(csr(SMALL))(x), SMALL @ x)
    every_other = np.arange(6, dtype=np.float32)[::2]
    assert np.array_equal(Product(csr(SMALL))(every_other), SMALL @ every_other)


def test_nan_and_infinity_pass_only_where_a_weight_reads_them():
    x = np.array([1, np.nan, np.inf], np.float32)
    found = Product(csr(SMALL))(x)
    assert np.isnan(found[0])
    assert found[1] == 0  # the dense product would say nan
    assert found[2] == np.inf


def test_arrays_that_change_later_lead_nowhere():
    matrix = csr(SMALL)
    product = Product(matrix)
    for array in (matrix.columns, matrix.row_starts, matrix.values):
        array[:] = 2_000_000_000
    x = np.array([1, 10, 100], np.float32)
    assert np.array_equal(product(x), SMALL @ x)


def test_arrays_that_are_no_matrix_are_refused():  # see test_refusals for others
    wrong = np.array([1, 0, 2_000_000_000], np.int32)
    with pytest.raises(ValueError, match="columns must be from 0 to 2"):
        Product(dataclasses.replace(csr(SMALL), columns=wrong))


@pytest.mark.parametrize("dtype", [np.float64, np.int32])
def test_batch_of_another_dtype_is_refused(dtype):
    with pytest.raises(ValueError, match=MISFIT):
        Product(csr(SMALL))(np.ones(3, dtype))


@pytest.mark.parametrize("shape", [(2,), (4,), (4, 3), (3, 2, 1), ()])
def test_batch_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=MISFIT):
        Product(csr(SMALL))(np.ones(shape, np.float32))
