# %% [markdown]
# # 01 Exercises: Training
#
# You will write five short functions. Each one will later judge a pruned
# network: which images it may see, how sure its accuracy is, and what it
# costs.
#
# **Bring** NumPy arrays, a `for` loop, and the lesson of chapter 01.
#
# **12 points, about 44 minutes.** Every exercise has the same parts: the task,
# hints that you open one at a time, a cell for your function, a check, and a
# look at real data with what you wrote.
#
# **How checks work.** A check calls your function with small inputs and looks
# at what it returns. If your function is right, the check says so in one line.
# If not, it shows the input, the result, and the mistake that it suspects. Run
# it as often as you like; nothing is counted. Any style is welcome: loops,
# NumPy, or torch.

# %%
import json

import numpy as np
from safetensors.numpy import save

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
# Your function makes four promises, each of which has been broken in published
# work:
#
# 1. No position is in two parts, and none is lost.
# 2. The parts are drawn from the whole file, not cut off its end.
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
# **On real data: what a leak is worth.** The simplest classifier of all
# remembers every training image and answers with the label of the nearest one.
# We deal out 5 000 images with your function and test the classifier twice:
# once on your validation set, and once on a set where half of the images
# leaked from the training part.

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
# ## 2. How sure is an accuracy?
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 8 · **Misconception** spread-not-error
#
# An accuracy is measured on a particular set of images. On other images of the
# same kind, it would be a little different. The *standard error* says how
# much: it is the typical distance between the accuracy that you measured and
# the one that you would find on infinitely many images.
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
# has a spread √n times smaller than a single answer does.*

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
# In the output below, the first line is a network that is right on 98 % of the
# 10 000 test images, and the second is your nearest-neighbor classifier.

# %%
network = np.arange(10_000) < 9_800
neighbour = nearest(parts["train"], parts["test"])

for name, correct in (("network", network), ("neighbour", neighbour)):
    accuracy, error = accuracy_with_error(correct)
    print(f"{name}: {accuracy:.2%} ± {100 * error:.2f} points")

# %% [markdown]
# One standard error is larger than the reported drop, so a single accuracy
# cannot show a drop that small. What can? Compare two networks on the *same*
# images, because most of the luck is then the same for both. The question at
# the end of this page returns to this.

# %% [markdown]
# ## 3. Mean and spread without keeping the data
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 10 · **Misconception** stale-mean
#
# A network has thousands of neurons, and a data set has thousands of images.
# We want the mean and the spread of each neuron without storing a table of
# millions of numbers. So the values arrive one at a time and are then
# forgotten. You keep only three numbers:
#
# | name | meaning |
# |---|---|
# | `count` | how many values have arrived so far |
# | `mean` | their mean |
# | `m2` | the *sum* of their squared deviations from that mean |
#
# Write `add_value(running, value)`. It takes the triple `(count, mean, m2)`
# and one more value and returns the new triple. Before the first value, the
# triple is `(0, 0.0, 0.0)`. The variance is `m2 / count` at any point.
#
# The values 1, 2, and 6 give the triples (1, 1, 0), (2, 1.5, 0.5), and (3, 3,
# 14).
#
# There is a tempting way to do this with sums of squares. The check tries it
# on values around 100 000 000, and so should you.

# %% [markdown]
# <details><summary>Hint 1: the mean moves</summary>
#
# A new value pulls the mean toward itself. The more values came before, the
# less it pulls. What fraction of the distance does the mean move when the
# value is the second one? When it is the tenth one?
# </details>
#
# <details><summary>Hint 2: two deviations</summary>
#
# The value has two deviations: one from the mean before it arrived and one
# from the mean after. The square of the first is too large for `m2`, and that
# of the second is too small. Try the step from (2, 1.5, 0.5) to (3, 3, 14).
# </details>
#
# <details><summary>Hint 3: in between</summary>
#
# In that step the deviations are 4.5 and 3, and `m2` grows by 13.5.
# </details>


# %% tags=["answer"]
def add_value(
    running: tuple[int, float, float], value: float
) -> tuple[int, float, float]:
    """The triple (count, mean, m2) after one more value."""
    # BEGIN SOLUTION
    count, mean, m2 = running
    before = value - mean
    mean = mean + before / (count + 1)
    after = value - mean
    return count + 1, mean, m2 + before * after
    # END SOLUTION


# %% tags=["check"]
check.add_value(add_value)

# %% [markdown]
# **On real data: the same ink, far from zero.** How bright is an image? We
# feed the mean brightness of 2 000 images into your function, then do the same
# with 100 000 000 added to each. Adding a constant does not change a variance.
# The cell also tries the tempting way: the mean of the squares minus the
# square of the mean.

# %%
ink = pixels[:2000].mean(axis=1)

for offset in (0, 100_000_000):
    running = (0, 0.0, 0.0)
    for value in ink + offset:
        running = add_value(running, float(value))
    tempting = np.mean((ink + offset) ** 2) - np.mean(ink + offset) ** 2
    is_close = bool(np.isclose(tempting, np.var(ink), rtol=0.01))
    print(f"offset {offset:>9}: your variance {running[2] / running[0]:.5f}")
    print(f"    the tempting way is right to a hundredth: {is_close}")

# %% [markdown]
# Your variance stays the same. The tempting way subtracts two numbers of about
# 10¹⁶ that differ by less than one, and a computer keeps only 16 digits, so
# only rounding error is left. Print `tempting` to see it. Your function works
# with deviations, which are small. Chapter 02 merges whole batches this way.

# %% [markdown]
# ## 4. Count before you build
#
# **Points** 2 · **Difficulty** ●○○ · **Minutes** 8 · **Misconception** M16
#
# "Half as large": half of what? You can count three different things in a
# network, and they do not shrink together.
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
# columns, so it keeps a quarter. That is why a deep, wide network shrinks much
# faster than its neuron count suggests. And none of this is about seconds:
# fewer MACs mean fewer multiplications, not less time. The lesson measures
# time.
#
# </details>

# %% [markdown]
# ## 5. How many bytes will the file have?
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 10 · **Misconception** M14
#
# "8 parameters in float32 are 32 bytes." That is true, but a file with only
# those bytes is useless: nobody could tell where one tensor ends and the next
# begins. A `safetensors` file has four pieces:
#
# | piece | bytes |
# |---|---|
# | the length of the header, as one number | 8 |
# | the header: text with the name, type, and shape of every tensor | its length |
# | fillers: spaces, so that the tensors start at a multiple of 8 | 0 to 7 |
# | the tensors, one after the other | numbers × bytes per number |
#
# Write `checkpoint_bytes(shapes, header_length)`, which returns the size of
# the file.
#
# | name | meaning |
# |---|---|
# | `shapes` | a dict from the name of each tensor to its shape, a tuple |
# | `header_length` | bytes of the header's text, without fillers |
#
# Names that end in `bias` are biases; all others are weights. A shape of `()`
# is a single number. **The types are those for your class**, which the next
# code cell prints. A `float16` takes 2 bytes, a `float32` 4, and a `float64`
# 8.

# %% [markdown]
# <details><summary>Hint 1: on paper</summary>
#
# One weight of shape (3, 2) in float32 and a header of 61 bytes give 8 + 61 +
# 3 + 24 = 96. Where does each of the four numbers come from?
# </details>
#
# <details><summary>Hint 2: fillers</summary>
#
# `header_length % 8` is the number of bytes past the last multiple of 8. How
# many are needed to reach the next one? Watch out for a header that needs no
# filler at all.
# </details>
#
# <details><summary>Hint 3: numbers in a tensor</summary>
#
# `np.prod((3, 2))` is 6. And `np.prod(())` is 1, as it should be.
# </details>

# %%
CLASS_SEED = 0  # your instructor may give you another number

TYPES = check.variation("checkpoint_bytes", CLASS_SEED)
print(TYPES)


# %% tags=["answer"]
def checkpoint_bytes(shapes: dict[str, tuple], header_length: int) -> int:
    """Bytes of a safetensors file, every piece of it counted."""
    # BEGIN SOLUTION
    fillers = -header_length % 8
    # class 0 stores weights and biases as float32, 4 bytes each
    tensors = sum(4 * int(np.prod(shape)) for shape in shapes.values())
    return 8 + header_length + fillers + tensors
    # END SOLUTION


# %% tags=["check"]
check.checkpoint_bytes(checkpoint_bytes, class_seed=CLASS_SEED)

# %% [markdown]
# **On real files.** The library writes one file for a tiny network and one for
# this chapter's network. We read the length of the header back from each file.


# %%
def written(widths):
    """The shapes of a network and the file that the library writes."""
    shapes, tensors = {}, {}
    for i in range(1, len(widths)):
        shapes[f"fc{i}.weight"] = (widths[i], widths[i - 1])
        shapes[f"fc{i}.bias"] = (widths[i],)
    for name, shape in shapes.items():
        kind = "biases" if name.endswith("bias") else "weights"
        tensors[name] = np.zeros(shape, dtype=TYPES[kind])
    return shapes, save(tensors)


# %%
for widths in ((2, 2), (784, 300, 100, 10)):
    shapes, file = written(widths)
    stored = int.from_bytes(file[:8], "little")
    header = file[8 : 8 + stored].rstrip()
    predicted = checkpoint_bytes(shapes, len(header))
    numbers = sum(int(np.prod(shape)) for shape in shapes.values())
    print(f"{widths}: {numbers} numbers, {len(json.loads(header))} tensors")
    print(f"    predicted {predicted} bytes, written {len(file)} bytes")
    share = (8 + stored) / len(file)
    print(f"    of these no tensor: {8 + stored} bytes, {share:.2%}")

# %% [markdown]
# The prediction matches to the byte. In the tiny file, nearly everything is
# header; in the large one, the header hardly counts. Remember this in chapter
# 05, where networks become so small that indices, codebooks, and headers
# decide which format wins.

# %% [markdown] tags=["long-answer"]
# ## In your own words
#
# No program checks this one. Talk it over with somebody, or hand it in.
#
# > A colleague prunes a network. On the 10 000 test images the accuracy was
# > 98.00 % before and is 97.92 % now. "A drop of 0.08 points", she says,
# > "is less than one standard error, so it is nothing." A second colleague
# > answers: "You tested both networks on the *same* images. So your standard
# > error is the wrong one." **Who is right, and what would you measure?**
#
# Write five to ten sentences below the line.
#
# ---
#
# *Your answer: double-click here.*
#
# <details><summary>Check yourself</summary>
#
# - Did you say what the standard error of exercise 2 describes? It describes
#   other *images*, with the network held fixed.
# - Did you see that images on which both networks agree tell you nothing about
#   the difference? Only images that the two answer differently do.
# - Suppose 8 images became wrong and none became right, or 108 became wrong
#   and 100 became right. The drop is the same. Which one could be luck?
# - Did you separate two questions: "is this network worse than that one?"
#   and "does this *method* make networks worse?" The second needs several
#   training runs.
# - Did you avoid choosing anything by looking at the test set?
#
# </details>
