"""The correction is a ridge regression toward leaving the embeddings as they are."""

import torch

from course_lib.encoder import corrected, embed, encode
from course_lib.encoder.correcting import correction
from tests.encoder.stubs import TEXTS, Network, encoder


def pair(n=40, width=5):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, n, width, generator=generator, dtype=torch.float64)


def test_small_ridge_is_least_squares_and_a_large_one_changes_nothing():
    before, after = pair()
    rows = torch.cat([before, torch.ones(40, 1)], dim=1)
    expected = torch.linalg.lstsq(rows, after).solution
    torch.testing.assert_close(
        correction(before, after, 1e-9), expected, rtol=1e-5, atol=1e-6
    )
    identity = torch.eye(5, dtype=torch.float64)
    torch.testing.assert_close(
        correction(before, after, 1e9)[:5], identity, rtol=0, atol=1e-6
    )


def test_a_map_between_two_encoders_is_found():
    dense = encoder()
    turned, matrix = Network(), torch.linalg.qr(torch.randn(4, 4))[0]
    with torch.no_grad():
        turned.table.weight.copy_(turned.table.weight @ matrix)
    pruned = dense.with_model(turned)
    texts = [*TEXTS, "aaaaa b", "cccccc dd eee", "ffffffff", "g g hhhhhhhhh"]
    found = corrected(pruned, dense, texts, ridge=1e-6)
    torch.testing.assert_close(encode(found, texts), encode(dense, texts), atol=1e-3,
                               rtol=0)  # fmt: skip
    assert found.model is turned
    assert not torch.allclose(embed(pruned, texts), embed(dense, texts))
