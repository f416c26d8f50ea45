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
# A mask leaves zeros in a matrix of the same shape. This chapter takes whole
# units out – neurons, filters, attention heads, blocks – so that a smaller,
# dense network remains. Then it holds a clock to both.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [02 Activation pruning](02_activation_pruning.ipynb): removal from both layers; [03 Magnitude masks](03_magnitude_masks.ipynb): what a zero does not save |
# | **You will be able to** | remove filters with everything that depends on them, also across a flatten, a batch normalization and a residual connection; prove that the smaller network is the masked one; say why fewer multiplications are not as much less time |
# | **Time** | about 40 minutes, then the exercises |
# | **Leads to** | [05 Sparse storage](05_sparse_storage.ipynb), where the zeros of chapter 03 become bytes |

# %%
import copy

import pandas as pd
import torch

# %%
from course_lib import figures, latency, magnitude, models, page, structured
from course_lib.activation import activation_statistics, output_scores
from course_lib.data import load_mnist
from course_lib.demos import shape_explorer, which_faster
from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.surgery import prune_optimizer, remove_blocks, unit_counts
from course_lib.training import accuracy, fit, predictions

from course_lib.training import seed_everything  # isort: skip

# %%
seed_everything(0)
train = load_mnist("train")
validation = load_mnist("validation")
test = load_mnist("test")
part, digit = validation.first(2000), test.images[:1]
lenet5 = models.load_checkpoint("lenet5-0")
print("LeNet-5:", parameter_count(lenet5), "parameters,", end=" ")
print(mac_count(lenet5, digit), "MACs;", end=" ")
print(f"{100 * accuracy(lenet5, part):.2f} % of 2 000 validation images right")

# %% tags=["map"]
page.learning_map.show("04")

# %% tags=["again"]
page.practice.again("03")

# %% [markdown]
# ## Predict
#
# Commit to a guess before you read on; the demo opens with it.

# %% tags=["predict"]
page.predict.show("04")

# %% [markdown]
# ## Intuition
#
# In chapter 03 streets were erased from a map of the same size. Now the map is
# drawn again, smaller.

# %% tags=["storyboard"]
page.storyboard.show("structured")

# %%
importance = structured.weight_norms(lenet5, p=1)
order = importance["conv1"].argsort(descending=True)
filters = lenet5.conv1.weight.detach()[order, 0]
pictures = 0.5 + 0.5 * filters / filters.abs().max()  # gray is zero
captions = [f"{importance['conv1'][i]:.1f}" for i in order]
figures.show(
    figures.digits(pictures.numpy(), captions, columns=10),
    "The 20 filters of conv1, 5 × 5 each, from the largest sum of absolute "
    f"weights ({captions[0]}) to the smallest ({captions[-1]}).",
)

# %% [markdown]
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("04")

# %% [markdown]
# ## Math
#
# | symbol | meaning | shape |
# |---|---|---|
# | $W$ | filters of a convolution | $(n, n_\text{in}, k, k)$ |
# | $V$ | filters of the next one | $(n_\text{out}, n, k, k)$ |
# | $U$ | a linear layer behind a flatten | $(n_\text{out}, n \cdot h \cdot w)$ |
# | $I_j = \sum \lvert W_{j,:,:,:} \rvert$ | importance of filter $j$ ([Li et al. 2016](https://arxiv.org/abs/1608.08710)) | a number |
# | $K$ | the filters that are kept | a set of $\lvert K \rvert \le n$ |
#
# $$ W \to W_{K,:,:,:}\,, \quad b \to b_K\,, \quad V \to V_{:,K,:,:}\,, \quad
# U \to \text{the } h \cdot w \text{ columns of each } j \in K . $$
#
# On $H \times W$ positions the convolution costs
# $n \cdot n_\text{in} \cdot k^2 \cdot H \cdot W$ MACs. Keep half of *all*
# channels, and an inner layer has a quarter of its weights and of its MACs:
# both sides shrink.
#
# Three places need more care. A **batch normalization** behind the filter has
# a shift of its own: zero the filter, and its channel still says $\beta$. What
# is **added** along a residual connection must lose the same channels on every
# path. And an **attention head** is a group of rows in three matrices and of
# columns in a fourth.

# %% [markdown]
# ## Code
#
# Both convolutions of LeNet-5 lose half of their filters, by hand.

# %%
K1 = importance["conv1"].argsort(descending=True)[:10].sort().values
K2 = importance["conv2"].argsort(descending=True)[:25].sort().values
columns = (16 * K2[:, None] + torch.arange(16)).flatten()  # 4 × 4 positions
half = models.LeNet5((10, 25), dtype=torch.float64)
with torch.no_grad():
    half.conv1.weight.copy_(lenet5.conv1.weight[K1])
    half.conv1.bias.copy_(lenet5.conv1.bias[K1])
    half.conv2.weight.copy_(lenet5.conv2.weight[K2][:, K1])
    half.conv2.bias.copy_(lenet5.conv2.bias[K2])
    half.fc1.weight.copy_(lenet5.fc1.weight[:, columns])
    half.fc1.bias.copy_(lenet5.fc1.bias)
    half.fc2.load_state_dict(lenet5.fc2.state_dict())
print(parameter_count(half), "parameters,", mac_count(half, digit), "MACs")

# %% [markdown]
# `course_lib.structured` takes three steps – importance, selection, removal –
# for every network that declares its units.

# %%
keep = structured.select_units(importance, {"conv1": 0.5, "conv2": 0.5})
by_library = structured.remove_units(lenet5, keep)
for name, weight in half.state_dict().items():
    assert torch.equal(by_library.state_dict()[name], weight), name
print("the same network, bit by bit")

# %% [markdown]
# **The same choice as a mask.** `as_masks` turns what is kept into masks of
# chapter 03. Masked and shrunk must compute the same function; that they do is
# tested for hundreds of random networks, and shown here for one.

# %%
masks = structured.as_masks(lenet5, keep)
silenced = magnitude.masked(lenet5, masks)
gap = (silenced(part.images[:500]) - by_library(part.images[:500])).abs().max()
print("largest difference of the logits below 1e-10:", bool(gap < 1e-10))
for name, network in (("masked", silenced), ("shrunk", by_library)):
    print(f"{name}: {parameter_count(network)} parameters,", end=" ")
    print(f"{mac_count(network, digit)} MACs, {saved_size(network)} bytes")

# %% [markdown]
# One function, two ways to hold it. Only one of them is smaller.

# %% [markdown]
# ## Demo
#
# **Which one gets faster?** One layer, six patterns. Choose how much goes and
# which kernel multiplies; commit to a guess; then see masks, bytes, arithmetic
# and the clock of your machine.

# %% tags=["demo"]
which_faster.show()

# %% [markdown]
# **Both layers.** Now an entire network: choose a layer (by keyboard, space
# opens the list) and how much of it stays. Watch four denominators.

# %% tags=["practice"]
page.practice.show("04", "predict")

# %% tags=["demo"]
page.predict.reveal("04", *shape_explorer.build(lenet5, importance, part))

# %% [markdown]
# **The answer to the prediction**, measured: one run, the four candidates and the
# dense network in turns, so that a machine which changes its speed is fair to
# all. For every network the faster of two memory formats counts.

# %% tags=["reveal"]
masks = {
    "A masked": magnitude.global_magnitude_masks(lenet5, 0.75),
    "B two of four": {
        name: magnitude.n_m_mask(weight, 2, 4)
        for name, weight in magnitude.prunable_weights(lenet5).items()
        if weight[0].numel() % 4 == 0  # all but conv1, with 25 inputs
    },
}
networks = {"dense": lenet5}
for name, found in masks.items():
    networks[name] = magnitude.masked(lenet5, found)
keep = structured.select_units(importance, {"fc1": 0.5})
networks["C half the neurons"] = structured.remove_units(lenet5, keep)
networks["D half the filters"] = by_library

# %% tags=["reveal"]
bill = {"parameters": parameter_count, "bytes": saved_size}
bill["MACs"] = lambda network: mac_count(network, digit)
pd.DataFrame({k: pd.Series(networks).map(f) for k, f in bill.items()})

# %% tags=["reveal", "nbval-ignore-output"]
batch = test.images[:256]
latency.compare(networks, batch).round(2)

# %% [markdown]
# **Name the denominator.** “Half of the network” may mean units, parameters,
# MACs, bytes or milliseconds, and each has another half.

# %% [markdown]
# ## Measure
#
# **How sensitive is each layer?** Remove units from one layer at a time, those
# with the smallest l1 norm, nothing retrained, validation images.

# %%
ratios = [0.2, 0.4, 0.6, 0.8]
scan = structured.unit_sensitivity(lenet5, importance, ratios, part)
scan["percent"] = 100 * scan["ratio"]
by_layer = dict(tuple(scan.groupby("layer", sort=False)))
at_60 = scan[scan["ratio"] == 0.6].set_index("layer")["drop"]
axes = ("units removed from this layer (%)", "drop (points)")
figures.show(
    figures.curves(by_layer, "percent", "drop", labels=axes, limit=30),
    "Drop in validation accuracy when units of one layer go. At 60 %: "
    + ", ".join(f"{name} {drop:.2f}" for name, drop in at_60.items()),
)

# %% [markdown]
# **Which units?** The same number from every layer, chosen in five ways,
# nothing retrained. *Activation* is chapter 02's score, *Taylor* estimates from
# gradients what removing a unit does to the loss ([Molchanov et al.
# 2019](https://arxiv.org/abs/1906.10771)).

# %%
generator = torch.Generator().manual_seed(0)
importances = {
    "l1": structured.weight_norms(lenet5, p=1),
    "l2": structured.weight_norms(lenet5, p=2),
    "activation": output_scores(lenet5, activation_statistics(lenet5, part)),
    "taylor": structured.taylor_scores(lenet5, train.first(2000)),
    "random": structured.random_scores(lenet5, generator),
}

# %%
before, rows = 100 * accuracy(lenet5, part), {}
for kind, scores in importances.items():
    rows[kind] = {}
    for ratio in ratios[:3]:
        keep = structured.select_units(scores, ratio)
        smaller = structured.remove_units(lenet5, keep)
        rows[kind][ratio] = before - 100 * accuracy(smaller, part)
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# Compare with chapter 03, where half of the single weights went for nothing:
# **a unit is a coarse thing to remove**. And where much is removed at once, the
# smallest weights can be a worse guide than chance: scores that look at the data
# (the two in the middle) see more.
#
# **With fine-tuning, and with the controls that such a table needs.** LeNet-5
# keeps 4 and 16 of its filters and 64 neurons; the small network then learns
# for eight epochs from the large one's answers. Beside it: as many units at
# random; the same shape from scratch, on the same answers, for as many epochs as
# both phases together ([Liu et al. 2019](https://arxiv.org/abs/1810.05270)); the
# large network, trained on for as long. Committed runs, by `recipes/shrunk.py`: three seeds of fine-tuning from
# one trained network; the cell asserts that weights and answers of seed 0 agree.


# %%
def test_error(answers):
    return 100 * (answers != test.labels).double().mean().item()


def ways(name, first, unpruned, shrunk):
    """Test errors by way: mean and spread over the seeds of fine-tuning."""
    stored = models.load_predictions(f"{name}-shrunk")
    assert torch.equal(predictions(shrunk, test), stored[f"{first}-test-0"])
    rows = {"unpruned": [test_error(predictions(unpruned, test)), 0.0]}
    for way in dict.fromkeys(key.rsplit("-", 2)[0] for key in stored):
        wrong = [test_error(stored[f"{way}-test-{s}"]) for s in (0, 1, 2)]
        rows[way] = pd.Series(wrong).agg(["mean", "std"]).tolist()
    return pd.DataFrame(rows, index=["mean", "std"]).T


# %% tags=["headline"]
first = {"lenet5": "l1", "resnet": "l1", "transformer": "taylor"}
bases = {name: models.load_checkpoint(f"{name}-0") for name in first}
shrunk = {name: models.load_checkpoint(f"{name}-shrunk-0") for name in first}
for name, way in first.items():
    pair = (bases[name], shrunk[name])
    macs = [mac_count(network, digit) for network in pair]
    sizes = [parameter_count(network) for network in pair]
    table = ways(name, way, *pair)
    lost = table.loc[way, "mean"] - table.loc["unpruned", "mean"]
    print(f"{name}: {macs[0] / macs[1]:.1f} times fewer MACs,", end=" ")
    print(f"{sizes[0] / sizes[1]:.1f} times fewer parameters,", end=" ")
    print(f"{lost:.2f} points lost; test error in percent:")
    print(table.round(2).to_string())

# %% [markdown]
# *Committed runs, measured here.* *Unpruned* is one network, the rest are means over
# three seeds of fine-tuning. LeNet-5 gives up most of its arithmetic for a few
# images in ten thousand. Which filters stay matters: from scratch the small shape
# ends where random filters end, behind the chosen ones – here, with few filters and
# a teacher. The residual network loses more when whole blocks go than when all of
# them get thinner. In the transformer, half of the heads and feed-forward units chosen at
# random do nearly as well as the best ones: it had more than it needed, and a
# negative result for the clever score.
#
# ## Who gets faster?
#
# The same three networks, and beside each a mask with as many zeros as the
# small one lost parameters. One run, in turns, batch 256 and batch 1, the
# fastest memory format for each.

# %% tags=["nbval-ignore-output"]
clocks = {}
for name, network in bases.items():
    small = shrunk[name]
    share = 1 - parameter_count(small) / parameter_count(network)
    zeros = magnitude.global_magnitude_masks(network, share)
    three = {"dense": network, "shrunk": small}
    three["masked"] = magnitude.masked(network, zeros)
    for size in (256, 1):
        found = latency.compare(three, test.images[:size])
        macs = pd.Series(three).map(lambda m: mac_count(m, digit))
        found["MACs, times fewer"] = macs["dense"] / macs
        clocks[name, size] = found.drop(columns="format")
pd.concat(clocks, names=["network", "batch", "way"]).round(2)

# %% [markdown]
# *Measured here*, on one thread; your figures will differ, their order hardly.
# **A mask takes the time of the whole network.** **A smaller shape is faster at
# batch 256, but by less than its MACs.** And **at batch 1 there is little to
# gain**: the machine is busy with calling layers, not with multiplying.
#
# **Where does the rest of the time go?** LeNet-5 in parts, batch 256: the time of
# each step alone, for the large and the small network.

# %% tags=["nbval-ignore-output"]
table = latency.lenet5_parts(
    {"dense": lenet5, "shrunk": shrunk["lenet5"]}, batch
)
table["times faster"] = table["dense"] / table["shrunk"]
table.round(2)

# %% [markdown]
# Large products (`conv2`, `fc1`) follow their MACs. `conv1` reads a single
# channel: too little arithmetic for each number it moves, so it has a floor. ReLU
# and pooling have no MACs at all and still take time. What the MACs do not count
# is what is left in the end.
#
# **Where is a smaller shape not faster?** Look for the residual network at batch 1
# in the table above: about a quarter of its MACs, and hardly a difference. It has
# ten convolutions and as many normalizations to call, however small they are.

# %% [markdown]
# ## Residual connections and heads
#
# The small residual network adds each block's outputs to its inputs. It declares
# who must lose the same channels: a layer that adds to the stream is a
# *producer*, one that reads it a *consumer*.

# %%
resnet, transformer = bases["resnet"], bases["transformer"]
for network, name in (
    (resnet, "stage1_block1"),
    (resnet, "stream1"),
    (transformer, "block1.heads"),
):
    group = network.unit_groups[name]
    print(f"{name}: {unit_counts(network)[name]} units")
    print(f"  computed by {', '.join(group.producers)}")
    print(f"  read by {', '.join(group.consumers)}")

# %% [markdown]
# Cut half of everything; compare with the masks. Then try the obvious on the
# residual network: set only the filters to zero.

# %%
images = part.images[:300]
for name, network in bases.items():
    scores = structured.weight_norms(network, p=1)
    keep = structured.select_units(scores, 0.5)
    small = structured.remove_units(network, keep)(images)
    masks = structured.as_masks(network, keep)
    if name == "resnet":
        filters = {
            f"{layer}.weight": masks[f"{layer}.weight"].any((1, 2, 3))
            for group in network.unit_groups.values()
            for layer in group.producers
        }
        only_filters, wanted = copy.deepcopy(network), small
    gap = (magnitude.masked(network, masks)(images) - small).abs().max()
    print(f"{name}: masked equals shrunk to 1e-10:", bool(gap < 1e-10))

# %%
with torch.no_grad():
    for name, kept in filters.items():
        only_filters.get_parameter(name)[~kept] = 0
gap = (only_filters(images) - wanted).abs().max()
print(f"only filters zeroed: the logits differ by up to {gap:.1f}")

# %% [markdown]
# A filter of zeros outputs zero; the batch normalization behind it subtracts its
# mean, and adds its shift $\beta$: the channel still speaks. That is why `as_masks`
# masks the normalization as well, and the layers that read the channel.

# %% tags=["practice"]
page.practice.show("04", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# First your verdict, then the evidence.

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
# The third question asks you to explain.

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
# [The exercises of this chapter](../exercises/04_structured_pruning_exercises.ipynb): cut
# a convolution with its normalization, find the columns behind a flatten, count
# what is left, choose channels for coupled layers, and find the overhead.

# %% [markdown]
# ## Annex (optional): the optimizer goes on
#
# Adam remembers for every weight how its gradient behaved. When units are
# removed in the middle of a training, these memories must lose the same rows and
# columns. The cell trains a network for one epoch on a tenth of the images,
# removes half of its neurons, and takes one more step: with the memories carried
# over the small network does what the masked large one does.

# %%
few = train.first(5000)
seed_everything(0)
large = models.MLP((784, 100, 10), dtype=torch.float64)
adam = torch.optim.Adam(large.parameters(), lr=1e-3)
fit(large, few, None, epochs=1, seed=0, optimizer=adam)
keep = structured.select_units(structured.weight_norms(large, p=2), 0.5)
small = structured.remove_units(large, keep)
pruned_adam = prune_optimizer(adam, large, small, keep)
magnitude.apply_masks(large, structured.as_masks(large, keep))

# %%
for model, optimizer in ((large, adam), (small, pruned_adam)):
    optimizer.zero_grad()
    logits = model(few.images[:128])
    torch.nn.functional.cross_entropy(logits, few.labels[:128]).backward()
    optimizer.step()
kept_rows = large.fc1.weight[keep["fc1"]]
gap = (kept_rows - small.fc1.weight).abs().max()
print("the same step to 1e-12:", bool(gap < 1e-12))

# %% [markdown]
# ## Annex (optional): a whole block
#
# A block can go where input and output have the same shape: what remains is the
# connection around it.

# %%
blocks = models.load_checkpoint("resnet-blocks-0")
cut = remove_blocks(resnet, ["stage1_block1", "stage1_block2"])
print("removable:", *resnet.removable_blocks)
print(f"without two, untrained: {100 * accuracy(cut, part):.2f} % right")
print(
    f"without three, fine-tuned: {100 * accuracy(blocks, part):.2f} %,",
    end=" ",
)
print(
    f"{mac_count(resnet, digit) / mac_count(blocks, digit):.1f} times", end=" "
)
print("fewer MACs; before:", f"{100 * accuracy(resnet, part):.2f} %")

# %% [markdown]

# %% [markdown]
# ## Annex (optional): one threshold for all layers
#
# Chapter 03 let one threshold decide how much each layer loses. The same works
# for units, once their importances are comparable: here each layer's are
# divided by their root mean square.

# %%
scores = importances["taylor"]
rows = {}
for scope in ("layer", "global"):
    keep = structured.select_units(scores, 0.5, scope=scope)
    smaller = structured.remove_units(lenet5, keep)
    rows[scope] = {name: int(mask.sum()) for name, mask in keep.items()}
    rows[scope]["MACs"] = mac_count(smaller, digit)
    right = 100 * accuracy(smaller, part)
    rows[scope]["drop (points)"] = round(before - right, 2)
pd.DataFrame(rows.values(), index=rows.keys())

# %% [markdown]
# ## Annex (optional): Li et al.'s rows
#
# *Quoted*, not run again: CIFAR-10 is not part of this course. VGG-16 and
# ResNet-56 of Li et al. (2017), one run each; for ResNet-110 the paper reports
# the best test epoch.

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
