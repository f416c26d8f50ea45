"""The measures equal what a loop finds."""

import numpy as np
import pytest
import torch

from course_lib.encoder import (
    Pairs,
    SearchResult,
    agreement,
    cosines,
    lee_corpus,
    neighbor_overlap,
    reciprocal_ranks,
    search,
)
from tests.encoder.stubs import TEXTS, encoder


def result(seed, n=12):
    generator = torch.Generator().manual_seed(seed)
    found = torch.randn(2 * n, 5, generator=generator)
    found /= found.norm(dim=1, keepdim=True)
    return SearchResult(found[:n], found[n:])


def test_ranks_are_places_in_the_sorted_list():
    found = result(0)
    scores = (found.queries @ found.documents.T).numpy()
    places = [list(np.argsort(-row)).index(i) + 1 for i, row in enumerate(scores)]
    assert found.ranks.tolist() == places
    np.testing.assert_allclose(reciprocal_ranks(found), 1 / np.array(places))
    assert found.mean_reciprocal_rank == pytest.approx(np.mean(100 / np.array(places)))
    assert found.recall(3) == pytest.approx(100 * np.mean(np.array(places) <= 3))


def test_a_network_that_answers_the_same_to_everything_finds_nothing():
    same = torch.ones(6, 4) / 2
    assert SearchResult(same, same).ranks.tolist() == [6] * 6


def test_overlap_counts_shared_neighbors_in_any_order():
    first, second = result(0), result(1)
    expected = [
        len({*a.tolist()} & {*b.tolist()}) / 4
        for a, b in zip(first.nearest(4), second.nearest(4), strict=True)
    ]
    assert neighbor_overlap(first, second, 4).tolist() == expected
    assert neighbor_overlap(first, first, 4).eq(1).all()


def test_cosines_of_the_same_embeddings_are_one():
    torch.testing.assert_close(cosines(result(0), result(0)), torch.ones(24))
    with pytest.raises(ValueError, match="after must have the shape"):
        cosines(result(0), result(0, 3))


def test_search_embeds_queries_and_documents_in_order():
    found = search(encoder(), Pairs(tuple(TEXTS[:3]), tuple(TEXTS[3:])))
    assert found.queries.shape == found.documents.shape == (3, 4)


def test_judgements_are_read_and_agree_with_themselves(tmp_path):
    (tmp_path / "lee.cor").write_text("price: \xa35\nother\nthird\n", "latin-1")
    judged = np.array([[1, 0.8, 0.1], [0.8, 1, 0.3], [0.1, 0.3, 1]])
    np.savetxt(tmp_path / "similarities0-1.txt", judged)
    texts, table = lee_corpus(tmp_path)
    assert texts == ("price: \xa35", "other", "third")
    root = torch.linalg.cholesky(table)  # vectors with just these products
    assert agreement(root, table) == pytest.approx(1)


def test_missing_corpus_names_the_command_that_installs_it(tmp_path):
    with pytest.raises(ValueError, match="gensim"):
        lee_corpus(tmp_path)
