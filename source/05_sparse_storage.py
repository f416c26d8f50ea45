# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 05 Sparse storage: bytes, and milliseconds
#
# A pruned weight saves nothing until somebody writes down only the others, or
# skips it while computing. This chapter does both. A masked network becomes a
# file of which every byte is counted, some 250 times smaller than its float32
# weights, that loads and predicts. Then the clock says, on your machine, from
# which density on a sparse matrix is worth its trouble.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [03 Magnitude masks](03_magnitude_masks.ipynb): masks, and what they do not save; [04 Structured pruning](04_structured_pruning.ipynb): the smaller shape |
# | **You will be able to** | write a matrix in five sparse formats and say beforehand how long each will be; name the limit that no format can pass; share weights and tune their centroids; read a break-even map of your own machine |
# | **Time** | about 45 minutes, then the exercises |
# | **Leads to** | quantization: fewer bits for each number that is left. Its first step is measured at the end |

# %%
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse
import torch

# %%
from course_lib import break_even, figures, magnitude, models, page, storage
from course_lib.data import load_mnist
from course_lib.demos import storage_explorer
from course_lib.measure import file_size, nonzero_count, parameter_count

# %%
from course_lib.storage import entropy, sizes
from course_lib.storage.bitmap import bitmap
from course_lib.storage.coordinates import coordinates
from course_lib.storage.csr import csc, csr
from course_lib.storage.relative_index import relative_index
from course_lib.storage.stages import stage_bytes
from course_lib.training import accuracy, fit, seed_everything, soft_labels

# %%
seed_everything(0)
train = load_mnist("train")
validation = load_mnist("validation")
test = load_mnist("test")
folder = Path(tempfile.mkdtemp())
warnings.filterwarnings("ignore", "Sparse (CSR|invariant)")  # calls it “beta”

# %% tags=["map"]
page.learning_map.show("05")

# %% tags=["again"]
page.practice.again("04")

# %% [markdown]
# ## Predict
#
# Commit to a guess before you read on; the demo opens with it.

# %% tags=["predict"]
page.predict.show("05")

# %% [markdown]
# ## Intuition
#
# You dictate a city map to somebody over the telephone. Naming every cell takes
# long; coordinates, rows and steps are shorter.

# %% tags=["storyboard"]
page.storyboard.show("relative_index")

# %%
rng = np.random.default_rng(7)
A = np.round(rng.normal(size=(6, 8)), 1).astype(np.float32)
A[rng.random(A.shape) < 0.7] = 0
A[3] = 0  # an empty row
print("the storyboard's matrix: rows start at", *csr(A).row_starts)

# %% [markdown]
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("05")

# %% [markdown]
# ## Math
#
# | symbol | meaning |
# |---|---|
# | $n = n_\text{out} \cdot n_\text{in}$ | positions of a matrix |
# | $k$, $p = k / n$ | weights kept, and their density |
# | $b_v$, $b_i$ | bits of a value, bits of an index |
# | $H(p) = p \log_2 \frac1p + (1 - p) \log_2 \frac1{1-p}$ | entropy of one yes or no, in bits |
#
# | format | bits |
# |---|---|
# | dense | $32\,n$ |
# | coordinates | $k\,(b_v + 2 b_i)$ |
# | CSR | $k\,(b_v + b_i) + (n_\text{out} + 1)\,b_i$ |
# | bitmap | $k\,b_v + n$ |
# | relative index, $b$ bits | $(k + \text{fillers})\,(b_v + b)$ |
# | **the limit** | $k\,b_v + n\,H(p)$, if positions are independent |
#
# A sparse format *breaks even* at the density at which it is as long as the
# dense one. The last line is Shannon's: no format beats it for a mask that
# was tossed. Real masks were not.

# %% [markdown]
# ## Code
#
# Compressed sparse rows, by hand: all columns and values one after the other,
# and where each row starts.


# %%
def csr_by_hand(A):
    row_starts = [0]
    columns, values = [], []
    for row in A:
        for j, value in enumerate(row):
            if value != 0:
                columns.append(j)
                values.append(value)
        row_starts.append(len(values))  # an empty row adds nothing
    return row_starts, columns, values


row_starts, columns, values = csr_by_hand(A)
print("row starts", row_starts, "columns", columns)

# %% [markdown]
# `course_lib.storage` has the same, and so have SciPy and PyTorch. All four
# are compared before ours takes over.

# %%
ours, scipys = csr(A), scipy.sparse.csr_matrix(A)
arrays = map(torch.from_numpy, (ours.row_starts, ours.columns, ours.values))
torchs = torch.sparse_csr_tensor(*arrays, size=A.shape, check_invariants=True)
assert ours.row_starts.tolist() == scipys.indptr.tolist() == row_starts
assert ours.columns.tolist() == scipys.indices.tolist() == columns
assert np.array_equal(csc(A).rows, scipys.tocsc().indices)
assert torch.equal(torchs.to_dense(), torch.from_numpy(A))
print("one matrix, four ways; indices are", torchs.col_indices().dtype)

# %% [markdown]
# The **relative index** of [Deep Compression](https://arxiv.org/abs/1510.00149)
# says how far it is to the next weight, in few bits. A gap $g$ is written as $g - 1$. Where it is too long for
# the field, a filler goes in between: the largest gap, with the value zero.


# %%
def gaps_by_hand(A, bits):
    reach, last = 2**bits, -1
    gaps = []
    for position in np.flatnonzero(A):
        while position - last > reach:
            gaps.append(reach - 1)  # a filler: as far as a field reaches
            last += reach
        gaps.append(int(position - last) - 1)
        last = position
    return gaps


stored = relative_index(A, 3)
assert gaps_by_hand(A, 3) == stored.gaps.tolist()
print("gaps", stored.gaps.tolist(), "of which", stored.fillers, "are fillers")
assert np.array_equal(stored.dense(), A)

# %% [markdown]
# **Bytes by formula and bytes measured**, for the first layer of chapter 03's
# network with one weight in eighty, before values are touched.

# %%
net = models.load_checkpoint("mlp300-sparse-augmented-0")
W = net.fc1.weight.detach().float().numpy()
k, table = np.count_nonzero(W), {"dense": [4 * W.size, W.nbytes, np.nan]}
formats = {f.__name__: f(W) for f in (coordinates, csr, csc, bitmap)}
formats |= {f"relative-{bits}": relative_index(W, bits) for bits in (4, 5, 8)}
for name, file in formats.items():
    assert np.array_equal(file.dense(), W)
    fillers = getattr(file, "fillers", None)
    formula = sizes.total_bytes(name, W.shape, k, fillers=fillers)
    measured = sum(map(len, file.streams().values()))
    breaks_even = 100 * sizes.break_even_density(name, W.shape)
    table[name] = [formula, measured, breaks_even]
table["limit"] = [(32 * k + entropy.mask_bits(W != 0)) / 8, np.nan, np.nan]

# %%
print(f"{k} of {W.size} weights: density {100 * k / W.size:.2f} %")
columns = ["by formula", "measured", "breaks even at %"]
table = pd.DataFrame(table, index=columns).T
assert (table["by formula"] - table["measured"]).abs().max() < 1
table.round(1)

# %% [markdown]
# Each file is as long as its formula says, to the byte. Few weights are left,
# so every sparse format beats the dense one – and the fillers of four bits
# are worse than a bitmap of five bits would be: most of its entries say
# “nothing yet”. How it depends on the density, for the *index alone*:

# %%
densities = np.geomspace(0.005, 0.6, 40)
frame = sizes.bytes_per_nonzero(densities, W.shape, value_bits=0)
frame = frame[frame["format"] != "dense"]
at_10 = sizes.bytes_per_nonzero([0.1], W.shape, value_bits=0)
at_10 = at_10.set_index("format")["bits"].drop("dense")
figures.show(
    figures.bits_over_density(frame, label="bits to say where a weight is"),
    "Index bits per kept weight over density, with their entropy limit. At "
    "10 %: " + ", ".join(f"{name} {bits:.2f}" for name, bits in at_10.items()),
)

# %% [markdown]
# The limit is the lowest line everywhere; each width of the relative index
# touches it nearly, at the density it was made for, and nowhere else.

# %% [markdown]
# ## Demo
#
# Choose a density, a format and the bits of a value. Watch which *part* of the
# file takes the room, and how far the whole is from its limit.

# %% tags=["practice"]
page.practice.show("05", "predict")

# %% tags=["demo"]
dense = models.load_checkpoint("mlp300-0")
page.predict.reveal("05", *storage_explorer.build(dense.fc1.weight))

# %% [markdown]
# **The answer to the prediction**, from the file itself: the same layer with
# its larger half, written as CSR.

# %% tags=["reveal"]
half = magnitude.masked(dense, magnitude.layerwise_masks(dense, 0.5))
half = half.fc1.weight.detach().float().numpy()
parts = csr(half).streams()
(folder / "half.csr").write_bytes(b"".join(parts.values()))
size = file_size(folder / "half.csr")
print(f"{size} bytes against {half.nbytes}: {100 * size / half.nbytes:.1f} %")

# %% [markdown]
# ## Measure
#
# After pruning, the values are the larger part. Watch them being shared.

# %% tags=["storyboard"]
page.storyboard.show("weight_sharing")

# %% [markdown]
# **Share the weights.** Deep
# Compression lets the weights of a layer share a few: k-means finds them, with
# centroids that start at equal distances (*linear*), and each weight becomes a
# code. How good is it without any training, and how much is the start worth?

# %%
print(storage.compare_starts(W[W != 0], 5, seed=0).round(3).to_string())
for bits in (3, 4, 5, 6):
    wrong = 100 - 100 * accuracy(storage.share_weights(net, bits), validation)
    print(f"{bits} bits: {wrong:.2f} % errors on validation")
print(f"float32: {100 - 100 * accuracy(net, validation):.2f} %")

# %% [markdown]
# The linear start spends centroids on the few large weights, and keeps those
# best; the density start spends them where most weights are.
#
# **Tune the centroids.** While training, weights with the same code move as
# one: the gradient of a centroid is the *sum* of the gradients of its weights.
# `storage.tied` makes the codebook the parameter, and `fit` does the rest. As
# in chapter 03, a dense network teaches. Biases are shared as well, in fewer
# bits.

# %%
bits = dict.fromkeys(magnitude.prunable_weights(net), 5)
bits |= {"fc1.bias": 4, "fc2.bias": 4, "fc3.bias": 3}
shared = storage.share_weights(net, bits)
print(f"shared: {100 - 100 * accuracy(shared, validation):.2f} % errors")
with storage.tied(shared, bits):
    print(parameter_count(shared), "numbers to train")
    soft = soft_labels(dense, train)
    fit(shared, soft, None, epochs=2, seed=0, learning_rate=1e-3)
tuned = storage.share_weights(shared, bits, codebook="float16")
print(f"tuned: {100 - 100 * accuracy(tuned, validation):.2f} % errors")

# %% [markdown]
# **Bytes after every stage**, all layers of the network tuned above. The
# relative index has eight bits here, the right width for one weight in a
# hundred. *Shared* has fillers and codebook, *Huffman* its tables; *file* is
# what `ls -l` says. (That a mask is no coin toss, and what its positions cost in the
# file, stands in the annex.)

# %%
storage.save(tuned, folder / "tuned.pruned")
stages = stage_bytes(tuned, index_bits=8)
assert round(stages["file"].sum()) == file_size(folder / "tuned.pruned")
total = stages.sum()
stages.loc["all"] = total
stages.loc["times smaller"] = total["dense"] / total
print(stages.round(1).to_string())

# %%
again = storage.load(folder / "tuned.pruned")
for name, value in again.state_dict().items():
    assert torch.equal(value, tuned.state_dict()[name].to(value)), name
wrong = 100 - 100 * accuracy(again, test)
print(
    f"loaded: {nonzero_count(again)} parameters, {wrong:.2f} % errors on test"
)

# %% [markdown]
# The paper's pipeline, with a better coder at its end. It costs accuracy here:
# in a network this sparse every weight counts, and tuning the centroids
# repairs only a part of what sharing did.
#
# ## How far can it go?
#
# *Committed runs, loaded and verified here.* The course ships three files each
# of LeNet-300-100 and LeNet-5. Their weights were shared a part at a time, and
# the others trained to make up for it. `recipes/mlp300_stored.py` and
# `recipes/lenet5_stored.py` make them, with dense teachers that saw the same
# changed images; the sparse networks before sharing are there as answers.


# %%
def verify(name, seed):
    path = storage.shipped(f"{name}-{seed}")
    model, found = storage.load(path), {"bytes": file_size(path)}
    found["times smaller"] = 4 * parameter_count(model) / file_size(path)
    answers = models.load_predictions(f"{name}-stored")
    for step in ("teacher", "sparse"):
        wrong = answers[f"{step}-test-{seed}"] != test.labels
        found[f"{step} %"] = 100 * wrong.double().mean().item()
    return found | {"file %": 100 - 100 * accuracy(model, test)}


# %% tags=["headline"]
networks = {"LeNet-300-100": "mlp300", "LeNet-5": "lenet5"}
shipped = {
    name: pd.DataFrame([verify(file, seed) for seed in (0, 1, 2)])
    for name, file in networks.items()
}
print("Whole files of LeNet-300-100 and LeNet-5; errors on test in percent;")
print("mean and std of three seeds")
spread = {name: frame.agg(["mean", "std"]) for name, frame in shipped.items()}
print(pd.concat(spread).round(2).T.to_string())
for frame in shipped.values():
    assert frame["times smaller"].min() >= 250

# %% [markdown]
# Deep Compression reached 40 times at 1.58 % and 39 times at 0.74 % (*quoted*).
# The files above are a few kilobytes: less than one of this page's pictures. What
# is in them byte by byte, and what zstandard makes of the same networks, stands
# in the annex.

# %% [markdown]
# ## The clock
#
# Bytes on disk are one promise, time is the other. A sparse product skips zeros,
# and pays for it: it reads an index for every weight, and jumps about in its
# input.

# %% [markdown]
# **From which density on is it worth it – on this machine?** For every shape
# and batch size, dense and sparse run in turns at ten densities; a cell says
# the largest density at which sparse was faster. Below it, in small, what a
# *roofline* predicts from bytes moved and multiplications alone, with two
# constants measured a moment before.

# %% tags=["nbval-ignore-output"]
break_even.usable_kernels()  # compiles what is compiled at the first call
machine = break_even.measured_machine()
found = break_even.measured_map()
found = break_even.predicted_map(machine, found, break_even.DENSITIES)
near = (found["off"].abs() <= 1).mean()
at_once = break_even.table(found).loc["4096 × 4096", 1]
figures.show(
    figures.break_even_map(found, break_even.DENSITIES),
    f"Break-even densities, {torch.get_num_threads()} thread. 4096 × 4096 at "
    f"batch 1: {100 * at_once:g} %. Predicted within one step: {near:.0%} of "
    f"the cells; sure: {found['sure'].mean():.0%}.",
)

# %% [markdown]
# Read it in two directions. *Down*, at batch 1: a matrix that does not fit into
# the cache is fetched from memory for every product, so leaving weights out saves
# fetching, and sparse wins early. *Across*: with a batch, an index is read once
# for many images, and the loop runs along them. Where there is a question mark,
# the rounds disagreed by more than a step: the machine was busy, or both are alike.

# %% [markdown]
# **The same number of weights, two ways.** 4096 × 4096 with one weight in
# sixteen, as a mask in CSR (`sparse`) and as a dense layer of 1024 × 1024
# (`shrunk`):

# %% tags=["nbval-ignore-output"]
frame = break_even.over_batches((4096, 4096), 1 / 16, (1, 16, 64), rounds=5)
columns = ["batch", "dense", "sparse", "shrunk", "sparse ×", "shrunk ×"]
print(frame[columns].round(2).to_string(index=False))

# %% [markdown]
# **The invariant, in milliseconds**: with as many weights left, the smaller
# shape is ahead of the mask. A mask can be chosen more freely, costs less
# accuracy, and compresses; a shape needs no kernel of its own.

# %% [markdown]
# ## The bridge: whole numbers
#
# A centroid is still a float. What if it is a whole number from −127 to 127,
# times one scale per layer? One step towards quantization, measured: the same
# codes, an int8 codebook.

# %%
for codebook in ("float32", "float16", "int8"):
    rounded = storage.share_weights(shared, bits, codebook=codebook)
    storage.save(rounded, folder / "rounded.pruned")
    size = file_size(folder / "rounded.pruned")
    wrong = 100 - 100 * accuracy(rounded, validation)
    print(f"{codebook}: {size} bytes, {wrong:.2f} % errors on validation")

# %% [markdown]
# Small books save little in a file. What whole numbers bring is *arithmetic*:
# additions and multiplications of bytes, which processors do several at a
# time, and which need less energy. That door leads to quantization.

# %% tags=["practice"]
page.practice.show("05", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# First your verdict, then the evidence.

# %% tags=["claims"]
page.claim_review.show(
    "deep-compression-lenet-300-100",
    "deep-compression-lenet-5",
    "deep-compression-index-below-floor",
    "deep-compression-index-bits",
    "deep-compression-five-point-one",
    "deep-compression-batch-64",
    "deep-compression-energy",
    "plain-page-smaller-files",
    "concept-page-unstructured-storage",
)

# %% [markdown]
# ## Practice
#
# The third question asks you to explain.

# %% tags=["practice"]
page.practice.show("05", "explain")

# %% [markdown]
# ## Research note
#
# Attach a question to something on this page.

# %% tags=["research-note"]
page.research_note.show("05")

# %% [markdown]
# ## Exercises
#
# [The exercises of this chapter](../exercises/05_sparse_storage_exercises.ipynb): write
# CSR with its empty rows, find a break-even, put fillers into gaps, sum a
# centroid's gradient, pack codes into bytes, and take the entropy of a mask row
# by row.

# %% [markdown]
# ## Annex (optional): short names for frequent codes
#
# Codes are not equally frequent, so frequent ones get short names: Huffman's
# tree. The library `dahuffman` shows it for the codes of the first layer, the
# three most frequent and the three rarest; an *arithmetic* coder (here
# `constriction`) may spend a fraction of a bit.

# %%
import constriction
import dahuffman

first = tuned.fc1.weight.detach().numpy()
book, codes = np.unique(first[first != 0], return_inverse=True)
counts = np.bincount(codes)
tree = dahuffman.HuffmanCodec.from_data(codes.tolist()).get_code_table()
order = np.argsort(-counts, kind="stable")
for code in (*order[:3], *order[-3:]):
    length, word = tree[int(code)]
    print(f"{counts[code]:4d} × centroid {book[code]:7.3f}: {word:0{length}b}")

# %%
coder = constriction.stream.stack.AnsCoder()
chances = counts / counts.sum()
chances = constriction.stream.model.Categorical(chances, perfect=False)
coder.encode_reverse(codes.astype(np.int32), chances)
huffman = (counts * entropy.huffman_lengths(counts)).sum()
print("bits per code:")
print(f"  fixed length  {int(np.ceil(np.log2(len(book)))):.3f}")
print(f"  Huffman       {huffman / counts.sum():.3f}")
print(f"  arithmetic    {coder.num_valid_bits() / counts.sum():.3f}")
print(f"  entropy       {entropy.entropy(counts):.3f}")

# %% [markdown]
# ## Annex (optional): layer by layer, beside the paper
#
# In percent of each layer's float32 weights, the shipped files of seed 0 and
# Tables 2 and 3 of Deep Compression (*quoted*). The biases are left out.

# %%
paper = {
    "fc1": (3.1, 2.32), "fc2": (3.8, 3.04), "fc3": (15.7, 12.70),
    "conv1": (78.5, 67.45), "conv2": (6.0, 5.28),
    "fc1 ": (2.7, 2.45), "fc2 ": (6.9, 6.13),
}  # fmt: skip
files = [storage.shipped(f"{file}-0") for file in networks.values()]
ours = [stage_bytes(storage.load(path), index_bits=8) for path in files]
ours[1] = ours[1].rename({"fc1": "fc1 ", "fc2": "fc2 "})  # LeNet-5's
layers = pd.concat(ours).loc[list(paper)]
shares = layers[["shared", "Huffman", "file"]].div(layers["dense"], axis=0)
shares *= 100
shares[["shared (quoted)", "Huffman (quoted)"]] = list(paper.values())
print("LeNet-300-100, then LeNet-5: percent of each layer's float32 bytes")
print(shares.round(2).to_string())

# %% [markdown]
# ## Annex (optional): against general compressors
#
# The same network in each case, in this run: the float32 tensors as they are,
# CSR and a bitmap, each under zstandard at its highest level. And against the
# file's *own* limit: what its chances say its symbols cost, codebooks included.

# %%
import zstandard

from course_lib.storage.stages import general_bytes

compress = zstandard.ZstdCompressor(level=22).compress
rows = {}
for name in ("mlp300-0", "lenet5-0"):
    path = storage.shipped(name)
    bill = storage.save(storage.load(path), folder / "again.pruned")
    assert (folder / "again.pruned").read_bytes() == path.read_bytes()
    parts = bill[["positions", "values"]].sum().sum()
    books = bill["codebook"].sum()
    rows[name] = general_bytes(storage.load(path), compress)
    assert file_size(path) < min(rows[name].values())
    assert file_size(path) <= 1.03 * (parts + books)
    rows[name] |= {"file": file_size(path), "its symbols": parts + books}
pd.DataFrame(rows).T.round(0).astype(int)

# %% [markdown]
# Zstandard looks for bytes that repeat. It does not know that they stand in a
# matrix; the file's coder does, and that is all its advantage. What the file
# has beyond its symbols is its header: checksums, and a line of text that says
# which network it is.
#
# A file can be damaged, or lie. `load` refuses such a file before it believes
# anything; here with one bit turned over.

# %%
damaged = bytearray(storage.shipped("lenet5-0").read_bytes())
damaged[len(damaged) // 2] ^= 4
(folder / "damaged.pruned").write_bytes(damaged)
try:
    storage.load(folder / "damaged.pruned")
except storage.BadFileError as error:
    print(str(error).rpartition("loaded: ")[2])

# %% [markdown]
# ## Annex (optional): the kernel, and Han's batch of 64
#
# The whole sparse product, compiled by Numba: a row of the result is a sum over
# the row's weights, each times a row of the batch.

# %%
from numba import njit

from course_lib.kernels import Product


@njit
def csr_times_batch(row_starts, columns, values, x):
    out = np.zeros((len(row_starts) - 1, x.shape[1]), np.float32)
    for i in range(len(out)):
        for k in range(row_starts[i], row_starts[i + 1]):
            for j in range(x.shape[1]):
                out[i, j] += values[k] * x[columns[k], j]
    return out


# %%
rows = csr(W)
batch = test.images[:64].flatten(1).T.float().contiguous().numpy()  # (784, 64)
by_hand = csr_times_batch(rows.row_starts, rows.columns, rows.values, batch)
assert np.allclose(by_hand, W @ batch, atol=1e-3)
assert np.allclose(Product(rows)(batch), by_hand, atol=1e-3)
print("as dense, and as course_lib.kernels, which takes four at a time")

# %% [markdown]
# [Han et al. (2016)](https://arxiv.org/abs/1510.00149) measured that at batch 64
# the *dense* product won in all six of their layers, by up to nine times
# (*quoted*). It depends on the kernel: one that takes the images of a batch one
# by one fetches every weight again for each.
# Compare `one by one` with `sparse` for a layer like VGG's fc8, with 23 % of its
# weights kept; below it the paper's own times, and its energy (*quoted*: this
# page has no meter).

# %% tags=["nbval-ignore-output"]
eight = break_even.over_batches((1000, 4096), 0.23, (1, 64), rounds=5)
columns = ["batch", "sparse ×", "one by one ×"]
print(eight[columns].round(2).to_string(index=False))
quoted = break_even.han_tables()
columns = ["kept", "times faster, batch 1", "times faster, batch 64"]
columns += ["times less energy, batch 1"]
print(quoted[columns].round(2).to_string())

# %% [markdown]
# ## Annex (optional): for others to read
#
# Not everybody has `course_lib`. As **safetensors**, a sparse tensor becomes its
# arrays – row starts, columns, codes, codebook. As **ONNX**, a *structured*
# network is an ordinary graph that runs without Python.

# %%
storage.export_safetensors(again, folder / "arrays.safetensors")
back = storage.import_safetensors(folder / "arrays.safetensors")
for name, value in again.state_dict().items():
    assert torch.equal(back.state_dict()[name], value), name
print("arrays:", file_size(folder / "arrays.safetensors"), "bytes")

# %%
images, digit = test.images[:200].float(), torch.zeros(1, 1, 28, 28)
for name in ("lenet5-shrunk-0", "resnet-shrunk-0", "transformer-shrunk-0"):
    model = models.load_checkpoint(name, torch.float32)
    storage.export_onnx(model, folder / "graph.onnx", digit)
    theirs = storage.load_onnx(folder / "graph.onnx")(images)
    ours = model(images)
    assert torch.allclose(theirs, ours, atol=1e-5)
    assert torch.equal(theirs.argmax(dim=1), ours.argmax(dim=1))
    print(f"{name}: the same 200 answers in onnxruntime")

# %% [markdown]
# ## Annex (optional): is a mask a coin toss?
#
# The limit for independent positions assumes that it is. Below, for the first
# layer of the network tuned above: the limits if every row, or every column, had
# its own density, and what our file really spends. It learns, row by row, how
# often each column has been used so far, and stores no densities at all.

# %%
bill = storage.save(tuned, folder / "again.pruned")
mask = W != 0
by_row, by_column = entropy.row_column_bits(mask)
rows = {
    "independent": entropy.mask_bits(mask),
    "one density per row": by_row,
    "one density per column": by_column,
    "our file": 8 * bill.loc["fc1.weight", "positions"],
}
print("bits to say where a weight of fc1 is:")
print((pd.Series(rows) / k).round(2).to_string())

# %% [markdown]
# A known density for each row or column would have to be stored, too; these
# two lines leave that out, and some of their gain is chance. The file's line
# leaves out nothing. Deep Compression's first layer spends 3.7 bits where
# independent positions would need 5.03 (*quoted*), so its mask was no coin toss.

# %% [markdown]
# ## Annex (optional): what our coder knows
#
# The file's coder is small enough to be read (`course_lib/storage/coder.py`,
# `symbols.py`). It writes one bit after the other, each at the price of
# $-\log_2$ of the chance that it gave it, and counts what it has seen. Two
# contexts tell the chances of a mask's cell: how often its column has been
# used so far, and whether its left neighbor was kept. Where do the bytes of
# the shipped file go?

# %%
bill = storage.save(storage.load(storage.shipped("lenet5-0")), folder / "bill")
bill.round(1)

# %%
used = pd.Series(mask.sum(axis=0))
figures.show(
    figures.pixels_and_matrix("fc1", mask),
    f"How many of fc1's weights read each pixel: {int((used == 0).sum())} of "
    f"784 pixels are read by none, the most used one by {used.max()}. Of 300 "
    f"neurons {int((~mask.any(axis=1)).sum())} read nothing.",
)

# %%
floor = entropy.mask_bits(mask) / 8
print(f"fc1 of the network above: {floor:.0f} bytes for independent positions")
shuffled = rng.permuted(mask.ravel()).reshape(mask.shape)
ways = {"as it is": mask, "columns shuffled": mask[:, rng.permutation(784)]}
ways["cells shuffled"] = shuffled
for name, changed in ways.items():
    model = magnitude.masked(net, {})
    with torch.no_grad():
        model.fc1.weight.copy_(torch.from_numpy(changed.astype(np.float32)))
    cost = storage.save(model, folder / "way").loc["fc1.weight", "positions"]
    print(f"{name}: {cost:.0f} bytes")

# %% [markdown]
# Shuffling whole columns hurts a little – neighbors stop being alike – and
# shuffling cells hurts much: then nothing is left to be learned, and the coder
# pays a few bytes more than the limit for having tried.
