# %% [markdown]
# # 06 Exercises: Your own model
#
# The first five of these six exercises are the steps that prune a sentence
# encoder: measure a search, choose weights, cut heads, fold units, and shrink
# the vocabulary. The sixth is open: the best search for the time.
#
# **Bring** NumPy arrays, least squares, the lesson of chapter 06, and
# exercises 3 and 4 of chapter 02: a unit is cut out of two layers, and its
# mean can be folded into a bias.
#
# **14 points, about 60 minutes.** Every exercise has the same parts as before:
# the task, hints, a cell for your function, a check, and a look at real data.
#
# **How checks work.** A check calls your function with small inputs. If your
# function is right, the check confirms it in one line. If not, it shows the
# input, the result, and the mistake that it suspects. Run it as often as you
# like. Any style is welcome: loops, NumPy, or torch.

# %%
import re
from time import perf_counter

import numpy as np
import torch

from course_lib import check
from course_lib.check.search_task import drawn_search, embeddings
from course_lib.data import load_mnist
from course_lib.encoder import documentation_pairs
from course_lib.models import load_checkpoint
from course_lib.training import accuracy

# %% [markdown]
# None of the exercises needs the encoder itself. For the real data, we use
# networks that have the same parts: a search through the documentation of
# NetworkX, with a table of one vector per word; a network for digits; and the
# small vision transformer of chapter 04, with heads and feed-forward units.

# %%
torch.set_default_dtype(torch.float64)
train = load_mnist("train").first(100)
validation = load_mnist("validation").first(500)


def loaded(name):
    return load_checkpoint(name).double().eval().requires_grad_(False)


def percent(network):
    return 100 * accuracy(network, validation)


transformer = loaded("transformer-0")
whole = percent(transformer)
print(f"{whole:.1f}% of 500 images correct")

# %% [markdown]
# ## 1. The place of the right document
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 9 · **Misconception** ties
#
# A search engine scores every document for every query, and the documents are
# sorted by score. Where does the right one end up? The *mean reciprocal rank*,
# MRR for short, is the mean of 1 / place over all queries: 1 if the right
# document always comes first, 1/2 if it always comes second.
#
# Write `mean_reciprocal_rank(scores)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `scores` | (queries, documents) | `scores[i, j]` says how well document j fits query i; a high score is good |
# | result | a number | the mean of 1 / place |
#
# The right document of query i is document i. There may be more documents than
# queries; the others are the answer to no query. Places start at 1. **A
# document with the same score as the right one counts as before it.**

# %% [markdown]
# <details><summary>Hint 1: three queries on paper</summary>
#
# The scores are 5 3 9, then 2 2 1, then 0 1 4. What is the right score of each
# row, and which place does it get? The places are 2, 2, and 1. Which number is
# their mean reciprocal?
# </details>
#
# <details><summary>Hint 2: without sorting</summary>
#
# The place is the number of documents that score at least as high as the right
# one. Does that count include the right document itself?
# </details>


# %% tags=["answer"]
def mean_reciprocal_rank(scores: np.ndarray) -> float:
    """The mean of 1 / place of the right document."""
    # BEGIN SOLUTION
    right = np.diag(scores)[:, None]
    places = (scores >= right).sum(axis=1)
    return np.mean(1 / places)
    # END SOLUTION


# %% tags=["check"]
check.mean_reciprocal_rank(mean_reciprocal_rank)

# %% [markdown]
# **On real data: documentation.** The first paragraph of a docstring is a
# query, and the rest of it is the document that it must find. A text becomes a
# list of tokens, here simply words. Each word has a random vector, longer for
# rare words. The mean of the vectors of a text, at length 1, is its embedding.

# %%
pairs = documentation_pairs({"networkx": 400})["networkx"]
texts = [re.findall("[a-z]+", text.lower()) for text in pairs.texts]
vocabulary = sorted({word for text in texts for word in text})
number = {word: i for i, word in enumerate(vocabulary)}
documents = {
    f"text {i}": np.array([number[word] for word in text])
    for i, text in enumerate(texts)
}

# %%
found_in = np.zeros(len(vocabulary))
for tokens in documents.values():
    found_in[np.unique(tokens)] += 1
rarity = np.log(len(texts) / found_in)
directions = np.random.default_rng(0).normal(size=(len(vocabulary), 256))
table = rarity[:, None] * directions


# %%
def text_embeddings(documents, table):
    mean = np.stack([table[tokens].mean(axis=0) for tokens in documents])
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def search_scores(documents, table):
    vectors = text_embeddings(documents.values(), table)
    return vectors[: len(pairs)] @ vectors[len(pairs) :].T


# %%
engines = {
    "rare words count more": search_scores(documents, table),
    "all words count the same": search_scores(documents, directions),
    "one score for every text": np.ones((len(pairs), len(pairs))),
}
for name, scores in engines.items():
    first = np.mean(np.argmax(scores, axis=1) == np.arange(len(pairs)))
    mrr = float(mean_reciprocal_rank(scores))
    print(f"{name}: {first:.1%} first, MRR {mrr:.3f}")

# %% [markdown]
# An engine that cannot tell two texts apart gets nearly nothing, as it should.
# Had ties counted in its favor, its MRR would be perfect, and a broken encoder
# with equal embeddings would win every comparison.

# %% [markdown]
# ## 2. A weight and what it multiplies
#
# **Points** 2 · **Difficulty** ●●○ · **Minutes** 9 · **Misconception** M4
#
# A weight of 0.1 on an input of 50 does more than a weight of 1 on an input of
# 2. [Wanda](https://arxiv.org/abs/2306.11695) scores each weight by its
# absolute value times the size of its input, which is measured on a few texts,
# and compares only weights of the same row.
#
# Write `wanda_mask(W, X, kept)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `W` | (outputs, inputs) | the weights of a linear layer |
# | `X` | (rows, inputs) | what the layer reads, one row per token |
# | `kept` | a whole number | how many weights stay in each row of `W`, from 0 to all |
# | result | (outputs, inputs), bool | True for the weights of each row with the largest scores |
#
# The size of an input is one number for each column of `X`. The paper takes
# the root of the sum of squares, and a weight counts by its absolute value.
# **Your class has its own sizes**: the next code cell prints that of a
# `weight` and, as `norm`, that of an input. No two scores that matter are
# equal.

# %% [markdown]
# <details><summary>Hint 1: one neuron on paper</summary>
#
# The weights are 3, −2, and 1. The inputs of two tokens are 0, 4, −3 and 0, 3,
# 4. What is the size of each input? Which of the three weights has the largest
# score, and which the smallest?
# </details>
#
# <details><summary>Hint 2: exactly as many as asked</summary>
#
# `np.argsort(scores, axis=1)` sorts each row, smallest first. Take the last
# `kept` positions: from which position on, so that `kept` may also be 0?
# `np.put_along_axis(mask, positions, True, axis=1)` writes them into a mask.
# </details>

# %%
CLASS_SEED = 0  # your instructor may give you another number

print(check.variation("wanda_mask", CLASS_SEED))


# %% tags=["answer"]
def wanda_mask(W: np.ndarray, X: np.ndarray, kept: int) -> np.ndarray:
    """True for the weights that stay: large, or on a loud input."""
    # BEGIN SOLUTION
    # the size of class 0: the root of the sum of squares
    scores = np.abs(W) * np.sqrt(np.sum(X**2, axis=0))
    order = np.argsort(scores, axis=1)
    mask = np.zeros(W.shape, dtype=bool)
    largest = order[:, W.shape[1] - kept :]
    np.put_along_axis(mask, largest, True, axis=1)
    return mask
    # END SOLUTION


# %% tags=["check"]
check.wanda_mask(wanda_mask, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data: a network for digits.** A network from chapter 03 reads 784
# pixels with 300 neurons, and those with 100 more. We measure what both layers
# read for 100 images. Then each row loses the same share of its weights,
# without any training.

# %%
digits = loaded("mlp300-0")
weights = {name: p.numpy().copy() for name, p in digits.named_parameters()}
pixels = train.images.flatten(1).numpy()
hidden = np.maximum(pixels @ weights["fc1.weight"].T + weights["fc1.bias"], 0)
read = {"fc1": pixels, "fc2": hidden}


# %%
def percent_with(mask_of, share):
    for name, X in read.items():
        W = weights[f"{name}.weight"]
        kept = round((1 - share) * W.shape[1])
        mask = np.asarray(mask_of(W, X, kept), dtype=bool)
        digits.get_submodule(name).weight.data = torch.tensor(W * mask)
    return percent(digits)


def by_weight(W, X, kept):
    """With inputs of one size, the weights alone decide."""
    return wanda_mask(W, np.ones((1, W.shape[1])), kept)


# %%
print("pruned   by weight   by weight and input")
for share in (0.5, 0.7, 0.8, 0.9):
    one, two = (percent_with(f, share) for f in (by_weight, wanda_mask))
    print(f"{share:>6.0%}   {one:>7.1f}%   {two:>17.1f}%")

W, silent = weights["fc1.weight"], (pixels == 0).all(axis=0)
mask = np.asarray(by_weight(W, pixels, 78), dtype=bool)
print(f"{silent.sum()} of {len(silent)} pixels are black in all 100 images")
part = mask[:, silent].sum() / mask.sum()
print(f"by weight, {part:.0%} of what stays in fc1 reads them")

# %% [markdown]
# Half of the weights can go either way. Beyond that, the weights alone lose
# much more: over a quarter of what they keep reads pixels that are black in all
# 100 images. Training hardly ever moved those weights, so they are as large as
# they were at the start, and useless. The more the inputs of a layer differ in
# size, the more there is to gain. Behind a layer normalization, they differ
# less.

# %% [markdown]
# ## 3. Cut heads out of attention
#
# **Points** 2 · **Difficulty** ●●○ · **Minutes** 9 · **Misconception** wrong-axis
#
# The four matrices of an attention layer hold all of its heads. The first rows
# of `Wq`, `Wk`, and `Wv` make the queries, keys, and values of head 0; the
# same number of rows below them is for head 1, and so on. What the heads send
# is joined in the same order, and `Wo` reads it.
#
# Write `cut_heads(Wq, Wk, Wv, Wo, keep)`. It returns four smaller matrices:
#
# | name | shape | meaning |
# |---|---|---|
# | `Wq`, `Wk`, `Wv` | (heads × size, width) | each multiplies a token: `Wq @ token` |
# | `Wo` | (width, heads × size) | reads what all heads send, joined |
# | `keep` | (heads,), bool | True for the heads that stay, at least one |
#
# The small layer must compute what the large one computes if the removed heads
# send zeros. **heads × size need not be the width**: a layer may have lost
# heads before.

# %% [markdown]
# <details><summary>Hint 1: two heads on paper</summary>
#
# There are 6 rows and 2 heads. Which rows belong to head 1? Now head 0 goes:
# which rows of `Wq` are left, and which columns of `Wo`?
# </details>
#
# <details><summary>Hint 2: from heads to rows</summary>
#
# How many rows has a head? `np.repeat([True, False], 3)` repeats each entry
# three times in a row; `np.tile` repeats the whole list. Which one fits?
# </details>


# %% tags=["answer"]
def cut_heads(
    Wq: np.ndarray,
    Wk: np.ndarray,
    Wv: np.ndarray,
    Wo: np.ndarray,
    keep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The four matrices without the heads whose mask is False."""
    # BEGIN SOLUTION
    size = len(Wq) // len(keep)
    rows = np.repeat(keep, size)
    return Wq[rows], Wk[rows], Wv[rows], Wo[:, rows]
    # END SOLUTION


# %% tags=["check"]
check.cut_heads(cut_heads)

# %% [markdown]
# **On real data: which heads can go?** The transformer has three blocks with
# four heads each. Its layers have biases, too: those of queries, keys, and
# values are matrices with a single column, so your function can cut them.

# %%
PARTS = ("query", "key", "value")


def cut_block(block, keep):
    layers = [getattr(block, part) for part in PARTS]
    Wo = block.out.weight.numpy()
    *weights, Wo = cut_heads(*(x.weight.numpy() for x in layers), Wo, keep)
    biases = [x.bias.numpy()[:, None] for x in layers]
    *biases, _ = cut_heads(*biases, np.zeros((1, len(biases[0]))), keep)
    for layer, W, b in zip(layers, weights, biases, strict=True):
        layer.weight.data = torch.as_tensor(W)
        layer.bias.data = torch.as_tensor(b).flatten()
    block.out.weight.data = torch.as_tensor(Wo)


# %%
def without(heads):
    """The transformer without some heads, given as pairs (block, head)."""
    smaller = loaded("transformer-0")
    for name, block in smaller.blocks().items():
        cut_block(block, np.array([(name, h) not in heads for h in range(4)]))
    return smaller


lost = {}
for name in transformer.blocks():
    for head in range(4):
        lost[name, head] = whole - percent(without([(name, head)]))
    row = ", ".join(f"{lost[name, head]:.1f}" for head in range(4))
    print(f"{name}: points lost without head 0, 1, 2, or 3: {row}")

# %%
ranked = sorted(lost, key=lost.get)
for count in (2, 4, 6):
    small = without(ranked[:count])
    rows = [len(block.query.weight) for block in small.blocks().values()]
    one_by_one = sum(lost[head] for head in ranked[:count])
    print(f"without {count} heads, {rows} rows per block: ", end="")
    print(f"{whole - percent(small):.1f} points lost; ", end="")
    print(f"one by one, {one_by_one:.1f} in total")

# %% [markdown]
# Some heads are worth several times as much as others, and losses do not add
# up: two heads cost less together than one by one, and six cost more. So
# measure after every cut. Note also that the heads were chosen on the images
# that the loss is measured on, which makes it look smaller than it is.

# %% [markdown]
# ## 4. Fold by least squares
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 12 · **Misconception** mean-only
#
# In chapter 02, the mean of a removed unit went into the next bias. But units
# also move together, and those that stay can take over what the removed ones
# did. The next layer computes `X @ W.T + b` from the activations `X`. Find new
# weights for the units that stay and a new bias, so that the sum of squared
# differences from these outputs is as small as possible.
#
# Write `refit(X, W, b, keep)`. It returns `(new_W, new_b)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `X` | (rows, units) | activations of all units, one row per token |
# | `W`, `b` | (outputs, units), (outputs,) | weights and bias of the next layer |
# | `keep` | (units,), bool | True for the units that stay; all or none may |
# | `new_W` | (outputs, units that stay) | what reads `X[:, keep]` |
# | `new_b` | (outputs,) | the new bias |
#
# The check compares outputs for `X`, not weights, because several fits may be
# equally good: units can be always zero or equal to each other, and there may
# be fewer rows than units.

# %% [markdown]
# <details><summary>Hint 1: one unit on paper</summary>
#
# Unit 1 is always twice unit 0 plus 3. The next layer has the weights 5 and 1
# and the bias 0. Now unit 1 goes. Which weight of unit 0 and which bias give
# the same output as before?
# </details>
#
# <details><summary>Hint 2: the constant</summary>
#
# A bias is the weight of one more input that is always 1. Add a column of ones
# to `X[:, keep]`, and the fit finds weights and bias together.
# </details>
#
# <details><summary>Hint 3: the routine</summary>
#
# `np.linalg.lstsq(inputs, outputs, rcond=None)[0]` has one row per input and
# one column per output. It also works where a matrix has no inverse. With its
# default driver, `torch.linalg.lstsq` does not: it needs `driver="gelsd"`.
# </details>


# %% tags=["answer"]
def refit(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and a bias with which the kept units do nearly the same."""
    # BEGIN SOLUTION
    inputs = np.hstack([X[:, keep], np.ones((len(X), 1))])
    fitted = np.linalg.lstsq(inputs, X @ W.T + b, rcond=None)[0]
    return fitted[:-1].T, fitted[-1]
    # END SOLUTION


# %% tags=["check"]
check.refit(refit)

# %% [markdown]
# **On real data: fewer feed-forward units.** Each block of the transformer has
# 128 units between `fc1` and `fc2`. The units stay that move the outputs most.
# A hook records what `fc2` reads for 100 training images, one row per patch.

# %%
recorded = {}
for name, block in transformer.blocks().items():

    def record(layer, inputs, name=name):
        recorded[name] = inputs[0].flatten(0, 1).numpy()

    handle = block.fc2.register_forward_pre_hook(record)
    transformer(train.images)
    handle.remove()


# %%
def moved(X, W):
    """How much each unit moves the outputs of the next layer."""
    return X.std(axis=0) * np.linalg.norm(W, axis=0)


def cut_only(X, W, b, keep):
    return W[:, keep], b


def mean_folded(X, W, b, keep):
    return W[:, keep], b + W[:, ~keep] @ X[:, ~keep].mean(axis=0)


# %%
def percent_with_units(count, method):
    smaller = loaded("transformer-0")
    for name, block in smaller.blocks().items():
        X = recorded[name]
        W, b = (parameter.numpy() for parameter in block.fc2.parameters())
        keep = np.argsort(np.argsort(-moved(X, W))) < count
        W, b = map(np.asarray, method(X, W, b, keep))
        block.fc2.weight.data = torch.tensor(W)
        block.fc2.bias.data = torch.tensor(b)
        for parameter in block.fc1.parameters():
            parameter.data = parameter.data[torch.as_tensor(keep)]
    return percent(smaller)


# %%
print("units      cut   mean folded     yours")
for count in (64, 32, 16):
    methods = (cut_only, mean_folded, refit)
    results = [percent_with_units(count, m) for m in methods]
    print("{:>5}   {:.1f}%        {:.1f}%    {:.1f}%".format(count, *results))

# %% [markdown]
# The mean hardly helps here and sometimes harms, because these units vary too
# much to be replaced by a constant. But they vary together: with a quarter of
# them, the fit keeps most of what the others did. It has 1600 patches for at
# most 65 numbers per output. From a handful of images, it would learn their
# noise.

# %% [markdown]
# ## 5. A smaller vocabulary
#
# **Points** 2 · **Difficulty** ●●○ · **Minutes** 7 · **Misconception** not-renumbered
#
# An encoder looks up each token in a table with one row per token. In a small
# encoder, the table has about half of all parameters, and texts about one
# topic use only a part of it.
#
# Write `used_tokens(documents, table, special)`. It returns a smaller table
# and the documents with new numbers:
#
# | name | shape | meaning |
# |---|---|---|
# | `documents` | a dict of arrays (length,) | the token numbers of each document, from 0; a document may be empty |
# | `table` | (tokens, width) | one row per token |
# | `special` | (special tokens,) | tokens that the encoder adds itself |
# | first result | (tokens that stay, width) | the rows of all tokens of documents and all special tokens, **in their old order**, each once |
# | second result | a dict of arrays (length,) | for each document, the new numbers, which read the same rows |

# %% [markdown]
# <details><summary>Hint 1: five tokens on paper</summary>
#
# The table has five rows. A document is 4 1 4, and token 2 is special. Which
# rows stay? Which number does each get? What is the document now?
# </details>
#
# <details><summary>Hint 2: new numbers</summary>
#
# Mark the tokens that stay in an array of booleans. How many marked tokens
# come before token t? `np.cumsum` counts them for all tokens at once.
# </details>


# %% tags=["answer"]
def used_tokens(
    documents: dict[str, np.ndarray], table: np.ndarray, special: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The rows of the table that are needed, and the documents renumbered."""
    # BEGIN SOLUTION
    stays = np.zeros(len(table), dtype=bool)
    for tokens in (special, *documents.values()):
        stays[tokens] = True
    new = np.cumsum(stays) - 1
    return table[stays], {name: new[t] for name, t in documents.items()}
    # END SOLUTION


# %% tags=["check"]
check.used_tokens(used_tokens)

# %% [markdown]
# **On real data: the texts of the search.** A smaller collection of texts needs
# fewer words. The MRR is that of the full table, digit for digit.

# %%
print("pairs   rows of the table   MRR before   MRR after")
for count in (400, 100, 25):
    queries = [f"text {i}" for i in range(count)]
    answers = [f"text {len(pairs) + i}" for i in range(count)]
    some = {name: documents[name] for name in queries + answers}
    small, renumbered = used_tokens(some, table, np.arange(0))
    mrr = []
    for part, rows in ((some, table), (renumbered, small)):
        arrays = [np.asarray(tokens) for tokens in part.values()]
        vectors = text_embeddings(arrays, np.asarray(rows))
        scores = vectors[:count] @ vectors[count:].T
        mrr.append(float(mean_reciprocal_rank(scores)))
    print(f"{count:>5}   {len(small):>17}   {mrr[0]:>10.4f}   {mrr[1]:>9.4f}")

# %% [markdown]
# A smaller table saves bytes and not a single multiplication, because looking
# up a row takes the same time in any table. And it has a price that these
# texts do not show: a word that nobody has used so far has no row.

# %% [markdown]
# ## 6. The best search for the time
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 14 · **Misconception** M3
#
# This exercise is open: you choose the method. A small encoder sends each
# token x through one feed-forward block, which returns
# x + W2 ReLU(W1 x + b1) + b2. The mean over the tokens of a text, at length 1,
# is its embedding. The encoder takes too long. Return a block with fewer units
# that fits into a time budget and still finds as much as possible.
#
# Write `prune_block(network, texts, cost, budget)`.
#
# | name | shape | meaning |
# |---|---|---|
# | `network` | a dict | `"W1"` (units, width), `"b1"` (units,), `"W2"` (width, units), `"b2"` (width,) |
# | `texts` | (texts, tokens, width) | tokens of some texts, without any pairs |
# | `cost` | (units + 1,) | `cost[n]` is the time of a block with n units, in milliseconds |
# | `budget` | a number | the most milliseconds that are allowed |
# | result | a dict | the same four arrays with fewer units |
#
# The check looks up the time of your block in `cost`, and then searches with
# 150 queries **that your function never sees**. There are three levels, each
# worth points: as much as with the units that have the largest weights; as
# much as with those that move the outputs most; as much as with a second layer
# that is fitted again (three points less are allowed each time). When you
# pass, it prints by how many points the MRR, in percent, is below 100. **Less
# is better**, and your class can compare.
#
# Each class has its own blocks and budgets, and grading draws new ones. A call
# may take 20 seconds.

# %% [markdown]
# <details><summary>Hint 1: how many units?</summary>
#
# Which numbers of units are within the budget? Time rises in steps here, so
# look at the whole table, not at the first number that is too slow.
# </details>
#
# <details><summary>Hint 2: which units?</summary>
#
# Units differ in scale, and many do nearly the same. What a unit does to the
# outputs is its activation, which varies from token to token, times its column
# of `W2`. Section 4 ranked units in this way.
# </details>
#
# <details><summary>Hint 3: the others take over</summary>
#
# Your `refit` works here, too: `X` has one row for each token of each text.
# Who wants to go further removes unit by unit, and each time asks which unit
# the others replace best.
# </details>


# %% tags=["answer"]
def prune_block(
    network: dict[str, np.ndarray],
    texts: np.ndarray,
    cost: np.ndarray,
    budget: float,
) -> dict[str, np.ndarray]:
    """A block within the budget that changes the outputs little."""
    # BEGIN SOLUTION
    W1, b1 = network["W1"], network["b1"]
    W2, b2 = network["W2"], network["b2"]
    units = np.flatnonzero(cost <= budget).max()
    tokens = texts.reshape(-1, texts.shape[2])
    hidden = np.maximum(tokens @ W1.T + b1, 0)
    score = hidden.std(axis=0) * np.linalg.norm(W2, axis=0)
    kept = np.argsort(-score)[:units]
    inputs = np.hstack([hidden[:, kept], np.ones((len(hidden), 1))])
    outputs = hidden @ W2.T + b2
    fitted = np.linalg.lstsq(inputs, outputs, rcond=None)[0]
    new = {"W1": W1[kept], "b1": b1[kept]}
    return new | {"W2": fitted[:-1].T, "b2": fitted[-1]}
    # END SOLUTION


# %% tags=["check"]
check.prune_block(prune_block, class_seed=CLASS_SEED)

# %% [markdown]
# **A task for practice: from fast to slow.** This block is one that no check
# draws. Here you may see the pairs, and your own function measures the MRR.

# %%
task = drawn_search(7)


def percent_found(block):
    block = {name: np.asarray(array) for name, array in block.items()}
    first = embeddings(block, task.queries)
    second = embeddings(block, task.documents)
    return 100 * float(mean_reciprocal_rank(first @ second.T))


def cut_block_only(count):
    W1, W2 = task.network["W1"], task.network["W2"]
    size = np.linalg.norm(W1, axis=1) * np.linalg.norm(W2, axis=0)
    kept = np.argsort(-size)[:count]
    cut = {"W1": W1[kept], "b1": task.network["b1"][kept]}
    return task.network | cut | {"W2": W2[:, kept]}


# %%
most = len(task.network["b1"])
print(f"{most} units, {task.cost[most]:.2f} ms, ", end="")
print(f"MRR {percent_found(task.network):.1f}%")
print("units     ms   largest weights   yours")
for count in (8, 16, 24, 32, 48, 64):
    budget = float(task.cost[count])
    yours = prune_block(task.network, task.texts, task.cost, budget)
    one, two = map(percent_found, (cut_block_only(count), yours))
    print(f"{count:>5}   {budget:.2f}   {one:>13.1f}%   {two:>3.1f}%")

# %% [markdown]
# With the units of the largest weights, 64 of them find nearly as much as the
# whole block. With a second layer that is fitted again, as in the published
# solution, 16 are enough. Small differences mean nothing here: there are only
# 150 queries.

# %% [markdown]
# **On your machine.** The tables of the check are made up. Here is yours, for a
# block as wide as that of the encoder. Which part of the time is left with an
# eighth of the units? Is it the same for a long text and a short one?


# %%
def milliseconds(units, count, width=384, repeats=30):
    layers = torch.nn.Linear(width, units), torch.nn.Linear(units, width)
    block = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1]).float()
    tokens = torch.zeros(count, width, dtype=torch.float32)
    times = []
    with torch.inference_mode():
        for _ in range(repeats):
            start = perf_counter()
            block(tokens)
            times.append(perf_counter() - start)
    return 1000 * min(times)


# %% tags=["nbval-ignore-output"]
print("units   64 tokens   4 tokens")
for units in (1536, 768, 384, 192):
    long, short = (milliseconds(units, count) for count in (64, 4))
    print(f"{units:>5}   {long:>6.3f} ms   {short:>5.3f} ms")

# %% [markdown]
# For a long text, arithmetic is most of the time; for a short one, overhead and
# the reading of the weights matter more. And this is one block: attention,
# normalization, and the tokenizer take as long as before. So in the end, only
# the time of the whole encoder counts, and the lesson measures it.

# %% [markdown] tags=["long-answer"]
# ## In your own words
#
# No program checks this one. Talk it over with somebody, or hand it in.
#
# > A colleague prunes a sentence encoder for the search in a company's
# > handbook. She removes half of the heads and half of the feed-forward units,
# > those with the smallest weights. On the 500 pages whose questions she also
# > used to choose the units, the MRR falls from 0.80 to 0.78, so "nothing is
# > lost." She keeps only the tokens that occur in the handbook, "which halves
# > the model and makes it twice as fast," and promises her company half of the
# > response time. **Which of these statements would you question, and what
# > would you measure for each?**
#
# Write five to ten sentences below the line.
#
# ---
#
# *Your answer: double-click here.*
#
# <details><summary>Check yourself</summary>
#
# - Did you ask for pairs that were used for nothing else, and for an interval
#   of the change on the same queries?
# - How do ties count in her MRR, and which places hide behind its mean?
# - Which units would go if activations counted as well, and what could the
#   remaining ones take over?
# - Does a table of tokens need any multiplication? What happens to a word in a
#   question that the handbook does not contain?
# - Half of the units is not half of the time. Which part of a response is the
#   encoder, for how many tokens, and what is the overhead?
#
# </details>
