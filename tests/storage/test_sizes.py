"""Formulas say the bytes that are measured, and what the field's table says."""

import math
from collections import defaultdict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.bitmap import bitmap
from course_lib.storage.bits import pack
from course_lib.storage.coordinates import coordinates
from course_lib.storage.csr import csc, csr
from course_lib.storage.relative_index import relative_index
from course_lib.storage.sizes import (
    FORMATS,
    break_even_density,
    bytes_per_nonzero,
    expected_fillers,
    part_bytes,
    total_bytes,
)
from tests.storage.arrays import arrays, random_matrix

MEASURED = {"coordinates": coordinates, "csr": csr, "csc": csc, "bitmap": bitmap}
PARTS = dict.fromkeys(("rows", "columns", "bitmap"), "index")
FC1 = (300, 784)


def nonzeros(array):
    return np.count_nonzero(np.ascontiguousarray(array).view(np.uint32))


@pytest.mark.parametrize("format", MEASURED)
@settings(max_examples=200, deadline=None)
@given(arrays())
def test_bytes_by_formula_are_those_measured(format, array):
    measured = defaultdict(int)
    for name, data in MEASURED[format](array).streams().items():
        # CSC has its rows where CSR has its columns
        measured[PARTS.get(name, name.replace("_", " "))] += len(data)
    assert part_bytes(format, array.shape, nonzeros(array)) == measured


@settings(max_examples=300, deadline=None)
@given(arrays(), st.integers(1, 16), st.integers(1, 32))
def test_relative_bytes_by_formula_are_those_measured(array, bits, value_bits):
    stored = relative_index(array, bits)
    format, count = f"relative-{bits}", nonzeros(array)
    streams = stored.streams()
    parts = part_bytes(format, array.shape, count, fillers=stored.fillers)
    assert sum(parts.values()) == sum(map(len, streams.values()))
    assert parts["fillers"] == stored.fillers * (bits + 32) / 8
    codes = pack(np.zeros(len(stored.values), int), value_bits)
    total = total_bytes(
        format, array.shape, count,
        value_bits=value_bits, codebook_entries=7, fillers=stored.fillers,
    )  # fmt: skip
    assert total == len(streams["gaps"]) + len(codes) + 7 * 4


@pytest.mark.parametrize("width", [16, 64])
def test_csr_of_other_widths_is_that_of_narrower_and_wider_arrays(width):
    stored = csr(random_matrix(40, 50, 0.2))
    columns = stored.columns.astype(f"int{width}")
    starts = stored.row_starts.astype("int64" if width == 64 else "int32")
    parts = part_bytes(f"csr-{width}", stored.shape, len(columns))
    assert parts["index"] == columns.nbytes
    assert parts["row starts"] == starts.nbytes
    theirs = torch.from_numpy(stored.dense()).to_sparse_csr()
    if width == 64:
        assert parts["index"] == theirs.col_indices().nbytes
        assert parts["row starts"] == theirs.crow_indices().nbytes


def fillers_of_finite_arrays(positions, p, bits):
    """Exact for independent positions: a weight at i has fillers for runs up to i."""
    runs = np.arange(2**bits, positions, 2**bits)
    return p * ((1 - p) ** runs * (positions - runs)).sum()


@pytest.mark.parametrize("bits", [2, 4, 5, 8])
@pytest.mark.parametrize("density", [0.01, 0.05, 0.1, 0.2])
def test_fillers_are_as_many_as_expected(density, bits):
    """Within four standard errors, measured over 25 random masks."""
    found, expected = [], []
    for seed in range(25):
        matrix = random_matrix(400, 500, density, seed)
        p = nonzeros(matrix) / matrix.size
        found.append(relative_index(matrix, bits).fillers)
        expected.append(fillers_of_finite_arrays(matrix.size, p, bits))
        # the formula leaves out that nothing is stored behind the last weight
        formula = expected_fillers(matrix.size, nonzeros(matrix), bits)
        assert expected[-1] <= formula <= expected[-1] + 1 / (p * 2**bits)
    error = np.std(np.subtract(found, expected), ddof=1) / math.sqrt(len(found))
    # where a filler is rarer than one in all masks, none is found
    assert abs(np.mean(found) - np.mean(expected)) <= max(4 * error, 1 / 25)


# pruning.md, section 3: index bits a nonzero, fillers included, at 4, 5 and 8 bits, and
# the limit. Its masks were drawn at random, so ours agree to a percent
TABLE = {0.2: (4.11, 5.00, 8.00, 3.61), 0.1: (4.91, 5.18, 8.00, 4.69),
         0.08: (5.43, 5.38, 8.00, 5.03), 0.05: (7.16, 6.21, 8.00, 5.73),
         0.01: (27.1, 18.3, 8.67, 8.08)}  # fmt: skip


@pytest.mark.parametrize("density", TABLE)
def test_index_bits_are_those_of_the_table(density):
    formats = ("relative-4", "relative-5", "relative-8", "limit")
    frame = bytes_per_nonzero([density], (1000, 1000), formats, value_bits=0)
    assert frame["bits"].tolist() == pytest.approx(TABLE[density], rel=0.01)


@pytest.mark.parametrize(
    "format", ["coordinates", "csr", "csr-16", "csr-64", "csc", "bitmap", "relative-4"]
)
@pytest.mark.parametrize("value_bits", [5, 32])
def test_break_even_parts_what_pays_from_what_does_not(format, value_bits):
    options = {"value_bits": value_bits, "codebook_entries": 32}
    density = break_even_density(format, FC1, **options)
    dense = 4 * math.prod(FC1)

    def size(p):
        return total_bytes(format, FC1, p * math.prod(FC1), **options)

    assert size(density) <= dense
    assert density == 1 or size(min(1, density + 1e-4)) > dense


def test_break_even_is_zero_where_nothing_helps_and_one_where_nothing_costs():
    assert break_even_density("csr", (10, 0)) == 0  # 11 row starts for no weight
    assert break_even_density("csr", (1000, 1)) == 0
    assert break_even_density("bitmap", FC1, codebook_entries=10**6) == 0
    assert break_even_density("dense", FC1) == 1


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_beats_the_limit_and_sizes_grow_with_density(format):
    densities = np.geomspace(0.001, 1, 40)
    ours = bytes_per_nonzero(densities, FC1, [format])["bytes"].to_numpy()
    limit = bytes_per_nonzero(densities, FC1, ["limit"])["bytes"].to_numpy()
    assert (ours >= limit - 1e-6).all()
    assert (np.diff(ours) >= 0).all()


def test_frame_has_a_row_a_format_and_density():
    frame = bytes_per_nonzero([0.1, 0.5], (10, 20), ["dense", "csr"])
    assert frame["format"].tolist() == ["dense", "dense", "csr", "csr"]
    assert frame["density"].tolist() == [0.1, 0.5, 0.1, 0.5]
    assert frame["bytes"].tolist() == [800, 800, 20 * 8 + 44, 100 * 8 + 44]
    assert (frame["bits"] * frame["density"] * 200 / 8 == frame["bytes"]).all()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("csd", FC1, 5), {}, r"format must be one of \['dense'.*'csd'"),
        (("csr", FC1, -1), {}, "nonzeros must be a number from 0 to 235200, got -1"),
        (("csr", FC1, 235_201), {}, "nonzeros must be .*, got 235201"),
        (("csr-16", (2, 65_537), 5), {}, "csr-16 must have at most 65536 .* got 65537"),
        (("csr", (), 0), {}, r"shape must have at least one .*, got \(\)"),
        (("csr", FC1, 5), {"value_bits": -1}, "value_bits must be .*, got -1"),
        (("csr", FC1, 5), {"codebook_entries": -1}, "codebook_entries must .* got -1"),
    ],
)
def test_odd_arguments_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        part_bytes(*arguments, **options)
