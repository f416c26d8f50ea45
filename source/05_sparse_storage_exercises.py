# %% [markdown]
# # 05 Exercises: Sparse storage
#
# The first four of these five exercises form one program: it writes a pruned
# network to a file, down to the last bit, reads it back, and shows what each
# of its bytes is for. The fifth is open: how small can you get?
#
# **Bring** NumPy arrays (masks, `np.diff`, `np.cumsum`), integer division, the
# lesson of chapter 05, and exercise 4 of chapter 03: a zero in a dense array
# costs as much as any other number.
#
# **14 points, about 60 minutes.** Every exercise has the same parts as before:
# the task, hints, a cell for your function, a check, and a look at real data.
#
# **How checks work.** A check calls your function with small inputs. If your
# function is right, the check confirms it in one line. If not, it shows the
# input, the result, and the mistake that it suspects. Run it as often as you
# like. Any style is welcome: loops, NumPy, or torch.

# %%
import zlib
from itertools import pairwise

import numpy as np
import torch

from course_lib import check
from course_lib.data import load_mnist
from course_lib.measure import parameter_count
from course_lib.models import load_checkpoint
from course_lib.training import accuracy

torch.set_default_dtype(torch.float64)
train = load_mnist("train").first(5000)
validation = load_mnist("validation")

# %% [markdown]
# For the real data, we use a network from chapter 03: 784-300-100-10, with one
# weight in eighty left. `layers` holds the weights of its three layers as
# NumPy arrays, including the zeros.

# %%
network = load_checkpoint("mlp300-sparse-augmented-0")
layers = {
    name: layer.weight.detach().numpy().copy()
    for name, layer in network.named_children()
}
for name, W in layers.items():
    print(f"{name}: {W.shape}, {np.count_nonzero(W)} nonzero weights")
print(f"{accuracy(network, validation):.2%} correct on validation")

# %% [markdown]
# ## 1. Three arrays instead of one
#
# **Points** 3 · **Difficulty** ●●○ · **Minutes** 11 · **Misconception** empty-row
#
# *Compressed sparse rows*, CSR for short, lists the nonzeros of a matrix row
# by row, each row from left to right. Each nonzero is stored with its column.
# Where a row starts in this list is stored once for the whole row.
#
# Write `csr_arrays(A)`. It returns `(row_starts, columns, values)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `A` | (rows, columns) | a matrix that contains zeros |
# | `row_starts` | (rows + 1,), **int32** | how many nonzeros there are in all rows before this one |
# | `columns` | (nonzeros,), **int32** | the column of each nonzero, counted from 0 |
# | `values` | (nonzeros,) | the nonzeros |
#
# So the values of row r start at index `row_starts[r]` and end just before
# index `row_starts[r + 1]`. The last entry is the number of all nonzeros. Any
# row may be empty: the first, the last, several in a row, or all of them.

# %% [markdown]
# <details><summary>Hint 1: four rows on paper</summary>
#
# The rows are 0 0 5, then 0 0 0, then 7 0 8, then 0 0 0. Write down the values
# and the columns. How many nonzeros are there before each row, and how many in
# total? There are five numbers, and some of them are equal.
# </details>
#
# <details><summary>Hint 2: counting</summary>
#
# `np.count_nonzero(A, axis=1)` counts each row, including the empty ones.
# `np.cumsum` makes running sums of the counts. Compare the first one with the
# start of row 0.
# </details>
#
# <details><summary>Hint 3: how wide is an index?</summary>
#
# NumPy counts in int64, with eight bytes per number. `array.astype(np.int32)`
# takes four. If you start from lists, use `np.array(numbers, dtype=np.int32)`.
# </details>


# %% tags=["answer"]
def csr_arrays(A: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row starts, and the columns and values of the nonzeros."""
    # BEGIN SOLUTION
    rows, columns = np.nonzero(A)
    row_starts = np.zeros(len(A) + 1, dtype=np.int32)
    row_starts[1:] = np.cumsum(np.count_nonzero(A, axis=1))
    return row_starts, columns.astype(np.int32), A[rows, columns]
    # END SOLUTION


# %% tags=["check"]
check.csr_arrays(csr_arrays)

# %% [markdown]
# **On real data: bytes, and a product.** Values are stored as float32. For
# comparison, we also count the bytes with int64 indices. And a short loop
# multiplies your arrays by an image without looking at any zero of the matrix.


# %%
def times(arrays, x):
    row_starts, columns, values = map(np.asarray, arrays)
    parts = values * x[columns]
    rows = pairwise(row_starts)
    return np.array([parts[start:end].sum() for start, end in rows])


# %%
for name, W in layers.items():
    arrays = csr_arrays(W)
    row_starts, columns, values = map(np.asarray, arrays)
    indices = row_starts.nbytes + columns.nbytes
    short = 4 * len(values) + indices
    wide = 4 * len(values) + 8 * (len(row_starts) + len(columns))
    print(f"{name}: {4 * W.size} bytes dense, {short} as CSR, ", end="")
    print(f"{wide} with int64")
    print(f"    {np.sum(np.diff(row_starts) == 0)} of {len(W)} rows are empty")

image = validation.images[0].numpy().ravel()
W = layers["fc1"]
same = np.allclose(times(csr_arrays(W), image), W @ image)
print("same product as with the dense matrix:", same)

# %% [markdown]
# Two thirds of the rows in the first layer are empty. If each of them lost its
# start, every row after the first empty one would use the weights of another
# neuron, and no program would complain. Note also what the bytes are used for:
# more than half of them record *where* the weights are. With int64, it would
# be more than two thirds.

# %% [markdown]
# ## 2. From one weight to the next
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 12 · **Misconception** overflow
#
# The position of a weight is a large number. The number of zeros *since the
# last weight* is usually small, and a few bits can hold it. [Deep
# Compression](https://arxiv.org/abs/1510.00149) stores pruned layers this way.
# The matrix is flattened, row by row.
#
# Each entry of the list is the number of zeros skipped before it. With `bits`
# bits, that is a number from 0 to `2**bits - 1`. If there are more zeros, a
# **filler** goes in between: an entry with the largest number, which skips
# that many zeros and then takes the place of one more zero. After a filler,
# the count starts again. One gap may need several fillers.
#
# Write `gaps(positions, bits)`. It returns `(numbers, is_filler)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `positions` | (weights,) | positions of the weights in the flattened layer, from 0, in increasing order |
# | `bits` | a whole number | bits per number |
# | `numbers` | (entries,) | zeros skipped before each entry |
# | `is_filler` | (entries,), bool | True for a filler, False for a weight |
#
# Use as few fillers as possible, and none after the last weight. The zeros
# before the first weight are skipped in the same way, starting at position 0.

# %% [markdown]
# <details><summary>Hint 1: two bits on paper</summary>
#
# The weights are at positions 1, 2, and 11, and there are two bits. How many
# zeros come before each weight? The third number does not fit, since 3 is the
# largest. A filler skips three zeros, at positions 3, 4, and 5. Which position
# does the filler itself take? And is one filler enough?
# </details>
#
# <details><summary>Hint 2: where are you?</summary>
#
# Keep track of the position of the last entry, whether weight or filler. Start
# with −1. As long as the zeros before the next weight do not fit, add a filler
# and move on. By how many positions?
# </details>
#
# <details><summary>Hint 3: read it back</summary>
#
# An entry moves the reader forward by its number plus one. So
# `np.cumsum(numbers + 1) - 1` gives the positions of all entries. Without the
# fillers, they must be the positions that you were given.
# </details>


# %% tags=["answer"]
def gaps(positions: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """The zeros before each entry, and which entries are fillers."""
    # BEGIN SOLUTION
    most = 2**bits - 1
    numbers, is_filler = [], []
    last = -1
    for position in positions:
        while position - last - 1 > most:
            numbers.append(most)
            is_filler.append(True)
            last += most + 1
        numbers.append(position - last - 1)
        is_filler.append(False)
        last = position
    return np.array(numbers, dtype=int), np.array(is_filler, dtype=bool)
    # END SOLUTION


# %% tags=["check"]
check.gaps(gaps)

# %% [markdown]
# **On real data: how many bits?** Few bits require many fillers, and many bits
# are wasted on neighbors. Every entry, even a filler, takes its number and a
# four-bit value. *Shuffled* has the same number of weights, at random positions.

# %%
mask = layers["fc1"].ravel() != 0
shuffled = np.random.default_rng(0).permutation(mask)

print("       ours             shuffled")
print("bits   fillers  bytes   fillers  bytes")
for bits in (4, 5, 6, 7, 8, 9, 10, 11):
    row = f"{bits:>4}"
    for kept in (mask, shuffled):
        numbers, is_filler = gaps(np.flatnonzero(kept), bits)
        size = -(-len(numbers) * (bits + 4) // 8)
        row += f"   {np.sum(np.asarray(is_filler)):>7}  {size:>5}"
    print(row)

# %% [markdown]
# The best number of bits depends on the density. Five bits, as in the paper's
# fully connected layers, suit one weight in ten; here, nine are best. And our
# mask needs *more* fillers than a random one. Its weights cluster in a third
# of the rows, with long gaps in between. The common formula for random
# positions would have promised too small a file. Order in a mask helps only a
# format that makes use of it.

# %% [markdown]
# ## 3. One weight in many places
#
# **Points** 2 · **Difficulty** ●●○ · **Minutes** 7 · **Misconception** mean-not-sum
#
# With *weight sharing*, the weights of a layer may take only k values, the
# *centroids*. Each weight stores a *code*, the number of its centroid.
# Then training continues and learns the centroids. The gradient of every
# weight is known, as always. What is the gradient of a centroid?
#
# Write `centroid_gradient(grad, codes, k)`:
#
# | name | shape | meaning |
# |---|---|---|
# | `grad` | any | the gradient of the loss for each weight |
# | `codes` | same as `grad` | the centroid that each weight uses, from 0; −1 for a pruned weight |
# | `k` | a whole number | how many centroids there are |
# | result | (k,) | the gradient of the loss for each centroid |
#
# Pruned weights are zero and stay zero: they use no centroid. And there may be
# centroids that no weight uses.

# %% [markdown]
# <details><summary>Hint 1: two weights</summary>
#
# Two weights use the same centroid. If only the first one grows by a tiny
# step, the loss grows by 3 such steps; if only the second does, by 5. Now the
# centroid grows by that step. Which weights grow? How does the loss change?
# </details>
#
# <details><summary>Hint 2: adding where indices repeat</summary>
#
# `found[codes] += grad` adds only once where an index appears twice. A loop
# over the centroids with a mask `codes == j` does not have that problem. Nor
# do `np.add.at` and `np.bincount`. And what does −1 mean as an index?
# </details>


# %% tags=["answer"]
def centroid_gradient(
    grad: np.ndarray, codes: np.ndarray, k: int
) -> np.ndarray:
    """The gradient of each centroid, from the gradients of the weights."""
    # BEGIN SOLUTION
    used = codes >= 0
    return np.bincount(codes[used], weights=grad[used], minlength=k)
    # END SOLUTION


# %% tags=["check"]
check.centroid_gradient(centroid_gradient)

# %% [markdown]
# **On a real network.** `share` gives each layer k centroids by k-means: start
# with even steps from the smallest to the largest weight; then, thirty times,
# assign each weight to the nearest centroid and move each centroid to the mean
# of its weights. `put` writes the shared weights into the network.


# %%
def cluster(values, k):
    centroids = np.linspace(values.min(), values.max(), k)
    for _ in range(30):
        nearest = np.abs(values[:, None] - centroids).argmin(axis=1)
        for j in np.unique(nearest):
            centroids[j] = values[nearest == j].mean()
    return centroids


# %%
def share(k):
    centroids, codes = {}, {}
    for name, W in layers.items():
        centroids[name] = cluster(W[W != 0], k)
        nearest = np.abs(W[..., None] - centroids[name]).argmin(axis=2)
        codes[name] = np.where(W != 0, nearest, -1)
    return centroids, codes


def put(centroids, codes):
    for name, layer in network.named_children():
        # code -1 picks the last entry, which is zero
        weights = np.append(centroids[name], 0)[codes[name]]
        layer.weight.data = torch.as_tensor(weights)


# %% [markdown]
# First, compare your gradient with the loss itself: we move each of the 7
# centroids of the last layer by a millionth and measure how the loss on 500
# images changes.


# %%
def loss_of(part):
    images, labels = train.images[part], train.labels[part]
    return torch.nn.functional.cross_entropy(network(images), labels)


def weight_gradients(centroids, codes, part):
    put(centroids, codes)
    network.zero_grad()
    loss_of(part).backward()
    children = network.named_children()
    return {name: layer.weight.grad.numpy() for name, layer in children}


# %%
k = 7
centroids, codes = share(k)
part = slice(500)
grad = weight_gradients(centroids, codes, part)["fc3"]
yours = centroid_gradient(grad, codes["fc3"], k)
before = loss_of(part).item()

for j in range(k):
    moved = centroids["fc3"].copy()
    moved[j] += 1e-6
    put(centroids | {"fc3": moved}, codes)
    slope = (loss_of(part).item() - before) / 1e-6
    users = np.sum(codes["fc3"] == j)
    print(f"centroid {j}, {users:>2} weights: ", end="")
    print(f"yours {yours[j]:+.3f}, measured {slope:+.3f}")

# %% [markdown]
# Now we train for a hundred steps. For comparison, we also use the mean, which
# is your gradient divided by the number of weights that use the centroid: at
# the same learning rate, and at one that is a hundred times as high.


# %%
def mean_gradient(grad, codes, k):
    users = [max(1, np.sum(codes == j)) for j in range(k)]
    return np.asarray(centroid_gradient(grad, codes, k)) / users


def tune(centroids, codes, rate, gradient):
    centroids = {name: c.copy() for name, c in centroids.items()}
    for start in range(0, 5000, 50):
        part = slice(start, start + 50)
        grads = weight_gradients(centroids, codes, part)
        for name, grad in grads.items():
            step = gradient(grad, codes[name], len(centroids[name]))
            centroids[name] -= rate * np.asarray(step)
    put(centroids, codes)
    return centroids


# %%
put(centroids, codes)
print(f"7 values per layer:   {accuracy(network, validation):.2%} correct")
for name, rate, gradient in (
    ("your gradient", 0.01, centroid_gradient),
    ("mean", 0.01, mean_gradient),
    ("mean, faster", 1.0, mean_gradient),
):
    tune(centroids, codes, rate, gradient)
    right = f"{accuracy(network, validation):.2%} correct"
    print(f"{name + ',':<14} {rate:>4g}:  {right}")

# %% [markdown]
# Your gradient agrees with the measured one. The mean does not, although it
# has the right sign for each centroid: it is too small, and more so the more
# weights use a centroid. A higher learning rate makes up for much of that.
# (The rates were chosen on these images, so do not read much into the
# differences.) A wrong gradient need not show in the accuracy. It does show
# when you measure the slope, which is why we did.

# %% [markdown]
# ## 4. A file, to the last bit
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 12 · **Misconception** M14
#
# A report says that 2,480 weights of 4 bits take 1,240 bytes. But can anybody
# read them? Write `shared_bytes(codes, codebook, bits)`. It returns the
# content of a file as an object of type `bytes`, with three parts and nothing
# else:
#
# 1. **Header**, five bytes: the number of codes in four bytes, least
#    significant byte first, and `bits` in one.
# 2. **Codebook**: its values as float32, four bytes each, also with the least
#    significant byte first.
# 3. **Codes**: `bits` bits each, one after another without gaps. The last byte
#    may be only partly filled; the rest of it is *padding*.
#
# | name | shape | meaning |
# |---|---|---|
# | `codes` | (n,), whole numbers | from 0 to `2**bits - 1`; n may be 0 |
# | `codebook` | (2**bits,), float64 | what each code stands for |
# | `bits` | a whole number from 1 to 12 | bits per code |
#
# The order in which bits fill a byte and the bits of the padding differ from
# format to format. **Your class has its own convention**: the next code cell
# prints it. The first bit of the padding follows the last bit of the last
# code. *Most significant first* fills a byte from its highest bit, the
# one worth 128, and starts each code with its highest bit. *Least significant
# first* starts both with the lowest bit, as zip files do.

# %% [markdown]
# <details><summary>Hint 1: three codes on paper</summary>
#
# With three bits, the codes 1, 6, 7 are 001 110 111. Most significant first:
# the first byte is 00111011, and the second begins with the 1 that did not
# fit. Least significant first: as a binary number, the first byte is 11110001.
# Its last three digits are the first code.
# </details>
#
# <details><summary>Hint 2: header and codebook</summary>
#
# `number.to_bytes(4, "little")` turns a Python integer into four bytes, and
# `bytes([bits])` makes one. `array.astype("<f4").tobytes()` writes float32,
# least significant byte first. Join bytes with `+`.
# </details>
#
# <details><summary>Hint 3: bits in a row</summary>
#
# `codes[:, None] >> np.arange(bits) & 1` gives the bits of each code, least
# significant first; `[:, ::-1]` reverses each row. Flattened, they form one
# long row. `np.packbits` turns a row of zeros and ones into bytes and pads
# with zeros. Its `bitorder` is `"big"` or `"little"`. If your padding is not
# zeros, append it first: `-len(row) % 8` bits are missing.
# </details>

# %%
CLASS_SEED = 0  # your instructor may give you another number

print(check.variation("shared_bytes", CLASS_SEED))


# %% tags=["answer"]
def shared_bytes(codes: np.ndarray, codebook: np.ndarray, bits: int) -> bytes:
    """A file with shared weights: header, codebook, codes."""
    # BEGIN SOLUTION
    header = len(codes).to_bytes(4, "little") + bytes([bits])
    # the convention of class 0: the most significant bit comes first
    digits = codes[:, None] >> np.arange(bits)[::-1] & 1
    packed = np.packbits(digits.astype(np.uint8).ravel())
    return header + codebook.astype("<f4").tobytes() + packed.tobytes()
    # END SOLUTION


# %% tags=["check"]
check.shared_bytes(shared_bytes, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data: predicted and on disk.** Here is a reader for your files. It
# returns the codebook, the codes, and whatever follows them.

# %%
least_first = "least" in check.variation("shared_bytes", CLASS_SEED)["order"]


def unpacked(data, count, bits):
    """Numbers of a few bits each, and the bytes after them."""
    size = -(-count * bits // 8)
    order = "little" if least_first else "big"
    row = np.frombuffer(data[:size], np.uint8)
    row = np.unpackbits(row, count=count * bits, bitorder=order)
    worth = 2 ** np.arange(bits)
    worth = worth if least_first else worth[::-1]
    return row.reshape(-1, bits) @ worth, data[size:]


def read_shared(data):
    count, bits = int.from_bytes(data[:4], "little"), data[4]
    end = 5 + 4 * 2**bits
    codebook = np.frombuffer(data[5:end], "<f4")
    return codebook, *unpacked(data[end:], count, bits)


# %%
bits = 4
centroids, codes = share(2**bits)

for name, W in layers.items():
    kept = codes[name][W != 0]
    data = bytes(shared_bytes(kept, centroids[name], bits))
    codebook, found, rest = read_shared(data)
    same = np.array_equal(found, kept) and not rest
    promised = len(kept) * bits / 8
    more = len(data) / promised - 1
    print(
        f"{name}: promised {promised:.1f} bytes, written {len(data)}: ", end=""
    )
    print(f"{more:.0%} more; read back: {same}")

# %% [markdown]
# In the large layer, the codebook hardly matters. In the small one, it is a
# large part of the file, and sharing with more bits would soon cost more than
# it saves. Also, nothing yet records *where* the weights are. No file has the
# size "weights times bits."

# %% [markdown]
# **All four together.** You write the whole network to one file. Each layer is
# a block of bytes: shared weights with 31 values, where code 0 is a zero for
# the fillers; a byte with the number of bits per gap; the gaps; and the biases
# as float32. The number of bits per gap is the one that makes the layer
# smallest. First, the centroids are tuned with your gradient.

# %%
centroids, codes = share(31)
centroids = tune(centroids, codes, 0.01, centroid_gradient)


def packed(numbers, bits):
    """Only the third part of your file: the packed numbers."""
    return shared_bytes(numbers, np.zeros(2**bits), bits)[5 + 4 * 2**bits :]


def entries(positions):
    """The number of bits that makes a layer smallest, and its gaps."""
    tried = {bits: gaps(positions, bits) for bits in range(2, 13)}
    sizes = {bits: len(t[0]) * (bits + 5) for bits, t in tried.items()}
    best = min(sizes, key=sizes.get)
    return best, *map(np.asarray, tried[best])


# %%
def write_layer(name, bias):
    positions = np.flatnonzero(layers[name])
    bits, numbers, is_filler = entries(positions)
    stored = np.zeros(len(numbers), dtype=int)  # a filler's code stays 0
    stored[~is_filler] = codes[name].ravel()[positions] + 1
    codebook = np.append(0, centroids[name])
    parts = {
        "shared weights": shared_bytes(stored, codebook, 5),
        "gaps": bytes([bits]) + packed(numbers, bits),
        "biases": bias.astype("<f4").tobytes(),
    }
    sizes = ", ".join(f"{len(data)} {part}" for part, data in parts.items())
    print(f"{name}: {sizes}; {bits} bits per gap, {is_filler.sum()} fillers")
    return b"".join(map(bytes, parts.values()))


# %%
biases = {n: c.bias.detach().numpy() for n, c in network.named_children()}
file = b"".join(write_layer(name, bias) for name, bias in biases.items())

dense = 4 * parameter_count(network)
kept = sum(np.count_nonzero(W) for W in layers.values())
print(f"{len(file)} of {dense} bytes: {dense / len(file):.0f} times fewer")
print(f"weights times bits would have been {kept * 5 // 8}")

# %% [markdown]
# Can it be read? The reader knows the shapes of the network and has your
# bytes, nothing else. It writes what it finds into a network whose weights and
# biases all start at one.


# %%
def read_layer(data, layer):
    codebook, codes, data = read_shared(data)
    numbers, data = unpacked(data[1:], len(codes), data[0])
    weights = np.zeros(layer.weight.numel())
    weights[np.cumsum(numbers + 1) - 1] = codebook[codes]
    bias = np.frombuffer(data[: 4 * len(layer.bias)], "<f4")
    layer.weight.data = torch.as_tensor(weights).view_as(layer.weight)
    layer.bias.data = torch.as_tensor(bias.astype(float))
    return data[4 * len(bias) :]


# %%
written = accuracy(network, validation)
copy = load_checkpoint("mlp300-sparse-augmented-0")
for parameter in copy.parameters():
    torch.nn.init.ones_(parameter)
rest = file
for layer in copy.children():
    rest = read_layer(rest, layer)

print(f"written: {written:.2%} correct on validation")
print(
    f"read:    {accuracy(copy, validation):.2%}, {len(rest)} bytes left over"
)
test = load_mnist("test")
print(f"on test: {accuracy(copy, test):.2%}")

# %% [markdown]
# The file contains the network. And it is larger than the formulas promised:
# the gaps cost more than the weights, each filler pays for a value that it
# does not have, and the biases, which no formula counted, are a large part.
# Most of them belong to neurons with no weights left. The lesson's own format
# tackles both problems.

# %% [markdown]
# ## 5. As small as you can
#
# **Points** 3 · **Difficulty** ●●● · **Minutes** 18 · **Misconception** M1
#
# This exercise is open: you choose the method. Write a small trained network
# in as few bytes as you can and read it back, losing at most `max_drop`
# percentage points of validation accuracy. Prune, round, share, use a
# codebook, `zlib`, or a format of your own; only training would take too long.
#
# Write two functions. `smallest_file`, which is given, calls one or the other.
#
# | function | takes | returns |
# |---|---|---|
# | `pack(network, splits, max_drop)` | a dict of `"W1"`, `"b1"`, `"W2"`, `"b2"`, `"W3"`, `"b3"`; a dict of `"train"` and `"validation"`, each `(images, labels)`; a number | the file, an object of type `bytes` |
# | `unpack(data)` | those bytes, nothing else | the dict of six arrays, with their shapes |
#
# `W1`, `W2`, `W3` have shape (outputs, inputs); the first two layers end in a
# ReLU. **The hidden layers differ in width from network to network**, so the
# file has to hold the widths.
#
# The check counts the bytes and runs the network that was read back. There are
# three levels, each worth points: two bytes per number; one byte per number;
# as few bytes as pruning, a few bits, and `zlib` need (a third more is
# allowed). When you pass, it prints the bytes. **Fewer is better**, and your
# class can compare.
#
# **Every byte counts.** A table in the code is not counted, but it does not
# help: grading draws networks that nobody has seen, and reads each file in a
# new process. A call may take 20 seconds.

# %% [markdown]
# <details><summary>Hint 1: a first answer</summary>
#
# Write the widths in four bytes, then all numbers as float16. Read them back
# with `np.frombuffer(data[4:], np.float16)`, split, and reshape: level one.
# </details>
#
# <details><summary>Hint 2: fewer bits</summary>
#
# Divide each array by a step, round to whole numbers, and store the step and
# the numbers (as int8). A larger step leaves fewer distinct numbers, and
# `zlib` needs fewer bits for them. How large may the step be?
# </details>
#
# <details><summary>Hint 3: zeros</summary>
#
# Set the smallest weights to zero first. `zlib` needs few bits for a byte that
# is nearly always the same. Try pairs of a share and a step, and keep the
# smallest file that stays within the budget when it is read back.
# </details>

# %% [markdown]
# You may use two functions: the accuracy of a network given as a dict of
# arrays, and the six arrays of a network cut from one.


# %%
def percent(network, split):
    """Percent of a split that a network answers correctly."""
    hidden, labels = split
    for i in (1, 2, 3):
        hidden = hidden @ network[f"W{i}"].T + network[f"b{i}"]
        hidden = np.maximum(hidden, 0) if i < 3 else hidden
    return 100 * np.mean(hidden.argmax(axis=1) == labels)


# %%
def six_arrays(numbers, widths):
    """W1, b1, W2, b2, W3, b3 from one flat array, for four widths."""
    network = {}
    for i in (1, 2, 3):
        shapes = {f"W{i}": (widths[i], widths[i - 1]), f"b{i}": (widths[i],)}
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            network[name] = numbers[:size].reshape(shape)
            numbers = numbers[size:]
    return network


# %% tags=["answer"]
def pack(network: dict, splits: dict, max_drop: float) -> bytes:
    """The smallest file that loses at most max_drop points."""
    # BEGIN SOLUTION
    arrays, files = list(network.values()), []
    widths = [arrays[0].shape[1], *(len(array) for array in arrays[::2])]
    for levels in (4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 60, 127):
        steps = [np.abs(array).max() / levels + 1e-9 for array in arrays]
        codes = map(np.round, map(np.divide, arrays, steps))
        codes = np.concatenate([array.ravel() for array in codes])
        head = np.array(widths, "<u2").tobytes() + np.float32(steps).tobytes()
        body = zlib.compress(codes.astype(np.int8).tobytes(), 9)
        files.append(head + body)
    part = splits["validation"]
    least = percent(network, part) - max_drop
    fits = [data for data in files if percent(unpack(data), part) >= least]
    return min(fits, key=len)
    # END SOLUTION


def unpack(data: bytes) -> dict[str, np.ndarray]:
    """The six arrays, from the file alone."""
    # BEGIN SOLUTION
    codes = np.frombuffer(zlib.decompress(data[32:]), np.int8)
    arrays = six_arrays(codes, np.frombuffer(data[:8], "<u2").astype(int))
    steps = np.frombuffer(data[8:32], "<f4").astype(float)
    return {n: arrays[n] * s for n, s in zip(arrays, steps, strict=True)}
    # END SOLUTION


def smallest_file(given: dict | bytes) -> bytes | dict[str, np.ndarray]:
    """Read a file, or write one."""
    return unpack(given) if isinstance(given, bytes) else pack(**given)


# %% tags=["check"]
check.smallest_file(smallest_file, class_seed=CLASS_SEED)

# %% [markdown]
# **On real data: the network of this page.** Your functions write it to a
# file. They may lose half a point.

# %%
dense = {}
for i, name in enumerate(layers, 1):
    dense[f"W{i}"] = layers[name]
    dense[f"b{i}"] = biases[name]
splits = {
    name: (split.images.flatten(1).numpy(), split.labels.numpy())
    for name, split in (
        ("train", train),
        ("validation", validation.first(2000)),
        ("test", test),
    )
}
unseen = splits.pop("test")

# %%
given = {"network": dense, "splits": splits, "max_drop": 0.5}
data = bytes(smallest_file(given))
back = {name: np.asarray(a) for name, a in smallest_file(data).items()}
numbers = sum(array.size for array in dense.values())
print(f"{len(data)} bytes for {numbers} numbers; the file above: {len(file)}")
for name, split in (("validation", splits["validation"]), ("test", unseen)):
    before, after = percent(dense, split), percent(back, split)
    print(f"{name}: {before:.2f}% before, {after:.2f}% after")

# %% [markdown]
# A general compressor gets far without knowing anything about networks. What
# it cannot know is what you measured above: how rows differ, and which biases
# belong to neurons with no weights left.

# %% [markdown] tags=["long-answer"]
# ## In your own words
#
# No program checks this one. Talk it over with somebody, or hand it in.
#
# > A colleague prunes nine of ten weights of a large layer, shares the rest
# > with 4 bits each, and reports: "Ten times fewer weights, with eight times
# > fewer bits each, so the file is 80 times smaller. I compute the positions
# > with scipy, so they are free. By the entropy of the mask's density, nobody
# > can do better. And because the matrix is sparse, it is also ten times
# > faster." **Which of these statements would you question, and what would you
# > measure for each?**
#
# Write five to ten sentences below the line.
#
# ---
#
# *Your answer: double-click here.*
#
# <details><summary>Check yourself</summary>
#
# - Did you ask for the length of a file that somebody else can read? Name what
#   it must contain besides codes: codebook, header, positions, fillers,
#   biases.
# - What do positions cost at one weight in ten: as int64, as int32, or as gaps
#   of a few bits? Compare each with the 4 bits of a code.
# - An entropy floor belongs to a model. Which one did she use, and what could
#   a model of the rows gain? What does it cost to store their densities?
# - Did you ask for the accuracy of the network that was *read back*, and on
#   which images the number of bits was chosen?
# - Bytes are not milliseconds. Which kernel skips her zeros, at which batch
#   size, and compared with which dense kernel?
#
# </details>
