"""Every declared solution against something that knows nothing of it.

An oracle is a layer that runs, PyTorch's or SciPy's own function, or NumPy on the raw
data: never another implementation of the exercise.
"""

import copy
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import scipy.stats
import torch
from torch.nn import functional
from torch.nn.utils import prune

from course_lib.activation import NeuronStatistics, remove_neurons, select_neurons
from course_lib.check import EXERCISES
from course_lib.check.compare import close_enough, parts_of
from course_lib.check.exercises.fastest_shape import cut
from course_lib.check.judging import solve
from course_lib.check.open_task import drawn_task
from course_lib.check.search_task import drawn_search, embeddings, points_below_100
from course_lib.encoder import SearchResult
from course_lib.measure import mac_count, parameter_count
from course_lib.models import MLP
from course_lib.storage.relative_index import relative_index
from course_lib.uncertainty import paired_difference

ORACLES: dict[str, Callable[..., Any]] = {}


def oracle(function):
    ORACLES[function.__name__] = function
    return function


@oracle
def accuracy_with_error(correct):
    return np.mean(correct), scipy.stats.sem(correct, ddof=0)


def values_with(count, mean, squares):
    """Numbers, one row each, with this mean and sum of squared deviations."""
    pattern = np.zeros(count)
    if count > 1:
        pattern[:2] = (-1, 1)
        pattern *= np.sqrt(0.5)
    return np.multiply.outer(pattern, np.sqrt(squares)) + mean


@oracle
def gradient_step(W, b, X, labels, rate, *, decay):
    model = torch.nn.Linear(*reversed(W.shape), dtype=torch.float64)
    model.load_state_dict({"weight": torch.tensor(W), "bias": torch.tensor(b)})
    decayed = {"params": [model.weight], "weight_decay": decay}
    optimizer = torch.optim.SGD([decayed, {"params": [model.bias]}], lr=rate)
    functional.cross_entropy(model(torch.tensor(X)), torch.tensor(labels)).backward()
    optimizer.step()
    return model.weight.detach().numpy(), model.bias.detach().numpy()


@oracle
def compare_pair(before, after, labels):
    pair = paired_difference(*map(torch.tensor, (before, after, labels)))
    tosses = pair.lost + pair.gained
    tested = scipy.stats.binomtest(pair.lost, tosses).pvalue if tosses else 1.0
    return {"lost": pair.lost, "gained": pair.gained, "p_value": tested}


@oracle
def mlp_costs(widths):
    with torch.device("meta"):
        model = MLP(widths)
        macs = mac_count(model, torch.zeros(1, widths[0]))
    return {"parameters": parameter_count(model), "macs": macs}


@oracle
def merge_moments(a, b):
    known = [part for part in (a, b) if part[0]]
    if any(part[0] > 10**6 for part in known):
        common = np.gcd.reduce([part[0] for part in known])
        known = [(part[0] // common * 10, *part[1:]) for part in known]
    rows = np.concatenate([values_with(n, m, n * s**2) for n, m, s in known])
    return a[0] + b[0], rows.mean(axis=0), rows.std(axis=0)


@oracle
def silent(mean, std, mean_threshold, std_threshold):
    statistics = {
        "layer": NeuronStatistics(
            1, torch.tensor(mean), torch.tensor(std), torch.zeros(len(mean))
        )
    }
    infinite = 1e300  # the library takes finite thresholds only
    limits = [min(limit, infinite) for limit in (mean_threshold, std_threshold)]
    return ~select_neurons(statistics, *limits)["layer"].numpy()


def run_pair(W1, b1, W2, gate):
    images = torch.randn(20, W1.shape[1], generator=generator(), dtype=torch.float64)
    layers = [torch.as_tensor(array) for array in (W1, b1, W2)]
    hidden = functional.linear(images, layers[0], layers[1]).relu()
    return functional.linear(hidden * torch.as_tensor(gate), layers[2])


def generator():
    return torch.Generator().manual_seed(0)


@oracle
def fold(W2, b2, mean, removed):
    W2, b2, mean = (torch.tensor(array) for array in (W2, b2, mean))
    all_of_them = functional.linear(mean[None], W2, b2)[0]
    rest = functional.linear(mean[~torch.tensor(removed)][None], W2[:, ~removed])[0]
    return all_of_them - rest


@oracle
def prune_within(
    network, statistics, splits, thresholds, max_drop, *, drop, allowed, removed
):
    """The library's removal, on a network that runs; the limit in whole images."""
    W1, b1, W2, b2 = (torch.tensor(network[n]) for n in ("W1", "b1", "W2", "b2"))
    model = MLP((W1.shape[1], *W2.T.shape), dtype=torch.float64)
    names = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
    model.load_state_dict(dict(zip(names, (W1, b1, W2, b2), strict=True)))
    images, labels = map(torch.tensor, splits["validation"])
    mean, std = map(torch.tensor, statistics)
    measured = NeuronStatistics(1, mean, std, torch.zeros(len(mean)))

    def right(keep):
        small = remove_neurons(model, {"fc1": keep}, fold_mean_of={"fc1": measured})
        return int((small(images).argmax(dim=1) == labels).sum())

    first = right(std >= 0)
    whole = {"points": len(labels), "accuracy": first, "rate": len(labels) - first}
    lost = Fraction(max_drop) * whole[drop.split()[-1]] / 100
    stays = torch.greater_equal if removed.startswith("below") else torch.greater
    fits = operator.lt if allowed.startswith("less") else operator.le
    masks = [stays(std, limit) for limit in sorted(thresholds)]
    fitting = [keep for keep in masks if fits(first - right(keep), lost)]
    return [std >= 0, *fitting][-1].numpy()


@oracle
def layer_shares(layers, sparsity):
    flat = torch.cat([torch.tensor(W).abs().flatten() for W in layers.values()])
    count = round(sparsity * len(flat))
    gone = torch.zeros(len(flat), dtype=torch.bool)
    gone[flat.topk(count, largest=False).indices] = True
    parts = gone.split([W.size for W in layers.values()])
    return {n: part.double().mean() for n, part in zip(layers, parts, strict=True)}


@oracle
def masked_step(w, velocity, grad, mask, lr, momentum, **rule):
    """torch.optim.SGD on a vector of the kept weights alone.

    It never damps when it looks ahead, and its velocity points uphill.
    """
    parameter = torch.nn.Parameter(torch.tensor(w[mask]))
    momentum = momentum or 1e-30  # without any, the optimizer keeps no velocity
    damped = 1 - momentum if "(1 - momentum)" in rule["new_velocity"] else 1
    ahead = "momentum" in rule["new_w"]
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum, nesterov=ahead)
    unit = lr if "lr" in rule["new_velocity"] else 1  # some keep lr inside the velocity
    if "velocity -" in rule["new_velocity"]:
        unit = -unit
    state = optimizer.state[parameter]
    state["momentum_buffer"] = torch.tensor(velocity[mask]) / unit
    parameter.grad = torch.tensor(grad[mask]) * damped
    optimizer.step()
    new = np.zeros_like(w), np.zeros_like(w)
    new[0][mask] = parameter.detach().numpy()
    new[1][mask] = unit * state["momentum_buffer"].numpy()
    return new


@oracle
def bill(W, mask):
    def column(array):
        with torch.device("meta"):
            layer = torch.nn.Linear(*reversed(array.shape), bias=False)
            macs = mac_count(layer, torch.zeros(1, array.shape[1]))
        nonzeros = scipy.sparse.csr_array(array).nnz
        size = array.astype(np.float32).nbytes
        return parameter_count(layer), nonzeros, size, macs, nonzeros

    names = ("parameters", "nonzeros", "bytes", "dense_macs", "effective_macs")
    pairs = zip(column(W), column(W * mask), strict=True)
    return dict(zip(names, pairs, strict=True))


@oracle
def fit_overhead(macs, times):
    line = scipy.stats.linregress(macs, times)
    return line.intercept, 1 / line.slope


@oracle
def csr_arrays(A):
    stored = scipy.sparse.csr_array(A)
    return stored.indptr, stored.indices, stored.data


@oracle
def gaps(positions, bits):
    weights = np.zeros((1, int(positions.max(initial=0)) + 1), dtype=np.float32)
    weights[0, positions] = 1
    stored = relative_index(weights, bits)
    return stored.gaps, stored.values == 0


@oracle
def centroid_gradient(grad, codes, k):
    centroids = torch.zeros(k, dtype=torch.float64, requires_grad=True)
    kept = torch.tensor(codes >= 0)
    weights = centroids[torch.tensor(codes)[kept]]
    (weights * torch.tensor(grad)[kept]).sum().backward()
    return centroids.grad


@oracle
def mean_reciprocal_rank(scores):
    documents = torch.eye(scores.shape[1], dtype=torch.float64)
    found = SearchResult(torch.tensor(scores).double(), documents)
    return found.mean_reciprocal_rank / 100


@oracle
def wanda_mask(W, X, kept, *, weight, norm):
    """PyTorch's own pruning of one row after another.

    A power of a score changes no order, so it may be that of the size instead.
    """
    orders = {"root of the sum of squares": 2, "sum of absolute values": 1}
    orders["fourth root of the sum of fourth powers"] = 4
    power = {"absolute value": 1, "cube of the absolute value": 1 / 3}.get(weight, 3)
    sizes = torch.linalg.vector_norm(
        torch.tensor(X).double(), ord=orders.get(norm, float("inf")), dim=0
    )
    sizes = sizes**power
    masks = []
    for row in torch.tensor(W).double():
        layer = torch.nn.Linear(len(row), 1, bias=False)
        scores = (row * sizes)[None]
        prune.l1_unstructured(layer, "weight", len(row) - kept, scores)
        masks.append(layer.weight_mask[0].bool().numpy())
    return np.stack(masks)


# judged by what they are good for, below, or read back by another program
ELSEWHERE = {
    *("split_indices", "cut_pair", "keep_k_per_row", "cut_conv_bn", "shared_keep"),
    *("shared_bytes", "sparsest_masks", "fastest_shape", "smallest_file"),
    *("cut_heads", "refit", "used_tokens", "prune_block"),
}


def drawn(name, seed):
    for kind in EXERCISES[name].inputs:
        yield from kind.draw(np.random.default_rng(seed))


def classes(name):
    return range(len(EXERCISES[name].variations) or 1)


def test_every_exercise_has_an_oracle():
    assert ORACLES.keys() | ELSEWHERE == EXERCISES.keys()
    assert not ORACLES.keys() & ELSEWHERE


@pytest.mark.parametrize("name", ORACLES)
def test_solution_agrees_with_its_oracle(name):
    for class_seed in classes(name):
        rules = EXERCISES[name].rules(class_seed)
        for seed in (class_seed,) if rules else (0, 1, 2):
            for arguments in drawn(name, seed):
                wanted = ORACLES[name](**copy.deepcopy(arguments), **rules)
                solved = solve(EXERCISES[name], arguments, rules)
                found, right = parts_of(solved, solved), parts_of(wanted, solved)
                assert close_enough(found, right, 1e-5), (arguments, solved, wanted)


def run_trio(conv, bn, next_conv, gate):
    images = torch.randn(4, conv.shape[1], 6, 6, generator=generator()).double()
    conv, next_conv = torch.as_tensor(conv), torch.as_tensor(next_conv)
    norm = {name: torch.as_tensor(array) for name, array in bn.items()}
    maps = functional.conv2d(images, conv, padding=1)
    maps = functional.batch_norm(
        maps, norm["mean"], norm["var"], norm["gamma"], norm["beta"]
    )
    maps = maps.relu() * torch.as_tensor(gate)[:, None, None]
    return functional.conv2d(maps, next_conv, padding=1)


def test_keep_k_per_row_keeps_k_and_none_that_is_smaller_than_one_that_goes():
    for arguments in drawn("keep_k_per_row", 0):
        mask = EXERCISES["keep_k_per_row"].solved(**arguments)
        assert (mask.sum(axis=1) == arguments["k"]).all()
        for row, stays in zip(np.abs(arguments["W"]), mask, strict=True):
            assert row[stays].min(initial=np.inf) >= row[~stays].max(initial=0)


def test_shared_keep_keeps_the_highest_joined_scores_and_chooses_among_equals():
    joins = {"sum": np.sum, "max": np.max, "squares": lambda s, axis: (s**2).sum(axis)}
    joins |= {"first": lambda s, axis: s[0], "last": lambda s, axis: s[-1]}
    joins["min"] = np.min
    for class_seed in classes("shared_keep"):
        rules = EXERCISES["shared_keep"].rules(class_seed)
        for arguments in drawn("shared_keep", 0):
            keep = solve(EXERCISES["shared_keep"], arguments, rules)
            joined = joins[rules["join"]](np.stack(arguments["scores"]), axis=0)
            step = 1 if rules["equals"].startswith("lower") else -1
            ranked = sorted(range(len(joined)), key=lambda i: (-joined[i], step * i))
            assert sorted(np.flatnonzero(keep)) == sorted(ranked[: arguments["k"]])


def padding_of(name, bits, rest):
    last = bits[-1:]
    opposite = {"0": "1", "1": "0"}.get(last, "")
    units = {"zeros": "0", "ones": "1", "copies of the last bit": last}
    units |= {"opposites of the last bit": opposite}
    units |= {"one, zero, one, and so on": "10", "zero, one, zero, and so on": "01"}
    return (units[name] * 8)[: len(rest)]


def test_shared_bytes_are_read_back_bit_by_bit():
    for class_seed in classes("shared_bytes"):
        rules = EXERCISES["shared_bytes"].rules(class_seed)
        most = rules["order"].startswith("most")
        for arguments in drawn("shared_bytes", 0):
            data = bytes(solve(EXERCISES["shared_bytes"], arguments, rules))
            codes, table, bits = arguments.values()
            head = 5 + 4 * len(table)
            assert data[:5] == len(codes).to_bytes(4, "little") + bytes([bits])
            assert data[5:head] == np.asarray(table, "<f4").tobytes()
            text = "".join(
                f"{byte:08b}" if most else f"{byte:08b}"[::-1] for byte in data[head:]
            )
            fields = [text[i * bits : (i + 1) * bits] for i in range(len(codes))]
            found = [int(field if most else field[::-1], 2) for field in fields]
            assert found == list(codes)
            rest = text[len(codes) * bits :]
            assert len(rest) < 8
            assert rest == padding_of(rules["padding"], text[: len(codes) * bits], rest)


def run_attention(Wq, Wk, Wv, Wo, gate):
    tokens = torch.randn(9, Wq.shape[1], generator=generator(), dtype=torch.float64)
    queries, keys, values = (
        functional.linear(tokens, torch.as_tensor(W))
        .unflatten(1, (len(gate), -1))
        .transpose(0, 1)
        for W in (Wq, Wk, Wv)
    )
    sent = functional.scaled_dot_product_attention(queries, keys, values)
    sent = sent * torch.as_tensor(gate)[:, None, None]
    return functional.linear(sent.transpose(0, 1).flatten(1), torch.as_tensor(Wo))


@pytest.mark.parametrize(
    ("name", "run"),
    [("cut_pair", run_pair), ("cut_conv_bn", run_trio), ("cut_heads", run_attention)],
)
def test_small_layers_run_as_the_large_ones_with_parts_switched_off(name, run):
    for arguments in drawn(name, 0):
        small = EXERCISES[name].solved(**arguments)
        keep = arguments.pop("keep")
        assert torch.allclose(run(*small, keep[keep]), run(**arguments, gate=keep))


def test_refit_leaves_an_error_that_neither_kept_units_nor_a_constant_explain():
    for arguments in drawn("refit", 0):
        new_W, new_b = EXERCISES["refit"].solved(**arguments)
        X, W, b, keep = (np.asarray(a, dtype=float) for a in arguments.values())
        inputs = np.column_stack([np.ones(len(X)), X[:, keep.astype(bool)]])
        wanted = X @ W.T + b
        error = wanted - inputs @ np.column_stack([new_b, new_W]).T
        size = np.linalg.norm(inputs) * np.linalg.norm(wanted)
        assert np.abs(inputs.T @ error).max() < 1e-6 * size


def test_used_tokens_reads_the_same_vectors_and_has_no_row_that_nobody_needs():
    for arguments in drawn("used_tokens", 0):
        table, renumbered = EXERCISES["used_tokens"].solved(**arguments)
        documents, special = arguments["documents"], arguments["special"]
        for name, tokens in documents.items():
            before, after = (
                functional.embedding(torch.tensor(numbers), torch.tensor(rows))
                for numbers, rows in (
                    (tokens, arguments["table"]),
                    (renumbered[name], table),
                )
            )
            assert torch.equal(before, after)
        needed = set(special.tolist()).union(*(t.tolist() for t in documents.values()))
        assert np.array_equal(table, arguments["table"][sorted(needed)])


def found_percent(block, task):
    """The library's measure of a search with PyTorch's layers."""
    W1, b1, W2, b2 = (torch.tensor(block[name]) for name in ("W1", "b1", "W2", "b2"))
    vectors = []
    for part in (task.queries, task.documents):
        tokens = torch.tensor(part)
        hidden = functional.linear(tokens, W1, b1).relu()
        mean = (tokens + functional.linear(hidden, W2, b2)).mean(dim=1)
        vectors.append(functional.normalize(mean, dim=1))
    return SearchResult(*vectors).mean_reciprocal_rank


@pytest.mark.parametrize("key", range(3))
def test_prune_block_finds_nearly_as_much_with_a_third_of_the_units(key):
    task = drawn_search(key)
    given = task.network, task.texts, task.cost, task.budget
    small = EXERCISES["prune_block"].solved(*given)
    assert task.cost[len(small["b1"])] <= task.budget
    assert len(small["b1"]) < 0.4 * len(task.network["b1"])
    assert found_percent(small, task) > found_percent(task.network, task) - 5


def test_score_of_prune_block_is_what_the_library_measures():
    task = drawn_search(3)
    embedded = [embeddings(task.network, t) for t in (task.queries, task.documents)]
    assert points_below_100(*embedded) == pytest.approx(
        100 - found_percent(task.network, task)
    )


def test_embeddings_that_are_no_numbers_find_nothing():
    task = drawn_search(3)
    broken = np.full((len(task.queries), 4), np.nan)
    assert points_below_100(broken, broken) == pytest.approx(100 - 100 / len(broken))


def model_of(network):
    widths = [network["W1"].shape[1], *(len(network[f"b{i}"]) for i in (1, 2, 3))]
    model = MLP(widths, dtype=torch.float64)
    tensors = {f"fc{n[1]}.{'weight' if n[0] == 'W' else 'bias'}": torch.tensor(a)
               for n, a in network.items()}  # fmt: skip
    model.load_state_dict(tensors)
    return model


def lost_points(task, network):
    """The library's networks on the validation images."""
    images, labels = map(torch.tensor, task.splits["validation"])
    right = [
        (model_of(each)(images).argmax(dim=1) == labels).double().mean().item()
        for each in (task.network, network)
    ]
    return 100 * (right[0] - right[1])


@pytest.mark.parametrize("key", range(2))
def test_open_exercises_are_solved_within_their_budgets(key):
    masks = solved_open("sparsest_masks", key, (64, 40, 24))
    shape = solved_open("fastest_shape", key, (48, 40, 64))
    for task, network in (masks, shape):
        assert lost_points(task, network) <= task.max_drop + 1e-9
    task, pruned = masks
    kept = sum(np.count_nonzero(pruned[f"W{i}"]) for i in (1, 2, 3))
    assert kept < 0.25 * sum(task.network[f"W{i}"].size for i in (1, 2, 3))
    task, small = shape
    images = torch.zeros(1, 48, dtype=torch.float64)
    macs = [mac_count(model_of(each), images) for each in (task.network, small)]
    assert macs[1] < 0.6 * macs[0]


def solved_open(name, key, widths):
    task = drawn_task(key, widths)
    solved = EXERCISES[name].solved(**vars(task))
    if name == "fastest_shape":
        return task, cut(task.network, *solved)
    return task, task.network | {n: task.network[n] * m for n, m in solved.items()}


def test_smallest_file_is_read_back_within_its_budget_from_few_bytes():
    task = drawn_task(0, (64, 40, 24))
    data = EXERCISES["smallest_file"].solved(vars(task))
    network = EXERCISES["smallest_file"].solved(data)
    assert lost_points(task, network) <= task.max_drop + 1e-9
    assert len(data) < sum(array.size for array in task.network.values()) / 2


def test_open_exercises_draw_another_network_for_every_class_and_seed():
    seen = []
    for seed, class_seed in ((0, 0), (0, 1), (1, 0)):
        EXERCISES["sparsest_masks"].examine(
            lambda *given: (
                seen.append(given) or EXERCISES["sparsest_masks"].solved(*given)
            ),
            seed=seed,
            class_seed=class_seed,
        )
    assert len({given[0]["W3"].tobytes() for given in seen}) == 3
    assert len(seen) == 3  # once for all levels
