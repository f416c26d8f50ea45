"""Bytes after each stage are those of what the stage would write."""

import dahuffman
import numpy as np
import pytest
import torch
import zstandard

from course_lib import magnitude
from course_lib.measure import file_size, parameter_count
from course_lib.models import MLP
from course_lib.storage import save, share_weights
from course_lib.storage.relative_index import relative_index
from course_lib.storage.stages import general_bytes, huffman_bits, stage_bytes
from tests.small import random_network


def pruned_and_shared():
    model = random_network("lenet5", 4).float()
    masks = magnitude.global_magnitude_masks(model, 0.7)
    return share_weights(magnitude.masked(model, masks), 3)


def test_the_last_stage_is_the_file_and_the_first_is_all_parameters(tmp_path):
    model = pruned_and_shared()
    stages = stage_bytes(model)
    save(model, tmp_path / "network")
    assert stages["file"].sum() == pytest.approx(file_size(tmp_path / "network"))
    assert stages["dense"].sum() == 4 * parameter_count(model)


def test_shared_codes_take_what_their_streams_take():
    model = pruned_and_shared()
    weight = model.fc1.weight.detach().numpy()
    stored = relative_index(weight, 4)
    book = np.unique(stored.values)
    width = int(len(book) - 1).bit_length()
    bits = len(stored.gaps) * 4, len(stored.gaps) * width
    streams = sum(-(-b // 8) for b in bits) + 4 * np.count_nonzero(book)
    assert stage_bytes(model, 4).loc["fc1", "shared"] == pytest.approx(streams, abs=1)


def test_huffman_bits_are_those_of_a_huffman_library():
    symbols = np.random.default_rng(0).binomial(12, 0.3, size=5000)
    codec = dahuffman.HuffmanCodec.from_data(symbols.tolist())
    table = codec.get_code_table()
    bits = sum(table[symbol][0] for symbol in symbols.tolist())
    # the library has one symbol more, the end, which costs a bit somewhere
    assert huffman_bits(symbols) <= bits <= huffman_bits(symbols) * 1.01


def test_a_layer_that_is_not_shared_is_refused():
    model = MLP((258, 1, 2))
    with torch.no_grad():
        model.fc1.weight.copy_(torch.arange(258.0))
    with pytest.raises(ValueError, match=r"fc1.weight must have at most 256"):
        stage_bytes(model)


def test_the_file_is_smaller_than_what_a_general_compressor_makes(tmp_path):
    model = pruned_and_shared()
    compress = zstandard.ZstdCompressor(level=22).compress
    save(model, tmp_path / "network")
    general = general_bytes(model, compress).values()
    assert file_size(tmp_path / "network") < min(general)
