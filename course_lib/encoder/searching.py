"""How well a search engine finds the documents, and how close two encoders are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.arguments import integer, tensor
from course_lib.encoder.model import Encoder, encode
from course_lib.encoder.pairs import Pairs


@dataclass(frozen=True)
class SearchResult:
    """The embeddings of queries and documents, (N, width) each, of length 1."""

    queries: Tensor
    documents: Tensor

    @property
    def ranks(self) -> Tensor:
        """Return the rank of each query's own document, from 1, shape (N,), int64.

        A document that ties with the right one counts as ahead of it.
        """
        scores = self.queries @ self.documents.T
        return (scores >= scores.diagonal()[:, None]).sum(1)

    @property
    def mean_reciprocal_rank(self) -> float:
        """Return the mean of 1 / rank, in percent."""
        return 100 * float(reciprocal_ranks(self).mean())

    def recall(self, k: int) -> float:
        """Return the percentage of queries whose document is among the first ``k``."""
        return 100 * float((self.ranks <= integer("k", k, 1)).double().mean())

    def nearest(self, k: int = 10) -> Tensor:
        """Return the ``k`` nearest documents of each query, shape (N, k), int64."""
        k = integer("k", k, 1, len(self.documents))
        return (self.queries @ self.documents.T).topk(k, dim=1).indices


def search(encoder: Encoder, pairs: Pairs, batch_size: int = 32) -> SearchResult:
    """Return the embeddings of all queries and documents of ``pairs``."""
    found = encode(encoder, pairs.texts, batch_size)
    return SearchResult(found[: len(pairs)], found[len(pairs) :])


def reciprocal_ranks(result: SearchResult) -> Tensor:
    """Return 1 / rank of each query's own document, shape (N,), float64."""
    return 1 / result.ranks.double()


def cosines(before: SearchResult, after: SearchResult) -> Tensor:
    """Return the cosine of each text's two embeddings, shape (2N,): queries first."""
    first = torch.cat([before.queries, before.documents])
    second = torch.cat([after.queries, after.documents])
    _check_alike(first, second)
    return (first * second).sum(1)


def neighbor_overlap(before: SearchResult, after: SearchResult, k: int = 10) -> Tensor:
    """Return the share of the ``k`` nearest documents that both find, shape (N,)."""
    first, second = before.nearest(k), after.nearest(k)
    _check_alike(first, second)
    return (first[:, :, None] == second[:, None, :]).any(2).double().mean(1)


def _check_alike(first: Tensor, second: Tensor) -> None:
    if tensor("after", second).shape != first.shape:
        raise ValueError(
            f"after must have the shape of before, {tuple(first.shape)}, "
            f"got {tuple(second.shape)}"
        )
