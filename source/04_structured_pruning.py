# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 04 Structured pruning: shapes that shrink
#
# A mask leaves zeros in a matrix of the same shape. This chapter removes whole units –
# neurons, filters, attention heads, blocks – so that a smaller, dense network remains,
# and times it beside a masked one.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [02 Activation pruning](02_activation_pruning.ipynb): removal from both layers; [03 Magnitude masks](03_magnitude_masks.ipynb): what a zero does not save |
# | **You will be able to** | remove filters with everything that depends on them, across a flatten, a batch normalization, and a residual connection; check that the smaller network computes what the masked one does; explain why five times fewer multiplications do not make a network five times faster |
# | **Time** | about 40 minutes, then the exercises |
# | **Leads to** | [05 Sparse storage](05_sparse_storage.ipynb), where the zeros of chapter 03 save bytes |

# %%
import pandas as pd
import torch

# %%
from course_lib import figures, latency, magnitude, models, page, structured
from course_lib.activation import activation_statistics, output_scores
from course_lib.data import load_mnist
from course_lib.demos import shape_explorer, which_faster
from course_lib.experiments import compare_stored, errors_by_score, two_spreads
from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.training import accuracy, fit, predictions, seed_everything

# %%
seed_everything(0)
train, test = load_mnist("train"), load_mnist("test")
few, digit = train.first(2000), test.images[:1]
part = load_mnist("validation").first(500)
lenet5 = models.load_checkpoint("lenet5-0")
print("LeNet-5:", parameter_count(lenet5), "parameters,", end=" ")
print(mac_count(lenet5, digit), "MACs;", end=" ")
print(f"{100 * accuracy(lenet5, part):.2f}% of 500 validation images correct")

# %% tags=["map"]
page.learning_map.show("04")

# %% tags=["again"]
page.practice.again("03")

# %% [markdown]
# ## Predict
#
# Make a guess before you read on; that unlocks the demo.

# %% tags=["predict"]
page.predict.show("04")

# %% [markdown]
# ## Intuition
#
# In chapter 03, streets were erased, but the map kept its size. Now the map is redrawn
# smaller.

# %% tags=["storyboard"]
page.storyboard.show("structured")

# %%
importance = structured.weight_norms(lenet5, p=1)
order = importance["conv1"].argsort(descending=True)
filters = lenet5.conv1.weight.detach()[order, 0].numpy()
sizes = [f"{size:.1f}" for size in importance["conv1"][order].tolist()]
figures.show(
    figures.kept_and_removed(filters, sizes, 10),
    "The filters of conv1, the ten to keep and the ten to remove, with sums "
    f"of absolute weights from {sizes[0]} to {sizes[-1]}.",
)

# %% [markdown]
# The sums fall gradually, and none is near zero, so removing half the filters will cost
# accuracy.

# %% [markdown]
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("04")

# %% [markdown]
# ## Math
#
# | symbol | meaning | shape |
# |---|---|---|
# | $W$, $b$ | filters of a convolution, and their biases | $(n, n_\text{in}, k, k)$, $(n,)$ |
# | $V$ | filters of the next convolution | $(n_\text{out}, n, k, k)$ |
# | $U$ | a linear layer after a *flatten*, which joins all channels into one row | $(n_\text{out}, n \cdot h \cdot w)$ |
# | $I_j = \sum \lvert W_{j,:,:,:} \rvert$ | importance of filter $j$ ([Li et al. 2016](https://arxiv.org/abs/1608.08710)) | a number |
# | $K$ | the filters that are kept | a set of $\lvert K \rvert \le n$ |
#
# $$ W \to W_{K,:,:,:}\,, \quad b \to b_K\,, \quad V \to V_{:,K,:,:}\,, \quad
# U \to \text{the } h \cdot w \text{ columns of each } j \in K . $$
#
# With $H \times W$ output positions, the convolution takes $n \cdot n_\text{in} \cdot
# k^2 \cdot H \cdot W$ MACs. If *every* layer keeps half its channels, an inner layer
# keeps a quarter of its weights and MACs: both sides shrink.
#
# Three cases need more care. **Batch normalization** shifts and rescales each channel,
# with a running mean $\mu$ and variance $\sigma^2$ and a learned scale $\gamma$ and
# shift $\beta$. It turns the output of a zero filter into $\beta -
# \gamma\mu/\sqrt{\sigma^2+\epsilon}$. A **residual connection** adds a block's inputs
# to its outputs, so both must lose the same channels. And an **attention head**, which
# lets a transformer's positions read each other, is a group of rows in three matrices
# and columns in a fourth.

# %% [markdown]
# ## Code
#
# Cut `conv1` to half its filters by hand. It loses ten filters and their biases;
# `conv2`, which reads their channels, loses the matching slices of all its filters.

# %%
K = importance["conv1"].argsort(descending=True)[:10].sort().values
half = models.LeNet5((10, 50), dtype=torch.float64)
cut = {
    "conv1.weight": lenet5.conv1.weight[K],
    "conv1.bias": lenet5.conv1.bias[K],
    "conv2.weight": lenet5.conv2.weight[:, K],
}
half.load_state_dict({**lenet5.state_dict(), **cut})
both = 20 * 1 * 5 * 5 * 24 * 24 + 50 * 20 * 5 * 5 * 8 * 8
left = 10 * 1 * 5 * 5 * 24 * 24 + 50 * 10 * 5 * 5 * 8 * 8
assert mac_count(lenet5, digit) - mac_count(half, digit) == both - left
print(f"MACs of both convolutions: {both} before, {left} after")

# %% [markdown]
# Removing half of one layer's filters halves the arithmetic of two layers.
# `course_lib.structured` does this in three steps – importance, selection, removal –
# for every network that declares its units.

# %%
keep = structured.select_units(importance, {"conv1": 0.5})
by_library = structured.remove_units(lenet5, keep)
for name, weight in half.state_dict().items():
    assert torch.equal(by_library.state_dict()[name], weight), name
print("the same network, bit for bit")

# %% [markdown]
# **The same choice as a mask.** Now both convolutions lose half their filters.
# `as_masks` turns the choice into masks, as in chapter 03. The masked and shrunk
# networks must compute the same function.

# %%
keep = structured.select_units(importance, {"conv1": 0.5, "conv2": 0.5})
halved = structured.remove_units(lenet5, keep)
silenced = magnitude.masked(lenet5, structured.as_masks(lenet5, keep))
gap = (silenced(part.images[:500]) - halved(part.images[:500])).abs().max()
assert gap < 1e-10
for name, network in (("masked", silenced), ("shrunk", halved)):
    print(f"{name}: {parameter_count(network)} parameters,", end=" ")
    print(f"{mac_count(network, digit)} MACs, {saved_size(network)} bytes")

# %% [markdown]
# The two forms compute the same function, but only one of them is smaller.

# %% [markdown]
# ## Demo
#
# **Which of six patterns makes a layer faster?** Commit to a guess, then see masks,
# bytes, arithmetic, and times on your machine.

# %% tags=["demo"]
which_faster.show()

# %% [markdown]
# **A whole network.** Choose a layer (on the keyboard, the space bar opens the list)
# and how many of its units stay.

# %% tags=["practice"]
page.practice.show("04", "predict")

# %% tags=["demo"]
page.predict.reveal("04", *shape_explorer.build(lenet5, importance, part))

# %% [markdown]
# **The answer to the prediction**, measured. The networks take turns, so a slow moment
# slows them all. Each time is for the faster of PyTorch's two memory layouts, channels
# first or channels last.

# %% tags=["reveal"]
masks = magnitude.global_magnitude_masks(lenet5, 0.75)
networks = {"dense": lenet5, "A masked": magnitude.masked(lenet5, masks)}
weights = magnitude.prunable_weights(lenet5)
del weights["conv1.weight"]  # its 25 inputs are not a multiple of four
masks = {k: magnitude.n_m_mask(w, 2, 4) for k, w in weights.items()}
networks["B two of four"] = magnitude.masked(lenet5, masks)
keep = structured.select_units(importance, {"fc1": 0.5})
networks["C half the neurons"] = structured.remove_units(lenet5, keep)
networks["D half the filters"] = halved

# %% tags=["reveal"]
bill = {"parameters": parameter_count, "bytes": saved_size}
bill["MACs"] = lambda network: mac_count(network, digit)
pd.DataFrame({k: pd.Series(networks).map(f) for k, f in bill.items()})

# %% tags=["reveal", "nbval-ignore-output"]
batch = test.images[:256]
found = latency.compare(networks, batch, rounds=5)
*others, d = found["times faster"]
assert d > 1.3 * max(others)
found.round(2)

# %% [markdown]
# Only D gains much. **Half of what?** “Half of the network” may mean units, parameters,
# MACs, bytes, or milliseconds, and these are different halves.

# %% [markdown]
# ## Measure
#
# **How sensitive is each layer?** Remove the units with the smallest l1 norms from one
# layer at a time, without retraining.

# %%
ratios = [0, 0.2, 0.4, 0.6, 0.8]
scan = structured.unit_sensitivity(lenet5, importance, ratios, part)
errors = 100 - scan.pivot(index="ratio", columns="layer", values="accuracy")
at_60 = errors.loc[0.6]
assert at_60["conv1"] > 3 * at_60["conv2"] > 3 * at_60["fc1"]
axes = ("share of units removed", "validation error (%)")
figures.show(
    figures.error_curves(errors, labels=axes),
    "Validation error (log axis) when one layer loses units. At 0.6: "
    + ", ".join(f"{layer} {error:.1f}" for layer, error in at_60.items()),
)

# %% [markdown]
# The first layer can spare the smallest share of its units; the linear layer, the
# largest.
#
# **Which units?** Now every layer loses the same share of its units. They are chosen by
# two norms; by *activation*, chapter 02's score; by *Taylor*, which estimates from
# gradients how removing a unit changes the loss ([Molchanov et al.
# 2019](https://arxiv.org/abs/1906.10771)); and by chance, in twenty draws. For
# comparison, `single weights` prunes the network's smallest individual weights until as
# many parameters are left. Scores come from training images, errors from validation
# images.

# %%
importances = {
    "l1": structured.weight_norms(lenet5, p=1),
    "l2": structured.weight_norms(lenet5, p=2),
    "activation": output_scores(lenet5, activation_statistics(lenet5, few)),
    "Taylor": structured.taylor_scores(lenet5, few),
}

# %%
errors, chance = errors_by_score(lenet5, importances, [0.4, 0.5, 0.6], part)
table = errors.assign(chance=chance.mean(axis=1), std=chance.std(axis=1))
print(f"Validation error (%) by the share of units removed\n{table.round(2)}")
luckier = errors.apply(lambda error: chance.lt(error, axis=0).sum(axis=1))
print(f"Number of the 20 random draws with fewer errors\n{luckier}")
assert errors["single weights"].max() < 100 - 100 * accuracy(lenet5, part) + 1
assert luckier.loc[:0.5].max(axis=None) <= 5
assert luckier["Taylor"].max() <= 3 < 10 < luckier.loc[0.6, :"l2"].min()

# %%
figures.show(
    figures.error_curves(errors, labels=axes, chance=chance),
    "Validation error, on a log axis, when units of all layers are removed; "
    "in gray, the mean and the range of 20 random draws.",
)

# %% [markdown]
# At each share, pruning individual weights to the same number of parameters costs less
# than a point: **removing whole units is coarse**. Up to a share of 0.5, each score
# loses to at most 5 of the 20 random draws. At 0.6, Taylor loses to 3, but either norm
# to most: **here, with so much removed at once and no retraining, the norms are worse
# guides than chance.**
#
# **With fine-tuning and controls.** LeNet-5 keeps 4 and 16 filters in its two
# convolutions, and 64 neurons. A residual network and a transformer keep half their
# units. Each shrunk network is fine-tuned for eight epochs on the answers of the
# unpruned one. There are four controls: `random` units, drawn seven times; the shrunk
# shape trained from `scratch` on the same answers, for as many epochs as training and
# fine-tuning together ([Liu et al. 2019](https://arxiv.org/abs/1810.05270)); the
# unpruned network, trained for eight more epochs (`dense`); and three whole `blocks`
# removed from the residual network. *Committed runs* (`recipes/shrunk.py`): three
# seeds, each with its own unpruned network.

# %% tags=["headline"]
first = {"lenet5": "l1", "resnet": "l1", "transformer": "taylor"}
bases = {name: models.load_checkpoint(f"{name}-0") for name in first}
shrunk = {name: models.load_checkpoint(f"{name}-shrunk-0") for name in first}
rows, tables = {}, {}
for name, way in first.items():
    stored = models.load_predictions(f"{name}-shrunk")
    own = stored[f"{way}-test-0"][:2000]
    assert torch.equal(predictions(shrunk[name], test.first(2000)), own)
    rows[name] = compare_stored(stored, test.labels)
    tables[name] = two_spreads(rows[name], ["way"]).round(2)
    large, small = (mac_count(nets[name], digit) for nets in (bases, shrunk))
    print(f"{name}: {large / small:.1f} times fewer MACs; test set; in points")
    print(tables[name].to_string())

# %%
drop = {name: table["drop"] for name, table in tables.items()}
assert max(drop["lenet5"]["l1"], drop["transformer"]["taylor"]) < 0.3
assert drop["lenet5"]["l1"] < drop["lenet5"]["random"] - 0.1
assert abs(drop["lenet5"]["l1"] - drop["lenet5"]["scratch"]) < 0.1
for name, way in (("resnet", "l1"), ("transformer", "taylor")):
    assert abs(drop[name][way] - drop[name]["random"]) < 0.1
    assert drop[name]["scratch"] < drop[name][way] - 0.1
assert drop["resnet"]["l1"] < drop["resnet"]["blocks"]

# %% [markdown]
# LeNet-5 gives up most of its arithmetic for a drop of 0.21 points. Random units cost
# more, 0.34 on average. In the other networks, they cost about as much as units chosen
# by a score. And **nowhere does pruning beat the same shape from scratch**: in LeNet-5,
# the two differ by less than two seeds do; in the others, `scratch` is better. For the
# residual network, removing whole blocks costs more than making its blocks narrower.
#
# ## Who gets faster?
#
# We time the three networks in two more forms; all take turns. *Masked* has one zero
# for every parameter that the shrunk network lost. *One unit* keeps a single unit in
# each group, to show what calling the layers costs when little is multiplied.

# %% tags=["nbval-ignore-output"]
clocks = {}
for name, network in bases.items():
    least = structured.select_units(structured.weight_norms(network, p=1), 1)
    share = 1 - parameter_count(shrunk[name]) / parameter_count(network)
    zeros = magnitude.global_magnitude_masks(network, share)
    ways = {"dense": network, "masked": magnitude.masked(network, zeros)}
    ways["shrunk"] = shrunk[name]
    ways["one unit"] = structured.remove_units(network, least)
    macs = pd.Series({k: mac_count(way, digit) for k, way in ways.items()})
    for size in (256, 1):
        found = latency.compare(ways, test.images[:size], rounds=5)
        found["MACs, times fewer"] = macs["dense"] / macs
        clocks[name, size] = found.drop(columns="format")
table = pd.concat(clocks, names=["network", "batch", "way"])
table.round(2)

# %%
faster = table["times faster"].unstack("way")
at_256, at_1 = (faster.xs(size, level="batch") for size in (256, 1))
assert at_256["masked"].between(0.5, 2).all()
assert at_256["shrunk"].min() > 1.15
assert (at_1["one unit"] / at_1["shrunk"]).max() < 2

# %% [markdown]
# *Measured here*, on one thread. **A masked network takes just as long as the dense
# one.** **At batch 256, every smaller shape is faster**, but LeNet-5 gains far less
# than its MACs suggest. **At batch 1, the gain is smaller, and little more is
# possible**: even with one unit per group, a network takes more than half as long as
# the shrunk one. What remains is the cost of calling the layers (see the annex on where
# the time goes).
#
# To choose, plot **test error against time**, here for seed 0 and batches of 256, with
# intervals over images.

# %% tags=["nbval-ignore-output"]
points = []
for name, way in first.items():
    row = rows[name].query("seed == 0").set_index("way").loc[["unpruned", way]]
    row["ms"] = clocks[name, 256]["ms"][["dense", "shrunk"]].to_list()
    points.append(row.assign(network=name, way=["dense", "shrunk"]))
points = pd.concat(points, ignore_index=True)
caption = "Test error against time per batch, with the numbers below."
figures.show(figures.error_over_time(points), caption)
turns = latency.compare(dict(list(bases.items())[:2]), batch, rounds=5)
assert turns["times faster"]["resnet"] > 1.1
assert points["low"].iloc[0] < points["error"].iloc[2] < points["high"].iloc[0]
points[["network", "way", "ms", "error", "low", "high"]].round(2)

# %% [markdown]
# The unpruned residual network is faster than the unpruned LeNet-5 and, on these
# images, about as accurate: another shape can save time without any pruning. So compare
# a pruned network with the best network of the same speed.
#
# ## Residual connections and heads
#
# Each network declares groups of layers that must lose the same channels: *producers*
# compute a group's channels, *consumers* read them. Along residual connections, every
# layer that adds to their sum, the *stream*, is a producer.

# %%
resnet, transformer = bases["resnet"], bases["transformer"]
groups = {**resnet.unit_groups, **transformer.unit_groups}
for name in ("stage1_block1", "stream1", "block1.heads"):
    print(f"{name}: computed by", ", ".join(groups[name].producers))
    print("  read by", ", ".join(groups[name].consumers))

# %% [markdown]
# Remove half of every group's units and compare with masking. Then try a shortcut on
# the residual network: set only the filters to zero.

# %%
images = part.images[:300]
for name, network in bases.items():
    scores = structured.weight_norms(network, p=1)
    keep = structured.select_units(scores, 0.5)
    small = structured.remove_units(network, keep)(images)
    masks = structured.as_masks(network, keep)
    gap = (magnitude.masked(network, masks)(images) - small).abs().max()
    print(f"{name}: masked equals shrunk to 1e-10:", bool(gap < 1e-10))

# %%
masks = structured.as_masks(resnet, {"stage1_block1": torch.arange(16) < 8})
filters = {name: masks[name] for name in ["stage1_block1.conv1.weight"]}
logits = [magnitude.masked(resnet, m)(images) for m in (masks, filters)]
gap = (logits[0] - logits[1]).abs().max()
print(f"only filters zeroed: the logits differ by up to {gap:.1f}")

# %% [markdown]
# A filter of zeros outputs zero, but after batch normalization (see the formula above),
# most such channels are not silent. So `as_masks` also masks the normalization and the
# layers that read the channel.

# %% tags=["practice"]
page.practice.show("04", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# Give your verdict, then read the evidence.

# %% tags=["claims"]
page.claim_review.show(
    "concept-page-shape",
    "concept-page-smaller-compression",
    "torch-pruning-three-quarters",
    "torch-pruning-delta",
    "li-2017-half-the-filters",
    "li-2017-vgg-16",
    "li-2017-best-epoch",
    "liu-2019-from-scratch",
    "molchanov-2019-correlation",
    "blalock-2020-no-benchmarks",
)

# %% [markdown]
# ## Practice
#
# The last practice question asks you to explain.

# %% tags=["practice"]
page.practice.show("04", "explain")

# %% [markdown]
# ## Research note
#
# Attach a question to something on this page.

# %% tags=["research-note"]
page.research_note.show("04")

# %% [markdown]
# ## Exercises
#
# [The exercises for this chapter](../exercises/04_structured_pruning_exercises.ipynb):
# cut a convolution with its normalization, choose channels for coupled layers, find the
# overhead, and get the most speed within an accuracy budget.

# %% [markdown]
# ## Annex (optional): carrying the optimizer over
#
# Adam keeps running averages of each weight's gradient. When units are removed during
# training, these averages must lose the same rows and columns. The code below trains a
# network for one epoch on a tenth of the images, removes half of its neurons, and takes
# one more step. With the averages carried over, the small network takes the same step
# as the large masked one.

# %%
from course_lib.surgery import prune_optimizer, remove_blocks

tenth = train.first(5000)
seed_everything(0)
large = models.MLP((784, 100, 10), dtype=torch.float64)
adam = torch.optim.Adam(large.parameters(), lr=1e-3)
fit(large, tenth, None, epochs=1, seed=0, optimizer=adam)
keep = structured.select_units(structured.weight_norms(large, p=2), 0.5)
small = structured.remove_units(large, keep)
pruned_adam = prune_optimizer(adam, large, small, keep)
magnitude.apply_masks(large, structured.as_masks(large, keep))

# %%
for model, optimizer in ((large, adam), (small, pruned_adam)):
    optimizer.zero_grad()
    logits = model(tenth.images[:128])
    torch.nn.functional.cross_entropy(logits, tenth.labels[:128]).backward()
    optimizer.step()
kept_rows = large.fc1.weight[keep["fc1"]]
gap = (kept_rows - small.fc1.weight).abs().max()
print("the same step to 1e-12:", bool(gap < 1e-12))

# %% [markdown]
# ## Annex (optional): where the time goes
#
# Here, each step of LeNet-5 is timed alone, at batch 256. The row `whole` is a new
# measurement, taken along with these steps, so its ratio can differ from the one above.

# %% tags=["nbval-ignore-output"]
three = {"dense": lenet5, "shrunk": shrunk["lenet5"]}
scores = structured.weight_norms(lenet5, p=1)
keep = structured.select_units(scores, 1)
three["one unit"] = structured.remove_units(lenet5, keep)
parts = latency.lenet5_parts(three, batch, rounds=5)
parts["times faster"] = parts["dense"] / parts["shrunk"]
for row in ("conv1", "conv2", "fc1 and relu", "fc2"):
    weight = f"{row.split()[0]}.weight"
    sizes = [
        network.get_parameter(weight).numel() for network in three.values()
    ]
    parts.loc[row, "MACs, times fewer"] = sizes[0] / sizes[1]
assert parts["one unit"]["conv1"] > 0.5 * parts["shrunk"]["conv1"]
assert parts["times faster"]["conv2"] > 2 * parts["times faster"]["conv1"]
parts.round(2).astype(object).fillna("")

# %% [markdown]
# The time for `fc1` falls nearly as much as its MACs; the time for `conv2` falls less.
# `conv1` has a floor: with a single filter it takes about as long as with four. ReLU
# and pooling have no MACs at all and still take time. **Most of the remaining time is
# work that MACs do not count.**

# %% [markdown]
# ## Annex (optional): what a masked channel outputs
#
# This cell checks the formula from the Math section for a layer whose inputs are all
# zero.

# %%
norm = resnet.stage1_block1.norm1
silence = torch.zeros(1, 16, 7, 7, dtype=torch.float64)
out = norm(silence)[0, :, 0, 0]
width = (norm.running_var + norm.eps).sqrt()
formula = norm.bias - norm.weight * norm.running_mean / width
torch.testing.assert_close(out, formula)
assert (out > 0).sum() > 8
print(f"inputs all zero: {int((out > 0).sum())} of 16 channels", end=" ")
print(f"still pass the ReLU, with values up to {out.max():.2f}")

# %% [markdown]
# ## Annex (optional): a whole block
#
# A block can be removed if its input and output have the same shape: what remains is
# the connection around it.

# %%
blocks = models.load_checkpoint("resnet-blocks-0")
cut = remove_blocks(resnet, ["stage1_block1", "stage1_block2"])
print("removable:", *resnet.removable_blocks)
nets = (resnet, cut, blocks)
before, two, three = (100 * accuracy(net, part) for net in nets)
print(f"unpruned: {before:.2f}% correct")
print(f"without two blocks, not fine-tuned: {two:.2f}%")
print(f"without three blocks, fine-tuned: {three:.2f}%,", end=" ")
fewer = mac_count(resnet, digit) / mac_count(blocks, digit)
print(f"{fewer:.1f} times fewer MACs")

# %% [markdown]
# ## Annex (optional): one threshold for all layers
#
# In chapter 03, one threshold decided how much each layer lost. The same works for
# units once their scores are comparable: here, each layer's scores are divided by their
# root mean square.

# %%
scores = importances["Taylor"]
rows = {}
for scope in ("layer", "global"):
    keep = structured.select_units(scores, 0.5, scope=scope)
    smaller = structured.remove_units(lenet5, keep)
    rows[scope] = {name: int(mask.sum()) for name, mask in keep.items()}
    rows[scope]["MACs"] = mac_count(smaller, digit)
    rows[scope]["error %"] = round(100 - 100 * accuracy(smaller, part), 2)
assert rows["global"]["MACs"] > 2 * rows["layer"]["MACs"]
pd.DataFrame(rows.values(), index=rows.keys())

# %% [markdown]
# With the same share of units removed, one threshold makes fewer errors here, but it
# keeps more than twice as many MACs, so the two networks are not the same size.

# %% [markdown]
# ## Annex (optional): Li et al.'s rows
#
# *Quoted*, not run again: CIFAR-10 is not part of this course. Each row is one run by
# Li et al. (2017); for ResNet-110, the paper reports the best test accuracy of any
# epoch. A and B are the paper's names for its two pruned versions.

# %%
li = pd.DataFrame(
    [
        ("VGG-16, A", 6.75, 6.60, 34.2, 64.0),
        ("ResNet-56, A", 6.96, 6.90, 10.4, 9.4),
        ("ResNet-56, B", 6.96, 6.94, 27.6, 13.7),
        ("ResNet-110, A", 6.47, 6.45, 15.9, 2.3),
        ("ResNet-110, B", 6.47, 6.70, 38.6, 32.4),
    ],
    columns=["network", "error before %", "after %", "FLOPs −%", "params −%"],
)
li.set_index("network")

# %% [markdown]
# ## Annex (optional): on a GPU
#
# None of the times on this page come from a GPU: the course was made without one. On
# a machine that has one, `python -m recipes.gpu_times` times dense, masked, 2:4, and
# smaller layers there, and writes a table.
