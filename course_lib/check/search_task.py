"""A small search engine whose feed-forward block has to be pruned, for `prune_block`.

Each token of a text goes through one block with a residual connection; the mean over
the tokens, scaled to length 1, is the embedding of the text. A query has to find the
document on its topic.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Network = dict[str, np.ndarray]

WIDTH, TOKENS = 28, 5
TOPIC, STYLE = 10, 5  # directions that a pair shares, and that the block removes
TEXTS, PAIRS = 200, 150
STEP = 8  # units that the fast kernel takes at a time


@dataclass(frozen=True, eq=False)
class SearchTask:
    """A block, unpaired texts, the time that each width takes, and the time allowed.

    ``network`` has ``"W1"`` (units, width), ``"b1"``, ``"W2"`` (width, units) and
    ``"b2"``; ``texts`` has shape (texts, tokens, width). ``cost[n]`` is the time of n
    units and ``budget`` the most that is allowed, both in milliseconds. ``queries`` and
    ``documents``, shaped as ``texts``, are for the grade alone.
    """

    network: Network
    texts: np.ndarray
    cost: np.ndarray
    budget: float
    queries: np.ndarray
    documents: np.ndarray


def block_outputs(network: Network, tokens: np.ndarray) -> np.ndarray:
    """Return what a block adds to each token."""
    hidden = np.maximum(tokens @ network["W1"].T + network["b1"], 0)
    return np.asarray(hidden @ network["W2"].T + network["b2"])


def embeddings(network: Network, texts: np.ndarray) -> np.ndarray:
    """Return one embedding of length 1 per text."""
    mean = (texts + block_outputs(network, texts)).mean(axis=1)
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))


def points_below_100(queries: np.ndarray, documents: np.ndarray) -> float:
    """Return by how many points the mean reciprocal rank is below 100."""
    scores = queries @ documents.T
    # what cannot be compared, NaN, counts as before the right document
    places = (~(scores < np.diag(scores)[:, None])).sum(axis=1)
    return float(100 - 100 * np.mean(1 / places))


@lru_cache(maxsize=64)
def drawn_search(key: int) -> SearchTask:
    """Draw a block, texts, and times.

    The block takes the style of a text out of it and adds features of its topic. About
    a hundred units do the work of thirty: each has several noisy copies, which share it
    unevenly and differ in scale.
    """
    rng = np.random.default_rng(key)
    axes = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0].T
    topic, style, rest = np.split(axes, (TOPIC, TOPIC + STYLE))

    def texts(topics: np.ndarray) -> np.ndarray:
        shape = (len(topics), TOKENS)
        own = topics[:, None] + 0.9 * rng.normal(size=(*shape, TOPIC))
        loud = 2 * rng.normal(size=(len(topics), 1, STYLE))
        loud = loud + rng.normal(size=(*shape, STYLE))
        noise = 0.15 * rng.normal(size=(*shape, len(rest)))
        return np.asarray(own @ topic + loud @ style + noise @ rest)

    ideal = _ideal(rng, topic, style)
    network = _copied(rng, ideal, texts(rng.normal(size=(600, TOPIC))))
    topics = rng.normal(size=(PAIRS, TOPIC))
    cost, budget = _times(rng, len(network["b1"]))
    seen = texts(rng.normal(size=(TEXTS, TOPIC)))
    return SearchTask(network, seen, cost, budget, texts(topics), texts(topics))


def _ideal(rng: np.random.Generator, topic: np.ndarray, style: np.ndarray) -> Network:
    """Return the units that the copies are made of."""
    turned = np.linalg.qr(rng.normal(size=(STYLE, STYLE)))[0] @ style
    # some directions are removed by a unit on either side, others by one always on
    sides, always = turned[:3], turned[3:]
    read = rng.normal(size=(TOPIC, TOPIC)) @ topic / np.sqrt(TOPIC)
    write = rng.normal(size=(TOPIC, TOPIC)) @ topic / np.sqrt(TOPIC)
    return {
        "W1": np.concatenate([sides, -sides, always, read]),
        "b1": np.concatenate([np.zeros(6), np.full(2, 6.0), rng.normal(size=TOPIC)]),
        "W2": np.concatenate([-sides, sides, -always, write]).T,
        "b2": np.zeros(WIDTH),
    }


def _copied(rng: np.random.Generator, ideal: Network, texts: np.ndarray) -> Network:
    """Return noisy copies of the units that nearly do the same together."""
    units = ideal["W2"].shape[1]
    origin = rng.permutation(np.repeat(np.arange(units), rng.integers(4, 9, units)))
    scale = np.exp(rng.normal(0, 0.7, size=len(origin)))
    share = rng.gamma(0.7, size=len(origin))
    share /= np.bincount(origin, share)[origin]
    noise = 0.12 * rng.normal(size=(len(origin), WIDTH))
    network = {
        "W1": scale[:, None] * (ideal["W1"][origin] + noise),
        "b1": scale * ideal["b1"][origin],
        "W2": ideal["W2"][:, origin] * share / scale,
        "b2": ideal["b2"],
    }
    # the least change of the second layer that makes up for the noise
    tokens = texts.reshape(-1, WIDTH)
    hidden = np.maximum(tokens @ network["W1"].T + network["b1"], 0)
    error = block_outputs(ideal, tokens) - block_outputs(network, tokens)
    gram = hidden.T @ hidden
    gram[np.diag_indices_from(gram)] += 1e-3 * np.trace(gram) / len(gram)
    network["W2"] = network["W2"] + np.linalg.solve(gram, hidden.T @ error).T
    # embeddings with a common part would all be alike
    network["b2"] = -(hidden @ network["W2"].T).mean(axis=0)
    return network


def _times(rng: np.random.Generator, units: int) -> tuple[np.ndarray, float]:
    """Return the milliseconds of 0, 1, … units, and a budget.

    A part of a step takes longer than a whole one, so that more units can be faster.
    """
    fixed, step = rng.uniform(0.4, 0.8), rng.uniform(0.08, 0.12)
    whole, part = np.divmod(np.arange(units + 1), STEP)
    cost = np.round(fixed + step * (whole + 1.3 * (part > 0)), 4)
    most = STEP * int(rng.integers(3, 5))
    return cost, round(float(cost[most] + step * rng.uniform(0.1, 0.8)), 4)
