# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 03 Magnitude masks: zeros that keep the shape
#
# Most weights of a trained network are small. Set half of them to zero, and the
# network hardly notices. This chapter does it by a threshold, finds out how
# far one can go and what fine-tuning repairs – and measures, number by number,
# what a zero saves.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [01 Training](01_training.ipynb): what a network costs, validation against test; [02 Activation pruning](02_activation_pruning.ipynb): fine-tuning and controls |
# | **You will be able to** | prune a matrix to an exact number of weights; choose between one threshold for all layers and one for each; keep pruned weights pruned while the network trains; say which of bytes, arithmetic and time a mask changes |
# | **Time** | about 40 minutes, then the exercises |
# | **Leads to** | [04 Structured pruning](04_structured_pruning.ipynb), where the shape itself shrinks, and [05 Sparse storage](05_sparse_storage.ipynb), which writes down and multiplies only what is left |

# %%
import copy

import numpy as np
import pandas as pd
import torch
from torch.nn.utils import prune

# %%
from course_lib import figures, magnitude, models, page
from course_lib.data import load_mnist
from course_lib.demos import mask_explorer
from course_lib.measure import (
    latency,
    mac_count,
    nonzero_count,
    parameter_count,
    saved_size,
    zipped_size,
)
from course_lib.training import accuracy, fit, predictions

from course_lib.training import seed_everything  # isort: skip

# %%
seed_everything(0)
train = load_mnist("train")
validation = load_mnist("validation")
test = load_mnist("test")
net = models.load_checkpoint("mlp300-0")
print("784-300-100-10:", parameter_count(net), "parameters, of which")
print(sum(w.numel() for w in magnitude.prunable_weights(net).values()), end="")
print(f" weights; {100 * accuracy(net, validation):.2f} % right on validation")
print("committed run:", models.checkpoint_metadata("mlp300-0")["recipe"])

# %% [markdown]
# The network is LeNet-300-100, on which pruning papers have measured
# themselves since 2015. Biases are not pruned: there are 410 of them.

# %% tags=["map"]
page.learning_map.show("03")

# %% tags=["again"]
page.practice.again("02")

# %% [markdown]
# ## Predict
#
# Commit to a guess before you read on; the demo opens with it.

# %% tags=["predict"]
page.predict.show("03")

# %% [markdown]
# ## Intuition
#
# A weight matrix is like a city map, and a weight like the width of a street.

# %% tags=["storyboard"]
page.storyboard.show("mask")

# %%
small = torch.randn(12, 12, generator=torch.Generator().manual_seed(3))
M = magnitude.magnitude_mask(small, 0.7)
shown = {"W": small, "M": M.double(), "W ∘ M": small * M}
figures.show(
    figures.matrices({name: values.numpy() for name, values in shown.items()}),
    "A 12 × 12 matrix W, its mask M at 70 % and their product W ∘ M: "
    f"{int((~M).sum())} of {M.numel()} cells are zero; all three are 12 × 12.",
)

# %% [markdown]
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("03")

# %% [markdown]
# ## Math
#
# | symbol | meaning | shape |
# |---|---|---|
# | $W$ | weights of a layer | $(n_\text{out}, n_\text{in})$ |
# | $s$ | sparsity: the share of weights that becomes zero | a number in $[0, 1]$ |
# | $\tau$ | threshold: the $s$-quantile of all $\lvert W_{ij} \rvert$ | a number |
# | $M$ | mask, 1 where a weight is kept | $(n_\text{out}, n_\text{in})$ |
# | $W \circ M$ | product cell by cell: what is left | $(n_\text{out}, n_\text{in})$ |
#
# $$ M_{ij} = \begin{cases} 1 & \lvert W_{ij} \rvert > \tau \\ 0 & \text{otherwise} \end{cases}
# \qquad W \to W \circ M . $$
#
# Of all matrices with as many zeros, $W \circ M$ is the nearest to $W$: the
# squares of what is dropped are the smallest there are. How near is told by
# the ratio $\lVert W \circ M \rVert / \lVert W \rVert$. It says nothing about
# what the *network* loses.

# %% [markdown]
# ## Code
#
# A matrix of random numbers from a bell curve, and the whole method.

# %%
rng = np.random.default_rng(0)
W = rng.normal(size=(256, 256)).astype(np.float32)
sparsity = 0.7
threshold = np.quantile(np.abs(W), sparsity)
M = np.abs(W) > threshold
pruned = W * M
ratio = np.linalg.norm(pruned) / np.linalg.norm(W)
print(f"asked for {sparsity}, reached {(~M).mean():.4f}")
print(f"length kept: {ratio:.3f} of it, in 30 % of the weights")

# %% [markdown]
# `course_lib.magnitude` does the same, and prunes *exactly* the number asked
# for, also where weights are equal. The two are compared before it takes over.

# %%
by_quantile = magnitude.threshold_mask(torch.tensor(W), float(threshold))
by_count = magnitude.magnitude_mask(torch.tensor(W), sparsity)
print("same masks:", bool((by_quantile == by_count).all()))
assert np.array_equal(by_count.numpy(), M)
equal = magnitude.magnitude_mask(torch.ones(10, 10), 0.7)
print("of 100 equal weights it prunes", int((~equal).sum()))
print("of 100 equal weights a threshold prunes", end=" ")
print(int((~magnitude.threshold_mask(torch.ones(10, 10), 1.0)).sum()))

# %% [markdown]
# For a network there is a choice: **one threshold for all** its weights
# (*global*), or one for each layer, so that every layer loses the same share.

# %%
masks = magnitude.global_magnitude_masks(net, 0.9)
pruned = copy.deepcopy(net)
magnitude.apply_masks(pruned, masks)
kept = {name: int(mask.sum()) for name, mask in masks.items()}
shares = {name: 100 * mask.double().mean() for name, mask in masks.items()}
for name in kept:
    print(f"{name}: {kept[name]} weights kept, {shares[name]:.1f} %")
print("all layers:", sum(kept.values()), "of", 266_200)
assert sum(kept.values()) == 266_200 - round(0.9 * 266_200)

# %% [markdown]
# ## Demo
#
# Move the sparsity; switch between the two kinds of threshold (by keyboard,
# space opens the list). Watch what changes, and what does not.

# %% tags=["practice"]
page.practice.show("03", "predict")

# %% tags=["demo"]
page.predict.reveal("03", *mask_explorer.build(net, validation.first(2000)))

# %% [markdown]
# **The answer to the prediction**, measured: everything that a mask might save,
# before and after.

# %% tags=["reveal"]
digit, bill = test.images[:1], {}
for name, model in (("dense", net), ("90 % masked", pruned)):
    bill[name] = {
        "parameters": parameter_count(model),
        "of them not zero": nonzero_count(model),
        "MACs": mac_count(model, digit),
        "bytes on disk": saved_size(model),
        "bytes when zipped": zipped_size(model),
        "validation errors": int((1 - accuracy(model, validation)) * 10_000),
    }
pd.DataFrame(bill)

# %% tags=["reveal", "nbval-ignore-output"]
batch = test.images[:256].float()
for name, model in (("dense", net), ("90 % masked", pruned)):
    model = copy.deepcopy(model).float()
    with torch.no_grad():
        time = latency(lambda model=model: model(batch))
    print(f"{name}: {1000 * time.median:.2f} ms a batch of 256", end=" ")
    print(f"(iqr {1000 * time.iqr:.2f}), {torch.get_num_threads()} thread")

# %% [markdown]
# Zeros take as many bytes as other numbers, but they pack well: a zip archive of
# the masked network is an eighth of the file. It saves bytes in transit only; to
# run the network, it has to be unpacked. The table shows the errors, too: nine
# tenths at once are too many without fine-tuning. What fine-tuning repairs comes
# below.

# %% [markdown]
# ## Measure
#
# **How sensitive is each layer?** Prune one layer at a time and read the
# validation accuracy, nothing retrained.

# %%
levels = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98]
scan = magnitude.sensitivity_scan(net, validation, levels)
scan["percent"] = 100 * scan["sparsity"]
by_layer = dict(tuple(scan.groupby("layer", sort=False)))
at_90 = scan[scan["sparsity"] == 0.9].set_index("layer")["drop"]
axes = ("pruned in this layer (%)", "drop (points)")
figures.show(
    figures.curves(by_layer, "percent", "drop", labels=axes, limit=20),
    "Drop in validation accuracy when one layer is pruned. At 90 %: "
    + ", ".join(f"{layer} {drop:.2f}" for layer, drop in at_90.items()),
)

# %% [markdown]
# The layers are not alike: **no share fits them all**. Remember it when the
# next table compares one threshold for the network with one per layer.
#
# **Four ways to choose the same number of weights**, validation set, nothing
# retrained. *Weight × input* multiplies each weight's size by the typical
# size of what it reads: a large weight on a pixel that is always black does
# nothing. (Chapter 02's thought, for single weights.)

# %%
scores = magnitude.input_scores(net, validation)
chance = torch.Generator().manual_seed(0)


def ways_to_choose(s):
    one = magnitude.global_magnitude_masks(net, s)
    heard = magnitude.global_magnitude_masks(net, s, scores=scores)
    return {
        "one threshold": one,
        "one per layer": magnitude.layerwise_masks(net, s),
        "weight × input": heard,
        "random": magnitude.random_masks(one, chance),
    }


# %%
base, rows = 100 * accuracy(net, validation), []
for s in levels[:-1]:
    for name, found in ways_to_choose(s).items():
        left = 100 * accuracy(magnitude.masked(net, found), validation)
        rows.append({"method": name, "sparsity": s, "drop": base - left})
sweep = pd.DataFrame(rows)
sweep.pivot(index="sparsity", columns="method", values="drop").round(2)

# %%
sweep["percent"] = 100 * sweep["sparsity"]
methods = dict(tuple(sweep.groupby("method", sort=False)))
axes = ("weights pruned (%)", "drop (points)")
at_90 = sweep[sweep["sparsity"] == 0.9].set_index("method")["drop"]
figures.show(
    figures.curves(methods, "percent", "drop", labels=axes, limit=10),
    "Drop in validation accuracy over weights pruned, without retraining. At "
    + "90 %: "
    + ", ".join(f"{name} {drop:.2f}" for name, drop in at_90.items()),
)

# %% [markdown]
# Random pruning, with as many weights left in each layer, collapses: *which*
# weights go matters more than how many.

# %% [markdown]
# ## Fine-tuning, and what the optimizer revives
#
# Pruned weights have gradients, and the optimizer follows them. Fine-tune for
# a few steps without holding the mask, and with it.

# %%
few = train.first(2000)
for name, hold in (("mask forgotten", []), ("mask held", [masks])):
    tuned = magnitude.masked(net, masks)
    callbacks = [magnitude.KeepMasks(held) for held in hold]
    fit(tuned, few, None, epochs=1, seed=0, callbacks=callbacks)
    alive = magnitude.nonzero_weights(tuned)
    print(f"{name}: {alive} weights are not zero")

# %% [markdown]
# Sixteen steps were enough to bring nearly everything back that has any
# gradient; the rest reads pixels that are always black. What is pruned stays
# pruned only if **somebody holds it**, after every step. `KeepMasks` is a
# callback of `fit` that does only that.
#
# **Three schedules** for the same goal, 98 % of the weights, and the same three
# epochs of training:
#
# - *one-shot*: prune at once, then train;
# - *iterative*: prune a part, train, and again, in three rounds ([Han et
#   al. 2015](https://arxiv.org/abs/1506.02626));
# - *gradual*: prune a little every 50 steps of one training run, fast at
#   first: $s(t) = s\,(1 - (1 - t)^3)$ ([Zhu & Gupta 2018](https://arxiv.org/abs/1710.01878)).

# %%
schedules = {
    "one-shot": magnitude.prune_one_shot,
    "iterative": magnitude.prune_iteratively,
    "gradual": magnitude.prune_gradually,
}
live = {}
for name, prune_by in schedules.items():
    live[name] = copy.deepcopy(net)
    prune_by(live[name], 0.98, train, epochs=3, seed=0)
    alive = magnitude.nonzero_weights(live[name])
    assert alive == 266_200 - round(0.98 * 266_200)
    right = 100 * accuracy(live[name], validation)
    print(f"{name}: {alive} weights left, {right:.2f} % on validation")

# %% [markdown]
# One seed, and a short training. For three seeds and for twelve epochs the
# course ships the answers that the networks gave (`recipes/mlp300.py` makes
# them); the cell asserts that those of seed 0 after three epochs are what this
# page has just trained. *Random* prunes as many weights in each layer, but any.


# %% tags=["headline"]
def errors(answers, prefix=""):
    found = [answers[f"{prefix}test-{seed}"] for seed in (0, 1, 2)]
    wrong = [100 * (a != test.labels).double().mean().item() for a in found]
    return pd.Series(wrong).agg(["mean", "std"])


stored = models.load_predictions("mlp300-schedules")
for name, model in live.items():
    answers = stored[f"{name}-3-validation-0"]
    assert torch.equal(predictions(model, validation), answers), name
rows = {"dense": errors(models.load_predictions("mlp300"))}
for epochs in (3, 12):
    for name in schedules if epochs == 12 else (*schedules, "random"):
        label = f"98 % pruned, {name}, {epochs} epochs"
        rows[label] = errors(stored, f"{name}-{epochs}-")
print("Test error in percent, mean and std of three seeds")
print(pd.DataFrame(rows).T.round(2).to_string())

# %% [markdown]
# *Committed run, and measured here for seed 0.* **A schedule needs time.** In
# three epochs, pruning at once does as well as any: it has the longest time to
# recover. In twelve, the gradual schedule is clearly ahead. Rounds come last both
# times, because the last and hardest cut leaves only a third of the training;
# papers that prune in rounds train each round to its end. And random masks are far
# behind: *which* weights stay matters more than *when* the others go.
#
# ## How far can it go?
#
# Han et al. kept one weight in twelve at an error of 1.59 % (*quoted*). The
# networks below keep one in eighty. Whole neurons were masked before single weights,
# the training was much longer, a dense network taught them (distillation, as in
# chapter 02), and every epoch the smallest weights were dropped and as many grown
# again where the loss asked for them. In one of two ways the training images were
# shifted, turned and resized a little – for the dense teacher as well. Committed
# runs, three seeds each, by `recipes/mlp300_sparse.py`; `docs/experiments.md`
# lists what else was tried.


# %%
def measure(kind, seed):
    sparse = models.load_checkpoint(f"mlp300-sparse-{kind}-{seed}")
    left = magnitude.nonzero_weights(sparse)
    assert abs(left - 266_200 // 80) <= 1  # asked for, to one weight
    return {
        "images": kind,
        "weights, times fewer": 266_200 / left,
        "biases too": parameter_count(sparse) / nonzero_count(sparse),
        "validation": 100 - 100 * accuracy(sparse, validation),
        "test": 100 - 100 * accuracy(sparse, test),
    }


# %% tags=["headline"]
kinds = ("augmented", "plain")
found = pd.DataFrame(measure(kind, s) for kind in kinds for s in (0, 1, 2))
print("784-300-100-10 with one weight in eighty: errors in percent,")
print("mean and std of three seeds")
print(found.groupby("images").agg(["mean", "std"]).round(2).T.to_string())
for kind in kinds:
    teachers = models.load_predictions(f"mlp300-teachers-{kind}")
    mean, std = errors(teachers)
    print(f"dense, images {kind}: {mean:.2f} ± {std:.2f} on test")

# %% [markdown]
# The first line of each pair is the mean, the second the spread over seeds.
# *Weights, times fewer* divides all 266 200 weights by those left; *biases too*
# counts every parameter on both sides. Changed images help the large network even more than
# the small one: they *are* more data, so compare rows trained alike. Against its own
# teacher the small network loses a little each time.
#
# In plain words, for somebody who writes no code: [chapter 00](00_plain_language.ipynb).

# %% tags=["practice"]
page.practice.show("03", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# First your verdict, then the evidence.

# %% tags=["claims"]
page.claim_review.show(
    "plain-page-lighter-and-faster",
    "plain-page-close-to-zero",
    "concept-page-naive-rules",
    "concept-page-only-with-kernels",
    "han-2015-free-lunch",
    "han-2015-twelve-times",
    "han-2015-vgg-16-times",
    "zhu-gupta-2018-large-sparse",
    "frankle-2019-tickets",
)

# %% [markdown]
# ## Practice
#
# The third question asks you to explain.

# %% tags=["practice"]
page.practice.show("03", "explain")

# %% [markdown]
# ## Research note
#
# Attach a question to something on this page.

# %% tags=["research-note"]
page.research_note.show("03")

# %% [markdown]
# ## Exercises
#
# [The exercises of this chapter](../exercises/03_magnitude_masks_exercises.ipynb): keep
# exactly k weights a row, see what one threshold does to each layer, take an
# optimizer step that respects a mask, compound amounts, and write the bill of
# what a mask saves.

# %% [markdown]
# ## Annex (optional): PyTorch's own pruning
#
# `torch.nn.utils.prune` holds the mask in the module while it trains. Look
# at what it does to the stored state, and at what is left of the pruning after
# `remove` and one single step of an optimizer.

# %%
theirs = models.load_checkpoint("mlp300-0")
layers = [(getattr(theirs, f"fc{i}"), "weight") for i in (1, 2, 3)]
print("bytes of the state:", saved_size(theirs), end=" ")
prune.global_unstructured(layers, prune.L1Unstructured, amount=0.9)
print("→", saved_size(theirs), "with masks")
for layer, name in layers:
    prune.remove(layer, name)
print("after remove:", saved_size(theirs))
for name, mask in masks.items():  # the same weights as ours are left
    assert torch.equal(theirs.get_parameter(name) != 0, mask)
print("parameters that are not zero:", nonzero_count(theirs))

# %%
once = torch.optim.SGD(theirs.parameters(), lr=0.1)
logits, labels = theirs(train.images[:128]), train.labels[:128]
torch.nn.functional.cross_entropy(logits, labels).backward()
once.step()
print("after remove and one step:", nonzero_count(theirs), "are not zero")

# %% [markdown]
# ## Annex (optional): is a small weight useless?
#
# Remove single weights of the second layer, one at a time, and record how much
# the loss on 2 000 validation images changes. If size were importance, the two
# orders would be the same: a rank correlation of 1.

# %%
part, probe = validation.first(2000), copy.deepcopy(net)
weight, changes = probe.fc2.weight.detach().view(-1), []
chance = torch.Generator().manual_seed(0)
chosen = torch.randperm(len(weight), generator=chance)[:200]
sizes = pd.Series(weight[chosen].abs().numpy())
loss = torch.nn.functional.cross_entropy
with torch.no_grad():
    before = loss(probe(part.images), part.labels)
    for i in chosen.tolist():
        value, weight[i] = weight[i].item(), 0
        changes.append(loss(probe(part.images), part.labels) - before)
        weight[i] = value

# %%
changes = pd.Series([abs(change.item()) for change in changes])
print(f"rank correlation: {sizes.rank().corr(changes.rank()):.2f}")
small_half = sizes <= sizes.median()
ranks = changes.rank(ascending=False)[small_half]
print(f"the worst of the small half ranks {ranks.min():.0f} of 200")

# %% [markdown]
# A good guide, not a law: what a weight does depends on its input as well, and
# on whether anybody listens.

# %% [markdown]
# ## Annex (optional): Han's rule, and who keeps what
#
# Han et al. set each layer's threshold to a quality $q$ times the standard
# deviation of its weights. With one $q$ for all layers that is one threshold on
# $\lvert W \rvert$ divided by the layer's deviation, so a score is all it takes
# to leave 12 times fewer weights. Beside it, one threshold on the weights as they
# are, and the shares the paper kept (*quoted*), after training and pruning in turns.

# %%
sparsity, weights = 1 - 1 / 12, magnitude.prunable_weights(net)
relative = {n: w.detach().abs() / w.detach().std() for n, w in weights.items()}
han = magnitude.global_magnitude_masks(net, sparsity, scores=relative)
q = min(relative[name][mask].min().item() for name, mask in han.items())
ours = magnitude.global_magnitude_masks(net, sparsity)
rows = {f"Han's rule, q = {q:.2f}": han, "one threshold": ours}
kept = {
    name: [100 * mask.double().mean().item() for mask in found.values()]
    for name, found in rows.items()
}
kept["Han 2015 (quoted)"] = [8, 9, 26]
pd.DataFrame(kept, index=["fc1", "fc2", "fc3"]).T.round(1)

# %% [markdown]
# They do not agree. One threshold lets the last layer keep most, as the paper's
# network did after its rounds of training; the paper's rule, without them, treats
# all layers nearly alike. A share is a property of a network and its training, not
# of an architecture.

# %% [markdown]
# ## Annex (optional): lottery tickets
#
# [Frankle & Carbin (2019)](https://arxiv.org/abs/1803.03635): take the mask of
# the pruned network, go back to the weights *before training* (rewind), and
# train only those. If the mask alone mattered, other starting weights would do;
# if the start alone mattered, another mask would. The cell trains one ticket;
# the table reads the answers of three seeds.

# %%
seed_everything(0)
ticket = models.MLP((784, 300, 100, 10), dtype=torch.float64)
masks = magnitude.global_magnitude_masks(net, 0.98)
magnitude.tune_masked(ticket, masks, train, epochs=3, seed=0)
answers = stored["ticket-3-validation-0"]
assert torch.equal(predictions(ticket, validation), answers)
rows = {
    "pruned and fine-tuned": errors(stored, "one-shot-3-"),
    "its mask, its own start": errors(stored, "ticket-3-"),
    "its mask, another start": errors(stored, "ticket-new-start-3-"),
    "random mask, its own start": errors(stored, "ticket-random-mask-3-"),
}
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# ## Annex (optional): two of four
#
# Some accelerators skip zeros if exactly two of every four consecutive weights
# are zero. The pattern costs accuracy against a free choice of the same number
# – and on a processor without such a unit it saves nothing at all.

# %%
free = magnitude.layerwise_masks(net, 0.5)
fixed = {
    name: magnitude.n_m_mask(weight, 2, 4)
    for name, weight in magnitude.prunable_weights(net).items()
}
for name, found in (("any half of a layer", free), ("two of four", fixed)):
    left = magnitude.masked(net, found)
    drop = base - 100 * accuracy(left, validation)
    assert magnitude.sparsity_of(found) == 0.5
    print(f"{name}: drop {drop:.2f} points")
