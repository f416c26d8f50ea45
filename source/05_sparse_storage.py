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
# A pruned weight saves nothing until a file leaves it out or a kernel skips it. Here, a
# masked network becomes a loadable file some 250 times smaller than its float32
# weights, with every byte counted. Then you measure when a sparse matrix is faster than
# a dense one on your machine.

# %% [markdown]
# ## Map
#
# | | |
# |---|---|
# | **Bring** | [03 Magnitude masks](03_magnitude_masks.ipynb): masks, and what they do not save; [04 Structured pruning](04_structured_pruning.ipynb): the smaller shape |
# | **You will be able to** | compute how many bytes a matrix takes in several sparse formats, and their limit; pack shared weights into bytes; measure speedups on your own machine |
# | **Time** | about 45 minutes, then the exercises |
# | **Leads to** | quantization: fewer bits for each number that is left. Its first step is measured at the end |

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

# %%
from course_lib import break_even, experiments, figures, magnitude, models
from course_lib.data import load_mnist
from course_lib.demos import storage_explorer
from course_lib.measure import file_size, parameter_count
from course_lib.page.storyboards import small_matrix
from course_lib.storage import entropy, sizes
from course_lib.storage.bitmap import bitmap
from course_lib.storage.csr import csr
from course_lib.storage.relative_index import relative_index
from course_lib.storage.stages import stage_bytes
from course_lib.surgery import remove_idle_units
from course_lib.training import accuracy, fit, predictions, seed_everything

from course_lib import page, storage  # isort: skip

# %%
seed_everything(0)
train = load_mnist("train")
validation = load_mnist("validation")
test = load_mnist("test")
folder = Path(tempfile.mkdtemp())


def errors(model, split=validation):
    return 100 - 100 * accuracy(model, split)


# %% tags=["map"]
page.learning_map.show("05")

# %% tags=["again"]
page.practice.again("04")

# %% [markdown]
# ## Predict
#
# Make a guess before you read on; that unlocks the demo.

# %% tags=["predict"]
page.predict.show("05")

# %% [markdown]
# ## Intuition
#
# Imagine dictating a city map over the phone. Naming every cell takes too long; listing
# coordinates, rows, or steps is quicker.

# %% tags=["storyboard"]
page.storyboard.show("relative_index")

# %% [markdown]
# **Choose the best picture.**

# %% tags=["inquiry"]
page.inquiry.show("05")

# %% [markdown]
# ## Math
#
# | symbol | meaning |
# |---|---|
# | $n = n_\text{out} \cdot n_\text{in}$ | positions in a matrix |
# | $k$, $p = k / n$ | weights kept, and their density |
# | $b_v$, $b_i$ | bits per value, bits per index |
# | $H(p) = p \log_2 \frac1p + (1 - p) \log_2 \frac1{1-p}$ | entropy of one yes-or-no choice, in bits |
#
# | format | bits |
# |---|---|
# | dense | $32\,n$ |
# | coordinates | $k\,(b_v + 2 b_i)$ |
# | CSR | $k\,(b_v + b_i) + (n_\text{out} + 1)\,b_i$ |
# | bitmap | $k\,b_v + n$ |
# | relative index, $b$ bits | $(k + \text{fillers})\,(b_v + b)$ |
# | **limit** | $k\,b_v + n\,H(p)$, if positions are independent |
#
# A sparse format *breaks even* at the density at which it takes as many bits as the
# dense one. The limit is Shannon's: if weights are kept independently with probability
# $p$, no format needs fewer bits on average. Real masks have patterns, which a format
# can exploit.

# %% [markdown]
# ## Code
#
# Compressed sparse rows (CSR) list each weight's column and value, and store where each
# row starts in these lists. For the storyboard's matrix:

# %%
A = small_matrix.matrix()
rows, columns = np.nonzero(A)
values = A[rows, columns]
row_starts = np.searchsorted(rows, range(len(A) + 1))
for mine, library in ((columns, csr(A).columns), (values, csr(A).values)):
    assert mine.tolist() == library.tolist()
assert row_starts.tolist() == csr(A).row_starts.tolist()
print("row starts", *row_starts, "columns", *columns)

# %% [markdown]
# Row 3 is empty, so two rows start at the same place.
#
# The **relative index** of [Deep Compression](https://arxiv.org/abs/1510.00149) stores
# the distance to the next weight in a few bits, called the *field*. A gap $g$ is
# written as $g - 1$. If the gap is too long for the field, a *filler* goes in between:
# an entry with the longest gap and the value zero.


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

# %% [markdown]
# **How long are the files** for the first layer of chapter 03's network that keeps one
# weight in eighty? The values are still float32.

# %%
net = models.load_checkpoint("mlp300-sparse-augmented-0")
W = net.fc1.weight.detach().float().numpy()
k = np.count_nonzero(W)
formats = {"csr": csr(W), "bitmap": bitmap(W)}
formats |= {f"relative-{bits}": relative_index(W, bits) for bits in (4, 5, 8)}
print(f"{k} of {W.size} weights kept, or {100 * k / W.size:.2f}%")
print(f"dense: {W.nbytes} bytes")
for name, file in formats.items():
    measured = sum(map(len, file.streams().values()))
    fillers = getattr(file, "fillers", 0)
    assert measured == sizes.total_bytes(name, W.shape, k, fillers=fillers)
    even = 100 * sizes.break_even_density(name, W.shape)
    print(f"{name}: {measured} bytes, breaks even at {even:.1f}%")
assert formats["relative-4"].fillers > k
print(f"limit: {(32 * k + entropy.mask_bits(W != 0)) / 8:.0f} bytes")

# %% [markdown]
# Each file is exactly as long as its formula predicts. So few weights are left that
# every sparse format beats the dense one. With four-bit gaps, there are more fillers
# than weights. For other densities, compare the bits of the *index alone*:

# %%
densities = np.geomspace(0.005, 0.6, 40)
frame = sizes.bytes_per_nonzero(densities, W.shape, value_bits=0)
frame = frame[frame["format"] != "dense"]
lines = frame.pivot(index="density", columns="format", values="bits")
above = lines.div(lines["limit"], axis=0).min().drop("limit")
assert above.min() > 1
assert above.filter(like="relative").max() < 1.15
figures.show(
    figures.bits_over_density(frame, label="index bits per kept weight"),
    "Index bits per kept weight against density, with their entropy limit.",
)

# %% [markdown]
# No format goes below the limit. Each width of the relative index comes close to it at
# only one density.

# %% [markdown]
# ## Demo
#
# Choose a density, a format, and the bits per value. Watch which *part* of the file is
# largest and how far the total is from its limit.

# %% tags=["practice"]
page.practice.show("05", "predict")

# %% tags=["demo"]
dense = models.load_checkpoint("mlp300-0")
page.predict.reveal("05", *storage_explorer.build(dense.fc1.weight))

# %% [markdown]
# **The answer to the prediction:** the dense network's first layer, stored in CSR with
# the larger half of its weights.

# %% tags=["reveal"]
half = magnitude.masked(dense, magnitude.layerwise_masks(dense, 0.5))
half = half.fc1.weight.detach().float().numpy()
size = sum(map(len, csr(half).streams().values()))
print(f"{size} bytes, or {100 * size / half.nbytes:.1f}% of {half.nbytes}")

# %% [markdown]
# ## Measure
#
# With eight-bit gaps, values take up most of the file. Watch them shrink.

# %% tags=["storyboard"]
page.storyboard.show("weight_sharing")

# %% [markdown]
# **Share the weights.** Deep Compression lets the weights of a layer share a few
# values. k-means finds these *centroids*, and each weight is replaced by the code of
# its centroid. How well does that work without further training?

# %%
for bits in (3, 4, 5, 6):
    shared = storage.share_weights(net, bits)
    print(f"{bits} bits: {errors(shared):.2f}% validation error")
print(f"float32: {errors(net):.2f}%")

# %% [markdown]
# Five bits cost about half a point, three bits far more.
#
# **Pack it yourself:** one bit for each position, five for each weight's code, and the
# codebook. NumPy packs eight bits into a byte.


# %%
def pack(W, bits):
    book, codes = np.unique(W[W != 0], return_inverse=True)
    digits = np.unpackbits(codes.astype(np.uint8)[:, None], axis=1)
    return np.packbits(W != 0), np.packbits(digits[:, -bits:]), book


def unpack(where, packed, book, shape, bits):
    W = np.zeros(shape, np.float32)
    kept = np.unpackbits(where, count=W.size).reshape(shape) == 1
    digits = np.unpackbits(packed, count=bits * kept.sum())
    digits = np.pad(digits.reshape(-1, bits), ((0, 0), (8 - bits, 0)))
    W[kept] = book[np.packbits(digits)]
    return W


# %%
shared = storage.share_weights(net, 5)
W5 = shared.fc1.weight.detach().float().numpy()
packed = pack(W5, 5)
assert np.array_equal(unpack(*packed, W5.shape, 5), W5)
bill = storage.save(shared, folder / "shared.pruned").loc["fc1.weight"]
both = bill[["positions", "values", "codebook"]].to_frame("library")
both["yours"] = [part.nbytes for part in packed]
saved = both["yours"] - both["library"]
assert saved["positions"] > 10 * saved["values"] > 0
both.round(0).astype(int)

# %% [markdown]
# Your bytes unpack to the same weights, bit for bit. The library's file (an annex
# explains it) saves mainly on positions: a bitmap spends a bit on every pruned weight,
# too.
#
# **Tune the centroids.** In training, weights with the same code move together: the
# gradient of a centroid is the *sum* of their gradients. `storage.tied` makes the
# codebook a parameter, and `fit` trains it. The labels are the only teacher: chapter
# 03's dense network, which saw no augmented images, makes more errors than this sparse
# one. Biases are shared, too, with fewer bits.

# %%
bits = dict.fromkeys(magnitude.prunable_weights(net), 5)
bits |= {"fc1.bias": 4, "fc2.bias": 4, "fc3.bias": 3}
shared = storage.share_weights(net, bits)
wrong = {"sparse": errors(net), "shared": errors(shared)}
with storage.tied(shared, bits):
    print(parameter_count(shared), "numbers to train")
    fit(shared, train, None, epochs=1, seed=0, learning_rate=1e-3)
tuned = storage.share_weights(shared, bits, codebook="float16")
wrong |= {"tuned": errors(tuned), "dense": errors(dense)}
print(f"Validation error (%)\n{pd.Series(wrong).round(2).to_string()}")
assert wrong["sparse"] < wrong["tuned"] < wrong["shared"]
assert wrong["sparse"] < wrong["dense"]

# %% [markdown]
# Tuning repairs part of the damage.
#
# **Bytes after every stage**, for all layers. *Shared* includes fillers and the
# codebook, *Huffman* includes its code tables, and *file* is what `ls -l` shows.

# %%
storage.save(tuned, folder / "tuned.pruned")
stages = stage_bytes(tuned, index_bits=8)
assert round(stages["file"].sum()) == file_size(folder / "tuned.pruned")
total = stages.sum()
assert (total.diff().dropna() < 0).all()  # every stage helps
stages.loc["all"] = total
stages.loc["times smaller"] = total["dense"] / total
print(stages.round(1).to_string())
again = storage.load(folder / "tuned.pruned")
assert errors(again) == errors(tuned)

# %% [markdown]
# Each stage takes fewer bytes, and the file loads back as the tuned network.
#
# ## How far can it go?
#
# *Committed runs, loaded and evaluated here.* The course ships three files each for
# LeNet-300-100 and LeNet-5 (`recipes/mlp300_stored.py`, `recipes/lenet5_stored.py`).
# The sparse networks learned from dense teachers that saw augmented images. In
# LeNet-300-100, small weights were dropped and others grown where the gradient was
# large (RigL, [Evci et al. 2020](https://arxiv.org/abs/1911.11134)). Weights were then
# shared, one part at a time, while the rest continued to train (incremental network
# quantization, [Zhou et al. 2017](https://arxiv.org/abs/1702.03044)).


# %%
def verify(name, seed):
    path = storage.shipped(f"{name}-{seed}")
    model, size = storage.load(path), file_size(path)
    found = {"bytes": size, "times smaller": 4 * parameter_count(model) / size}
    known = models.load_predictions(f"{name}-stored")
    answers = predictions(remove_idle_units(model), test)
    for step in ("sparse", "teacher"):
        before = known[f"{step}-test-{seed}"]
        pair = experiments.compare_answers(before, answers, test.labels)
        found[f"{step} %"] = 100 - pair["before"]
    return found | pair | {"file %": 100 - pair["after"]}


# %% tags=["headline"]
LENETS = {"LeNet-300-100": "mlp300", "LeNet-5": "lenet5"}
names = [(name, seed) for name in LENETS for seed in (0, 1, 2)]
shipped = {key: verify(LENETS[key[0]], key[1]) for key in names}
shipped = pd.DataFrame(shipped).T
columns = ["bytes", "times smaller", "teacher %", "sparse %", "file %", "drop"]
spread = shipped[columns].groupby(level=0, sort=False).agg(["mean", "std"])
print("Whole files, mean and std of three seeds: test error %, drop in points")
print(spread.T.unstack(sort=False).round(2).to_string())
print("Drop from teacher to file, and its 95% interval over images")
print(shipped[["drop", "low", "high"]].round(2).to_string())

# %%
mlp, lenet = shipped.loc["LeNet-300-100"], shipped.loc["LeNet-5"]
assert shipped["times smaller"].min() >= 250
assert mlp["low"].min() > 0
assert (lenet["low"] > 0).sum() == 2
after_pruning = mlp["sparse %"] - mlp["teacher %"]
assert after_pruning.mean() > 2 * (mlp["file %"] - mlp["sparse %"]).mean()
assert mlp["file %"].mean() < 1.58 < mlp["file %"].max()
assert lenet["file %"].max() < 0.74

# %% [markdown]
# *Checked above.* The files are at least 250 times smaller, but **not for free**:
# LeNet-300-100 loses 0.58 points relative to its own teacher, more to pruning than to
# sharing, and all its intervals lie above zero. LeNet-5 loses 0.13 points; two of its
# three intervals lie above zero.
#
# Deep Compression reached factors of 40 at an error of 1.58% and 39 at 0.74%
# (*quoted*). Our mean errors are lower (although one LeNet-300-100 file's error is
# higher), but our networks had help. How much did augmented images help?

# %%
for kind, seeds in {"plain": (0, 1, 2), "augmented": (3, 4, 5)}.items():
    names = [f"mlp300-sparse-{kind}-{seed}" for seed in seeds]
    wrong = [errors(models.load_checkpoint(name), test) for name in names]
    print(f"{kind}: {np.mean(wrong):.2f}% test error, one weight in eighty")
    assert (np.mean(wrong) < 1.58) == (kind == "augmented")

# %% [markdown]
# Without augmented images, such a network makes more errors than the paper's file, even
# before its weights are shared. The teachers may have helped, too, but this page has no
# control for that.
#
# ## The clock
#
# A sparse product skips zeros, but it reads an index for every weight and jumps around
# in its input. **How much faster is it on this machine?**
#
# Dense and sparse products take turns on one thread; other programs' time is not
# counted. Every speedup in this chapter is the median, over rounds, of dense time
# divided by sparse time. Converting to CSR and transposing the batch (sparse kernels
# need one row per input feature) are *not timed*. Dotted lines show a *roofline*
# ([Williams et al. 2009](https://doi.org/10.1145/1498765.1498785)), a prediction from
# the bytes moved and the multiplications done.

# %% tags=["nbval-ignore-output"]
found = break_even.measured_speedups()
found = break_even.predicted_speedups(break_even.measured_machine(), found)
largest = found[(found["rows"] == 4096) & (found["density"] == 0.01)]
assert largest["sparse ×"].min() > 3
figures.show(
    figures.speedups(found),
    "Speedup of sparse over dense, one thread, one panel per batch size.",
)

# %% tags=["nbval-ignore-output"]
even = 100 * break_even.break_even_densities(found)
print("Density (%) below which sparse is faster, per batch size")
print(even.round(0).astype(int).to_string())

# %% [markdown]
# With one weight in a hundred, the large layer is several times faster at every batch
# size. In our runs, the break-even density was a few tens of percent, without a clear
# trend. The roofline is often off by a factor of two; an annex compares it with a
# simpler rule.
#
# **The same number of weights, two ways:** a 4096 × 4096 layer that keeps one weight in
# sixteen, in CSR (`sparse`; `transposing` also counts the time to transpose the batch
# and the result), and a dense 1024 × 1024 layer (`shrunk`).

# %% tags=["nbval-ignore-output"]
frame = break_even.over_batches((4096, 4096), 1 / 16, (1, 16, 64), rounds=9)
columns = ["batch", "dense ms", "sparse ×", "transposing ×", "shrunk ×"]
print(frame[columns].round(2).to_string(index=False))
assert (frame["shrunk ×"] > frame["sparse ×"]).all()

# %% [markdown]
# **The same budget, two speeds**: here, the smaller shape beats the mask. (In our runs,
# the cost of transposing was lost in the noise.) A mask can keep any weights; a smaller
# shape needs no special kernel.

# %% tags=["practice"]
page.practice.show("05", "retrieve")

# %% [markdown]
# ---
# # After the first pass
#
# ## Claims
#
# Give your verdict, then read the evidence.

# %% tags=["claims"]
page.claim_review.show(
    "deep-compression-lenet-300-100",
    "deep-compression-lenet-5",
    "deep-compression-index-below-floor",
    "deep-compression-index-bits",
    "deep-compression-batch-64",
    "deep-compression-energy",
    "plain-page-smaller-files",
    "concept-page-unstructured-storage",
)

# %% [markdown]
# ## Practice
#
# The last practice question asks you to explain.

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
# [The exercises for this chapter](../exercises/05_sparse_storage_exercises.ipynb):
# write CSR, empty rows included, find a break-even density, put fillers into gaps, sum
# a centroid's gradient, and write the smallest file within an accuracy budget.

# %% [markdown]
# ## Annex (optional): how small can it get?
#
# Deep Compression started a race on the same two networks and the same images. The
# largest QR code holds 2,953 bytes. Does LeNet-5, with its 431,080 parameters, fit into
# one? Does it fit into about half of one? *Committed runs, loaded and evaluated here*:
# `recipes/smallest.py` restricts each layer's weights to a few multiples of one step
# size, and trains until the file fits its byte budget. All six networks learned from
# one teacher, each seeing the images in its own order.

# %% tags=["headline"]
budgets, rows = {"lenet5-qr": 2953, "lenet5-tiny": 1530}, {}
for name, budget in budgets.items():
    for seed in (0, 1, 2):
        path = storage.shipped(f"{name}-{seed}")
        model, size = storage.load(path), file_size(path)
        assert size <= budget
        times = 4 * parameter_count(model) / size
        wrong = errors(remove_idle_units(model), test)
        rows[name, seed] = [size, times, wrong]
columns = ["bytes", "times smaller", "error %"]
tiny = pd.DataFrame(rows, index=columns).T
print("Files within a byte budget, with their test error")
print(tiny.round(2).to_string())

# %% [markdown]
# Every file stays within its budget. What did others achieve? Below are *quoted*
# figures for [Han et al. (2015)](https://arxiv.org/abs/1506.02626) (weights only),
# [Deep Compression](https://arxiv.org/abs/1510.00149), Bayesian Compression ([Louizos
# et al. 2017](https://arxiv.org/abs/1705.08665)), and minimal random code learning
# (*random codes* below; [Havasi et al. 2019](https://arxiv.org/abs/1810.00440)),
# together with the means of our files.

# %%
ladder = {
    ("LeNet-300-100", "Han 2015, weights only"): (None, 12, 1.59),
    ("LeNet-300-100", "Deep Compression"): (27, 40, 1.58),
    ("LeNet-5", "Deep Compression"): (44, 39, 0.74),
    ("LeNet-5", "Bayesian Compression"): (None, 771, 1.0),
    ("LeNet-5", "random codes"): (3.03, 555, 0.69),
    ("LeNet-5", "random codes, smallest"): (1.52, 1110, 0.96),
}
ladder = pd.DataFrame(ladder, index=["kB", "times", "error %"]).T
ladder["whose"] = "quoted"
older = shipped.rename(columns={"file %": "error %"}).rename(LENETS, level=0)
ours = pd.concat([older[tiny.columns], tiny])
ours = ours.groupby(level=0, sort=False).mean()
ours.insert(0, "kB", ours.pop("bytes") / 1000)

# %%
network = {"mlp300": "LeNet-300-100", "lenet5": "LeNet-5"}
for name, row in ours.iterrows():
    key = network[name.split("-")[0]], f"file {name}"
    ladder.loc[key, :] = [*row, "ours, 3 seeds"]
ladder["kB"] = ladder["kB"].astype(float).round(2)
ladder["times"] = ladder["times"].astype(float).round(0).astype(int)
ladder["error %"] = ladder["error %"].astype(float).round(2)
print(ladder.sort_index(level=0, sort_remaining=False).to_string())
mine, theirs = ours["error %"], ladder["error %"].xs("LeNet-5")
assert mine["lenet5-qr"] < theirs["random codes"]
assert mine["lenet5-tiny"] > theirs["random codes, smallest"]

# %% [markdown]
# In one QR code, LeNet-5 makes about as many errors as the random codes (0.68% against
# 0.69%), in fewer bytes. In about half of one, it makes more. But such a table ranks
# files, not methods: our networks had teachers and augmented images, and the factor of
# 771 for Bayesian Compression comes from that paper's most extreme setting, with a
# codebook. (With reduced precision only, [its
# authors](https://github.com/KarenUllrich/Tutorial_BayesianCompressionForDL) report a
# factor of 419 at the same error.) What do fewer bytes cost?

# %%
both = pd.concat([older, tiny]).groupby(level=0, sort=False)
spread = both["error %"].agg(["mean", "min", "max"])
spread.columns = ["error %", "low", "high"]
spread["bytes"] = both["bytes"].mean()
assert spread["error %"]["lenet5-tiny"] > spread["error %"]["lenet5-qr"]

# %%
frames = {}
for name, file in LENETS.items():
    rows = spread[spread.index.str.startswith(file)]
    frames[name] = rows.sort_values("bytes")
codes = ladder.xs("LeNet-5").filter(like="random codes", axis=0)
codes = codes.assign(bytes=1000 * codes["kB"]).sort_values("bytes")
frames["random codes (quoted)"] = codes
figures.show(
    figures.curves(
        frames, "bytes", "error %", labels=("bytes", "test error (%)")
    ),
    "Test error against file size in bytes: mean and range of three seeds.",
)

# %% [markdown]
# Below the size of one QR code, fewer bytes cost LeNet-5 accuracy. And here is the QR
# code:

# %%
import segno

content = storage.shipped("lenet5-qr-0").read_bytes()
code = segno.make(
    content, error="L", mode="byte", version=40, boost_error=False
)
assert code.designator == "40-L"
modules = np.array([[*row] for row in code.matrix_iter(border=4)])
figures.show(
    figures.qr_code(modules),
    f"A QR code of {len(content)} bytes. It is the file lenet5-qr-0 of this "
    "course: a network that reads handwritten digits.",
)

# %% [markdown]
# A test scans this picture with `zxing-cpp`, a reader that we did not write, compares
# the bytes, and loads a working network from them.

# %% [markdown]
# ## Annex (optional): the bridge to quantization
#
# What if each centroid is a whole number from −127 to 127, times one scale per layer?
# Below, the same codes use codebooks in float32, float16, and int8.

# %%
rows = {}
for codebook in ("float32", "float16", "int8"):
    rounded = storage.share_weights(shared, bits, codebook=codebook)
    storage.save(rounded, folder / "rounded.pruned")
    size = file_size(folder / "rounded.pruned")
    rows[codebook] = {"bytes": size, "error %": round(errors(rounded), 2)}
books = pd.DataFrame(rows).T
print(books.to_string())
assert 0.9 < books["bytes"]["int8"] / books["bytes"]["float32"] < 1
assert books["error %"]["int8"] > books["error %"]["float16"] + 0.3

# %% [markdown]
# A smaller codebook saves less than a tenth of the file, and int8 costs accuracy here:
# the weights of the first layer differ too much in size for one scale. The gain from
# whole numbers is in *arithmetic*: processors add and multiply several 8-bit integers
# at once, using less energy. That is where quantization begins.

# %% [markdown]
# ## Annex (optional): where should k-means start?
#
# Deep Compression spaces the initial centroids evenly (*linear*). The alternatives give
# each the same number of weights (*density*), or start at randomly chosen weights.

# %%
starts = storage.compare_starts(W[W != 0], 5, seed=0)
print(starts.round(3).to_string())
best = starts.idxmin()
assert best["rms_error"] == best["rms_error_of_largest"] == "linear"

# %% [markdown]
# The linear start spends centroids on the few large weights and reproduces those most
# accurately, as the paper reports. Here it also has the smallest error over all
# weights.

# %% [markdown]
# ## Annex (optional): can it be predicted?
#
# The roofline in the section on the clock assumes that both products run as fast as the
# machine allows. A much simpler rule assumes one break-even density for all layers and
# batches: the time of a sparse product is taken to be proportional to its number of
# weights. That constant is fitted to the very points it then predicts, so the rule has
# an advantage. How far off are the two?

# %% tags=["nbval-ignore-output"]
found = break_even.constant_speedups(found)
names = {"predicted ×": "roofline", "constant ×": "one break-even for all"}
off = break_even.factors_off(found, [*names]).rename(columns=names)
print("Median factor by which each prediction is off, per batch size")
print(off.T.round(2).to_string())
together = np.exp(np.log(off).mean())  # over the batch sizes
assert together[names["constant ×"]] < 1.3 * together["roofline"]

# %% [markdown]
# Knowing the machine's rates helps little: over all batch sizes together, the simple
# rule is not much worse, and in some of our runs it was much better. At larger
# batches, sparse kernels did not reach the multiplication rate that the roofline
# assumes. At batch 1, the roofline predicts a smaller speedup for a matrix that fits
# into the cache, so it groups the 1024 × 1024 layer with the small one; our
# measurements group it with the large one.

# %% [markdown]
# ## Annex (optional): short words for frequent codes
#
# Some codes are more frequent than others, and Huffman's tree gives the frequent ones
# shorter words. The library `dahuffman` shows this for the three most frequent and the
# three rarest codes of the first layer. *Arithmetic coding*, or asymmetric numeral
# systems (ANS, here from `constriction`), can spend a fraction of a bit on a code.

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
shares = counts / counts.sum()
model = constriction.stream.model.Categorical(shares, perfect=False)
coder.encode_reverse(codes.astype(np.int32), model)
huffman = (counts * entropy.huffman_lengths(counts)).sum()
lengths = {
    "fixed length": int(np.ceil(np.log2(len(book)))),
    "Huffman": huffman / counts.sum(),
    "ANS": coder.num_valid_bits() / counts.sum(),
    "entropy": entropy.entropy(counts),
}
assert [*lengths.values()] == sorted(lengths.values(), reverse=True)
print("bits per code:")
print(pd.Series(lengths).round(3).to_string())

# %% [markdown]
# Huffman's words are shorter than five bits on average, because the codes differ in
# frequency. ANS comes closer still to the entropy, which no coder can beat if the codes
# are independent and have these frequencies.

# %% [markdown]
# ## Annex (optional): layer by layer, beside the paper
#
# Each layer's bytes, without biases, as a percentage of its float32 weights: in the
# shipped files of seed 0, and in Tables 2 and 3 of Deep Compression (*quoted*).

# %%
paper = {
    "fc1": (3.1, 2.32), "fc2": (3.8, 3.04), "fc3": (15.7, 12.70),
    "conv1": (78.5, 67.45), "conv2": (6.0, 5.28),
    "fc1 ": (2.7, 2.45), "fc2 ": (6.9, 6.13),
}  # fmt: skip
files = [storage.shipped(f"{file}-0") for file in LENETS.values()]
ours = [stage_bytes(storage.load(path), index_bits=8) for path in files]
ours[1] = ours[1].rename({"fc1": "fc1 ", "fc2": "fc2 "})  # LeNet-5's
layers = pd.concat(ours).loc[list(paper)]
shares = layers[["shared", "Huffman", "file"]].div(layers["dense"], axis=0)
shares *= 100
shares[["shared (quoted)", "Huffman (quoted)"]] = list(paper.values())
assert (shares["Huffman"] < shares["Huffman (quoted)"]).all()
print("LeNet-300-100, then LeNet-5: percent of each layer's float32 bytes")
print(shares.round(2).to_string())

# %% [markdown]
# Every layer is smaller than the paper's after the same stage, because fewer weights
# are left. The file's own coder then beats Huffman coding in every layer.

# %% [markdown]
# ## Annex (optional): against general compressors
#
# Each row is one network: its float32 tensors as they are, as CSR, and as a bitmap,
# each compressed with zstandard at its highest level. The last column is the file's
# *own* limit: what its symbols cost at the probabilities that the file's coder assigns
# to them, codebooks included.

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
# Zstandard looks for bytes that repeat. It does not know that they belong to a matrix.
# The file's coder does, and it codes short symbols instead of float32 values. Beyond
# its symbols, the file has only a header: checksums, and a line of text that names the
# network.
#
# A file can be damaged. `load` refuses a damaged file before it uses anything in it;
# here, one bit is flipped.

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
# This is the whole sparse product, compiled by Numba. Each row of the result is a sum
# over the weights in the same row of the matrix, each times a row of the batch.
# (`course_lib.kernels` takes four weights at a time.)

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
print("same result as the dense product and as course_lib.kernels")

# %% [markdown]
# [Han et al. (2016)](https://arxiv.org/abs/1510.00149) found the *dense* product to be
# faster in all six of their layers at batch 64, by a factor of up to nine (*quoted*).
# How much faster depends on the kernel. A kernel that takes the images of a batch one
# by one fetches every weight again for each image. Compare `one by one` with `sparse`
# for a layer like VGG's fc8, with 23% of its weights kept. Below are speedups and
# energy savings from the paper's tables (*quoted*; this page cannot measure energy).

# %% tags=["nbval-ignore-output"]
eight = break_even.over_batches((1000, 4096), 0.23, [64], rounds=5)
columns = ["batch", "sparse ×", "one by one ×"]
print(eight[columns].round(2).to_string(index=False))
assert (eight["sparse ×"] > 1.3 * eight["one by one ×"]).all()
assert (eight["one by one ×"] < 1).all()
quoted = break_even.han_tables()
columns = ["kept", "times faster, batch 1", "times faster, batch 64"]
columns += ["times less energy, batch 1"]
print(quoted[columns].round(2).to_string())
assert quoted["times faster, batch 1"].round(2).min() == 1
assert quoted["times faster, batch 64"].max() < 1

# %% [markdown]
# Here, too, the kernel that takes the images one by one is slower than the dense
# product (*checked above*). The one that takes the whole batch was faster than the
# dense product on some of our machines and slower on others.

# %% [markdown]
# ## Annex (optional): files for other programs
#
# Not everyone has `course_lib`. A **safetensors** file holds the arrays of each sparse
# tensor: row starts, columns, codes, and codebook. In **ONNX**, a network after
# structured pruning is an ordinary graph that runs without Python.

# %%
storage.export_safetensors(again, folder / "arrays.safetensors")
back = storage.import_safetensors(folder / "arrays.safetensors")
for name, value in again.state_dict().items():
    assert (back.state_dict()[name] == value).all(), name
print("arrays:", file_size(folder / "arrays.safetensors"), "bytes")

# %%
import torch

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
# ## Annex (optional): are positions independent?
#
# The limit assumes that every weight is kept independently, with one probability for
# all. For the first layer of the tuned network, the table also shows the limits if each
# row or each column has its own probability, and how many bits our file spends. Its
# coder learns, row by row, how often each column has been used so far; the file stores
# no probabilities.

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
assert min(rows, key=rows.get) == "our file"
print("bits per kept weight for the positions in fc1:")
print((pd.Series(rows) / k).round(2).to_string())

# %% [markdown]
# Our file spends the fewest bits, and that count leaves nothing out. The two middle
# rows assume densities that would have to be stored as well, and part of their gain is
# luck. Deep Compression's first layer spends 3.7 bits (*quoted*) where, by the formula,
# independent positions would need 5.03, so the positions in its mask were probably not
# independent either.

# %% [markdown]
# ## Annex (optional): what our coder knows
#
# The file's coder is small enough to read (`course_lib/storage/coder.py`,
# `symbols.py`). It codes one bit at a time. A bit predicted with probability $q$ costs
# $-\log_2 q$ bits, and the coder learns the probabilities by counting. At each cell of
# a mask, it looks at two things: how often the column has been used so far, and whether
# the neighbor on the left was kept. Where do the bytes of a shipped file go?

# %%
bill = storage.save(storage.load(storage.shipped("lenet5-0")), folder / "bill")
costs = bill[["positions", "values", "codebook", "header"]]
assert costs.stack().idxmax() == ("fc1.weight", "positions")
bill.round(1)

# %% [markdown]
# In LeNet-5, the positions in fc1 cost the most. Which inputs does a first layer ever
# read? The answer is easier to see in LeNet-300-100, whose first layer reads pixels:

# %%
used = pd.Series(mask.sum(axis=0))
figures.show(
    figures.pixels_and_matrix("fc1", mask),
    f"How many of fc1's weights read each pixel: {int((used == 0).sum())} of "
    f"784 pixels are read by no weight, the most-used one by {used.max()}. "
    f"Of 300 neurons, {int((~mask.any(axis=1)).sum())} read nothing.",
)

# %%
floor = entropy.mask_bits(mask) / 8
print(f"positions in fc1, if independent: {floor:.0f} bytes")
rng = np.random.default_rng(7)
ways = {"as it is": mask, "columns shuffled": mask[:, rng.permutation(784)]}
ways["cells shuffled"] = rng.permuted(mask.ravel()).reshape(mask.shape)
costs = {}
for name, changed in ways.items():
    model = magnitude.masked(net, {})
    with torch.no_grad():
        model.fc1.weight.copy_(torch.from_numpy(changed.astype(np.float32)))
    bill = storage.save(model, folder / "way")
    costs[name] = bill.loc["fc1.weight", "positions"]
    print(f"{name}: {costs[name]:.0f} bytes")
assert [*costs.values()] == sorted(costs.values())
assert floor < costs["cells shuffled"] < 1.01 * floor

# %% [markdown]
# Shuffling whole columns costs a little, because neighbors are no longer alike.
# Shuffling individual cells costs a lot, because nothing is left to learn.
