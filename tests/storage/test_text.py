"""Descriptions of networks come back, and false ones do no harm."""

import zlib

import pytest

from course_lib.models import LeNet5, TinyResNet, TinyTransformer
from course_lib.storage.text import LONGEST, USUAL, deflated, inflated


@pytest.mark.parametrize("make", [LeNet5, TinyResNet, TinyTransformer])
def test_a_usual_network_takes_a_few_bytes(make):
    described = make().describe()
    assert len(deflated(described)) <= 12
    assert inflated(deflated(described)) == described


def test_what_is_too_long_is_refused_on_both_sides():
    with pytest.raises(ValueError, match="at most 1024 bytes"):
        deflated({"name": "x" * LONGEST})
    compressor = zlib.compressobj(level=9, wbits=-15, zdict=USUAL)
    bomb = compressor.compress(b" " * 50_000_000) + compressor.flush()
    with pytest.raises(ValueError, match="longer than 1024"):
        inflated(bomb)


def test_bytes_behind_the_text_are_refused():
    with pytest.raises(ValueError, match="does not end"):
        inflated(deflated({"name": "MLP"}) + b"\0")
