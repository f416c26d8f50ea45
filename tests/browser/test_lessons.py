"""Every lesson, opened and run in JupyterLab; every demo, moved by keyboard."""

from functools import partial

import pytest

from course_lib.activation import activation_statistics
from course_lib.data import load_mnist
from course_lib.demos import (
    mask_explorer,
    sample_size,
    shape_explorer,
    storage_explorer,
    threshold_explorer,
)
from course_lib.models import load_checkpoint
from course_lib.structured import unit_importance
from course_lib.training import predictions
from tools.notebook import load

from .lab import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def sample_size_two_stops_on() -> str:
    test = load_mnist("test")
    right = predictions(load_checkpoint("lenet5-0"), test) == test.labels
    return sample_size.compute(right.numpy(), sample_size.SIZES[2]).sentence()


def mean_threshold_two_stops_on() -> str:
    model, validation = load_checkpoint("mlp-quiet-0"), load_mnist("validation")
    statistics = activation_statistics(model, validation)
    mean, std = threshold_explorer.START
    mean = threshold_explorer.GRID[threshold_explorer.GRID.index(mean) + 2]
    outcome = threshold_explorer.compute(model, statistics, validation, (mean, std))
    return outcome.sentence()


def sparsity_two_stops_on(scope: str = mask_explorer.START[1]) -> str:
    sparsity, _ = mask_explorer.START
    sparsity = mask_explorer.GRID[mask_explorer.GRID.index(sparsity) + 2]
    model, part = load_checkpoint("mlp300-0"), load_mnist("validation").first(2000)
    return mask_explorer.compute(model, part, sparsity, scope).sentence()


def share_of_units_two_stops_on(layer: str = shape_explorer.START[0]) -> str:
    _, share = shape_explorer.START
    share = shape_explorer.SHARES[shape_explorer.SHARES.index(share) + 2]
    model, part = load_checkpoint("lenet5-0"), load_mnist("validation").first(2000)
    keep = shape_explorer.choose_units(unit_importance(model, "l1"), layer, share)
    return shape_explorer.compute(model, keep, part).sentence()


def weights_kept_two_stops_on(index: str = storage_explorer.START[1]) -> str:
    density, _, bits = storage_explorer.START
    grid = storage_explorer.DENSITIES
    weight = load_checkpoint("mlp300-0").get_parameter("fc1.weight")
    density = grid[grid.index(density) + 2]
    return storage_explorer.compute(weight, density, index, bits).sentence()


# What a lesson's demo must read after its first slider moved two stops.
PREDICTED = {
    "01_training": sample_size_two_stops_on,
    "02_activation_pruning": mean_threshold_two_stops_on,
    "03_magnitude_masks": sparsity_two_stops_on,
    "04_structured_pruning": share_of_units_two_stops_on,
    "05_sparse_storage": weights_kept_two_stops_on,
}

# And after the next entry of its list was chosen as well, where it has one.
CHOSEN = {
    "03_magnitude_masks": partial(sparsity_two_stops_on, mask_explorer.LAYERWISE),
    "04_structured_pruning": partial(share_of_units_two_stops_on, "conv2"),
    "05_sparse_storage": partial(weights_kept_two_stops_on, "csr-16"),
}


def has_demo(path) -> bool:
    cells = load(path).cells
    return any("demo" in cell.metadata.get("tags", []) for cell in cells)


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_lesson_runs_and_its_demo_answers_the_keyboard(lab, path):
    lab.open(path.name)
    lab.run_all()
    assert lab.errors() == []
    if not has_demo(path):
        return
    area = lab.show_cell("demo")
    expected = PREDICTED[path.stem]()
    assert lab.readout_text(area) != expected
    lab.screenshot(f"{path.stem}-before")
    lab.focus_slider(area)
    lab.press("ArrowRight", 2)
    after = lab.wait_for_readout(area, expected)
    lab.screenshot(f"{path.stem}-after")
    assert after == expected
    if path.stem in CHOSEN:
        expected = CHOSEN[path.stem]()
        lab.choose_next(area)
        assert lab.wait_for_readout(area, expected) == expected
