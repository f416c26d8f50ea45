"""Speedups are ratios within a round; layers and kernels are what they seem.

No test here depends on how fast anything is: times are given.
"""

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib import break_even
from course_lib.break_even import benchmark, layers, roofline, speedups
from course_lib.kernels import Product

GRID = (0.1, 0.2, 0.5)
# 100 GB/s from everywhere, and 1 000 times as many multiplications
FLAT = roofline.Machine((1024, 2**30), (1e11, 1e11), 1e14)


def _found(speedups, densities=GRID, **cell):
    """Speedups of one layer at the densities of the grid."""
    cell = {"rows": 8, "columns": 9, "batch": 1} | cell
    return pd.DataFrame({"density": densities, "sparse ×": speedups}).assign(**cell)


@pytest.mark.parametrize(
    ("found", "density"),
    [
        ([4, 2, 0.5], (0.2 * 0.5) ** 0.5),  # halfway in logs
        ([4, 1, 0.5], 0.2),
        ([0.9, 0.8, 0.7], 0.0),
        ([4, 3, 2], 0.5),
        ([0.9, 2, 1], 0.5),
        ([2, 0.5, 2], 0.5),  # the last crossing counts
    ],
)
def test_break_even_is_where_the_speedup_falls_below_one(found, density):
    crossing = break_even.break_even_densities(_found(found))
    assert crossing.loc["8 × 9", 1] == pytest.approx(density)


def test_break_evens_keep_the_order_of_the_shapes_and_sort_the_batches():
    frames = [
        _found([4, 3, 2], rows=300, columns=784, batch=16),
        _found([0.5, 0.4, 0.3], rows=300, columns=784, batch=4),
        _found([4, 3, 2], rows=20, columns=5, batch=4),
    ]
    found = break_even.break_even_densities(pd.concat(frames))
    assert list(found.index) == ["300 × 784", "20 × 5"]
    assert list(found.columns) == [4, 16]
    assert found.loc["300 × 784"].tolist() == [0, 0.5]
    assert np.isnan(found.loc["20 × 5", 16])


def test_constant_is_one_break_even_density_for_all():
    found = break_even.constant_speedups(_found([3, 1, 0.8]))
    assert found["constant ×"].tolist() == pytest.approx([3, 1.5, 0.6])


def test_predictions_are_off_by_a_factor_in_either_direction():
    found = pd.concat([_found([1, 2, 4]), _found([1, 1, 1], batch=8)])
    found["half"] = found["sparse ×"] / 2
    found["mixed"] = [1, 4, 16, 1, 1, 1]
    off = break_even.factors_off(found, ["half", "mixed"])
    assert off.loc[1].tolist() == pytest.approx([2, 2])
    assert off.loc[8].tolist() == pytest.approx([2, 1])


def test_thinner_layers_are_part_of_denser_ones_and_of_the_dense_one():
    dense, matrices = benchmark.random_rows((60, 50), [0.5, 0.02, 0.2], seed=3)
    assert list(matrices) == [0.5, 0.2, 0.02]
    before = dense.numpy()
    for density, matrix in matrices.items():
        after = matrix.dense()  # refuses what is no CSR matrix
        left = after != 0
        assert np.array_equal(after[left], before[left])
        assert left.mean() == pytest.approx(density, abs=0.03)
        before = after


@pytest.mark.parametrize("density", [0, -0.1, 1.5, 50, float("nan")])
def test_densities_that_are_no_fractions_are_refused(density):
    with pytest.raises(ValueError, match="each of densities must be a number > 0"):
        benchmark.random_rows((3, 3), [0.5, density], seed=0)


@pytest.mark.parametrize("kernel", benchmark.KERNELS)
@pytest.mark.parametrize("batch", [1, 3])
def test_all_kernels_and_the_dense_layer_have_one_answer(kernel, batch):
    runs = benchmark.Benchmark((40, 30), [0.3, 1.0])
    found = np.asarray(runs.sparse(kernel, 1.0, batch)()).reshape(40, batch)
    np.testing.assert_allclose(found.T, runs.dense(batch)(), rtol=1e-5)
    few = np.asarray(runs.sparse(kernel, 0.3, batch)()).reshape(40, batch)
    assert (few < found).all()


def test_kernels_that_torch_was_built_without_are_left_out(monkeypatch):
    def missing(matrix):
        raise RuntimeError("needs MKL")

    kernels = {"torch": missing, "numba": benchmark.numba_product}
    monkeypatch.setattr(benchmark, "KERNELS", kernels)
    benchmark.usable_kernels.cache_clear()
    assert list(benchmark.usable_kernels()) == ["numba"]
    benchmark.usable_kernels.cache_clear()


def _clock(seconds):
    """Instead of measuring: a call takes what ``seconds`` says of its name."""

    def times(calls, *, rounds, **how):
        return pd.DataFrame([{name: seconds(name) for name in calls}] * rounds)

    return times


def test_kernel_is_chosen_by_its_time_and_rounds_fit_the_seconds(monkeypatch):
    cost = {"torch": 0.3, "numba": 0.2}
    clock = _clock(lambda name: cost.get(name, 1.0))
    monkeypatch.setattr(benchmark, "interleaved_times", clock)
    runs = benchmark.Benchmark((6, 5), GRID)
    assert runs.fastest(0.2, 4) == ("numba", 0.2)
    cost["torch"] = 0.1
    kernel, times = runs.rounds(4, rounds=9, seconds=0.1)
    assert kernel == "torch"
    assert list(times.columns) == ["dense", *GRID]
    assert len(times) == 3  # at least
    assert len(runs.rounds(4, rounds=9, seconds=100)[1]) == 9  # at most


def test_speedups_have_a_row_for_each_shape_batch_and_density(monkeypatch):
    # dense takes as long as a quarter of the weights in sparse form
    clock = _clock(lambda name: 0.25 if name == "dense" else float(name))
    monkeypatch.setattr(benchmark, "interleaved_times", clock)
    monkeypatch.setattr(benchmark.Benchmark, "fastest", lambda *_: ("numba", 1e-9))
    found = break_even.measured_speedups([(6, 5), (3, 4)], [1, 8], GRID, rounds=5)
    cells = [(6, 5, 1), (6, 5, 8), (3, 4, 1), (3, 4, 8)]
    points = [(*cell, density) for cell in cells for density in GRID]
    assert list(found[speedups.POINT].itertuples(index=False, name=None)) == points
    assert found["sparse ×"].tolist() == pytest.approx([2.5, 1.25, 0.5] * 4)
    assert (found["dense ms"] == 250).all()
    crossings = break_even.break_even_densities(found)
    assert crossings.to_numpy() == pytest.approx(0.25 * np.ones((2, 2)))


def test_speedup_is_the_median_of_the_ratios_of_the_same_round(monkeypatch):
    # the machine slows down by a factor, for dense and sparse alike
    times = pd.DataFrame({"dense": [1.0, 2, 3, 40, 5], 0.5: [1.0, 1, 1, 10, 1]})
    monkeypatch.setattr(
        benchmark.Benchmark, "rounds", lambda *_, **__: ("numba", times)
    )
    (row,) = break_even.measured_speedups([(6, 5)], [1], [0.5]).to_dict("records")
    assert (row["sparse ×"], row["low"], row["high"]) == (3, 2, 4)
    assert row["dense ms"] == 3000


def test_forms_of_a_layer_are_timed_at_every_batch(monkeypatch):
    seconds = {"dense": 8.0, "sparse": 2.0, "transposing": 4.0, "one by one": 16.0}
    seconds |= {"shrunk": 1.0}
    monkeypatch.setattr(layers, "interleaved_times", _clock(seconds.__getitem__))
    found = break_even.over_batches((8, 12), 0.25, [1, 4])
    assert found["batch"].tolist() == [1, 4]
    assert set(found["kernel"]) <= set(benchmark.KERNELS)
    assert (found["dense ms"] == 8e3).all()
    ratios = found[["sparse ×", "transposing ×", "one by one ×", "shrunk ×"]]
    assert (ratios == [4, 2, 0.5, 8]).all(axis=None)


def test_ratios_are_of_what_was_timed_side_by_side():
    times = pd.DataFrame({"dense": [1.0, 2, 3, 40, 5], "sparse": [1.0, 1, 1, 10, 1]})
    assert layers.compared(times) == {"dense ms": 3000, "sparse ×": 3}


@pytest.mark.parametrize("kernel", benchmark.KERNELS)
@pytest.mark.parametrize("batch", [1, 3])
def test_transposing_inside_the_clock_changes_no_product(kernel, batch):
    runs = benchmark.Benchmark((40, 30), [0.3])
    plain = np.asarray(runs.sparse(kernel, 0.3, batch)()).reshape(40, batch)
    found = np.asarray(runs.transposing(kernel, 0.3, batch)())
    np.testing.assert_allclose(found.reshape(batch, 40).T, plain, rtol=1e-6)


def test_shrunk_layer_has_as_many_weights_and_one_by_one_repeats(monkeypatch):
    shapes, products = [], []

    def linear(x, weight):
        shapes.append((tuple(x.shape), tuple(weight.shape)))

    def clock(calls, **how):
        for call in calls.values():
            call()
        return pd.DataFrame([dict.fromkeys(calls, 1.0)])

    monkeypatch.setattr(torch.nn.functional, "linear", linear)
    monkeypatch.setattr(layers, "interleaved_times", clock)
    monkeypatch.setattr(benchmark.Benchmark, "fastest", lambda *_: ("numba", 1.0))
    multiply = Product.__call__
    monkeypatch.setattr(
        Product, "__call__", lambda *a: products.append(a[1].shape) or multiply(*a)
    )
    break_even.over_batches((64, 32), 1 / 16, [4])
    assert shapes == [((4, 32), (64, 32)), ((4, 8), (16, 8))]
    assert products == [(32, 4), (32, 4)] + [(32,)] * 4


def test_bandwidth_lies_between_what_was_measured():
    machine = roofline.Machine((100, 10_000), (4e9, 1e9), 1e10)
    assert machine.bandwidth(100) == pytest.approx(4e9)
    assert machine.bandwidth(10_000) == pytest.approx(1e9)
    assert machine.bandwidth(1000) == pytest.approx(2e9)
    assert machine.bandwidth(0) == pytest.approx(4e9)  # and no further than that
    assert machine.bandwidth(1e12) == pytest.approx(1e9)


def test_product_takes_as_long_as_its_slowest_part():
    shape = (1000, 1000)
    assert roofline.dense_seconds(FLAT, shape, 1) == pytest.approx(4e6 / 1e11)
    assert roofline.dense_seconds(FLAT, shape, 10_000) == pytest.approx(1e10 / 1e14)
    # at batch 1 a cache line of inputs for each weight, at 256 a row of the batch
    for batch, read in ((1, 64), (16, 64), (256, 1024)):
        found = roofline.sparse_seconds(FLAT, shape, batch, 0.1)
        assert found == pytest.approx(1e5 * read / 1e11)
    slow = roofline.Machine(FLAT.sizes, FLAT.bandwidths, 1e6)
    assert roofline.sparse_seconds(slow, shape, 2, 0.1) == pytest.approx(2e5 / 1e6)


def test_prediction_stands_beside_the_measurement():
    # by bytes alone: 4 for each weight against 64 for each that is left
    found = _found([3, 2, 1], rows=100, columns=100)
    predicted = break_even.predicted_speedups(FLAT, found)
    assert predicted["predicted ×"].tolist() == pytest.approx([0.625, 0.3125, 0.125])
    assert "predicted ×" not in found


def test_machine_is_measured_at_all_sizes():
    machine = break_even.measured_machine(rounds=1)
    assert machine.sizes == roofline.WORKING_SETS
    assert min(machine.bandwidths) > 0
    assert machine.rate > 0


def test_quoted_ratios_are_those_that_the_paper_speaks_of():
    quoted = break_even.han_tables()
    faster = quoted["times faster, batch 1"]
    assert faster["VGG-16 fc6"] == pytest.approx(9.3, abs=0.05)
    assert faster["VGG-16 fc8"] == pytest.approx(1.0, abs=0.01)
    assert faster["AlexNet fc8"] == pytest.approx(1.27, abs=0.005)
    # “3×” and “7×” are what the text says of the processor's time and energy
    assert np.exp(np.log(faster).mean()) == pytest.approx(3, abs=0.5)
    energy = quoted["times less energy, batch 1"]
    assert np.exp(np.log(energy).mean()) == pytest.approx(7, abs=0.5)
    slower = 1 / quoted["times faster, batch 64"]
    assert 1.4 < slower.min() < 1.5
    assert 8.5 < slower.max() < 9.0
