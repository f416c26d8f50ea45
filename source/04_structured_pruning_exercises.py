# %% [markdown]
# # 04 Exercises: Structured pruning
#
# You will write four functions. Three of them form one program: it chooses
# channels of a residual network, removes them together with everything that
# depends on them, and measures how much of the saved arithmetic becomes saved
# time. The fourth is open: how fast can you get?
#
# **Bring** NumPy arrays (masks, `reshape`, sums along an axis), the lesson of
# chapter 04, and `cut_pair` from chapter 02: a unit belongs to two layers.
#
# **13 points, about 53 minutes.** Every exercise has the same parts as before:
# the task, hints, a cell for your function, a check, and a look at real data.
#
# **How checks work.** A check calls your function with small inputs. If your
# function is right, the check confirms it in one line. If not, it shows the
# input, the result, and the mistake that it suspects. Run it as often as you
# like. Any style is welcome: loops, NumPy, or torch.

# %%
import copy
from functools import partial

import numpy as np
import torch
from torch import nn

from course_lib import check
from course_lib.data import load_mnist
from course_lib.measure import latency, mac_count, parameter_count
from course_lib.models import MLP
from course_lib.training import accuracy, fit, seed_everything

torch.set_default_dtype(torch.float64)
train = load_mnist("train").first(8000)
validation = load_mnist("validation").first(2000)

# %% [markdown]
# For the real data, we train a network that is small enough to write down
# here. It has everything that makes structured pruning interesting: two
# convolutions with BatchNorm in one branch, a sum of two branches, and a
# linear layer after a flatten.
#
# ```text
# pixels → stem → stem_norm ─────────────────────────────────┐
#                         └→ conv1 → norm1 → conv2 → norm2 → + → flatten → fc
# ```
#
# The diagram leaves out the ReLUs and a pooling. The channels that run through
# the sum are called the *stream*; those between `conv1` and `conv2` are the
# *inner* channels. There are 16 of each.


# %%
class Residual(nn.Module):
    def __init__(self, stream=16, inner=16):
        super().__init__()
        self.stem = nn.Conv2d(1, stream, 5, 2, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm2d(stream)
        self.conv1 = nn.Conv2d(stream, inner, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, stream, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(stream)
        self.fc = nn.Linear(stream * 7 * 7, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.stem_norm(self.stem(x)), 2).relu()
        inside = torch.relu(self.norm1(self.conv1(x)))
        x = x + self.norm2(self.conv2(inside))
        return self.fc(torch.relu(x).flatten(1))


# %%
settings = {"learning_rate": 0.01, "batch_size": 64, "progress": False}
seed_everything(0)
model = Residual()
fit(model, train, None, epochs=2, seed=0, **settings)
print(f"{accuracy(model, validation):.2%} correct on validation")

# %% [markdown]
# ## 1. Cut a convolution with its BatchNorm
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 12 · **Misconception** batchnorm-shift
#
# Between two convolutions, there is often a BatchNorm and a ReLU. At
# prediction time, BatchNorm treats all numbers of a channel alike:
#
# `y = gamma · (x − mean) / √(var + a tiny number) + beta`
#
# Write `cut_conv_bn(conv, bn, next_conv, keep)`. It returns smaller versions
# of all three, `(conv, bn, next_conv)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `conv` | (channels, inputs, 3, 3) | filters that compute the channels |
# | `bn` | a dict of four arrays, each (channels,) | `"gamma"`, `"beta"`, `"mean"`, `"var"` |
# | `next_conv` | (outputs, channels, 3, 3) | filters that read the channels |
# | `keep` | (channels,), bool | **True = kept** |
#
# The small trio must compute what the large one computes when the removed
# channels are switched off *after* the ReLU. The convolutions have no biases;
# `beta` takes their place.

# %% [markdown]
# <details><summary>Hint 1: everything that a channel owns</summary>
#
# Draw the trio with three channels and color everything that belongs to the
# middle one. Six places should be colored.
# </details>
#
# <details><summary>Hint 2: a filter of zeros</summary>
#
# Set x = 0 in the formula above. When is y = 0? That is why zeros in the
# filter are not enough, and why all four vectors must be cut.
# </details>
#
# <details><summary>Hint 3: filters and slices</summary>
#
# In `conv`, a channel is a filter: one entry of the first axis. In
# `next_conv`, it is a slice of *every* filter: one entry of the second axis.
# And make a new dict; the one that was passed in must not change.
# </details>


# %% tags=["answer"]
def cut_conv_bn(
    conv: np.ndarray,
    bn: dict[str, np.ndarray],
    next_conv: np.ndarray,
    keep: np.ndarray,
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """A convolution, its BatchNorm, and its reader without some channels."""
    # BEGIN SOLUTION
    small = {name: vector[keep] for name, vector in bn.items()}
    return conv[keep], small, next_conv[:, keep]
    # END SOLUTION


# %% tags=["check"]
check.cut_conv_bn(cut_conv_bn)

# %% [markdown]
# **On a real network.** We take the network apart into arrays, keep the 8
# inner channels with the strongest filters, and rebuild it. `cut` calls your
# function; `VECTORS` translates between your names and those of torch.

# %%
arrays = {name: value.numpy() for name, value in model.state_dict().items()}
VECTORS = {
    "gamma": "weight",
    "beta": "bias",
    "mean": "running_mean",
    "var": "running_var",
}


def cut(arrays, conv, norm, reader, keep):
    bn = {key: arrays[f"{norm}.{name}"] for key, name in VECTORS.items()}
    pair = arrays[f"{conv}.weight"], arrays[f"{reader}.weight"]
    first, bn, last = cut_conv_bn(pair[0], bn, pair[1], keep)
    small = {f"{norm}.{VECTORS[key]}": bn[key] for key in VECTORS}
    small |= {f"{conv}.weight": first, f"{reader}.weight": last}
    return arrays | {key: np.asarray(small[key]) for key in small}


# %%
def built(arrays):
    state = {name: torch.as_tensor(array) for name, array in arrays.items()}
    sizes = len(state["stem.weight"]), len(state["conv1.weight"])
    model = Residual(*sizes)
    model.load_state_dict(state)
    return model.eval()


def strengths(arrays, *layers):
    weights = [arrays[f"{layer}.weight"] for layer in layers]
    return [np.abs(weight).sum(axis=(1, 2, 3)) for weight in weights]


# %%
(strength,) = strengths(arrays, "conv1")
keep = strength > np.median(strength)
filters = arrays["conv1.weight"] * keep[:, None, None, None]
zeros = arrays | {"conv1.weight": filters}
silent = {
    f"norm1.{v}": arrays[f"norm1.{v}"] * keep for v in ("weight", "bias")
}
off = zeros | silent
small = cut(arrays, "conv1", "norm1", "conv2", keep)

states = {"whole": arrays, "zero filters": zeros}
states |= {"switched off": off, "cut": small}
for name, state in states.items():
    network = built(state)
    right = f"{accuracy(network, validation):.2%} correct"
    print(f"{name:<13}{right}, {parameter_count(network)} parameters")

# %%
images = validation.images
is_same = torch.allclose(built(off)(images), built(small)(images))
print("cut and switched off give the same outputs:", is_same)

spread = np.sqrt(arrays["norm1.running_var"] + 1e-5)
constant = arrays["norm1.bias"] - (
    arrays["norm1.weight"] * arrays["norm1.running_mean"] / spread
)
sent = np.maximum(constant, 0)[~keep]
print("what 8 zero filters send:", *(f"{number:.2f}" for number in sent))

# %% [markdown]
# Cutting channels gives exactly the outputs of switching them off, in a
# smaller network. Zero filters give a different network: most of those
# channels send a constant from every position, because BatchNorm subtracts a
# mean that is not zero and adds `beta`. Whether the constants help or hurt is a
# matter of luck. Either way, you would measure one network and ship another.

# %% [markdown]
# ## 2. Coupled layers lose the same channels
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 11 · **Misconception** separate-masks
#
# In our network, the outputs of `stem` and `conv2` are *added*, channel by
# channel. Channel 5 of the sum is channel 5 of one plus channel 5 of the
# other. It can be removed only if both lose it. Such layers are partners: they
# must share one mask.
#
# Write `shared_keep(scores, k)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `scores` | a list of arrays, each (channels,) | how important each channel is in each of the partners |
# | `k` | a whole number | how many channels stay |
# | result | (channels,), bool | **True = kept**, exactly `k` times |
#
# - Join the scores of a channel into one number. **Your class has its own
#   rule**: the next code cell prints it as `join`.
# - The `k` channels with the highest joined scores stay. Among equally
#   important channels, your class decides by their positions: `equals`.
#
# | `join` | joined score of a channel |
# |---|---|
# | `"sum"` | the sum of its scores |
# | `"max"` | the highest of its scores |
# | `"squares"` | the sum of its squared scores |
# | `"first"` | only its score in the first layer of the list |
# | `"min"` | the lowest of its scores |
# | `"last"` | only its score in the last layer of the list |

# %% [markdown]
# <details><summary>Hint 1: three channels, two layers</summary>
#
# One layer has the scores 4, 3, 0, and the other has 0, 3, 4. One channel may
# stay. Which one would the first layer choose? And the second? Which one has
# the largest sum?
# </details>
#
# <details><summary>Hint 2: join, then choose</summary>
#
# There are two steps, and their order matters. If you choose in each layer
# first and join the choices, you keep too many channels, or too few.
# </details>
#
# <details><summary>Hint 3: equally important</summary>
#
# A threshold cannot separate equal scores. A sorted list of *positions* can:
# `np.argsort(…, kind="stable")` keeps equal scores in their original order. It
# sorts in ascending order.
# </details>

# %%
CLASS_SEED = 0  # your instructor may give you another number

print(check.variation("shared_keep", CLASS_SEED))


# %% tags=["answer"]
def shared_keep(scores: list[np.ndarray], k: int) -> np.ndarray:
    """One mask for all layers whose outputs are added, k times True."""
    # BEGIN SOLUTION
    joined = np.sum(scores, axis=0)  # the rule of class 0
    strongest = np.argsort(-joined, kind="stable")[:k]
    keep = np.zeros(len(joined), dtype=bool)
    keep[strongest] = True
    return keep
    # END SOLUTION


# %% tags=["check"]
check.shared_keep(shared_keep, class_seed=CLASS_SEED)

# %% [markdown]
# **On a real network: what separate masks remove.** We remove half of the
# stream in two ways: each partner chooses for itself, or both choose together.
# The channels that a layer does not keep are switched off in its BatchNorm.

# %%
scores = strengths(arrays, "stem", "conv2")
apart = [shared_keep([layer], 8) for layer in scores]
together = [shared_keep(scores, 8)] * 2

for name, masks in (("apart", apart), ("together", together)):
    state = dict(arrays)
    for norm, mask in zip(("stem_norm", "norm2"), masks, strict=True):
        for vector in ("weight", "bias"):
            state[f"{norm}.{vector}"] = arrays[f"{norm}.{vector}"] * mask
    left = int(np.any(masks, axis=0).sum())
    print(f"{name}: {accuracy(built(state), validation):.2%} correct")
    print(f"    switched off in each layer: {16 - masks[0].sum()} of 16")
    print(f"    off in both, can be removed: {16 - left} of 16")

# %% [markdown]
# Both ways switch off the same number of channels in each layer. With separate
# masks, fewer can be removed: a channel that one partner gives up still
# carries the output of the other. Here, separate masks also cost more
# accuracy, because every channel on which the partners disagree is damaged. If
# you stored a mask for each layer and trusted the count of zeros, you would
# report a network that nobody can build.

# %% [markdown]
# ## 3. The time that arithmetic does not explain
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 12 · **Misconception** M3
#
# Does a quarter of the arithmetic take a quarter of the time? Starting a layer
# takes a while, however small the layer is. A simple model is a line:
#
# `time ≈ overhead + macs / rate`
#
# Write `fit_overhead(macs, times)`. It returns `(overhead, rate)` of the line
# that is closest to the measurements: the one with the smallest sum of squared
# differences between the measured *times* and the times on the line.
#
# | name | shape | meaning |
# |---|---|---|
# | `macs` | (n,) | MACs of n networks, in any order |
# | `times` | (n,) | measured time of each, in seconds |
# | `overhead` | a number | seconds that arithmetic does not explain |
# | `rate` | a number | MACs **per second** beyond that |

# %% [markdown]
# <details><summary>Hint 1: three points on paper</summary>
#
# The measurements are 3, 4, and 5 milliseconds for 1, 2, and 3 million MACs.
# How long would zero MACs take? How much time does one more million take, and
# how many millions would fit into a second?
# </details>
#
# <details><summary>Hint 2: which axis?</summary>
#
# The MACs are exact; the times are a little off. So the line must predict
# times from MACs: MACs on the horizontal axis, seconds on the vertical one.
# Its slope is in seconds per MAC. That is not yet a rate.
# </details>
#
# <details><summary>Hint 3: the line</summary>
#
# The best line passes through the point of the two means. Its slope is the
# mean of (distance in MACs · distance in time), divided by the mean of
# (distance in MACs)², measured from that point. `np.polyfit(x, y, 1)` finds
# this line too; it returns the slope first.
# </details>


# %% tags=["answer"]
def fit_overhead(macs: np.ndarray, times: np.ndarray) -> tuple[float, float]:
    """Overhead in seconds and MACs per second of the closest line."""
    # BEGIN SOLUTION
    away = macs - np.mean(macs)
    seconds_per_mac = np.mean(away * times) / np.mean(away**2)
    overhead = np.mean(times) - seconds_per_mac * np.mean(macs)
    return overhead, 1 / seconds_per_mac
    # END SOLUTION


# %% tags=["check"]
check.fit_overhead(fit_overhead)

# %% [markdown]
# **On this machine.** We time networks like ours at four widths, in float32 on
# one thread, for a single image and for a batch of 64, and fit a line to each.
# We take the fastest of several rounds, because a busy machine can only add
# time. The numbers depend on the machine that ran the cell.

# %%
WIDTHS = (8, 16, 32, 48)


@torch.no_grad()
def clock(networks, batch):
    """Seconds that each of the networks takes for a batch of images."""
    images = torch.zeros(batch, 1, 28, 28, dtype=torch.float32)
    calls = [
        partial(copy.deepcopy(n).float().eval(), images) for n in networks
    ]
    rounds = [
        [latency(call, min_run_time=0.01).median for call in calls]
        for _ in range(12)
    ]
    return np.min(rounds, axis=0)


# %% tags=["nbval-ignore-output"]
image = torch.zeros(1, 1, 28, 28)
timed = [Residual(width, width) for width in WIDTHS]
macs = np.array([mac_count(network, image) for network in timed])
lines = {}
for batch in (1, 64):
    seconds = clock(timed, batch)
    overhead, rate = lines[batch] = fit_overhead(batch * macs, seconds)
    share = overhead / seconds[WIDTHS.index(16)]
    print(f"batch {batch}: {1e6 * overhead:.0f} µs of overhead, ", end="")
    print(f"then {rate / 1e9:.0f} billion MACs per second")
    print(f"    overhead at 16 channels: {share:.0%} of the time")

# %% [markdown]
# For a single image, most of the time is overhead: a dozen small operations
# must be started, however little they do. For the batch, they are started once
# for all images, and the arithmetic counts. What the line still calls overhead
# there is not only starting: ReLU, BatchNorm, and pooling take time but have
# no MACs. The line is a crude model, but better than none.

# %% [markdown]
# **All three together.** You now have a complete program. We remove half of
# the stream and half of the inner channels: choose them, cut both, and build
# the small network, which needs no masks.


# %%
def cut_stream(arrays, keep):
    # flatten turns each map of 7 × 7 into 49 adjacent columns
    columns = np.repeat(keep, 7 * 7)
    small = arrays | {"fc.weight": arrays["fc.weight"][:, columns]}
    # conv1 reads the sum of both partners, so both calls cut it alike
    result = cut(small, "stem", "stem_norm", "conv1", keep)
    other = cut(small, "conv2", "norm2", "conv1", keep)
    own = [name for name in other if name.startswith(("conv2", "norm2"))]
    return result | {name: other[name] for name in own}


# %%
inner = shared_keep(strengths(arrays, "conv1"), 8)  # a layer without partners
stream = shared_keep(strengths(arrays, "stem", "conv2"), 8)
half = cut(arrays, "conv1", "norm1", "conv2", inner)
small = built(cut_stream(half, stream))

for name, network in (("whole", model), ("cut", small)):
    costs = f"{parameter_count(network)} parameters"
    costs += f", {mac_count(network, image)} MACs"
    print(f"{name}: {costs}, {accuracy(network, validation):.2%} correct")

# %% [markdown]
# Half of the channels are gone. The stem keeps half of its MACs, because it
# reads pixels, and those stay; a layer that is cut on both sides keeps a
# quarter. Nobody would use a network with this accuracy, so we train the small
# network for one more epoch. We compare it with a control: a network that was
# small from the start and saw the images just as often.

# %%
fit(small, train, None, epochs=1, seed=1, **settings)
seed_everything(0)
control = Residual(8, 8)
fit(control, train, None, epochs=3, seed=1, **settings)

test = load_mnist("test")
networks = {"whole": model, "cut, tuned": small, "small from start": control}
for name, network in networks.items():
    before, after = (accuracy(network, s) for s in (validation, test))
    print(f"{name:<17}{before:.2%} on validation, {after:.2%} on test")

# %% [markdown]
# The epoch of fine-tuning repairs nearly everything. But the network that was
# small from the start is just as good. Without the control, you would credit
# pruning with what training did. This is one seed, and the networks were
# trained for seconds. It settles nothing, except that you must ask the
# question.
#
# What about the time? The next cell prints the share of the MACs that is left,
# the share of the time that your line predicts, and the share that we measure.

# %% tags=["nbval-ignore-output"]
pair = [mac_count(network, image) for network in (model, small)]
for batch, (overhead, rate) in lines.items():
    line = overhead + batch * np.array(pair) / rate
    seconds = clock([model, small], batch)
    print(f"batch {batch}: {pair[1] / pair[0]:.0%} of the MACs, ", end="")
    print(f"predicted {line[1] / line[0]:.0%}, ", end="")
    print(f"measured {seconds[1] / seconds[0]:.0%} of the time")

# %% [markdown]
# Less than a third of the arithmetic is left. For a single image, that saves
# hardly any time, because the overhead stays. For the batch, it saves more,
# but not as much. Your line predicted this before the small network was built.
# It also shows what would help the single image: removing whole layers and
# blocks, because what is not started has no overhead.

# %% [markdown]
# ## 4. As fast as you can
#
# **Points** 4 · **Difficulty** ●●● · **Minutes** 18 · **Misconception** M7
#
# This exercise is open: you choose the method. You get a small trained network
# with two hidden layers and a budget: `max_drop` percentage points of
# validation accuracy. Remove hidden units, without any training, until as
# little arithmetic as possible is left.
#
# Write `fastest_shape(network, splits, max_drop)`.
#
# | name | meaning |
# |---|---|
# | `network` | a dict: weights `"W1"`, `"W2"`, `"W3"`, each (outputs, inputs), and biases `"b1"`, `"b2"`, `"b3"` |
# | `splits` | a dict with `"train"` and `"validation"`, each `(images, labels)` of shapes (n, inputs) and (n,) |
# | `max_drop` | how many points of validation accuracy may be lost |
# | result | `(first, second)`: a bool mask for each hidden layer, **True = kept** |
#
# Both hidden layers end in a ReLU. The check cuts the units out, runs the
# small network, and counts its MACs: one for each weight that is left. There
# are three levels, each worth points: save a tenth of the MACs; match a
# network in which one of the two layers is cut; match one with a width for
# each layer (a tenth more is allowed). When you pass, it prints the MACs that
# are left. **Fewer is better**, and your class can compare.
#
# Only MACs are graded. Milliseconds differ from machine to machine and from
# run to run; you measure yours below. Each class has its own networks, and
# grading draws new ones. A call may take 20 seconds.

# %% [markdown]
# <details><summary>Hint 1: a first answer</summary>
#
# Score the units of a layer, for example by the sum of the absolute weights
# that read them. Remove the units with the lowest scores, one after another,
# while the budget lasts.
# </details>
#
# <details><summary>Hint 2: two widths</summary>
#
# The middle matrix loses rows to one layer and columns to the other, so
# moderate cuts in both multiply. Try pairs of widths.
# </details>
#
# <details><summary>Hint 3: which pair first?</summary>
#
# You can compute the MACs of a pair of widths without running anything. Sort
# the pairs by MACs. The first pair within the budget is the best.
# </details>

# %% [markdown]
# You may use these two functions.


# %%
def percent(network, split):
    """Percent of a split that a network answers correctly."""
    hidden, labels = split
    for i in (1, 2, 3):
        hidden = hidden @ network[f"W{i}"].T + network[f"b{i}"]
        hidden = np.maximum(hidden, 0) if i < 3 else hidden
    return 100 * np.mean(hidden.argmax(axis=1) == labels)


# %%
def shrunk(network, first, second):
    """The network without the units whose mask is False."""
    return {
        "W1": network["W1"][first],
        "b1": network["b1"][first],
        "W2": network["W2"][second][:, first],
        "b2": network["b2"][second],
        "W3": network["W3"][:, second],
        "b3": network["b3"],
    }


# %% tags=["answer"]
def fastest_shape(
    network: dict[str, np.ndarray],
    splits: dict[str, tuple[np.ndarray, np.ndarray]],
    max_drop: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the units that stay; at most `max_drop` points are lost."""
    # BEGIN SOLUTION
    read = [np.abs(network[name]).sum(axis=0) for name in ("W2", "W3")]
    rank = [np.argsort(np.argsort(-score)) for score in read]
    (rows, columns), outputs = network["W1"].shape, len(network["b3"])
    step = 1 + rows // 20
    pairs = [
        (a * (columns + b) + b * outputs, a, b)
        for a in range(rows, 0, -step)
        for b in range(len(network["b2"]), 0, -step)
    ]
    least = percent(network, splits["validation"]) - max_drop
    for _, a, b in sorted(pairs):
        masks = rank[0] < a, rank[1] < b
        if percent(shrunk(network, *masks), splits["validation"]) >= least:
            return masks
    # END SOLUTION


# %% tags=["check"]
check.fastest_shape(fastest_shape, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data, with a clock.** Your class trains its own network,
# 784-200-200-10, with `CLASS_SEED` as its seed. Your function shrinks it and
# may lose two points. The times are those of your machine.


# %%
seed_everything(CLASS_SEED)
large = MLP((784, 200, 200, 10))
fit(large, train, None, epochs=3, seed=CLASS_SEED, **settings)
network = {}
for i, layer in enumerate(large.children(), 1):
    network[f"W{i}"] = layer.weight.detach().numpy()
    network[f"b{i}"] = layer.bias.detach().numpy()

# %%
splits = {
    name: (split.images.flatten(1).numpy(), split.labels.numpy())
    for name, split in (
        ("train", train),
        ("validation", validation.first(1000)),
    )
}
masks = map(np.asarray, fastest_shape(network, splits, max_drop=2.0))
less = shrunk(network, *masks)

# %%
unseen = test.images.flatten(1).numpy(), test.labels.numpy()
for name, arrays in (("before", network), ("after", less)):
    widths = [
        arrays["W1"].shape[1],
        *(len(arrays[f"b{i}"]) for i in (1, 2, 3)),
    ]
    macs = sum(arrays[f"W{i}"].size for i in (1, 2, 3))
    print(f"{name}: {widths}, {macs} MACs, ", end="")
    print(
        f"{percent(arrays, splits['validation']):.2f}% on validation, ",
        end="",
    )
    print(f"{percent(arrays, unseen):.2f}% on test")


# %% tags=["nbval-ignore-output"]
def as_mlp(arrays):
    mlp = MLP([784, *(len(arrays[f"b{i}"]) for i in (1, 2, 3))])
    for i, layer in enumerate(mlp.children(), 1):
        layer.weight.data = torch.as_tensor(arrays[f"W{i}"])
        layer.bias.data = torch.as_tensor(arrays[f"b{i}"])
    return mlp


pair = [as_mlp(arrays) for arrays in (network, less)]
for batch in (1, 1024):
    before, after = 1e6 * clock(pair, batch)
    print(f"batch {batch}: {before:.0f} µs before, {after:.0f} µs after")

# %% [markdown]
# For a single image, most of the time is overhead, which a smaller network
# does not reduce. In a large batch, the arithmetic counts: compare the share
# of the time that is left with the share of the MACs. Other programs on your
# machine add noise, so run the cell twice before you believe a number.

# %% [markdown] tags=["long-answer"]
# ## In your own words
#
# No program checks this one. Talk it over with somebody, or hand it in.
#
# > A colleague prunes a large residual network for a phone, which classifies
# > one image at a time. In every layer, she removes half of the channels,
# > those with the weakest filters; where layers are partners, she adds the
# > strengths of their filters. Then she trains for ten more epochs. Her report
# > says: "Half the network, a quarter of the arithmetic, so four times as
# > fast, and pruning costs only half a point." **Which of these four
# > statements would you question, and what would you measure for each?**
#
# Write five to ten sentences below the line.
#
# ---
#
# *Your answer: double-click here.*
#
# <details><summary>Check yourself</summary>
#
# - Half of *what*? Did you distinguish channels, parameters, MACs, and bytes,
#   and say which layers keep half and which a quarter?
# - Did you ask for the time of one image on that phone, and for the overhead
#   that arithmetic does not explain?
# - Which layer decides when strengths are added? A filter of 144 weights is
#   stronger than one of 25 because it has more weights. Compare the masks that
#   each partner alone would choose with the shared one.
# - Did you ask for a control: the small network, trained from scratch for as
#   long as both training runs together?
# - Did you ask on which images the half point was measured, and whether they
#   were used to choose the channels?
#
# </details>
