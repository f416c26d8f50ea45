# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 02 Activation pruning: removing the neurons that hardly move
#
# A trained network always has neurons that contribute next to nothing. This
# chapter finds them by watching what they do, cuts them out, and measures what
# is left – first by the plain rule of a well-known article, then better.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [01 Training](01_training.ipynb): activations, the three splits, the standard error of an accuracy |
# | **You will be able to** | compute the statistics of every hidden neuron in one pass; build a smaller network with the kept weights; say why a mean near zero is neither enough nor needed; choose thresholds without fooling yourself |
# | **Time** | about 45 minutes, then the exercises |
# | **Leads to** | magnitude masks (zeros that keep the shape), structured pruning (filters, heads and blocks that go), and sparse storage |

# %%
import pandas as pd
import torch

from course_lib import activation, experiments, figures, models, page, progress
from course_lib.data import load_mnist
from course_lib.demos import threshold_explorer
from course_lib.measure import parameter_count
from course_lib.training import accuracy, fit, predictions, soft_labels

from course_lib.training import seed_everything  # isort: skip

seed_everything(0)
train, validation, test = map(load_mnist, ("train", "validation", "test"))

# %% tags=["map"]
page.learning_map.show("02")

# %% tags=["again"]
page.practice.again("01")

# %% [markdown]
# Two networks of the same shape, 784-1024-512-256-10, trained for the same
# number of epochs from the same seed. **plain** was trained as usual.
# **quiet** paid, during part of its training, a small price for every neuron
# that speaks. Both are *committed runs*: they ship with the course, and every
# number about them on this page is computed again on this page.

# %%
plain, quiet = map(models.load_checkpoint, ("mlp-plain-0", "mlp-quiet-0"))
for name, network in (("plain", plain), ("quiet", quiet)):
    recipe = models.checkpoint_metadata(f"mlp-{name}-0")["recipe"]
    right = 100 * accuracy(network, validation)
    print(
        f"{name}: {parameter_count(network)} parameters, {right:.2f} % right"
    )
    print(f"  on validation; made by {recipe}")

# %% [markdown]
# ## Predict
#
# Two numbers describe a neuron: the mean of its activations over the images, and
# how far they stray from it, their standard deviation. Commit to a guess before
# you read on; the demo opens with it.

# %% tags=["predict"]
page.predict.show("02")

# %% [markdown]
# ## Intuition
#
# Watch the mechanism frame by frame, before any formula.

# %% tags=["storyboard"]
page.storyboard.show("activations")

# %%
stack, dark, images = {}, {}, validation.first(80).images
for name, network in (("plain", plain), ("quiet", quiet)):
    hidden = network(images, return_activations=True)[1]["fc1"].detach()
    stack[name] = hidden.numpy()
    dark[name] = 100 * (hidden == 0).all(dim=0).double().mean().item()
figures.show(
    figures.activation_stacks(stack),
    "Activations of fc1: a row per image, a column per neuron. Zero for all "
    f"80 images: {dark['plain']:.1f} % of the columns in plain, "
    f"{dark['quiet']:.1f} % in quiet.",
)

# %% [markdown]
# **Which visible object carries the idea?** Choose, then see why.

# %% tags=["inquiry"]
page.inquiry.show("02")

# %% [markdown]
# ## Math
#
# | symbol | meaning | shape |
# |---|---|---|
# | $a_j^{(i)}$ | activation of neuron $j$ for image $i$ of $N$ | a number |
# | $m_j = \frac{1}{N}\sum_i a_j^{(i)}$ | its mean over the validation images | a number |
# | $s_j = \sqrt{\frac{1}{N}\sum_i (a_j^{(i)} - m_j)^2}$ | its standard deviation | a number |
# | $K$ | the neurons of a layer that are kept, $k$ of $n$ | a set |
# | $W, b$ | weights and bias of that layer | $(n, n_\text{in})$, $(n,)$ |
# | $V, c$ | weights and bias of the layer that reads it | $(n_\text{out}, n)$, $(n_\text{out},)$ |
#
# The plain rule, with thresholds $\mu$ and $\sigma$:
#
# $$ j \text{ goes} \iff |m_j| \le \mu \ \text{ and } \ s_j \le \sigma . $$
#
# Removal makes *both layers* smaller, the one that computes $j$ and the one
# that reads it:
#
# $$ W \to W_{K,:}\,, \quad b \to b_K\,, \quad V \to V_{:,K}\,, \quad
# c \to c . $$
#
# A layer with $n$ neurons between two layers of $n$ has $n^2$ weights on
# either side. Keep half of all neurons, and an inner matrix keeps a quarter.

# %% [markdown]
# ## Code
#
# First the statistics: pass the validation set through the network and
# compute two numbers per neuron.

# %%
with torch.no_grad():
    activations = quiet(validation.images, return_activations=True)[1]
mean = {name: a.mean(dim=0) for name, a in activations.items()}
std = {name: a.std(dim=0, correction=0) for name, a in activations.items()}
for name in mean:
    silent = int(((mean[name] == 0) & (std[name] == 0)).sum())
    print(f"{name}: {len(mean[name])} neurons, {silent} never speak")

# %% [markdown]
# Then the rule, and a new network into which the kept weights are copied.

# %%
keep = {k: ~((mean[k].abs() <= 0.01) & (std[k] <= 0.02)) for k in mean}
sides = [torch.ones(784).bool(), *keep.values(), torch.ones(10).bool()]
widths = [int(side.sum()) for side in sides]
small = models.MLP(widths, dtype=torch.float64)
with torch.no_grad():
    for i in range(1, 5):
        new, old = small.get_submodule(f"fc{i}"), quiet.get_submodule(f"fc{i}")
        new.weight.copy_(old.weight[sides[i]][:, sides[i - 1]])
        new.bias.copy_(old.bias[sides[i]])
print("widths:", *small.widths)
print("parameters:", parameter_count(small))
print(f"accuracy: {100 * accuracy(small, validation):.2f} %")

# %% [markdown]
# `course_lib.activation` does the same for any network: the statistics in one
# streaming pass whose memory does not grow with the data, the removal for
# every network that declares its units. It takes over from here only because
# the two agree.

# %%
statistics = activation.activation_statistics(quiet, validation)
kept = activation.select_neurons(statistics, 0.01, 0.02)
by_library = activation.remove_neurons(quiet, kept)
for name, layer in statistics.items():
    torch.testing.assert_close(layer.std, std[name])
images = validation.images[:500]
torch.testing.assert_close(by_library(images), small(images))
print("same statistics, same network")

# %% [markdown]
# ## Demo
#
# Move the two thresholds. Every point is a neuron of **quiet**; what lies in
# the grey corner goes. Try the article's pair, 0.1 and 0.4.

# %% tags=["practice"]
page.practice.show("02", "predict")

# %% tags=["demo"]
demo = threshold_explorer.build(quiet, statistics, validation)
page.predict.reveal("02", *demo)

# %% tags=["reveal"]
plain_statistics = activation.activation_statistics(plain, validation)
cases = {"plain": (plain, plain_statistics), "quiet": (quiet, statistics)}
for name, case in cases.items():
    row = activation.threshold_sweep(*case, [(0.1, 0.4)], validation).iloc[0]
    fewer, drop = row["size_reduction"], row["drop"]
    print(f"{name}: {fewer:.1f} % fewer parameters, drop {drop:.2f} points")

# %% [markdown]
# Compare the two lines with each other, and the second with your guess. What
# serves for any network is the *procedure*: try many pairs, and choose on the
# validation set.

# %% [markdown]
# ## Measure
#
# **The distributions** of means and standard deviations over the neurons of each
# hidden layer. (Mind the logarithmic scale.)

# %%
for name, (_, found) in cases.items():
    layers = {k: (v.mean.numpy(), v.std.numpy()) for k, v in found.items()}
    small_std = [f"{k} {int((v.std <= 0.02).sum())}" for k, v in found.items()]
    figures.show(
        figures.statistic_histograms(layers, thresholds=(0.01, 0.02)),
        f"Histograms of mean and standard deviation in {name}. Neurons with a "
        f"standard deviation of at most 0.02: {', '.join(small_std)}.",
    )

# %% [markdown]
# Upper two rows: **plain**. Lower two: **quiet**. In both, the values crowd
# near zero, as the article says. But in plain they crowd around small values
# that are *not* zero; in quiet half of the first layer stands at zero itself.
# A pile at zero is what a threshold can cut cleanly.

# %% [markdown]
# **A table over thresholds**, on the validation set, nothing retrained. The
# last two rows are the article's own pairs.

# %%
pairs = [(0.0, 0.0), (0.001, 0.004), (0.002, 0.01), (0.005, 0.02)]
pairs += [(0.01, 0.04), (0.02, 0.06), (0.03, 0.1), (0.05, 0.2)]
pairs += [(0.1, 0.4), (0.5, 1.0)]
sweeps = {
    name: activation.threshold_sweep(*case, pairs, validation)
    for name, case in cases.items()
}
table = pd.concat(sweeps, axis=1)
columns = ["neurons", "size_reduction", "drop"]
table = table[[(net, c) for net in sweeps for c in columns]].round(2)
table.index = [f"{mean:g}, {std:g}" for mean, std in pairs]
table

# %% [markdown]
# *Committed runs, measured here.* Read across a row: the same rule, the same
# thresholds, the same architecture – and two different stories. **How much can
# be pruned is decided while training, not afterwards.**

# %% tags=["picture"]
within = {k: f[f["drop"] <= 0.5]["size_reduction"] for k, f in sweeps.items()}
most = ", ".join(f"{k} {rows.max():.1f} %" for k, rows in within.items())
figures.show(
    figures.trade_off(sweeps),
    "Drop in validation accuracy over parameters removed. Within half a "
    f"point, parameters removed: {most}.",
)

# %% [markdown]
# **The choice, and the test.** One seed could be luck, so there are three. For
# each, the pair is chosen on validation. The best of many rows looks better
# than it is – part of it is luck with these images – so validation is asked
# for 0.03 points less than the drop that we are willing to report, three
# images in ten thousand. The test set is read once, below.

# %%
seeds, chosen, pruned = (0, 1, 2), {}, {}
nets = [models.load_checkpoint(f"mlp-quiet-{seed}") for seed in seeds]
stats = [activation.activation_statistics(net, validation) for net in nets]
grid = [(k / 400, k / 200) for k in range(2, 13)]
for seed, (net, found) in enumerate(zip(nets, stats, strict=True)):
    rows = activation.threshold_sweep(net, found, grid, validation)
    for budget in (0.08, 0.5):
        row = experiments.choose(rows, budget - 0.03)
        keep = activation.select_neurons(found, row["mean"], row["std"])
        chosen[budget, seed] = keep
        pruned[budget, seed] = activation.remove_neurons(net, keep)
        left = pruned[budget, seed].widths[1:-1]
        print(f"seed {seed}, {budget}: std ≤ {row['std']:g} goes,", *left)

# %% [markdown]
# Now the test set. First the bases: is **quiet** really no worse than the same
# network trained without the penalty? For the plain networks of seeds 1 and 2
# the course ships the answers they gave, not the weights (six megabytes each);
# for seed 0 it ships both, and the cell asserts that they agree.

# %% tags=["headline"]
answers = models.load_predictions("mlp-plain")
said = [predictions(net, test) for net in nets]
assert torch.equal(predictions(plain, test), answers["test-0"])
base = {}
for split, images in (("validation", validation), ("test", test)):
    right = [answers[f"{split}-{s}"] == images.labels for s in seeds]
    base[f"plain, {split}"] = [100 * r.double().mean().item() for r in right]
    base[f"quiet, {split}"] = [100 * accuracy(net, images) for net in nets]
base = pd.DataFrame(base, index=[f"seed {seed}" for seed in seeds]).T
base["mean"] = base.mean(axis=1)
print("Bases, accuracy in percent")
print(base.round(2).to_string())
lead = 100 * (base["mean"]["quiet, test"] - base["mean"]["plain, test"])
print(f"quiet − plain on test: {lead:+.1f} images in 10 000")

# %% tags=["headline"]
rows = pd.DataFrame(
    {"budget": budget}
    | experiments.compare(nets[seed], small, test, known=said[seed])
    for (budget, seed), small in pruned.items()
)
columns = ["size_reduction", "before", "after", "drop", "changed"]
plain_rule_table = experiments.summarize(rows, ["budget"], columns).round(2)
print("Plain rule, no fine-tuning, test set, mean and std of three seeds")
print(plain_rule_table.to_string())

# %% [markdown]
# *Committed runs, measured here.* The bases: on validation, quiet is ahead; on
# the test set the two are within a few images of each other – far less than
# the spread between seeds. The penalty costs nothing that three seeds can show.
# Beside the second table, the article's figures (*quoted*):
# 62 % fewer parameters at a drop of 0.08, and 74 % at 0.5.
#
# Look at the last column: **the same accuracy is not the same model**. More
# images change their answer than the drop suggests, because gains and losses
# cancel.

# %% [markdown]
# **Controls.** Would removing *any* neurons have done as well? Remove as many
# from each layer, at random.


# %%
drops = [
    experiments.random_control(net, found, chosen[0.08, seed], seed, test)
    for seed, (net, found) in enumerate(zip(nets, stats, strict=True))
]
print(f"as many neurons at random: drop {sum(drops) / 3:.1f} points")

# %% [markdown]
# ## Beyond the plain rule
#
# **A constant neuron can go, whatever its mean.** A neuron that answers 3.0 to
# everything adds the same $V_{:,j} \cdot 3.0$ to the next layer each time.
# That is what a bias does. So move it there:
#
# $$ c \to c + \sum_{j \notin K} V_{:,j}\, m_j . $$
#
# Then only the *standard deviation* decides, and the mean need not be near
# zero. The cell makes five neurons constant and removes them both ways.

# %%
constant = models.load_checkpoint("mlp-quiet-0")
with torch.no_grad():
    constant.fc2.weight[:5] = 0
    constant.fc2.bias[:5] = 3.0
known = activation.activation_statistics(constant, validation)
keep, images = {"fc2": torch.arange(512) >= 5}, test.images[:500]
for kind, fold in (("lost", None), ("folded", known)):
    smaller = activation.remove_neurons(constant, keep, fold_mean_of=fold)
    error = (smaller(images) - constant(images)).abs().max().item()
    print(f"means {kind}: the same logits to 1e-12?", error < 1e-12)

# %% [markdown]
# **A mean near zero is not silence.** ReLU outputs cannot be negative, so a
# small mean forces a small spread. In a tanh network positive and negative
# answers cancel: a busy neuron may have a mean of zero. That is why the rule
# asks for *both* numbers; the first annex shows what the mean alone destroys.
#
# **A score that knows who is listening.** A neuron may move a lot and still
# not matter, if the next layer hardly listens. Once the mean is folded,
# removing neuron $j$ disturbs the next layer's inputs by
# $(a_j - m_j)\,V_{:,j}$, whose typical size is
#
# $$ \text{score}_j = s_j \cdot \lVert V_{:,j} \rVert_2 . $$
#
# Scale the neuron up and its outgoing weights down, and the score stays the
# same: it is free of the units that made the article's thresholds fail. (To
# compare layers, each score is divided by its layer's root mean square.) Each
# point below removes the share asked for.

# %%
shares = [0.8, 0.85, 0.9, 0.92, 0.94]
case = (nets[0], stats[0])
curves = {
    "plain rule": activation.threshold_sweep(*case, grid[1::2], validation),
    "score": experiments.score_sweep(*case, shares, validation, fold=False),
    "score, folded": experiments.score_sweep(*case, shares, validation),
}
lost, folded = (curves[k].loc[3, "drop"] for k in list(curves)[1:])
figures.show(
    figures.trade_off(curves, limit=4),
    "Drop in validation accuracy over parameters removed, seed 0. At 92 % "
    f"fewer the score loses {lost:.2f} points, with folding {folded:.2f}.",
)

# %% [markdown]
# Up to about nine tenths, the plain rule does as well as the cleverer score: in
# a network trained to be quiet, silence is easy to see. Beyond that, folding is
# what counts. Knowing the outgoing weights gains little here – a negative
# result, kept.
#
# ## Fine-tuning
#
# What was cut can often be relearned by what is left. The smaller network
# trains for four epochs on the training images and on the unpruned network's own
# answers to them (*distillation*). Three seeds, two sizes. This is the longest
# cell of the chapter, about half a minute.

# %%
tuned = {}
for seed in progress.over(seeds, "fine-tuning"):
    lessons = soft_labels(nets[seed], train)
    for share in (0.92, 0.96):
        small = experiments.prune_by_score(nets[seed], stats[seed], share)
        fit(small, lessons, None, epochs=4, seed=seed, learning_rate=2e-3)
        tuned[share, seed] = small
shapes = {key: small.widths[1:-1] for key, small in tuned.items()}
pd.Series(shapes).unstack().rename_axis(index="share", columns="seed")

# %% tags=["headline"]
rows = pd.DataFrame(
    {"share": share}
    | experiments.compare(nets[seed], small, test, known=said[seed])
    for (share, seed), small in tuned.items()
)
tuned_table = experiments.summarize(rows, ["share"], columns).round(2)
print("Score, means folded, fine-tuned, test set, mean and std of three seeds")
print(tuned_table.to_string())

# %% [markdown]
# What the unpruned network gains from the same four epochs, and what the same
# small shape reaches from scratch, stands in the annex. Which images changed?

# %%
classes = experiments.drop_per_class(nets[0], tuned[0.96, 0], validation)
change = experiments.compare(nets[0], tuned[0.96, 0], validation)
print(f"drop: {change['drop']:.2f} points")
print(f"images answered differently: {change['changed']:.2f} %")
classes.round(2)

# %% [markdown]
# Some digits paid for the average, others gained. If one class matters more –
# the 1 and the 7 on a cheque – look at its row before the mean.

# %% tags=["practice"]
page.practice.show("02", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# First your verdict, then the evidence.

# %% tags=["claims"]
page.claim_review.show(
    "article-74-percent-of-neurons",
    "article-62-percent",
    "article-quarter",
    "article-near-zero",
    "article-little-impact",
    "article-variance-if-negative",
    "hu-2016-mostly-zero",
)

# %% [markdown]
# ## Practice
#
# Two questions stood above. The third asks you to explain.

# %% tags=["practice"]
page.practice.show("02", "explain")

# %% [markdown]
# ## Research note
#
# Attach a question to an object of this page: a heading, an equation, a code
# cell by the number of its `In [ ]`, a claim.

# %% tags=["research-note"]
page.research_note.show("02")

# %% [markdown]
# ## Exercises
#
# [The exercises of this chapter](../exercises/02_activation_pruning_exercises.ipynb):
# merge statistics, recognise a silent neuron, remove a neuron from both layers, fold a
# mean, choose without fooling yourself.

# %% [markdown]
# ## Annex (optional): a mean near zero is not silence
#
# Train a small tanh network for two epochs. Remove from its hidden layer the
# neurons with a mean near zero – by the mean alone, and by the whole rule.

# %%
torch.manual_seed(0)
tanh = models.MLP((784, 30, 10), "tanh", dtype=torch.float64)
fit(tanh, train, None, epochs=2, seed=0)
busy = activation.activation_statistics(tanh, validation)
near_zero = busy["fc1"].mean.abs() <= 0.2
both = activation.select_neurons(busy, 0.2, 0.2)["fc1"]
print(int(near_zero.sum()), "of 30 neurons have |mean| ≤ 0.2, but their")
print(f"std starts at {busy['fc1'].std[near_zero].min():.2f}")
print(f"before: accuracy {100 * accuracy(tanh, validation):.1f} %")
for label, keep in (("mean alone", ~near_zero), ("mean and std", both)):
    shorter = activation.remove_neurons(tanh, {"fc1": keep})
    right = 100 * accuracy(shorter, validation)
    print(f"{label}: {int((~keep).sum())} go, accuracy {right:.1f} %")

# %% [markdown]
# By their mean, most of these neurons look silent. Each of them is busy for
# nearly every image: positive and negative answers cancel. The whole rule, with
# the same number for both thresholds, removes none.

# %% [markdown]
# ## Annex (optional): controls for fine-tuning
#
# A table of fine-tuned networks needs controls. First: how much of the recovery is
# simply more training – what does the *unpruned* network gain from the same
# four epochs? Second: would the same small shape from scratch do as well, given
# as many epochs as both phases together, with the labels or with the large
# network's answers? (Committed runs: `recipes/mlp_quiet_tuned.py` and
# `recipes/mlp_small.py`; their answers ship.)


# %%
def mean_accuracy(name, prefix):
    stored = models.load_predictions(name)
    right = [stored[f"{prefix}test-{s}"] == test.labels for s in seeds]
    return 100 * torch.stack(right).double().mean().item()


means = tuned_table.xs("mean", axis=1, level=1).loc[0.96]
accuracies = {
    "unpruned": means["before"],
    "unpruned, tuned as long": mean_accuracy("mlp-quiet-tuned", ""),
    "96 % fewer, pruned and tuned": means["after"],
    "same shape from scratch, labels": mean_accuracy("mlp-small", "labels-"),
    "same shape from scratch, soft": mean_accuracy("mlp-small", "soft-"),
}
pd.Series(accuracies, name="test %, 3 seeds").round(2).to_frame()

# %% [markdown]
# In this comparison pruning beats starting small, with either kind of label; it
# need not be so elsewhere, and chapter 04 asks again. Read the second row too:
# whoever compares a fine-tuned small network with a base that was *not*
# fine-tuned may count extra training as if it were pruning. Here that is no
# excuse: the unpruned network gains nothing from the same four epochs.

# %% [markdown]
# ## Annex (optional): the same function in other units
#
# Scale the first layer of **quiet** by ten and the next layer's weights by a
# tenth. The function is the same; the plain rule no longer agrees with itself;
# the score does.

# %%
scaled = models.load_checkpoint("mlp-quiet-0")
with torch.no_grad():
    scaled.fc1.weight *= 10
    scaled.fc1.bias *= 10
    scaled.fc2.weight /= 10
same = (scaled(test.images[:500]) - quiet(test.images[:500])).abs().max()
assert same < 1e-10
for name, network in (("quiet", quiet), ("scaled", scaled)):
    found = activation.activation_statistics(network, validation)
    by_rule = int(activation.select_neurons(found, 0.01, 0.02)["fc1"].sum())
    by_score = experiments.keep_ratio_masks(network, found, 0.9)["fc1"].sum()
    print(f"{name}, neurons kept in fc1: {by_rule} by the rule,", end=" ")
    print(int(by_score), "by the score at a share of 0.9")

# %% [markdown]
# ## Annex (optional): channels are neurons too
#
# The same functions work on LeNet-5. A channel is a neuron whose statistics
# run over the images *and* the positions; one channel of `conv2` is sixteen
# columns of `fc1`, and `surgery` cuts them all. LeNet-5 was trained without
# a penalty, so expect little.

# %%
lenet5, part = models.load_checkpoint("lenet5-0"), validation.first(1000)
found = activation.activation_statistics(lenet5, part)
rows = []
for share in (0.2, 0.4, 0.6):
    keep = experiments.keep_ratio_masks(lenet5, found, share)
    small = activation.remove_neurons(lenet5, keep, fold_mean_of=found)
    counts = {name: int(mask.sum()) for name, mask in keep.items()}
    drop = experiments.compare(lenet5, small, part)["drop"]
    rows.append({"share": share, **counts, "drop (points)": round(drop, 2)})
pd.DataFrame(rows).set_index("share")

# %% [markdown]
# ## Annex (optional): how often is it zero?
#
# APoZ, the average percentage of
# zeros ([Hu et al. 2016](https://arxiv.org/abs/1607.03250)), removes neurons
# that are mostly zero. Compare it with the score: remove, from the first layer,
# as many neurons by either.

# %%
layer = stats[0]["fc1"]
score = experiments.output_scores(nets[0], stats[0])["fc1"]
rows = []
for count in (800, 900):
    row = {"removed from fc1": count}
    for label, order in (("APoZ", -layer.zero_fraction), ("score", score)):
        gone = torch.argsort(order, stable=True)[:count]
        keep = {"fc1": torch.ones(1024).bool().index_fill(0, gone, False)}
        small = activation.remove_neurons(nets[0], keep, fold_mean_of=stats[0])
        drop = experiments.compare(nets[0], small, validation)["drop"]
        row[f"drop by {label}"] = round(drop, 2)
    rows.append(row)
pd.DataFrame(rows).set_index("removed from fc1")

# %% [markdown]
# A neuron that is zero for nearly every image may be the one that decides the
# rest: **rare is not useless**. The spread notices a rare but loud answer, the
# share of zeros does not.
