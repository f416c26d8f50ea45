# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 01 Training: what later chapters build on
#
# Before you can prune a network, you have to train one, and you have to
# measure it well enough to tell a small loss of accuracy from luck. In this
# chapter you will train a network, look inside it, find out what it gets
# wrong, and record what it costs. Later chapters are judged against such
# numbers.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | Python functions and arrays; what a derivative is. For PyTorch, being able to read it is enough. |
# | **You will be able to** | write a training loop and explain each line; read a hidden layer's activations; report an accuracy with its uncertainty; state a network's cost in parameters, arithmetic, bytes, and milliseconds |
# | **Time** | about 35 minutes of reading and running, then the exercises |
# | **Leads to** | [02 Activation pruning](02_activation_pruning.ipynb), which removes neurons that hardly respond to any image. Magnitude masks, structured pruning, and sparse storage follow; the course leads on to quantization. |
#
# Results are labeled: **measured here** (this notebook, this run), **committed
# run** (a network that takes too long to train in a lesson; it ships with the
# course and is evaluated again on this page), or **quoted** (from a paper).

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn

from course_lib import figures, measure, page
from course_lib.data import load_mnist
from course_lib.demos import sample_size
from course_lib.models import MLP, checkpoint_metadata, load_checkpoint
from course_lib.training import Callback, accuracy, fit, predictions
from course_lib.uncertainty import paired_difference

from course_lib.training import seed_everything  # isort: skip

# %%
seed_everything(0)
train = load_mnist("train")
validation = load_mnist("validation")
test = load_mnist("test")
for split in (train, validation, test):
    print(*split.images.shape, split.images.dtype)

# %% tags=["map"]
page.learning_map.show("01")

# %% tags=["again"]
page.practice.again("00")

# %% [markdown]
# The data is the complete MNIST: handwritten digits of 28 × 28 gray levels
# between 0 and 1. We use three parts, each with one job. The network learns
# from **train**. We use **validation** to make choices, such as thresholds,
# the number of epochs, and which network to keep. We use **test** only once,
# at the end, to report on what we chose. If we based a choice on the test
# images, the network would look better on them than it is.

# %% [markdown]
# ## Predict
#
# Make a guess before you read on; that unlocks the demo.

# %% tags=["predict"]
page.predict.show("01")

# %% [markdown]
# ## Intuition
#
# This kind of network is a chain of layers. Follow one image through it, frame
# by frame.

# %% tags=["storyboard"]
page.storyboard.show("training")

# %% [markdown]
# ## Math
#
# | symbol | meaning | shape |
# |---|---|---|
# | $x$ | one image, flattened | $(784,)$ |
# | $W_\ell,\ b_\ell$ | weights and bias of layer $\ell$ | $(n_\ell, n_{\ell-1})$ and $(n_\ell,)$ |
# | $a_\ell$ | activations of layer $\ell$, by *ReLU*: $\max(0, \cdot)$ | $(n_\ell,)$ |
# | $z$ | the scores, called *logits* | $(10,)$ |
# | $\eta_t$ | learning rate at step $t$ of $T$ | a number |
#
# With $a_0 = x$, the layers compute
#
# $$a_\ell = \max(0,\ W_\ell\, a_{\ell-1} + b_\ell), \qquad
# z = W_L\, a_{L-1} + b_L .$$
#
# The **loss** (one number for how wrong the network is) of an image with label
# $y$ is the *cross-entropy* $-\log \frac{e^{z_y}}{\sum_k e^{z_k}}$. The
# fraction is the probability of $y$. If it is 1, the loss is zero.
#
# The **gradient** (the derivative of the loss with respect to every weight)
# points in the direction of steepest ascent. A **step** of gradient descent
# (one update of all weights) goes the other way:
#
# $$w \leftarrow w - \eta\, \frac{\partial\,\text{loss}}{\partial w} .$$
#
# The gradient is computed on a **batch** (a few images, drawn at random),
# because a step on all of them would be slow. An **epoch** (one pass through
# the training images) takes one step per batch.
#
# An accuracy is the fraction $p$ of $n$ answers that are right. Another sample
# would give another $p$; its typical distance from that of all images is the
# *standard error* $\sqrt{p\,(1-p)/n}$.

# %% [markdown]
# ## Code
#
# **One step.** Take a new network, a batch of 128 images, and the gradient.
# What does a gradient mean? Nudge one weight, and see how much the loss moves.

# %%
torch.manual_seed(0)
by_hand = MLP((784, 300, 100, 10), dtype=torch.float64)
few, weight = train.first(128), by_hand.fc3.weight


def batch_loss():
    return nn.functional.cross_entropy(by_hand(few.images), few.labels)


before = batch_loss()
before.backward()
with torch.no_grad():
    weight[0, 0] += 1e-6
    slope = (batch_loss() - before) / 1e-6
    weight[0, 0] -= 1e-6
print(f"gradient {weight.grad[0, 0]:.6f}, by nudging {slope:.6f}")

# %% [markdown]
# The two agree. Now step against the gradient, with every weight at once, five
# times. The first number on each line is the loss before the first step.

# %%
for rate in (0.1, 1, 10):
    torch.manual_seed(0)
    by_hand = MLP((784, 300, 100, 10), dtype=torch.float64)
    print(f"η = {rate}:", end="")
    for _ in range(6):
        by_hand.zero_grad()
        loss = batch_loss()
        print(f"  {loss:.4g}", end="")
        loss.backward()
        with torch.no_grad():
            for parameter in by_hand.parameters():
                parameter -= rate * parameter.grad
    print()

# %% [markdown]
# With 0.1, the loss falls slowly; with 1, faster. With 10, the steps overshoot
# the valley, and the loss explodes. In exercise 2 you will write such a step
# yourself, including the gradient.
#
# An **optimizer** (a rule that turns gradients into steps) can do better.
# **Adam**, the one that we use, keeps a running mean of each weight's gradient
# and another of its square. It moves the weight against the first mean,
# divided by the square root of the second. So weights move at a similar pace,
# whether their gradients are large or small. But one whose gradient keeps
# changing sign hardly moves.
#
# **The whole loop.** The **learning rate** (the size of a step) falls along
# half a cosine, $\eta_t = \tfrac{1}{2}\eta_0\,(1 + \cos(\pi t / T))$: large
# steps first, to get there, and small ones at the end, to settle. To save
# time, this loop trains on only the first 5,000 images.

# %%
torch.manual_seed(0)
by_hand = MLP((784, 300, 100, 10), dtype=torch.float64)
optimizer = torch.optim.Adam(by_hand.parameters())
small = train.first(5000)
order = torch.Generator().manual_seed(0)
step = 0
steps = 2 * 40  # two epochs of 40 batches

# %%
for _ in range(2):
    shuffled = torch.randperm(5000, generator=order)
    for batch in shuffled.split(128):
        rate = 1e-3 * (1 + np.cos(np.pi * step / steps)) / 2
        optimizer.param_groups[0]["lr"] = rate
        logits = by_hand(small.images[batch])
        loss = nn.functional.cross_entropy(logits, small.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
print(f"loss {loss.item():.4f} after {step} steps")

# %% [markdown]
# `course_lib.training.fit` is the same loop with a progress bar, an evaluation
# after every epoch, and room for your code. To replace ours, it must give the
# same result, so we train the same network with it and compare every weight.

# %%
torch.manual_seed(0)
by_library = MLP((784, 300, 100, 10), dtype=torch.float64)
fit(by_library, small, None, epochs=2, seed=0, batch_size=128)
pairs = zip(by_hand.parameters(), by_library.parameters(), strict=True)
largest = max((a - b).abs().max().item() for a, b in pairs)
print("every weight agrees to 1e-12:", largest < 1e-12)

# %% [markdown]
# Now for the real thing: all 50,000 images, for seven epochs. This takes about
# fifteen seconds on one processor core. After every epoch, a *callback* (code
# that `fit` runs at certain moments) measures the error on 10,000 images that
# the network learned from, and on 10,000 that it did not.

# %%
errors = []


class RecordErrors(Callback):
    def after_epoch(self, state):
        right = {
            "train_error": accuracy(state.model, train.first(10_000)),
            "validation_error": accuracy(state.model, validation),
        }
        errors.append({name: 100 * (1 - p) for name, p in right.items()})


torch.manual_seed(0)
mlp = MLP((784, 300, 100, 10), dtype=torch.float64)
history = fit(mlp, train, None, epochs=7, seed=0, callbacks=[RecordErrors()])

# %%
curves = pd.DataFrame(errors, index=history.frame().index)
curves.join(history.frame()).round(3)

# %%
start, end = curves.iloc[0], curves.iloc[-1]
figures.show(
    figures.learning_curves(curves),
    f"Error over {len(curves)} epochs: on the training images from "
    f"{start.train_error:.2f} to {end.train_error:.2f}%, on the validation "
    f"images from {start.validation_error:.2f} to "
    f"{end.validation_error:.2f}%.",
)

# %% [markdown]
# *Measured here.* The loss is in *nats*; the errors are percentages of the images.
# After the first epoch, the two errors are alike. At the end, the network gets one in a
# hundred of its training images wrong, but more than two in a hundred of the others.
# This gap is *overfitting*: part of what the network learned holds only for the images
# that it was trained on.

# %% [markdown]
# **What the hidden layers do.** `forward(x, return_activations=True)` returns
# every intermediate activation. Here they are for the first validation image.
# Each block is a layer, and each cell is a neuron, with 100 per row.

# %%
image = validation.first(1)
logits, activations = mlp(image.images, return_activations=True)
stripes = {k: v[0].detach().numpy() for k, v in activations.items()}
silent = {k: int((v == 0).sum()) for k, v in stripes.items()}
stripes["logits"] = logits[0].detach().numpy()
figures.show(
    figures.activation_pictures(stripes),
    f"Activations for one image of a {image.labels.item()}: exactly zero are "
    f"{silent['fc1']} of 300 neurons in fc1 and {silent['fc2']} of 100 in "
    f"fc2; the largest logit is that of {logits.argmax().item()}.",
)

# %% [markdown]
# Many of the cells are exactly zero, and most of the others are faint: only a
# few neurons respond strongly to this image. A zero here does not make a
# neuron useless, because another image may need it. Chapter 02 asks which
# neurons hardly respond to *any* image.
#
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("01")

# %% [markdown]
# ## Demo
#
# How certain is an accuracy? The answers below come from **LeNet-5**, a small
# convolutional network with 431,080 parameters. It takes minutes to train, so
# it ships with the course as a *committed run*. The cell prints the command
# that made it, then has it classify the validation images again.

# %%
lenet5 = load_checkpoint("lenet5-0")
print("made by:", checkpoint_metadata("lenet5-0")["recipe"])
by_lenet5 = predictions(lenet5, validation)
lenet5_right = (by_lenet5 == validation.labels).numpy()

# %% tags=["practice"]
page.practice.show("01", "predict")

# %% tags=["demo"]
page.predict.reveal("01", *sample_size.build(lenet5_right))

# %% [markdown]
# Move the slider (click the handle, then use the arrow keys) and watch the ±.
# Each stop has four times as many images as the one before. *95% intervals*
# are built so that about 95 in 100 of them include the accuracy on all images.

# %%
for n in (100, 400, 1600, 6400):
    p = lenet5_right.mean()
    print(f"{n:5d} images: ± {100 * np.sqrt(p * (1 - p) / n):.2f} points")

# %% [markdown]
# Remember this when a page, ours included, reports a loss of a few hundredths
# of a point.
#
# **Which network is better?** The MLP (our network) and LeNet-5 classify the
# *same* images, so we can compare them more precisely. An image that both get
# right, or both get wrong, cannot show which is better. Count the rest. If
# both were equally good, each would be a fair coin toss. The *p-value* is the
# probability that fair tosses come out at least this uneven (*McNemar's
# test*).

# %%
answers = predictions(mlp, validation)
pair = paired_difference(answers, by_lenet5, validation.labels)
print(f"only the MLP is right: {pair.lost}, only LeNet-5: {pair.gained}")
low, high = pair.interval
print(f"LeNet-5 gains {-high:.2f} to {-low:.2f} points,", end=" ")
print(f"95% interval; p = {pair.p_value:.1g}")

# %% [markdown]
# ## Measure
#
# **What the network gets wrong.** An accuracy does not show which mistakes
# were made, so look at them.

# %%
wrong = (answers != validation.labels).nonzero().flatten()
captions = [f"{validation.labels[i]} read as {answers[i]}" for i in wrong[:16]]
figures.show(
    figures.digits(validation.images[wrong[:16], 0].numpy(), captions),
    f"The first 16 of {len(wrong)} validation images that the network gets "
    f"wrong: {', '.join(captions)}.",
)

# %%
missed = [
    {
        "digit": digit,
        "images": int((validation.labels == digit).sum()),
        "missed": int((validation.labels[wrong] == digit).sum()),
    }
    for digit in range(10)
]
missed = pd.DataFrame(missed).set_index("digit")
missed["error %"] = (100 * missed.missed / missed.images).round(2)
missed

# %% [markdown]
# You would have gotten some of these wrong too. Others are clear to any human,
# and some digits are harder than most. A smaller network can keep its average
# accuracy and still get much worse on one digit. That is why chapter 02 looks
# at the drop for each class.

# %% [markdown]
# **What the networks cost.** Four numbers measure four different things:
#
# - *parameters*: the numbers that were learned
# - *MACs*: multiply-and-add operations for one image
# - *bytes*: the size of the file, as float32, including its header
# - *milliseconds*: the time. Only this depends on your machine, so it has a
#   table of its own, with its spread, and the tests do not compare it
#
# This is the **baseline** of the course. No other cell measures accuracy on
# the test images.

# %% tags=["headline"]
networks = {"MLP 784-300-100-10": mlp, "LeNet-5": lenet5}
rows = {}
for name, network in networks.items():
    p = accuracy(network, test)
    rows[name] = {
        "parameters": measure.parameter_count(network),
        "MACs": measure.mac_count(network, test.images[:1]),
        "bytes": measure.saved_size(network),
        "validation %": 100 * accuracy(network, validation),
        "test %": 100 * p,
        "± points": 100 * (p * (1 - p) / len(test.labels)) ** 0.5,
    }
baseline = pd.DataFrame.from_dict(rows, orient="index").round(2)
whole = dict.fromkeys(["parameters", "MACs", "bytes"], int)
print(baseline.astype(whole).to_string())

# %% [markdown]
# *MLP: measured here; LeNet-5: committed run, evaluated here.* LeNet-5 has
# less than twice as many parameters, but look at the MACs: a convolution
# reuses each weight at every position. **Parameters are not arithmetic**, and
# arithmetic is not time, as the clock shows:

# %% tags=["nbval-ignore-output"]
rows = []
for name, network in networks.items():
    fast = type(network)(**network.describe()["arguments"]).eval()
    for n in (1, 256):
        images = test.images[:n].float()
        with torch.no_grad():
            time = measure.latency(lambda f=fast, x=images: f(x))
        rows.append([name, n, 1e3 * time.median, 1e3 * time.iqr])
columns = ["network (float32)", "batch", "median ms", "spread (IQR) ms"]
print("threads:", torch.get_num_threads(), "| torch", torch.__version__)
pd.DataFrame(rows, columns=columns).round(3)

# %% [markdown]
# *Measured here, on your machine.* Compare the batch sizes: 256 images do not
# cost 256 times as much as one. With a single image, much of the time goes not
# to arithmetic but to the overhead of calling each layer. You will meet this
# again in chapter 04, where half the arithmetic does not mean half the time.

# %% [markdown]

# %% tags=["practice"]
page.practice.show("01", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# Give your verdict first: is the claim **supported**, **overstated**, or **not
# shown here**? Then look at the status, evidence, and exclusions.

# %% tags=["claims"]
page.claim_review.show(
    "han-2015-lenet-300-100-size",
    "han-2015-lenet-5-size",
    "deep-compression-1070-kb",
    "han-2015-flop",
    "li-2017-flop",
    "han-2015-lenet-300-100-error",
    "han-2015-fewer-errors",
    "article-always-has-neurons",
)

# %% [markdown]
# ## Practice
#
# Two questions came earlier on this page. The third asks you to explain.

# %% tags=["practice"]
page.practice.show("01", "explain")

# %% [markdown]
# ## Research note
#
# Attach a question to something on this page: a heading, an equation, a code
# cell by the number of its `In [ ]`, or a claim.

# %% tags=["research-note"]
page.research_note.show("01")

# %% [markdown]
# ## Exercises
#
# Now work through the
# [exercises for this chapter](../exercises/01_training_exercises.ipynb):
# splitting without a leak, training with a gradient step of your own, finding
# an accuracy and its standard error, counting a network's cost, and comparing
# two networks on the same images. Each is checked right away.

# %% [markdown]
# ## Annex (optional): why the numbers on this page are the same on your machine
#
# This notebook trains in float64, with a learning rate that falls to zero, on
# one thread, from one seed. In float32, the order in which a processor adds
# numbers shows up in the last digits. Training amplifies those differences,
# and two machines end up with different networks. In float64, the differences
# start out hundreds of millions of times smaller, and a few thousand steps are
# not enough to make them matter. The cell adds the same million numbers in two
# orders.

# %%
values = np.random.default_rng(0).normal(size=1_000_000)
for dtype in (np.float32, np.float64):
    x = values.astype(dtype)
    forward, backward = np.cumsum(x)[-1], np.cumsum(x[::-1])[-1]
    print(f"{dtype.__name__}: sums differ by {abs(forward - backward):.0e}")
