"""A file holds all that an encoder needs, and its parts add up to its size."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_lib import magnitude
from course_lib.encoder import (
    encode,
    load_encoder_file,
    prune_vocabulary,
    round_encoder,
    save_encoder,
)
from course_lib.storage import BadFileError
from tests.encoder.small import TEXTS, small_encoder, small_model

ROOT = Path(__file__).resolve().parents[2]
FRESH = """
import sys, torch
from course_lib.encoder import encode, load_encoder_file
from tests.encoder.small import TEXTS, small_model
encoder = load_encoder_file(sys.argv[1], small_model())
torch.save(encode(encoder, TEXTS), sys.argv[2])
"""


def test_file_is_loaded_in_a_fresh_process_and_counts_every_byte(tmp_path):
    dense = prune_vocabulary(small_encoder(), TEXTS)
    rounded = round_encoder(dense, 0.2, {})
    path = tmp_path / "small.pruned"
    bill = save_encoder(rounded, path)
    counted = bill[["positions", "values", "codebook", "header"]].sum().sum()
    assert counted == pytest.approx(path.stat().st_size)
    command = [sys.executable, "-c", FRESH, path, tmp_path / "found.pt"]
    subprocess.run(command, check=True, cwd=ROOT)
    assert torch.equal(torch.load(tmp_path / "found.pt"), encode(rounded, TEXTS))
    assert save_encoder(dense, path)["values"].sum() > 2 * bill["values"].sum()


def test_tokenizer_comes_back(tmp_path):
    rounded = round_encoder(small_encoder(), 1.0, {})
    save_encoder(rounded, tmp_path / "a.pruned")
    found = load_encoder_file(tmp_path / "a.pruned", small_model())
    assert found.tokenizer.to_str() == rounded.tokenizer.to_str()
    assert torch.equal(encode(found, TEXTS), encode(rounded, TEXTS))


def test_shared_weights_have_few_values(tmp_path):
    save_encoder(small_encoder(), tmp_path / "a.pruned", bits=2)
    found = load_encoder_file(tmp_path / "a.pruned", small_model()).model
    weights = magnitude.prunable_weights(found).values()
    assert {len(w.unique()) for w in weights} == {4}


def test_other_files_and_networks_are_refused(tmp_path):
    path = tmp_path / "a.pruned"
    save_encoder(small_encoder(), path)
    with pytest.raises(ValueError, match=r"of model must be .* got none"):
        load_encoder_file(path, small_model(num_hidden_layers=1))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadFileError):
        load_encoder_file(path, small_model())
