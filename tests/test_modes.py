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
    evaluation,
    experiments,
    latency,
    losses,
    magnitude,
    models,
    recording,
    structured,
    surgery,
)
from course_lib.models import LeNet5, TinyResNet
from course_lib.storage import foreign, share_weights, stages, tied
from tests.small import small_split

SPLIT = small_split(12)
IMAGE = SPLIT.images[:1]
HALF = partial(magnitude.magnitude_mask, sparsity=0.5)
FIRST_TWO = torch.arange(5) < 2  # units of fc1
# pages, figures and widgets get their models from the lessons' own copies
NOT_SEARCHED = {"page", "demos", "figures", "check", "handin", "evidence", "inquiries"}
# they train: afterwards the model is in evaluation mode, as their pages say
TRAINING = {
    "training.fit",
    *(f"magnitude.schedules.prune_{how}" for how in
      ("one_shot", "iteratively", "gradually")),
    "magnitude.schedules.tune_masked",
}  # fmt: skip


def _norms(model):
    return structured.weight_norms(model, p=1)


def _keep(model):
    return structured.select_units(_norms(model), 0.4)


def _coupled(model):
    groups = model.unit_groups.items()
    return {name: surgery.units_of(model, group) for name, group in groups}


def _moments(model):
    return structured.record_moments(model, "fc2", structured.Passes([IMAGE]))


def _described(model):
    return foreign.described(foreign.description(model))


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
    with tied(model):
        model(SPLIT.images)


# by the full name of a function: its arguments behind the model, which may depend on it
ARGUMENTS = {
    **dict.fromkeys([
        "calling.copied_module", "evaluation.device_of",
        "magnitude.weights.left_dense",
        "magnitude.weights.nonzero_weights", "magnitude.weights.prunable_weights",
        "measure.float32_state", "measure.nonzero_count", "measure.parameter_count",
        "measure.saved_size", "measure.zipped_size", "models.registry.description_of",
        "recording.units_of", "storage.file.encode", "storage.foreign.description",
        "storage.foreign.stored_tensors", "surgery.configs.update_config",
        "surgery.groups.layer_groups_of", "surgery.groups.unit_counts",
        "surgery.groups.unit_groups_of", "surgery.proof.perturbed",
        "surgery.removal.remove_idle_units",
    ], ()),
    "activation.activation_statistics": (SPLIT,),
    "activation.output_scores": lambda m: (_statistics(m),),
    "activation.remove_neurons": lambda m: (_keep(m),),
    "activation.threshold_sweep": lambda m: (
        _statistics(m), [(0.0, 0.0), (0.1, 0.1)], SPLIT
    ),
    "calling.call": (IMAGE,),
    "evaluation.accuracy": (SPLIT,),
    "evaluation.logits_of": (IMAGE,),
    "evaluation.predictions": (SPLIT,),
    "experiments.compare": lambda m: (m, SPLIT),
    "experiments.drop_per_class": lambda m: (m, SPLIT),
    "experiments.prune_by_score": lambda m: (_statistics(m), 0.1),
    "experiments.score_sweep": lambda m: (_statistics(m), [0.1], SPLIT),
    "losses.cross_entropy": (*SPLIT, 0.0),
    "losses.soft_labels": (SPLIT,),
    "magnitude.application.apply_masks": ({},),
    "magnitude.application.masked": ({},),
    "magnitude.application.sensitivity_scan": (SPLIT, [0.5]),
    "magnitude.networks.global_magnitude_masks": (0.5,),
    "magnitude.networks.layerwise_masks": (0.5,),
    "magnitude.scores.input_scores": (SPLIT,),
    "magnitude.sparse_gpt.input_products": ([IMAGE],),
    "magnitude.sparse_gpt.prune_sparse_gpt": lambda m: (
        magnitude.input_products(m, [IMAGE]), HALF
    ),
    "measure.mac_count": (IMAGE,),
    "storage.export.export_safetensors": ("model.safetensors",),
    "storage.file.save": ("model.pruned",),
    "storage.onnx_export.export_onnx": ("model.onnx", IMAGE),
    "storage.stages.general_bytes": (bytes,),
    "storage.weight_sharing.share_weights": (3,),
    "structured.application.as_masks": lambda m: (_keep(m),),
    "structured.application.unit_sensitivity": lambda m: (_norms(m), [0.4], SPLIT),
    "structured.budget.group_losses": ({"fc1": [1, 2]}, [IMAGE], lambda smaller: 0.0),
    "structured.folding.fold_units": ({"fc1": FIRST_TWO}, [IMAGE]),
    "structured.folding.prune_group": lambda m: (
        "fc1", _moments(m), lambda matrix, moments, entries: FIRST_TWO
    ),
    "structured.folding.prune_layer_by_layer": ({"fc1": 2}, [IMAGE]),
    "structured.folding.reader": ("fc1",),
    "structured.folding.reading_layers": (["fc1"],),
    "structured.importance.random_scores": (torch.Generator(),),
    "structured.importance.taylor_scores": (SPLIT,),
    "structured.importance.weight_norms": (1,),
    "structured.moments.linear": ("fc2",),
    "structured.moments.record_moments": ("fc2", structured.Passes([IMAGE])),
    "structured.passes.calling_order": (["fc1", "fc2"], IMAGE),
    "structured.table.unit_table": (IMAGE,),
    "surgery.cutting.cut": lambda m: (_keep(m), _coupled(m)),
    "surgery.cutting.entries_kept": lambda m: (_keep(m), _coupled(m)),
    "surgery.groups.tensor_of": ("fc1.weight",),
    "surgery.groups.unit_count": lambda m: (m.unit_groups["conv1"],),
    "surgery.groups.units_of": lambda m: (m.unit_groups["conv1"],),
    "surgery.proof.check_cut": lambda m: (_keep(m), _coupled(m), SPLIT.images),
    "surgery.proof.failures": lambda m: (_coupled(m), (SPLIT.images,), {}),
    "surgery.proof.prepared": ((SPLIT.images,), {}),
    "surgery.removal.kept_entries": lambda m: (_keep(m),),
    "surgery.removal.remove_blocks": ([],),
    "surgery.removal.remove_units": lambda m: (_keep(m),),
    "surgery.tracing.trace_groups": (SPLIT.images,),
}  # fmt: skip
# those that are called in another way
CALLS = {
    "evaluation.evaluating": _evaluated,
    "evaluation.reading": _read,
    "experiments.errors_by_score": lambda m: experiments.errors_by_score(
        m, {"a": _norms(m)}, [0.5], SPLIT, draws=1
    ),
    "experiments.keep_ratio_masks": lambda m: experiments.keep_ratio_masks(
        m, _statistics(m), 0.3, minimum=1
    ),
    "experiments.random_drops": lambda m: experiments.random_drops(
        m, _keep(m), SPLIT, draws=1
    ),
    "latency.compare": lambda m: latency.compare({"a": m}, IMAGE, rounds=1),
    "latency.forward_passes": lambda m: latency.forward_passes({"a": m}, IMAGE),
    "latency.lenet5_parts": lambda m: latency.lenet5_parts({"a": m}, IMAGE, rounds=1),
    "losses.distillation": _taught,
    "models.checkpoints.save_checkpoint": lambda m: models.save_checkpoint(
        m, "model.safetensors", recipe="", history={}
    ),
    "recording.recording": _recorded,
    "storage.foreign.restored": lambda m: foreign.restored(
        _described(m), foreign.stored_tensors(m), m
    ),
    "storage.foreign.templates": lambda m: foreign.templates(_described(m), m),
    "storage.stages.stage_bytes": lambda m: stages.stage_bytes(share_weights(m, 2)),
    "storage.weight_sharing.tied": _tied,
    "surgery.configs.config_misfits": _misfits,
    "surgery.optimizer.prune_optimizer": _optimizer_pruned,
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


def _call(name, model):
    if name in CALLS:
        return CALLS[name](model)
    given = ARGUMENTS[name]
    function = pkgutil.resolve_name(f"course_lib.{name}")
    return function(model, *(given(model) if callable(given) else given))


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
    assert _public_functions() == {*ARGUMENTS, *CALLS} | TRAINING


@pytest.mark.parametrize("name", [*ARGUMENTS, *CALLS])
def test_mode_of_every_module_is_left_as_it_was(name, work, monkeypatch):
    if name == "storage.onnx_export.export_onnx":
        pytest.importorskip("onnx", reason="export needs it")
    work.mkdir()
    monkeypatch.chdir(work)
    model = _model()
    before = _modes(model)
    _call(name, model)
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
        _call(name, model)
    assert not any(seen[0])  # it was evaluating
    assert _modes(model) == before


@pytest.mark.parametrize("name", EVALUATE[:2] + EVALUATE[4:])
def test_measuring_moves_no_running_statistics(name):
    model = TinyResNet((3, 4), ((2, 2), (3, 3)), dtype=torch.float64).train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    _call(name, model)
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
