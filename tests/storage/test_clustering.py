"""k-means finds what SciPy finds, keeps its promises, and its starts differ."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.vq import kmeans2

from course_lib.storage.clustering import cluster, compare_starts, starts
from tests.sampling import SOAK

NUMBERS = st.lists(
    st.one_of(st.integers(-9, 9).map(float), st.floats(-100, 100, width=32)),
    max_size=60,
).map(np.array)


def rms(values, centroids, codes):
    return np.sqrt(((values - centroids[codes]) ** 2).mean())


@settings(deadline=None, max_examples=200)
@given(NUMBERS, st.integers(1, 8))
def test_codes_name_the_nearest_centroid_and_centroids_are_the_means(values, bits):
    centroids, codes = cluster(values, bits)
    assert codes.dtype == np.uint8
    assert codes.shape == values.shape
    assert (np.diff(centroids) > 0).all()
    assert set(codes) == set(range(len(centroids)))  # no centroid without values
    assert len(centroids) == min(len(np.unique(values)), len(centroids)) <= 2**bits
    distances = np.abs(values[:, None] - centroids)
    nearest = distances.min(axis=1, initial=np.inf)
    assert np.allclose(distances[np.arange(len(values)), codes], nearest)
    for code, centroid in enumerate(centroids):
        assert values[codes == code].mean() == pytest.approx(centroid, abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(NUMBERS, st.integers(1, 8))
def test_few_different_values_are_their_own_centroids(values, bits):
    distinct = np.unique(values)[: 2**bits]
    values = values[np.isin(values, distinct)]
    centroids, codes = cluster(values, bits)
    assert np.array_equal(centroids, np.unique(values))
    assert np.array_equal(centroids[codes], values)


@pytest.mark.parametrize("bits", [1, 2, 3, 5, 8] if SOAK else [1, 2, 3, 5])
@pytest.mark.parametrize("gap", [0.0, 1.5])  # pruning leaves a hole around zero
@pytest.mark.filterwarnings("ignore:One of the clusters is empty")
def test_same_centroids_as_scipy_from_the_same_start(bits, gap):
    values = np.random.default_rng(bits).standard_normal(4000)
    values = values[np.abs(values) >= gap]
    start = np.linspace(values.min(), values.max(), 2**bits)
    expected, labels = kmeans2(values, start, iter=2000, minit="matrix")
    used = np.unique(labels)
    centroids, codes = cluster(values, bits)
    assert len(used) < 2**bits or gap == 0 or bits < 3  # some stay empty in the hole
    assert centroids == pytest.approx(expected[used], abs=1e-12)
    assert np.array_equal(used[codes], labels)


@pytest.mark.parametrize("seed", range(20))
def test_the_best_of_many_starts_is_the_best_of_all_partitions(seed):
    values = np.random.default_rng(seed).standard_normal(9)
    ordered = np.sort(values)
    best = min(
        np.sqrt(sum(((part - part.mean()) ** 2).sum() for part in parts) / 9)
        for cuts in itertools.combinations(range(1, 9), 3)
        for parts in [np.split(ordered, cuts)]
    )
    found = [
        rms(values, *cluster(values, 2, np.array(start)))
        for start in itertools.combinations(ordered, 4)
    ]
    assert min(found) == pytest.approx(best)
    assert rms(values, *cluster(values, 2)) >= best - 1e-12


def test_a_centroid_without_values_may_find_some_later():
    values = np.array([0.0, 1, 2, 3, 4, 100])
    centroids, _ = cluster(values, 2)  # starts at 0, 33, 67 and 100
    assert centroids.tolist() == [2.0, 100.0]
    start = np.array([0.0, 40, 50, 100])
    values = np.array([0.0, 1, 44, 46, 48, 90, 91, 92, 93, 55])
    with warnings.catch_warnings(action="ignore"):
        expected, _ = kmeans2(values, start, iter=50, minit="matrix")
    assert cluster(values, 2, start)[0].tolist() == expected.tolist()


def test_order_of_values_and_of_the_start_decide_nothing():
    rng = np.random.default_rng(0)
    values, start = rng.standard_normal(500), rng.standard_normal(8)
    centroids, codes = cluster(values, 3, start)
    order = rng.permutation(500)
    again, moved = cluster(values[order], 3, start[::-1])
    assert again == pytest.approx(centroids, abs=1e-14)
    assert np.array_equal(moved, codes[order])


def test_starts_stand_where_the_paper_says():
    values = np.random.default_rng(0).standard_normal(8000) ** 3
    found = starts(values, 3, seed=1)
    steps = np.diff(found["linear"])
    assert steps == pytest.approx(np.ptp(values) / 7)
    between = np.histogram(values, np.sort(found["density"]))[0]
    assert between == pytest.approx(1000, abs=1)
    assert np.isin(found["random"], values).all()
    assert np.array_equal(found["random"], starts(values, 3, seed=1)["random"])


def test_linear_start_serves_the_largest_weights_best():
    values = np.random.default_rng(0).standard_normal(20_000)
    values = values[np.abs(values) > 1]
    rows = compare_starts(values, 5, seed=0)
    assert list(rows.index) == ["linear", "density", "random"]
    assert rows["rms_error_of_largest"].idxmin() == "linear"
    assert rows["largest"].idxmax() == "linear"
    for name, start in starts(values, 5, seed=0).items():
        centroids, codes = cluster(values, 5, start)
        assert rows.loc[name, "centroids"] == len(centroids)
        assert rows.loc[name, "rms_error"] == rms(values, centroids, codes)


BITS = "bits must be a whole number from 1 to 8"
NOT_FINITE = "finite numbers, got .* with 2 that are not finite"


@pytest.mark.parametrize(
    ("values", "bits", "start", "message"),
    [
        ([1.0], 0, None, f"{BITS}, got 0"),
        ([1.0], 9, None, f"{BITS}, got 9"),
        *(([1.0], odd, None, BITS) for odd in (2.5, 3.0, True, "3", None)),
        ([[1.0]], 2, None, r"values must be .*, got shape \(1, 1\)"),
        ([1.0, np.nan, np.inf], 2, None, NOT_FINITE),
        ([1.0, 2, 3], 1, [1.0, np.nan], "1 that are not finite"),
        ([1.0, 2, 3], 1, [1.0], r"start must be 2 finite .* shape \(1,\)"),
    ],
)
def test_odd_arguments_are_refused(values, bits, start, message):
    start = None if start is None else np.array(start)
    with pytest.raises((ValueError, TypeError), match=message):
        cluster(np.array(values), bits, start)
