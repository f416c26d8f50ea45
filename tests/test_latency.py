"""Latencies are measured as documented, in the format that pages print."""

import pytest
import torch

from course_lib import latency, models

IMAGES = torch.rand(3, 1, 28, 28, dtype=torch.float64)


def test_compare_has_a_row_a_network_and_the_first_is_the_measure():
    networks = {"large": models.LeNet5((4, 6), 8), "small": models.LeNet5((2, 2), 4)}
    frame = latency.compare(networks, IMAGES, rounds=2)
    assert list(frame.index) == ["large", "small"]
    assert frame["times faster"].iloc[0] == 1
    assert (frame["ms"] > 0).all()
    assert set(frame["format"]) <= set(latency.LAYOUTS)
    ratio = frame["ms"]["large"] / frame["ms"]["small"]
    assert frame["times faster"]["small"] == pytest.approx(ratio)


def test_every_network_passes_in_every_format_and_says_the_same():
    networks = {"a": models.LeNet5((4, 6), 8), "b": models.LeNet5((2, 2), 4)}
    passes = latency.forward_passes(networks, IMAGES)
    assert list(passes) == [f"{n}/{f}" for n in networks for f in latency.LAYOUTS]
    for key, call in passes.items():
        model = networks[key.partition("/")[0]]
        torch.testing.assert_close(call(), model(IMAGES.float()).detach())
        (weight,) = (w for n, w in call.func.named_parameters() if n == "conv2.weight")
        assert weight.is_contiguous(
            memory_format=latency.LAYOUTS[key.partition("/")[2]]
        )


def test_networks_stay_as_they_were():
    model = models.LeNet5((2, 2), 4, dtype=torch.float64).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    latency.compare({"a": model}, IMAGES, rounds=1)
    assert model.training
    for name, value in model.state_dict().items():
        assert value.dtype == torch.float64
        assert torch.equal(value, before[name])


def test_the_steps_of_lenet5_make_the_whole():
    model = models.LeNet5((3, 4), 5).eval()
    steps = latency._lenet5_steps(model, IMAGES)
    torch.testing.assert_close(steps["fc2"](), model(IMAGES.float()))
    torch.testing.assert_close(steps["whole"](), model(IMAGES.float()))
    assert not any(step().requires_grad for step in steps.values())
    assert steps["conv1"]().shape == (3, 3, 24, 24)
    assert steps["relu and pool 2"]().shape == (3, 4 * 4 * 4)


def test_parts_have_a_row_a_step_and_a_column_a_network():
    networks = {name: models.LeNet5((2, 2), 4) for name in ("a", "b")}
    table = latency.lenet5_parts(networks, IMAGES, rounds=1)
    assert list(table.columns) == ["a", "b"]
    assert next(iter(table.index)) == "conv1"
    assert list(table.index)[-1] == "whole"
    assert (table > 0).all().all()
