"""The table of a GPU's times has the form that a page would read, before it is run."""

import pandas as pd

from course_lib.measure import Timing
from recipes import gpu_times


def test_table_has_a_row_for_each_model_way_precision_and_batch(tmp_path):
    timed = []

    def timer(calls):
        timed.append(list(calls))
        return {way: Timing(0.001 * len(timed), 0.0001) for way in calls}

    path = tmp_path / "times.csv"
    gpu_times.write_table(path, "cpu", timer, side=64)
    found = pd.read_csv(path)
    assert tuple(found.columns) == gpu_times.COLUMNS
    assert not found.drop(columns="machine").isna().any(axis=None)
    assert set(found["batch"]) == set(gpu_times.BATCHES)
    assert set(found["precision"]) == set(gpu_times.PRECISIONS)
    assert not found.duplicated(["model", "way", "precision", "batch"]).any()
    assert len(found) == sum(map(len, timed))
    by_model = found.groupby("model")["way"].agg(lambda ways: list(ways.unique()))
    assert by_model["LeNet-5"] == ["dense", "masked", "shrunk"]
    assert set(by_model["linear 64 × 64"]) >= {"dense", "masked", "shrunk"}
    assert found["ms"].tolist()[:3] == [1, 1, 1]  # seconds in, milliseconds out
    assert (found["iqr"] == 0.1).all()


def test_each_call_answers_a_batch():
    calls = {}
    next(gpu_times.rows("cpu", lambda found: calls.update(found) or {}, 64), None)
    assert calls
    for call in calls.values():
        call()


def test_linear_layers_have_the_weights_that_they_name():
    ways = gpu_times.linear_ways(16)
    kept = {way: float((m.weight != 0).double().mean()) for way, m in ways.items()}
    assert kept == {"dense": 1, "masked": 0.5, "2:4": 0.5, "shrunk": 1}
    assert ways["shrunk"].weight.shape == (8, 16)
