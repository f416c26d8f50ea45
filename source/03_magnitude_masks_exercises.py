# %% [markdown]
# # 03 Exercises: Magnitude masks
#
# You will write five functions. Four form one program: it chooses which
# weights stay, shows which layer pays, keeps training without reviving pruned
# weights, and writes the bill. The fifth is open: how sparse can you get?
#
# **Bring** NumPy arrays (masks, `argsort`), the lesson of chapter 03, and
# exercise 4 of chapter 01: what parameters and MACs are.
#
# **13 points, about 57 minutes.** Every exercise has the same parts as before:
# the task, hints, a cell for your function, a check, and a look at real data.
#
# **How checks work.** A check calls your function with small inputs. If your
# function is right, the check confirms it in one line. If not, it shows the
# input, the result, and the mistake that it suspects. Run it as often as you
# like. Any style is welcome: loops, NumPy, or torch.

# %%
import numpy as np
import torch
from safetensors.numpy import save
from torch.func import functional_call

from course_lib import check
from course_lib.data import Split, load_mnist
from course_lib.models import MLP
from course_lib.training import fit, seed_everything

# %% [markdown]
# For the real data, we train a small network with 784 pixels as input, two
# hidden layers of 100 and 50 neurons, and 10 classes. It sees 10,000 images
# eight times. `layers` holds the weights of its three layers as NumPy arrays.
# Only these are pruned; the biases stay as they are.

# %%
train = load_mnist("train").first(10_000)
validation = load_mnist("validation")

seed_everything(0)
model = MLP((784, 100, 50, 10), dtype=torch.float64)
fit(model, train, None, epochs=8, seed=0, progress=False)
layers = {
    name: layer.weight.detach().numpy().copy()
    for name, layer in model.named_children()
}
print({name: W.shape for name, W in layers.items()})

# %% [markdown]
# `logits` runs the network with other weights in place of its own, and
# `accuracy` measures how often it is right.


# %%
def logits(weights, images):
    tensors = {f"{n}.weight": torch.as_tensor(W) for n, W in weights.items()}
    return functional_call(model, tensors, images)


@torch.no_grad()
def accuracy(weights, split=validation):
    answers = logits(weights, split.images).argmax(dim=1)
    return np.mean((answers == split.labels).numpy())


print(f"{accuracy(layers):.2%} correct")

# %% [markdown]
# ## 1. Keep exactly k
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 12 · **Misconception** ties
#
# Each row of a weight matrix belongs to one neuron and holds the weights with
# which it reads its inputs. Every neuron should keep the same number of
# inputs: the ones that it reads most strongly.
#
# Write `keep_k_per_row(W, k)`. It returns a mask:
#
# | name | shape | meaning |
# |---|---|---|
# | `W` | (neurons, inputs) | the weights |
# | `k` | a whole number from 0 to `inputs` | how many stay in each row |
# | result | (neurons, inputs), bool | **True = kept** |
#
# In each row, *exactly* `k` weights stay: those with the largest absolute
# values. If several are equally large, it does not matter which of them stay,
# but the count must be right. Rows that were pruned before may contain many
# zeros. They keep exactly `k` entries too.

# %% [markdown]
# <details><summary>Hint 1: one row on paper</summary>
#
# The row is 3, −1, 1, 1, 0, and k is 2. Which three masks are right? How many
# weights stay if you keep all that are as large as the second largest?
# </details>
#
# <details><summary>Hint 2: places, not values</summary>
#
# A threshold cannot tell equal weights apart. Their places in the sorted row
# can, because every weight has its own. `np.argsort(row)` lists the positions
# from the smallest weight to the largest.
# </details>
#
# <details><summary>Hint 3: from positions to a mask</summary>
#
# `np.put_along_axis(mask, positions, False, axis=1)` writes False at these
# positions of each row. How many of the sorted positions must be pruned? Try
# your slice with k = 0 as well.
# </details>


# %% tags=["answer"]
def keep_k_per_row(W: np.ndarray, k: int) -> np.ndarray:
    """A mask of the shape of W, True for the k largest weights of each row."""
    # BEGIN SOLUTION
    from_small_to_large = np.argsort(np.abs(W), axis=1)
    mask = np.ones(W.shape, dtype=bool)
    pruned = from_small_to_large[:, : W.shape[1] - k]
    np.put_along_axis(mask, pruned, False, axis=1)
    return mask
    # END SOLUTION


# %% tags=["check"]
check.keep_k_per_row(keep_k_per_row)

# %% [markdown]
# **On real data: weights from a coarse grid.** Trained weights are hardly ever
# equal. But networks are often stored with few bits, and then a weight can
# take only a few values. We round the first layer to such grids and ask for 78
# of 784 inputs in each row. For comparison, the threshold rule keeps every
# weight that is at least as large as the 78th.

# %%
W, k = layers["fc1"], 78

for bits in (8, 6, 4):
    step = np.abs(W).max() / 2 ** (bits - 1)
    coarse = np.round(W / step) * step
    size = np.abs(coarse)
    reached = size >= np.sort(size, axis=1)[:, -k, None]
    yours = np.asarray(keep_k_per_row(coarse, k))
    for name, mask in (("threshold", reached), ("yours", yours)):
        kept = mask.sum(axis=1)
        print(f"{bits} bits, {name:<9}: {kept.min()} to {kept.max()} per row")

# %% [markdown]
# The coarser the grid, the more extra weights the threshold keeps. With `>` in
# place of `>=`, it keeps too few instead. Published code contains both
# versions, so the network may not have the sparsity that the paper reports.
# Next, we take the weights as they were trained and keep fewer and fewer:

# %%
for k in (784, 392, 196, 78, 39):
    mask = np.asarray(keep_k_per_row(W, k))
    found = accuracy(layers | {"fc1": W * mask})
    print(f"{k:>3} inputs per neuron: {found:.2%} correct")

# %% [markdown]
# ## 2. Who pays?
#
# **Points** 2 · **Difficulty** ●●○ · **Minutes** 10 · **Misconception** M12
#
# "Prune half of the weights" can mean two things. *Uniform* pruning removes
# half of each layer. *Global* pruning puts the weights of all layers into one
# list and removes the smaller half of that list, without asking how much each
# layer can spare.
#
# Write `layer_shares(layers, sparsity)`. It returns what share of each layer
# **global** pruning removes:
#
# | name | meaning |
# |---|---|
# | `layers` | a dict: name of the layer → its weights, an array of any shape |
# | `sparsity` | the share of *all* weights that is removed, from 0 to 1 |
# | result | a dict: name of the layer → the share of *its* weights that is removed |
#
# All shares are fractions from 0 to 1, and both 0 and 1 occur. You may rely on
# two things: `sparsity` times the number of all weights is a whole number, up
# to the rounding of floats, and the largest removed weight is smaller than the
# smallest kept one.

# %% [markdown]
# <details><summary>Hint 1: six weights</summary>
#
# Layer a has the weights 1, −2, 3, −4, and layer b has 10 and −20. Half of the
# six weights are removed. Which ones? What share of each layer is that? What
# is the mean of the two shares?
# </details>
#
# <details><summary>Hint 2: one list</summary>
#
# `np.concatenate([w.ravel() for w in layers.values()])` makes one flat array
# of all layers. Sort the absolute values. Which is the smallest to stay?
# </details>
#
# <details><summary>Hint 3: back to the layers</summary>
#
# The mean of a mask is the share of its entries that are True. Watch the case
# in which every weight is removed: there is no smallest weight that stays.
# </details>


# %% tags=["answer"]
def layer_shares(
    layers: dict[str, np.ndarray], sparsity: float
) -> dict[str, float]:
    """The share that each layer loses when all are ranked together."""
    # BEGIN SOLUTION
    sizes = {name: np.abs(W) for name, W in layers.items()}
    ranked = np.sort(np.concatenate([s.ravel() for s in sizes.values()]))
    count = round(sparsity * len(ranked))
    # the smallest weight that stays; if all are removed, there is none
    line = np.append(ranked, np.inf)[count]
    return {name: float(np.mean(s < line)) for name, s in sizes.items()}
    # END SOLUTION


# %% tags=["check"]
check.layer_shares(layer_shares)

# %% [markdown]
# **On real data: the same sparsity, two ways.** `make_masks` prunes each layer
# by its share. (It uses your first function: a flattened layer is a single
# long row.) Before you run the code, guess which layer loses the smallest
# share.


# %%
def make_masks(weights, shares):
    masks = {}
    for name, W in weights.items():
        stay = round((1 - float(shares[name])) * W.size)
        mask = np.asarray(keep_k_per_row(W.reshape(1, -1), stay))
        masks[name] = mask.reshape(W.shape)
    return masks


def apply(weights, masks):
    return {name: W * masks[name] for name, W in weights.items()}


# %%
for sparsity in (0.5, 0.8, 0.9):
    shares = layer_shares(layers, sparsity)
    text = ", ".join(f"{n} {share:.1%}" for n, share in shares.items())
    print(f"sparsity {sparsity:.0%}, global: {text}")
    uniform = dict.fromkeys(layers, sparsity)
    for name, plan in (("global", shares), ("uniform", uniform)):
        found = accuracy(apply(layers, make_masks(layers, plan)))
        print(f"    {name:<7} {found:.2%} correct")

# %% [markdown]
# Without training, the same number of zeros leads to very different
# accuracies. Which layer is to blame? We prune 90% of one and spare the rest.

# %%
for pruned in layers:
    plan = {name: 0.9 * (name == pruned) for name in layers}
    found = accuracy(apply(layers, make_masks(layers, plan)))
    print(f"only {pruned}, {layers[pruned].size} weights: {found:.2%} correct")

# %% [markdown]
# Pruning the smallest layer hurts most. It has few weights, so each of them
# matters, and they have grown large. Global pruning spares them because they
# are large. It does not *know* that they matter; it is lucky. That is why the
# lesson measures each layer before it trusts one list.

# %% [markdown]
# ## 3. Pruned stays pruned
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 12 · **Misconception** M8
#
# After pruning, a network is trained further so that the remaining weights can
# compensate. Most optimizers remember earlier steps: each weight has a
# *velocity*, and gradients change the velocity, not the weight. Your class has
# its own formula for it; **the next code cell prints it**. First the velocity
# is updated, then `w` moves with the *new* velocity. Some formulas look one step
# ahead, and in some the velocity points downhill.
#
# Write `masked_step(w, velocity, grad, mask, lr, momentum)`. It takes one such
# step and returns the new pair `(w, velocity)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `w` | any | the weights |
# | `velocity` | same as `w` | what is left of the earlier steps |
# | `grad` | same as `w` | the gradient of the loss for all weights, not masked |
# | `mask` | same as `w`, bool | **True = kept** |
# | `lr`, `momentum` | numbers | the learning rate, and how much of the velocity carries over |
#
# Kept weights take the step of your class. Pruned ones are returned with
# weight 0 **and** velocity 0. The mask may be new: then `w` and `velocity` may
# not be 0 yet where it is False.

# %% [markdown]
# <details><summary>Hint 1: one pruned weight</summary>
#
# Its value is 0, its velocity from earlier steps is 2, and its gradient is 1.
# Take the step without any mask, with lr = 0.1 and momentum = 0.9. What
# happens to the zero? Now set only the gradient to 0 and take the step again.
# </details>
#
# <details><summary>Hint 2: who can move a weight?</summary>
#
# Three arrays can be nonzero where the mask is False: `w`, `velocity`, and
# `grad`. Two of them are returned. Which entries must be 0 *at the end*?
# </details>
#
# <details><summary>Hint 3: make new arrays</summary>
#
# `w -= …` changes the array that was passed in, and with it the caller's
# network. `w - …` makes a new array.
# </details>

# %%
CLASS_SEED = 0  # your instructor may give you another number

for name, formula in check.variation("masked_step", CLASS_SEED).items():
    print(f"new {name} = {formula}")


# %% tags=["answer"]
def masked_step(
    w: np.ndarray,
    velocity: np.ndarray,
    grad: np.ndarray,
    mask: np.ndarray,
    lr: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and velocity after one step; both 0 where the mask is False."""
    # BEGIN SOLUTION
    # class 0 adds the gradient to what is left of the velocity
    velocity = (momentum * velocity + grad) * mask
    return (w - lr * velocity) * mask, velocity
    # END SOLUTION


# %% tags=["check"]
check.masked_step(masked_step, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data: what revives pruned weights?** `advance` computes the
# gradients of one batch and takes your step in each layer.


# %%
def gradients(weights, batch):
    tensors = {n: torch.tensor(W) for n, W in weights.items()}
    for tensor in tensors.values():
        tensor.requires_grad_()
    found = logits(tensors, batch.images)
    torch.nn.functional.cross_entropy(found, batch.labels).backward()
    return {n: tensor.grad.numpy() for n, tensor in tensors.items()}


def advance(step, weights, velocity, masks, batch, lr=0.02):
    new_w, new_v = {}, {}
    grads = gradients(weights, batch)
    for n in weights:
        given = (weights[n], velocity[n], grads[n], masks[n], lr, 0.9)
        new_w[n], new_v[n] = map(np.asarray, step(*given))
    return new_w, new_v


# %% [markdown]
# Ten batches of ordinary training give every weight a velocity. Then we prune
# 90% and continue in three ways.

# %%
pieces = zip(train.images.split(128), train.labels.split(128), strict=True)
batches = [Split(*piece) for piece in pieces]
everything = {n: np.ones(W.shape, dtype=bool) for n, W in layers.items()}
still = {n: np.zeros(W.shape) for n, W in layers.items()}
dense, moving = layers, still
for batch in batches[:10]:
    dense, moving = advance(masked_step, dense, moving, everything, batch)
masks = make_masks(dense, layer_shares(dense, 0.9))
start = apply(dense, masks)


def nonzeros(weights):
    return sum(np.count_nonzero(W) for W in weights.values())


# %%
def unmasked(w, velocity, grad, mask, lr, momentum):
    all_kept = np.ones(w.shape, dtype=bool)
    return masked_step(w, velocity, grad, all_kept, lr, momentum)


def gradient_masked(w, velocity, grad, mask, lr, momentum):
    return unmasked(w, velocity, grad * mask, mask, lr, momentum)


# %%
rules = {"no mask": unmasked, "gradient masked": gradient_masked}
rules["yours"] = masked_step

print(f"after pruning: {nonzeros(start)} of {nonzeros(dense)} nonzero")
for name, step in rules.items():
    weights, velocity = start, moving
    counts = []
    for batch in batches[10:]:
        weights, velocity = advance(step, weights, velocity, masks, batch)
        counts.append(nonzeros(weights))
    print(f"{name}: {counts[0]} nonzero after one step,")
    print(f"    {counts[-1]} at the end, {accuracy(weights):.2%} correct")

# %% [markdown]
# Look at the first step. Masking the gradient hardly helped: the velocities
# alone revived the weights. And the accuracies do not show it: all three
# networks look good, but only one of them is sparse. If you compare "sparse"
# networks without counting, you may be comparing dense ones. So count after
# every step.

# %% [markdown]
# ## 4. The bill
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 8 · **Misconception** M1
#
# A layer has been masked: from now on, `W * mask` is stored and used as an
# ordinary dense array. What has that saved?
#
# Write `bill(W, mask)`. It returns a dict of pairs, each **(before, after)**:
#
# | key | what is counted |
# |---|---|
# | `"parameters"` | how many numbers the array holds, by its shape |
# | `"nonzeros"` | weights that are not 0 |
# | `"bytes"` | the array, stored densely as float32: 4 bytes per number |
# | `"dense_macs"` | multiplications for one image in a dense kernel |
# | `"effective_macs"` | the same in a kernel that skips every zero weight |
#
# | name | shape | meaning |
# |---|---|---|
# | `W` | (outputs, inputs) | the weights; some may be 0 already |
# | `mask` | (outputs, inputs), bool | **True = kept** |
#
# The layer has no biases. The mask itself is not stored.

# %% [markdown]
# <details><summary>Hint 1: shape or values?</summary>
#
# Go through the five keys. Which of them depend on the shape of the array, and
# which on its values? Does masking change the shape or the values?
# </details>
#
# <details><summary>Hint 2: the dense kernel</summary>
#
# A dense kernel is two nested loops: for every output and every input, it
# multiplies and adds. Where does it check whether the weight is 0?
# </details>
#
# <details><summary>Hint 3: counting nonzeros</summary>
#
# `np.count_nonzero(array)` counts in the array itself. The mask shows which
# weights were kept, but not which were 0 to begin with.
# </details>


# %% tags=["answer"]
def bill(W: np.ndarray, mask: np.ndarray) -> dict[str, tuple[int, int]]:
    """Five costs of a linear layer, each before and after it is masked."""
    # BEGIN SOLUTION
    before, after = np.count_nonzero(W), np.count_nonzero(W * mask)
    return {
        "parameters": (W.size, W.size),
        "nonzeros": (before, after),
        "bytes": (4 * W.size, 4 * W.size),
        "dense_macs": (W.size, W.size),
        "effective_macs": (before, after),
    }
    # END SOLUTION


# %% tags=["check"]
check.bill(bill)

# %% [markdown]
# **All four together.** You now have a complete program. Each of six rounds
# prunes half of the weights that are *left*, so 50%, 75%, 87.5%, and so on:
# rank all layers together, mask, and train on all batches with your step. For
# comparison, we prune at once: the final sparsity in the first round, followed
# by just as much training. In every round, the learning rate falls to zero.


# %%
def prune_and_train(targets):
    weights, velocity = layers, still
    for target in targets:
        masks = make_masks(weights, layer_shares(weights, target))
        for i, batch in enumerate(batches):
            lr = 0.1 * (1 - i / len(batches))
            weights, velocity = advance(
                masked_step, weights, velocity, masks, batch, lr
            )
    return weights, masks


# %%
targets = [1 - 0.5**rounds for rounds in range(1, 7)]
plans = {"in rounds": targets, "at once": targets[-1:] * 6}
results = {name: prune_and_train(plan) for name, plan in plans.items()}
for name, (weights, _) in results.items():
    print(f"{name}: {nonzeros(weights)} of {nonzeros(layers)} weights left,")
    print(f"    {accuracy(weights):.2%} correct on validation")

# %% [markdown]
# Many small cuts do less damage than one big cut, at least here: for one seed,
# one network, and nearly all weights pruned. We choose by validation accuracy.
# The test images are used once, for the chosen network and for the one that it
# came from. Then we write the bill of all three layers, and two files.

# %%
chosen = max(results, key=lambda name: accuracy(results[name][0]))
sparse, masks = results[chosen]
test = load_mnist("test")
print(f"chosen: {chosen}, {accuracy(sparse, test):.2%} correct on test")
print(f"unpruned: {accuracy(layers, test):.2%} correct on test")

bills = [bill(layers[name], masks[name]) for name in layers]
for key in bills[0]:
    before, after = np.sum([each[key] for each in bills], axis=0)
    print(f"{key:<14} {before:>6} → {after:>6}")

# %%
for name, weights in (("unpruned", layers), ("masked", sparse)):
    stored = {n: W.astype(np.float32) for n, W in weights.items()}
    print(f"{name}: a file of {len(save(stored))} bytes")

# %% [markdown]
# One weight in 64 is left, yet the file is not a byte shorter, and a dense
# kernel has as much work as before. So what was it good for? You now know
# *which* weights the network can do without. There are two ways to turn that
# into savings: make the shapes smaller, as in chapter 04, or store and
# multiply only what is not zero, as in chapter 05.

# %% [markdown]
# ## 5. As sparse as you can
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 15 · **Misconception** M12
#
# This exercise is open: you choose the method. You get a small trained network
# and a budget: `max_drop` percentage points of validation accuracy. Prune as
# many weights as you can without any training.
#
# Write `sparsest_masks(network, splits, max_drop)`.
#
# | name | meaning |
# |---|---|
# | `network` | a dict: weights `"W1"`, `"W2"`, `"W3"`, each (outputs, inputs), and biases `"b1"`, `"b2"`, `"b3"` |
# | `splits` | a dict with `"train"` and `"validation"`, each `(images, labels)` of shapes (n, inputs) and (n,) |
# | `max_drop` | how many points of validation accuracy may be lost |
# | result | a dict of bool masks, `"W1"`, `"W2"`, `"W3"`, **True = kept** |
#
# The first two layers end in a ReLU. The check runs the masked network. There
# are three levels, each worth points: prune 30% of the weights; match the
# best common share for every layer; match one threshold for all layers (a
# fifth more weights are allowed). When you pass, it prints how many weights
# you kept. **Fewer is better**, and your class can compare.
#
# Each class has its own networks, and grading draws new ones. A call may take
# 20 seconds.

# %% [markdown]
# <details><summary>Hint 1: a first answer</summary>
#
# Prune a fixed share, measure, and return all True if too much is lost. Then
# try many shares, and keep the sparsest masks that stay within the budget.
# </details>
#
# <details><summary>Hint 2: not the same share everywhere</summary>
#
# Exercise 2 found that layers differ. Rank the weights of all three layers in
# one list, as a global threshold does.
# </details>
#
# <details><summary>Hint 3: beyond magnitude</summary>
#
# Some pixels are black in every image. What is a weight worth if it reads one
# of them? The training images show how large each input is. Multiply.
# </details>

# %% [markdown]
# You may use `percent`: the accuracy of a network given as a dict of arrays.


# %%
def percent(network, split):
    """Percent of a split that a network answers correctly."""
    hidden, labels = split
    for i in (1, 2, 3):
        hidden = hidden @ network[f"W{i}"].T + network[f"b{i}"]
        hidden = np.maximum(hidden, 0) if i < 3 else hidden
    return 100 * np.mean(hidden.argmax(axis=1) == labels)


# %% tags=["answer"]
def sparsest_masks(
    network: dict[str, np.ndarray],
    splits: dict[str, tuple[np.ndarray, np.ndarray]],
    max_drop: float,
) -> dict[str, np.ndarray]:
    """Masks that keep few weights and lose at most `max_drop` points."""
    # BEGIN SOLUTION
    sizes = {name: np.abs(network[name]) for name in ("W1", "W2", "W3")}
    ranked = np.sort(np.concatenate([s.ravel() for s in sizes.values()]))
    least = percent(network, splits["validation"]) - max_drop
    for share in np.arange(0.99, 0, -0.01):
        threshold = ranked[int(share * len(ranked))]
        masks = {name: size >= threshold for name, size in sizes.items()}
        pruned = {name: network[name] * masks[name] for name in masks}
        if percent(network | pruned, splits["validation"]) >= least:
            return masks
    return {name: size >= 0 for name, size in sizes.items()}
    # END SOLUTION


# %% tags=["check"]
check.sparsest_masks(sparsest_masks, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data: the network of this page.** Your function prunes it with a
# budget of one point. The choice used only training and validation images, so
# measure on the test images once.

# %%
network = {}
for i, (name, layer) in enumerate(model.named_children(), 1):
    network[f"W{i}"] = layers[name]
    network[f"b{i}"] = layer.bias.detach().numpy()
splits = {
    name: (split.images.flatten(1).numpy(), split.labels.numpy())
    for name, split in (
        ("train", train.first(2000)),
        ("validation", validation),
        ("test", test),
    )
}
unseen = splits.pop("test")

# %%
masks = sparsest_masks(network, splits, max_drop=1.0)
masks = {name: np.asarray(mask) for name, mask in masks.items()}
pruned = network | {name: network[name] * masks[name] for name in masks}
for name, mask in masks.items():
    print(f"{name}: {np.mean(~mask):.1%} pruned")
kept = sum(mask.sum() for mask in masks.values())
print(f"kept: {kept / sum(mask.size for mask in masks.values()):.1%}")
for name, split in (("validation", splits["validation"]), ("test", unseen)):
    before, after = percent(network, split), percent(pruned, split)
    print(f"{name}: {before:.2f}% before, {after:.2f}% after")

# %% [markdown]
# This took no training. The budget holds on validation images because the
# masks were chosen on them; you would report the drop on the test images. The
# budget bought zeros, and the bill shows what zeros are worth.

# %% [markdown] tags=["long-answer"]
# ## In your own words
#
# No program checks this one. Talk it over with somebody, or hand it in.
#
# > A colleague reports: "I pruned 90% of every layer. Then I fine-tuned for
# > five epochs with Adam and kept the epoch with the best test accuracy. The
# > network is now 0.2 points better than before, ten times smaller, and ten
# > times faster." **Which parts of this would you believe? What would you ask
# > to see, and what would you measure yourself?**
#
# Write five to ten sentences below the line.
#
# ---
#
# *Your answer: double-click here.*
#
# <details><summary>Check yourself</summary>
#
# - Did you ask how many weights are zero *after* the fine-tuning? Adam
#   remembers earlier steps too.
# - "Ten times smaller": in which of the five entries of the bill? Did you say
#   what would have to be stored instead?
# - "Ten times faster": with which kernel, and measured how?
# - "90% of every layer": which layer would you look at first?
# - The pruned network was trained for five more epochs, and its epoch was
#   chosen on the test set. What would be a fair comparison?
# - Did you separate what this page *shows* from what you assume?
#
# </details>
