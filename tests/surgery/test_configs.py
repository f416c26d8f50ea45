"""A config of transformers states what a cut left, or says what it cannot state."""

import pytest
import torch
from torch import nn

from course_lib import storage
from course_lib.surgery import config_misfits, remove_units, trace_groups
from tests.surgery import foreign

IDS = {"input_ids": foreign.IDS}
TINY = foreign.BERT
SHARED = {**TINY, "num_key_value_heads": 2}


def traced(name, **options):
    torch.manual_seed(0)
    model = foreign.of_transformers(name, **options).eval()
    model.unit_groups = trace_groups(model, **IDS)
    return model


def half(model, vectors=(False, True)):
    groups = model.unit_groups.items()
    return {
        name: torch.arange(group.units) % 2 == 0
        for name, group in groups
        if group.vectors in vectors
    }


def check_rebuilt(smaller, tmp_path):
    """A network from the config, and the library's own loader, give this network."""
    assert config_misfits(smaller) == {}
    again = type(smaller)(smaller.config).eval()
    again.load_state_dict(smaller.state_dict())
    smaller.save_pretrained(tmp_path)
    loaded = type(smaller).from_pretrained(tmp_path).eval()
    storage.save(smaller, tmp_path / "small.pruned")
    built = type(smaller)(smaller.config)
    stored = storage.load(tmp_path / "small.pruned", model=built)
    with torch.no_grad():
        expected = smaller(**IDS)[0]
        for network in (again, loaded, stored):
            assert torch.equal(network(**IDS)[0], expected)


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("BertModel", TINY, ("intermediate_size", 24)),
        ("GPT2LMHeadModel", foreign.GPT2_LM, ("n_inner", 64)),
        ("LlamaForCausalLM", SHARED, ("intermediate_size", 24)),
    ],
)
def test_config_states_layers_cut_alike(name, options, size, tmp_path):
    model = traced(name, **options)
    before = model.config.to_dict()
    smaller = remove_units(model, half(model, [False]), verify=IDS)
    assert getattr(smaller.config, size[0]) == size[1]
    configs = {id(m.config) for m in smaller.modules() if hasattr(m, "config")}
    assert configs == {id(smaller.config)}
    assert model.config.to_dict() == before
    check_rebuilt(smaller, tmp_path)


@pytest.mark.parametrize("name", ["LlamaForCausalLM", "Qwen2ForCausalLM"])
def test_config_with_a_width_of_heads_states_how_many_are_left(name, tmp_path):
    smaller = (model := traced(name, **SHARED)).eval()
    for vectors in ([True], [False]):  # in two cuts, as layer by layer
        smaller = remove_units(smaller, half(model, vectors), verify=IDS)
    found = smaller.config
    assert (found.num_attention_heads, found.num_key_value_heads) == (2, 1)
    assert (found.head_dim, found.intermediate_size) == (8, 24)
    check_rebuilt(smaller, tmp_path)


def test_last_of_several_cuts_changes_the_config():
    smaller = model = traced("BertModel", **TINY)
    for name, mask in half(model, [False]).items():
        assert smaller.config.intermediate_size == 48
        smaller = remove_units(smaller, {name: mask})
    assert smaller.config.intermediate_size == 24


def test_config_stays_where_it_cannot_state_the_cut_and_the_difference_is_named():
    model = traced("BertModel", **TINY)
    before = model.config.to_dict()
    heads = remove_units(model, half(model, [True]), verify=IDS)
    assert heads.config.to_dict() == before
    attention = "encoder.layer.1.attention.self"
    misfits = config_misfits(heads)
    assert misfits[f"{attention}.query.weight"] == ((16, 32), (32, 32))
    assert misfits[f"{attention}.num_attention_heads"] == (2, 4)
    assert not any("intermediate" in name for name in misfits)

    first = "encoder.layer.0.intermediate.dense"
    unequal = remove_units(model, {first: torch.arange(48) < 30}, verify=IDS)
    assert unequal.config.to_dict() == before
    assert config_misfits(unequal)[f"{first}.bias"] == ((30,), (48,))
    assert not any("layer.1" in name for name in config_misfits(unequal))


def test_cut_draws_no_random_numbers_to_try_a_config():
    model = traced("LlamaForCausalLM", **SHARED)
    state = torch.get_rng_state()
    remove_units(model, half(model))
    assert torch.equal(torch.get_rng_state(), state)


class Wrapped(nn.Module):
    """Has a config, but is built by something else."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder, self.config = encoder, encoder.config

    def forward(self, input_ids):
        return self.encoder(input_ids).last_hidden_state


def test_model_that_its_config_does_not_build_is_cut_and_refused_by_name():
    model = Wrapped(traced("BertModel", **TINY)).eval()
    model.unit_groups = trace_groups(model, **IDS)
    smaller = remove_units(model, half(model), verify=IDS)
    assert smaller.config.intermediate_size == 48
    for network in (smaller, nn.Linear(2, 2)):
        with pytest.raises(ValueError, match=r"must be built by type\(model\)"):
            config_misfits(network)
