"""Costs are counted against independent oracles."""

import itertools
import time
from typing import ClassVar

import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from course_lib import measure
from course_lib.models import MLP, LeNet5


def test_parameters_and_macs_of_an_mlp_follow_from_its_widths():
    model = MLP((784, 300, 100, 10))
    weights = 784 * 300 + 300 * 100 + 100 * 10
    assert measure.parameter_count(model) == weights + 300 + 100 + 10
    assert measure.mac_count(model, torch.zeros(1, 1, 28, 28)) == weights
    assert measure.mac_count(model, torch.zeros(5, 1, 28, 28)) == 5 * weights


def test_macs_agree_with_torch_pruning():
    torch_pruning = pytest.importorskip(
        "torch_pruning", reason="the oracle is a development dependency"
    )
    model, example = LeNet5(), torch.zeros(1, 1, 28, 28)
    macs, parameters = torch_pruning.utils.count_ops_and_params(model, example)
    assert measure.parameter_count(model) == parameters
    # Torch-Pruning adds one a bias and a few for pooling; the products agree
    assert measure.mac_count(model, example) == pytest.approx(macs, rel=0.02)
    by_hand = 24 * 24 * 20 * 25 + 8 * 8 * 50 * 20 * 25 + 800 * 500 + 500 * 10
    assert measure.mac_count(model, example) == by_hand


def test_shared_parameters_count_once():
    layer = nn.Linear(4, 4)
    assert measure.parameter_count(nn.Sequential(layer, layer)) == 20


def test_frozen_parameters_count_and_buffers_do_not():
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)).requires_grad_(False)
    assert measure.parameter_count(model) == 15 + 6
    model[0].requires_grad_(True)
    assert measure.parameter_count(model) == measure.nonzero_count(model) + 3 == 21


@pytest.mark.parametrize("enabled", [True, False])
def test_attention_is_counted_although_pytorch_would_fuse_it(enabled):
    fused = torch.backends.mha
    before = fused.get_fastpath_enabled()
    fused.set_fastpath_enabled(enabled)
    try:
        block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        # in_proj, out_proj and both feed-forward layers, for 5 tokens
        linear = 5 * (3 * 8 * 8 + 8 * 8 + 2 * 8 * 16)
        assert measure.mac_count(block, torch.zeros(1, 5, 8)) == linear
        assert fused.get_fastpath_enabled() == enabled
    finally:
        fused.set_fastpath_enabled(before)


@pytest.mark.parametrize("layer", [nn.LSTM(4, 4), nn.GRU(4, 4), nn.Bilinear(4, 4, 4)])
def test_layer_whose_products_are_not_counted_is_named(layer):
    model = nn.Sequential(nn.Linear(4, 4), layer)
    kind = type(layer).__name__
    with pytest.raises(ValueError, match=f"layer '1' must have MACs .*, got {kind}"):
        measure.mac_count(model, torch.zeros(2, 4))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shared_tensor_takes_its_place_in_a_file_once(dtype):
    model, other = (MLP((4, 4, 4, 4), dtype=dtype) for _ in range(2))
    whole = measure.saved_size(model)
    model.fc2.weight = model.fc1.weight
    # an entry of the header goes too
    assert whole - 200 < measure.saved_size(model) <= whole - 4 * 16
    assert measure.saved_size(other) == whole
    stored = measure.float32_state(model)
    assert torch.equal(stored["fc1.weight"], stored["fc2.weight"])


def test_number_that_float32_cannot_hold_is_named():
    model = MLP((4, 3), dtype=torch.float64)
    with torch.no_grad():
        model.fc1.weight[0, 0] = 1e39
    message = r"fc1\.weight must fit into float32, .* 1e\+39"
    with pytest.raises(ValueError, match=message):
        measure.saved_size(model)
    with torch.no_grad():
        model.fc1.weight[0, 0] = float("inf")  # was none before
    assert measure.float32_state(model)["fc1.weight"][0, 0] == float("inf")


def test_zeros_are_not_counted_as_nonzero_and_stay_in_the_parameter_count():
    layer = nn.Linear(4, 3)
    with torch.no_grad():
        layer.weight[0] = 0
    assert measure.nonzero_count(layer) == 11
    assert measure.parameter_count(layer) == 15


def test_sizes_are_those_of_the_file_system(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"12345")
    assert measure.file_size(path) == 5
    model = MLP((6, 4, 3)).double()
    save_file({k: v.float() for k, v in model.state_dict().items()}, tmp_path / "m")
    assert measure.saved_size(model) == measure.file_size(tmp_path / "m")


def test_zip_archive_of_zeros_is_small_and_of_random_weights_is_not():
    model = nn.Linear(100, 100)
    assert measure.zipped_size(model) > 0.9 * measure.saved_size(model)
    nn.init.zeros_(model.weight)
    assert measure.zipped_size(model) < 0.1 * measure.saved_size(model)


def test_latency_counts_the_work_that_was_timed():
    calls = []
    timing = measure.latency(lambda: calls.append(None), min_run_time=0.01)
    assert calls
    assert timing.median > 0
    assert timing.iqr >= 0


def test_latency_of_no_time_is_refused():
    with pytest.raises(ValueError, match="min_run_time must be a number > 0"):
        measure.latency(print, min_run_time=0)


class _Clock:
    """A timer for which a call of the function takes as long as it returns."""

    blocks: ClassVar[list[tuple[float, int]]] = []

    def __init__(self, fn, timer):
        assert callable(timer)
        self.cost = fn()

    def timeit(self, number):
        self.blocks.append((self.cost, number))
        return self.cost * number


def test_every_round_gives_each_function_enough_calls_and_counts_them(monkeypatch):
    monkeypatch.setattr(measure, "Timer", _Clock)
    monkeypatch.setattr(_Clock, "blocks", [])
    functions = {"slow": lambda: 0.5, "fast": lambda: 0.03}
    times = measure.interleaved_times(functions, rounds=3, min_round_time=0.1)
    assert list(times.columns) == ["slow", "fast"]
    assert times["slow"].tolist() == [0.5] * 3
    assert times["fast"].tolist() == pytest.approx([0.03] * 3)
    one, four = (0.5, 1), (0.03, 4)  # 0.12 s is the first block of at least 0.1 s
    assert _Clock.blocks[-6:] == [one, four, four, one, one, four]


def test_interleaved_latency_is_the_middle_of_the_rounds(monkeypatch):
    rows = pd.DataFrame({"a": [5.0, 1.0, 2.0, 4.0, 3.0], "b": [7.0] * 5})
    monkeypatch.setattr(measure, "interleaved_times", lambda functions, **how: rows)
    found = measure.interleaved_latency({"a": print, "b": print})
    assert found == {"a": (3.0, 2.0), "b": (7.0, 0.0)}


@pytest.mark.parametrize("threads", [1, 2])
def test_what_others_take_counts_only_where_several_threads_compute(threads):
    """A lesson states who is faster, also on a machine that is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        start = measure.fair_clock()()
        time.sleep(0.1)
        waited = measure.fair_clock()() - start
    finally:
        torch.set_num_threads(before)
    assert waited < 0.05 if threads == 1 else waited >= 0.1


@pytest.mark.parametrize("how", [{"rounds": 0}, {"min_round_time": 0}])
def test_interleaved_times_of_no_time_are_refused(how):
    with pytest.raises(ValueError, match=f"{next(iter(how))} must be .*, got 0"):
        measure.interleaved_times({"a": print}, **how)


def test_interleaved_times_are_read_off_the_given_clock():
    ticks = itertools.count()
    found = measure.interleaved_times(
        {"a": lambda: None}, rounds=2, min_round_time=0.5, clock=lambda: next(ticks)
    )
    assert found["a"].tolist() == [1, 1]
