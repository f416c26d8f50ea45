"""Whatever takes a model leaves every module of it in the mode that it found."""

import importlib
import inspect
import pkgutil
from functools import partial

import pytest
import torch
from torch import nn

import course_lib
from course_lib import (
    activation,
    calling,
    evaluation,
    experiments,
    latency,
    losses,
    magnitude,
    measure,
    models,
    recording,
    storage,
    structured,
    surgery,
)
from course_lib.models import LeNet5, TinyResNet
from course_lib.storage import file, stages
from course_lib.structured import folding, moments, passes
from tests.small import small_split

SPLIT = small_split(12)
IMAGE = SPLIT.images[:1]
HALF = partial(magnitude.magnitude_mask, sparsity=0.5)
# pages, figures and widgets get their models from the lessons' own copies
NOT_SEARCHED = {"page", "demos", "figures", "check", "handin", "evidence", "inquiries"}
# they train: afterwards the model is in evaluation mode, as their pages say
TRAINING = {
    "training.fit",
    *(f"magnitude.schedules.prune_{how}" for how in
      ("one_shot", "iteratively", "gradually")),
    "magnitude.schedules.tune_masked",
}  # fmt: skip


def _keep(model):
    return structured.select_units(structured.weight_norms(model, p=1), 0.4)


def _coupled(model):
    groups = model.unit_groups.items()
    return {name: surgery.units_of(model, group) for name, group in groups}


def _moments(model):
    return structured.record_moments(model, "fc2", structured.Passes([IMAGE]))


def _misfits(model):
    with pytest.raises(ValueError, match="must be built by"):
        surgery.config_misfits(model)


def _statistics(model):
    return activation.activation_statistics(model, SPLIT)


def _taught(teacher):
    loss = losses.distillation(teacher)
    return loss(LeNet5((2, 2), 3).double(), SPLIT.images, SPLIT.labels, 0.5)


def _recorded(model):
    with recording.recording(model) as record:
        record(SPLIT.images)


def _optimizer_pruned(model):
    optimizer, keep = torch.optim.Adam(model.parameters()), _keep(model)
    smaller = structured.remove_units(model, keep)
    surgery.prune_optimizer(optimizer, model, smaller, keep)


def _evaluated(model):
    with evaluation.evaluating(model):
        assert not any(module.training for module in model.modules())


def _read(model):
    with evaluation.reading("images", SPLIT.images, model):
        model(SPLIT.images)


def _tied(model):
    with storage.tied(model):
        model(SPLIT.images)


# what is called with a model in the mode in question; by the module that defines it
CALLS = {
    "magnitude.sparse_gpt.input_products": lambda m: magnitude.input_products(
        m, [IMAGE]
    ),
    "magnitude.sparse_gpt.prune_sparse_gpt": lambda m: magnitude.prune_sparse_gpt(
        m, magnitude.input_products(m, [IMAGE]), HALF
    ),
    "structured.budget.group_losses": lambda m: structured.group_losses(
        m, {"fc1": [1, 2]}, [IMAGE], lambda smaller: 0.0
    ),
    "structured.folding.fold_units": lambda m: structured.fold_units(
        m, {"fc1": torch.arange(5) < 2}, [IMAGE]
    ),
    "structured.folding.prune_group": lambda m: folding.prune_group(
        m, "fc1", _moments(m), lambda matrix, moments, entries: torch.arange(5) < 2
    ),
    "structured.folding.prune_layer_by_layer": lambda m: (
        structured.prune_layer_by_layer(m, {"fc1": 2}, [IMAGE])
    ),
    "structured.folding.reader": lambda m: folding.reader(m, "fc1"),
    "structured.folding.reading_layers": lambda m: folding.reading_layers(m, ["fc1"]),
    "structured.moments.linear": lambda m: moments.linear(m, "fc2"),
    "structured.moments.record_moments": lambda m: _moments(m),
    "structured.passes.calling_order": lambda m: passes.calling_order(
        m, ["fc1", "fc2"], IMAGE
    ),
    "activation.activation_statistics": _statistics,
    "activation.output_scores": lambda m: activation.output_scores(m, _statistics(m)),
    "activation.remove_neurons": lambda m: activation.remove_neurons(m, _keep(m)),
    "activation.threshold_sweep": lambda m: activation.threshold_sweep(
        m, _statistics(m), [(0.0, 0.0), (0.1, 0.1)], SPLIT
    ),
    "latency.compare": lambda m: latency.compare({"a": m}, IMAGE, rounds=1),
    "latency.forward_passes": lambda m: latency.forward_passes({"a": m}, IMAGE),
    "latency.lenet5_parts": lambda m: latency.lenet5_parts({"a": m}, IMAGE, rounds=1),
    "evaluation.accuracy": lambda m: evaluation.accuracy(m, SPLIT),
    "evaluation.device_of": evaluation.device_of,
    "evaluation.evaluating": _evaluated,
    "evaluation.logits_of": lambda m: evaluation.logits_of(m, IMAGE),
    "evaluation.predictions": lambda m: evaluation.predictions(m, SPLIT),
    "evaluation.reading": _read,
    "experiments.compare": lambda m: experiments.compare(m, m, SPLIT),
    "experiments.drop_per_class": lambda m: experiments.drop_per_class(m, m, SPLIT),
    "experiments.errors_by_score": lambda m: experiments.errors_by_score(
        m, {"a": structured.weight_norms(m, p=1)}, [0.5], SPLIT, draws=1
    ),
    "experiments.keep_ratio_masks": lambda m: experiments.keep_ratio_masks(
        m, _statistics(m), 0.3, minimum=1
    ),
    "experiments.prune_by_score": lambda m: experiments.prune_by_score(
        m, _statistics(m), 0.1
    ),
    "experiments.random_drops": lambda m: experiments.random_drops(
        m, _keep(m), SPLIT, draws=1
    ),
    "experiments.score_sweep": lambda m: experiments.score_sweep(
        m, _statistics(m), [0.1], SPLIT
    ),
    "losses.cross_entropy": lambda m: losses.cross_entropy(m, *SPLIT, 0.0),
    "losses.distillation": _taught,
    "losses.soft_labels": lambda m: losses.soft_labels(m, SPLIT),
    "magnitude.application.apply_masks": lambda m: magnitude.apply_masks(m, {}),
    "magnitude.application.masked": lambda m: magnitude.masked(m, {}),
    "magnitude.application.sensitivity_scan": lambda m: magnitude.sensitivity_scan(
        m, SPLIT, [0.5]
    ),
    "magnitude.networks.global_magnitude_masks": (
        lambda m: magnitude.global_magnitude_masks(m, 0.5)
    ),
    "magnitude.networks.layerwise_masks": lambda m: magnitude.layerwise_masks(m, 0.5),
    "magnitude.scores.input_scores": lambda m: magnitude.input_scores(m, SPLIT),
    "calling.call": lambda m: calling.call(m, IMAGE),
    "magnitude.weights.left_whole": magnitude.left_whole,
    "magnitude.weights.nonzero_weights": magnitude.nonzero_weights,
    "magnitude.weights.prunable_weights": magnitude.prunable_weights,
    "measure.float32_state": measure.float32_state,
    "measure.mac_count": lambda m: measure.mac_count(m, IMAGE),
    "measure.nonzero_count": measure.nonzero_count,
    "measure.parameter_count": measure.parameter_count,
    "measure.saved_size": measure.saved_size,
    "measure.zipped_size": measure.zipped_size,
    "models.checkpoints.save_checkpoint": lambda m: models.save_checkpoint(
        m, "model.safetensors", recipe="", history={}
    ),
    "models.registry.description_of": models.description_of,
    "recording.recording": _recorded,
    "recording.units_of": recording.units_of,
    "storage.export.export_safetensors": lambda m: storage.export_safetensors(
        m, "model.safetensors"
    ),
    "storage.file.encode": file.encode,
    "storage.file.save": lambda m: storage.save(m, "model.pruned"),
    "storage.onnx_export.export_onnx": lambda m: storage.export_onnx(
        m, "model.onnx", IMAGE
    ),
    "storage.stages.general_bytes": lambda m: stages.general_bytes(m, bytes),
    "storage.stages.stage_bytes": lambda m: stages.stage_bytes(
        storage.share_weights(m, 2)
    ),
    "storage.weight_sharing.share_weights": lambda m: storage.share_weights(m, 3),
    "storage.weight_sharing.tied": _tied,
    "structured.application.as_masks": lambda m: structured.as_masks(m, _keep(m)),
    "structured.application.unit_sensitivity": lambda m: structured.unit_sensitivity(
        m, structured.weight_norms(m, p=1), [0.4], SPLIT
    ),
    "structured.importance.random_scores": lambda m: structured.random_scores(
        m, torch.Generator()
    ),
    "structured.importance.taylor_scores": lambda m: structured.taylor_scores(m, SPLIT),
    "structured.importance.weight_norms": lambda m: structured.weight_norms(m, p=1),
    "structured.table.unit_table": lambda m: structured.unit_table(m, IMAGE),
    "storage.foreign.description": storage.foreign.description,
    "storage.foreign.restored": lambda m: storage.foreign.restored(
        storage.foreign.described(storage.foreign.description(m)),
        storage.foreign.stored_tensors(m),
        m,
    ),
    "storage.foreign.stored_tensors": storage.foreign.stored_tensors,
    "storage.foreign.templates": lambda m: storage.foreign.templates(
        storage.foreign.described(storage.foreign.description(m)), m
    ),
    "surgery.configs.config_misfits": _misfits,
    "surgery.configs.fit_config": surgery.configs.fit_config,
    "surgery.cutting.cut": lambda m: surgery.cutting.cut(m, _keep(m), _coupled(m)),
    "surgery.cutting.entries_kept": lambda m: surgery.cutting.entries_kept(
        m, _keep(m), _coupled(m)
    ),
    "surgery.groups.layer_groups_of": surgery.layer_groups_of,
    "surgery.groups.tensor_of": lambda m: surgery.tensor_of(m, "fc1.weight"),
    "surgery.groups.unit_count": lambda m: surgery.groups.unit_count(
        m, m.unit_groups["conv1"]
    ),
    "surgery.groups.unit_counts": surgery.unit_counts,
    "surgery.groups.unit_groups_of": surgery.unit_groups_of,
    "surgery.groups.units_of": lambda m: surgery.units_of(m, m.unit_groups["conv1"]),
    "surgery.optimizer.prune_optimizer": _optimizer_pruned,
    "surgery.proof.check_cut": lambda m: surgery.proof.check_cut(
        m, _keep(m), _coupled(m), SPLIT.images
    ),
    "surgery.proof.failures": lambda m: surgery.proof.failures(
        m, _coupled(m), (SPLIT.images,), {}
    ),
    "surgery.proof.perturbed": surgery.proof.perturbed,
    "surgery.proof.prepared": lambda m: surgery.proof.prepared(m, (SPLIT.images,), {}),
    "surgery.removal.kept_entries": lambda m: surgery.kept_entries(m, _keep(m)),
    "surgery.removal.remove_blocks": lambda m: surgery.remove_blocks(m, []),
    "surgery.removal.remove_idle_units": surgery.remove_idle_units,
    "surgery.removal.remove_units": lambda m: surgery.remove_units(m, _keep(m)),
    "surgery.tracing.trace_groups": lambda m: surgery.trace_groups(m, SPLIT.images),
}
# those that set evaluation mode themselves
EVALUATE = [
    "activation.activation_statistics", "evaluation.accuracy", "evaluation.predictions",
    "losses.distillation", "losses.soft_labels", "magnitude.scores.input_scores",
    "measure.mac_count", "structured.importance.taylor_scores",
]  # fmt: skip


def _model():
    """Return a network in which every second module trains: a wrong mode shows."""
    torch.manual_seed(0)
    model = LeNet5((3, 4), 5, dtype=torch.float64)
    for i, module in enumerate(model.modules()):
        module.training = i % 2 == 0
    return model


def _modes(model):
    return [module.training for module in model.modules()]


def _takes_a_model(function):
    kinds = ("nn.Module", "Network", "LeNet5", "Model")
    return any(
        isinstance(parameter.annotation, str)
        and parameter.annotation.replace("Mapping[str, ", "").rstrip("]") in kinds
        for parameter in inspect.signature(function).parameters.values()
    )


def _public_functions():
    found = set()
    for info in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        short = info.name.removeprefix("course_lib.")
        if NOT_SEARCHED & set(short.split(".")) or short == "__main__":
            continue
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == info.name and not name.startswith("_")
            if own and _takes_a_model(function):
                found.add(f"{short}.{name}")
    return found


def test_every_public_function_that_takes_a_model_is_tried_here():
    assert _public_functions() == set(CALLS) | TRAINING


@pytest.mark.parametrize("name", CALLS)
def test_mode_of_every_module_is_left_as_it_was(name, work, monkeypatch):
    if name == "storage.onnx_export.export_onnx":
        pytest.importorskip("onnx", reason="export needs it")
    work.mkdir()
    monkeypatch.chdir(work)
    model = _model()
    before = _modes(model)
    CALLS[name](model)
    assert _modes(model) == before


@pytest.mark.parametrize("name", EVALUATE)
def test_mode_of_every_module_comes_back_also_after_an_error(name):
    model = _model()
    before, seen = _modes(model), []

    def fail(module, inputs):
        seen.append(_modes(model))
        raise RuntimeError("planted")

    model.fc2.register_forward_pre_hook(fail)
    with pytest.raises((ValueError, RuntimeError), match="planted"):
        CALLS[name](model)
    assert not any(seen[0])  # it was evaluating
    assert _modes(model) == before


@pytest.mark.parametrize("name", EVALUATE[:2] + EVALUATE[4:])
def test_measuring_moves_no_running_statistics(name):
    model = TinyResNet((3, 4), ((2, 2), (3, 3)), dtype=torch.float64).train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    CALLS[name](model)
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())


def test_training_ends_in_evaluation_mode():
    from course_lib.training import fit

    model = _model()
    fit(model, SPLIT, None, epochs=1, seed=0, progress=False)
    assert not any(_modes(model))


def test_module_that_overrides_train_is_restored_as_well():
    class Frozen(nn.BatchNorm1d):
        def train(self, mode=True):
            return super().train(False)

    model = nn.Sequential(nn.Linear(784, 4), Frozen(4), nn.Linear(4, 10)).double()
    model[1].training = True
    flat = SPLIT._replace(images=SPLIT.images.flatten(1))
    evaluation.accuracy(model, flat)
    assert _modes(model) == [True] * 4
