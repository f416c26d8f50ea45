"""What ships is small, rebuildable, and what it says it is."""

import shlex
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

import course_lib
import recipes
from course_lib import models
from course_lib.data import load_mnist
from course_lib.training import accuracy, predictions
from tests.sampling import sample

PACKAGE = Path(course_lib.__file__).parent
ANSWERS = sorted((PACKAGE / "checkpoints" / "predictions").glob("*.npz"))
BUDGET = 40_000_000


def _recipe_of(command):
    python, flag, module, *_ = shlex.split(command)
    assert (python, flag) == ("python", "-m")
    package, name = module.split(".")
    assert package == "recipes"
    return Path(recipes.__file__).parent / f"{name}.py"


@pytest.mark.parametrize("name", models.checkpoint_names())
def test_checkpoint_names_a_recipe_that_is_there_and_mentions_it(name):
    metadata = models.checkpoint_metadata(name)
    recipe = _recipe_of(metadata["recipe"])
    assert recipe.is_file()
    stem = name.removesuffix(f"-{metadata['history']['settings']['seed']}")
    assert stem in recipe.read_text(encoding="utf-8")
    assert metadata["history"]["epochs"]


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_answers_name_a_recipe_that_is_there(path):
    with np.load(path) as file:
        assert _recipe_of(str(file["recipe"])).is_file()


@pytest.mark.parametrize("name", models.checkpoint_names())
def test_checkpoint_is_stored_in_float32_and_loads_in_evaluation_mode(name):
    path = models.checkpoint_path(name)
    with safe_open(path, framework="pt") as file:
        kinds = {file.get_tensor(key).dtype for key in file.keys()}  # noqa: SIM118
    assert kinds <= {torch.float32, torch.int32, torch.int64}
    model = models.load_checkpoint(name)
    assert not model.training
    assert {p.dtype for p in model.parameters()} == {torch.float64}


@pytest.mark.parametrize(
    "name",
    sample(models.checkpoint_names(), 0.4, kind=lambda name: name.rpartition("-")[0]),
)
def test_recorded_history_ends_at_the_accuracy_that_the_weights_have(name):
    recorded = models.checkpoint_metadata(name)["history"]["epochs"][-1]
    found = accuracy(models.load_checkpoint(name), load_mnist("validation"))
    # trained and recorded in float32, evaluated in float64: a few near-ties
    assert found == pytest.approx(recorded["validation_accuracy"], abs=0.0005)


def test_answers_of_the_plain_network_are_those_of_its_weights():
    answers = models.load_predictions("mlp-plain")
    model = models.load_checkpoint("mlp-plain-0")
    for split in ("validation", "test"):
        found = predictions(model, load_mnist(split))
        assert torch.equal(answers[f"{split}-0"], found)


def test_unknown_answers_list_what_there_is():
    with pytest.raises(ValueError, match=r"name must be one of \[.*mlp-.* got 'x'"):
        models.load_predictions("x")
    with pytest.raises(ValueError, match=r"name must be one of \[.*_study.* got 'x'"):
        models.load_study("x")


def test_study_has_a_recipe_and_every_count_fits_the_images():
    for path in sorted((PACKAGE / "checkpoints" / "studies").glob("*_study.csv")):
        assert (Path(recipes.__file__).parent / f"{path.stem}.py").is_file()
        rows = models.load_study(path.stem)
        assert not rows.isna().any(axis=None)
        for split in ("validation", "test"):
            before, lost = rows[f"{split}_before"], rows[f"{split}_lost"]
            assert (lost <= before).all()
            assert (before + rows[f"{split}_gained"] <= 10_000).all()


def test_data_and_checkpoints_stay_within_their_budget():
    folders = (PACKAGE / "mnist", PACKAGE / "checkpoints")
    sizes = [p.stat().st_size for f in folders for p in f.rglob("*") if p.is_file()]
    assert sum(sizes) <= BUDGET
