# %% [markdown]
# # 01 Exercises: Training
#
# You will write five short functions: one trains a network, and the others
# will later judge pruned ones. Which images may they see, how certain is their
# accuracy, what do they cost, and which of two is better?
#
# **Bring** NumPy arrays, a `for` loop, and the lesson of chapter 01.
#
# **12 points, about 50 minutes.** Every exercise has the same parts: the task,
# hints that you open one at a time, a cell for your function, a check, and a
# trial of your function on real data.
#
# **How checks work.** A check calls your function with small inputs and looks
# at what it returns. If your function is right, the check confirms it in one
# line. If not, it shows the input, the result, and the mistake that it
# suspects. Run it as often as you like; nobody is counting. Any style is
# welcome: loops, NumPy, or torch.

# %%
import math

import numpy as np

from course_lib import check
from course_lib.data import load_mnist

# %% [markdown]
# ## 1. Split without a leak
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 8 · **Misconception** leak
#
# A network is judged on images that it has not seen. Your first function
# decides which images those are. It does not touch any image; it only deals
# out *positions*, the numbers from 0 to `count - 1`.
#
# Write `split_indices(count, validation, test, seed)`. It returns a dict:
#
# | key | value |
# |---|---|
# | `"train"` | all the remaining positions |
# | `"validation"` | `validation` positions |
# | `"test"` | `test` positions |
#
# Your function makes four promises:
#
# 1. No position is in two parts, and none is lost.
# 2. The parts are drawn from the whole file, not cut from its end.
# 3. The same seed gives the same split, today and next year.
# 4. A different seed gives a different split.

# %% [markdown]
# <details><summary>Hint 1: one deck of cards</summary>
#
# Think of dealing cards. You shuffle *once*, and then you deal. Nobody can get
# a card that somebody else already holds.
# </details>
#
# <details><summary>Hint 2: the shuffle</summary>
#
# `np.random.default_rng(seed)` makes a generator that always starts the same
# way for the same seed. Its method `permutation(count)` shuffles the numbers
# from 0 to `count - 1`.
# </details>
#
# <details><summary>Hint 3: the cuts</summary>
#
# A slice `order[i:j]` ends just before `j`. So the next slice starts at `j`,
# not at `j + 1`.
# </details>


# %% tags=["answer"]
def split_indices(
    count: int, validation: int, test: int, seed: int
) -> dict[str, np.ndarray]:
    """Deal the positions 0 … count - 1 into three parts, at random."""
    # BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(count)
    held_out = validation + test
    return {
        "validation": order[:validation],
        "test": order[validation:held_out],
        "train": order[held_out:],
    }
    # END SOLUTION


# %% tags=["check"]
check.split_indices(split_indices)

# %% [markdown]
# **On real data: what a leak is worth.** A very simple classifier remembers
# every training image and answers with the label of the nearest one. We deal
# out 5,000 images with your function and test the classifier twice: once on
# your validation set, and once on a set where half of the images leaked from
# the training part.

# %%
images, labels = load_mnist("train").first(5000)
pixels, labels = images.flatten(1).numpy(), labels.numpy()


def nearest(known, asked):
    """Is the nearest known image of the same digit? Shape (asked,), bool."""
    squares = (pixels[known] ** 2).sum(axis=1)
    distances = squares - 2 * pixels[asked] @ pixels[known].T
    return labels[known][distances.argmin(axis=1)] == labels[asked]


# %%
parts = split_indices(5000, validation=1000, test=1000, seed=0)
clean = parts["validation"]
leaky = np.concatenate([clean[:500], parts["train"][:500]])

for name, asked in (("clean", clean), ("leaky", leaky)):
    share = nearest(parts["train"], asked).mean()
    print(f"{name} validation set: {share:.1%} correct")

# %% [markdown]
# Both lines use the same classifier. It looks better in the second only
# because it *remembers* the leaked images. The more a model can remember, the
# more a leak flatters it, and a large network can remember a lot.

# %% [markdown]
# ## 2. One step of training
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 14 · **Misconception** sum-not-mean
#
# Libraries hide the step behind all training. Here you write it yourself, for
# the smallest network there is: a single layer whose outputs are the logits of
# the classes (*softmax regression*).
#
# | name | shape | meaning |
# |---|---|---|
# | `W`, `b` | (classes, inputs), (classes,) | weights and biases |
# | `X` | (n, inputs) | a batch of n images, one per row |
# | `labels` | (n,), int | the right class of each image |
# | `rate` | a number > 0 | the learning rate |
#
# An image `x` has the logits `z = W @ x + b`. Its probabilities `p` are the
# softmax of `z`: `exp(z)` divided by its sum. The loss has two parts:
#
# - the **mean** over the batch of `-log(p[label])`, the cross-entropy
# - *weight decay*, which pulls weights toward zero: `decay / 2` times the sum
#   of the squares of all weights in `W` (not of the biases)
#
# Write `gradient_step(W, b, X, labels, rate)`. It takes one step against the
# gradient of this loss: it subtracts `rate` times the gradient from `W` and
# `b`, and returns the new `(W, b)`. The old arrays must not change. **Your
# class has its own `decay`**, which the next code cell prints. The check also
# tries logits in the thousands.
#
# You need only one fact from calculus: *for one image, the gradient of the
# cross-entropy with respect to its logits is `p - y`*, where `y` is 1 for the
# right class and 0 for all others.

# %% [markdown]
# <details><summary>Hint 1: a case to try by hand</summary>
#
# Two classes, two inputs, and all parameters zero. One image (1, 2) of class 0
# comes in, and the rate is 1. Then `p` is (0.5, 0.5), and `p - y` is (−0.5,
# 0.5). `W` becomes [[0.5, 1], [−0.5, −1]], and `b` becomes (0.5, −0.5).
# </details>
#
# <details><summary>Hint 2: from the logits to W and b</summary>
#
# The weight `W[k, j]` affects the loss only through logit `k`, where `x[j]`
# multiplies it. So its gradient is `(p - y)[k] * x[j]`, and that of `b[k]` is
# `(p - y)[k]`. Take the mean over the images. For `W`, add the gradient of the
# decay: what is the derivative of `decay / 2 * w**2`?
# </details>
#
# <details><summary>Hint 3: large logits</summary>
#
# `np.exp(1000)` is infinite. But the softmax of (1000, 1001) equals that of
# (−1, 0). From the logits of each image, subtract the largest one.
# </details>

# %%
CLASS_SEED = 0  # your instructor may give you another number

DECAY = check.variation("gradient_step", CLASS_SEED)["decay"]
print("decay:", DECAY)


# %% tags=["answer"]
def gradient_step(
    W: np.ndarray,
    b: np.ndarray,
    X: np.ndarray,
    labels: np.ndarray,
    rate: float,
) -> tuple[np.ndarray, np.ndarray]:
    """W and b after one step of gradient descent on a batch."""
    # BEGIN SOLUTION
    decay = 0.01  # of class 0
    z = X @ W.T + b
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    slopes = (p - np.eye(len(b))[labels]) / len(X)
    new_W = W - rate * (slopes.T @ X + decay * W)
    return new_W, b - rate * slopes.sum(axis=0)
    # END SOLUTION


# %% tags=["check"]
check.gradient_step(gradient_step, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data: your network learns.** It starts from zeros and sees the
# training part of your split five times, in batches of 50 images.


# %%
def answers_of(network, images):
    """The class with the largest logit for each image."""
    W, b = network
    return (images @ W.T + b).argmax(axis=1)


# %%
rng = np.random.default_rng(0)
network, after_epoch = (np.zeros((10, 784)), np.zeros(10)), []
for epoch in range(1, 6):
    order = rng.permutation(parts["train"])
    for batch in np.array_split(order, 60):
        network = gradient_step(*network, pixels[batch], labels[batch], 0.1)
    after_epoch.append(network)
    right = answers_of(network, pixels[clean]) == labels[clean]
    print(f"epoch {epoch}: {right.mean():.1%} of the validation images")

# %% [markdown]
# No step looks at an accuracy. Each one slightly lowers the loss on 50 images,
# and the accuracy rises even on images that were never in a batch. Yet the
# classifier that only remembers is still better: a single layer weighs each
# pixel on its own. The network of the lesson has hidden layers, and training
# it takes steps of the same kind in every layer. Remember the decay in chapter
# 03, which removes weights near zero: decay pulls them there.

# %% [markdown]
# ## 3. How sure is an accuracy?
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 8 · **Misconception** spread-not-error
#
# An accuracy is measured on a particular set of images. On other images of the
# same kind, it would be slightly different. The *standard error* shows how
# different: it is the typical distance between the accuracy that you measured
# and the one that you would find on infinitely many images.
#
# Write `accuracy_with_error(correct)`. It returns two fractions, not
# percentages: `(accuracy, standard_error)`.
#
# | name | shape | meaning |
# |---|---|---|
# | `correct` | (n,), bool | True where the network was right |
# | `accuracy` | a number from 0 to 1 | the fraction that is True |
# | `standard_error` | a number ≥ 0 | the standard deviation of that fraction |
#
# You need only one fact from statistics: *the mean of n independent answers
# has a spread √n times smaller than that of a single answer.*

# %% [markdown]
# <details><summary>Hint 1: a single answer</summary>
#
# Write True as 1 and False as 0. Then the accuracy is a mean, and the spread
# of a single answer is the ordinary standard deviation of ones and zeros.
# </details>
#
# <details><summary>Hint 2: a case to try by hand</summary>
#
# Of 100 images, 90 are correct. The single answers have a standard deviation
# of 0.3, so the result should be `(0.9, 0.03)`.
# </details>


# %% tags=["answer"]
def accuracy_with_error(correct: np.ndarray) -> tuple[float, float]:
    """The share of correct answers and its standard error, as fractions."""
    # BEGIN SOLUTION
    accuracy = float(np.mean(correct))
    spread = float(np.std(correct))
    return accuracy, spread / len(correct) ** 0.5
    # END SOLUTION


# %% tags=["check"]
check.accuracy_with_error(accuracy_with_error)

# %% [markdown]
# **On real data: can we see a difference of 0.08 points?** The article that
# this course starts from reports a drop in accuracy of 0.08 percentage points.
# In the output below, the first line is a network that is right on 98% of
# 10,000 test images. The others are your network and the nearest neighbor, on
# the test part of your split.

# %%
asked = parts["test"]
judged = {
    "98% of 10,000": np.arange(10_000) < 9_800,
    "your network": answers_of(network, pixels[asked]) == labels[asked],
    "nearest neighbor": nearest(parts["train"], asked),
}
for name, correct in judged.items():
    accuracy, error = accuracy_with_error(correct)
    print(f"{name}: {accuracy:.2%} ± {100 * error:.2f} points")

# %% [markdown]
# Even with 10,000 images, one standard error is larger than the reported drop,
# so a single accuracy cannot show a drop that small. What can? Compare two
# networks on the *same* images, because most of the luck is then the same for
# both. Exercise 5 does this.

# %% [markdown]
# ## 4. Count before you build
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 8 · **Misconception** M16
#
# "Half as large": half of what? You can count neurons, parameters, or
# multiplications, and they need not shrink together.
#
# A fully connected network is given by its `widths`, for example
# `(784, 300, 100, 10)`: 784 pixels go in, two hidden layers have 300 and 100
# neurons, and 10 classes come out. The layer between widths `a` and `b`
# computes `W @ x + bias`:
#
# | name | shape | |
# |---|---|---|
# | `x` | (a,) | the input |
# | `W` | (b, a) | one weight for each pair of neurons |
# | `bias` | (b,) | one number for each neuron in the layer |
#
# Write `mlp_costs(widths)`. It returns a dict with two whole numbers:
#
# - `"parameters"`: everything that is learned, weights and biases;
# - `"macs"`: how many multiplications one image needs. A *MAC* is one
#   multiplication and the addition that follows it. Biases are not multiplied.

# %% [markdown]
# <details><summary>Hint 1: draw it</summary>
#
# Draw the network (4, 3, 2) with all its arrows. How many arrows are there?
# Each one is a weight, and each is used once per image.
# </details>
#
# <details><summary>Hint 2: how many layers?</summary>
#
# A list of n widths describes n − 1 layers. `zip(widths[:-1], widths[1:])`
# gives the two widths of each layer.
# </details>
#
# <details><summary>Hint 3: the case from hint 1</summary>
#
# (4, 3, 2) has 18 MACs and 23 parameters. Where do the other 5 come from?
# </details>


# %% tags=["answer"]
def mlp_costs(widths: tuple[int, ...]) -> dict[str, int]:
    """Parameters and multiply–accumulates of a fully connected network."""
    # BEGIN SOLUTION
    macs = biases = 0
    for layer in range(1, len(widths)):
        macs += widths[layer - 1] * widths[layer]
        biases += widths[layer]
    return {"parameters": macs + biases, "macs": macs}
    # END SOLUTION


# %% tags=["check"]
check.mlp_costs(mlp_costs)

# %% [markdown]
# **On real networks: take away half of the hidden neurons.** Before you run
# the cell, guess: what share of the parameters is left in each network?

# %%
for widths in ((784, 300, 100, 10), (784, 1000, 1000, 1000, 10)):
    hidden = [width // 2 for width in widths[1:-1]]
    small = (widths[0], *hidden, widths[-1])
    before, after = mlp_costs(widths), mlp_costs(small)
    neurons = sum(hidden) / sum(widths[1:-1])
    left = {name: after[name] / before[name] for name in before}
    print(widths)
    print(f"    hidden neurons left {neurons:.1%}")
    for name, share in left.items():
        print(f"    {name} left {share:.1%}")

# %% [markdown]
# <details><summary>What is left, and why</summary>
#
# The first layer loses neurons on one side only, because the pixels stay. It
# keeps half of its weights. A layer between two hidden layers loses rows *and*
# columns, so it keeps a quarter. That is why a deep, wide network shrinks
# faster than its neuron count suggests. And none of this is about seconds:
# fewer MACs mean fewer multiplications, not always less time. The lesson
# measures time.
#
# </details>

# %% [markdown]
# ## 5. Compare two networks on the same images
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 12 · **Misconception** M9
#
# Two networks with the same accuracy may still disagree on many images. And a
# drop smaller than a standard error may be real. Either way, look at the
# images that **exactly one** of the networks gets right. If the networks were
# equally good, each of these images would be a fair coin toss.
#
# Write `compare_pair(before, after, labels)`. All three are whole numbers of
# shape (n,): what the first network answers, what the second one answers, and
# the right classes. It returns a dict:
#
# | key | value |
# |---|---|
# | `"lost"` | how many images only `before` gets right |
# | `"gained"` | how many images only `after` gets right |
# | `"p_value"` | how often fair coins come out at least this unevenly |
#
# For the p-value, `lost + gained` coins are tossed. Let `fewer` be the smaller
# of the two counts. Of the `2 ** (lost + gained)` equally likely outcomes,
# count those with at most `fewer` heads, and those with at most `fewer` tails.
# The p-value is the fraction of outcomes that are counted: the exact two-sided
# p-value of *McNemar's test*. If `lost` equals `gained`, every outcome is
# counted, but only once, so the p-value is 1. It is also 1 if no coin is
# tossed.

# %% [markdown]
# <details><summary>Hint 1: what is a coin?</summary>
#
# Make two masks: where `before` is right, and where `after` is right. An image
# that both get wrong shows nothing, even if they give it different answers.
# </details>
#
# <details><summary>Hint 2: a case to count by hand</summary>
#
# 3 images are lost and 1 is gained. Four coins have 16 outcomes. One has no
# heads and four have one: 5 outcomes. Just as many have at most one tail. The
# p-value is 10 / 16.
# </details>
#
# <details><summary>Hint 3: counting outcomes</summary>
#
# `math.comb(n, k)` is the number of outcomes of `n` tosses with exactly `k`
# heads. Heads and tails are symmetric, so one side is enough; double it, but
# do not exceed 1. Make your counts plain integers with `int(…)`: a NumPy
# integer cannot hold 2 to the power of 63.
# </details>


# %% tags=["answer"]
def compare_pair(
    before: np.ndarray, after: np.ndarray, labels: np.ndarray
) -> dict[str, float]:
    """Images lost and gained, and the p-value of McNemar's exact test."""
    # BEGIN SOLUTION
    was_right, is_right = before == labels, after == labels
    lost = int((was_right & ~is_right).sum())
    gained = int((is_right & ~was_right).sum())
    tosses, fewer = lost + gained, min(lost, gained)
    one_side = sum(math.comb(tosses, k) for k in range(fewer + 1))
    p_value = min(1.0, 2 * one_side / 2**tosses)
    return {"lost": lost, "gained": gained, "p_value": p_value}
    # END SOLUTION


# %% tags=["check"]
check.compare_pair(compare_pair)

# %% [markdown]
# **On real data: did one more epoch help?** You kept your network from
# exercise 2 after every epoch. Each one now classifies the 10,000 validation
# images of the course, and each is compared with the one before.

# %%
validation = load_mnist("validation")
unseen, digits = validation.images.flatten(1), validation.labels.numpy()
answers = [answers_of(network, unseen.numpy()) for network in after_epoch]

for epoch in range(2, 6):
    before, after = answers[epoch - 2 : epoch]
    accuracy, error = accuracy_with_error(after == digits)
    pair = compare_pair(before, after, digits)
    print(f"epoch {epoch}: {accuracy:.2%} ± {100 * error:.2f} points")
    print("    lost {lost}, gained {gained}, p = {p_value:.2g}".format(**pair))

# %% [markdown]
# Read the counts first. In every epoch, hundreds of images changed sides,
# although the accuracy moved much less: the same accuracy does not mean the
# same network. Then compare each p-value with the ±. The standard error
# belongs to a single accuracy on *other* images, and it is about as large as
# the smallest change between epochs. On the same images, most of that luck is
# shared and cancels, so the pairs separate changes that coins would hardly
# ever produce from one that they might.

# %% [markdown] tags=["long-answer"]
# ## In your own words
#
# No program checks this one. Talk it over with somebody, or hand it in.
#
# > A colleague prunes a network. On the 10,000 test images, the accuracy was
# > 98.00% before and is 97.92% now. "A drop of 0.08 points," she says, "is
# > less than one standard error, so it is nothing." A second colleague
# > compares the answers image by image: 8 images were lost, none was gained,
# > p = 0.008. "So pruning makes this kind of network worse," he says. **Who is
# > right, and what would you measure next?**
#
# Write five to ten sentences below the line.
#
# ---
#
# *Your answer: double-click here.*
#
# <details><summary>Check yourself</summary>
#
# - Did you say what the standard error of exercise 3 describes? It describes
#   other *images*, with the network held fixed.
# - Did you explain why 8 lost and none gained is convincing, while 108 lost
#   and 100 gained, the same drop, could be luck?
# - Did you separate two questions: "Is this network worse than that one?" and
#   "Does this *method* make networks worse?" The second needs several training
#   runs, because another seed may lose other images, or none.
# - Did you separate "certainly worse" from "much worse"? A small p-value does
#   not measure the size of a drop.
# - Did you avoid choosing anything by looking at the test set?
#
# </details>
