"""Halve the arithmetic of a pretrained sentence encoder, without training.

python benchmarks/encoder.py [--pairs 120] [--test 300] [--write docs/encoder.md]

Statistics come from docstrings of SciPy, Matplotlib and NetworkX, choices from pandas,
and the table from NumPy, which nothing before it reads. What is done is kept in
build/encoder/, so that a run that was stopped goes on; remove the folder to start over.
Times are those of one thread without what other programs take. Needs the extra
``encoder``, the model's package, and for one column gensim.
"""

import argparse
import copy
import json
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import pandas as pd
import torch
import torch.nn.utils.prune as torch_prune
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from course_lib import magnitude, structured
from course_lib.encoder import (
    Encoder,
    Pairs,
    SearchResult,
    agreement,
    cosines,
    documentation_pairs,
    encode,
    lee_corpus,
    load_encoder,
    neighbor_overlap,
    reciprocal_ranks,
    search,
)
from course_lib.encoder.correcting import corrected
from course_lib.measure import interleaved_times, mac_count, parameter_count
from course_lib.surgery import remove_units, trace_groups, unit_counts
from course_lib.uncertainty import mean_interval

MARKS = ("<!-- benchmarks/encoder.py -->", "<!-- end -->")
STORE = Path("build/encoder")
SHARES = {"scipy": 0.4, "matplotlib": 0.3, "networkx": 0.3}
BLOCKS = [f"encoder.layer.{i}" for i in range(6)]
# what no unit is removed from the inputs of
OTHERS = [
    f"{block}.{name}"
    for block in BLOCKS
    for name in ("attention.self.query", "attention.self.key", "attention.self.value",
                 "intermediate.dense")
]  # fmt: skip
LEVELS = {12: [12, 10, 8, 6, 4], 1536: [1536, 1152, 768, 576, 384, 192]}
TOKENS = 64  # of the text for which arithmetic and time are counted
Row = dict[str, object]


class Task:
    """The encoder, its groups of units, and the texts for each purpose."""

    def __init__(self, pairs: int, choice: int, test: int) -> None:
        calibration = {name: round(share * pairs) for name, share in SHARES.items()}
        sizes = {**calibration, "pandas": choice + 20, "numpy": test}
        texts = documentation_pairs(sizes)
        self.encoder = load_encoder()
        self.model = self.encoder.model
        self.model.unit_groups = _stored("groups", lambda: self._groups())
        self.counts = unit_counts(self.model)
        pandas, self.test = texts["pandas"], texts["numpy"]
        self.choice = Pairs(pandas.queries[20:], pandas.documents[20:])
        self.few = [text[:250] for pair in zip(pandas.queries[:14],
                    pandas.documents[:14], strict=True) for text in pair]  # fmt: skip
        self.calibration = [t for name in SHARES for t in texts[name].texts]
        parts = self.encoder.batches(self.calibration, padding=False)
        self.batches = [inputs for _, inputs in parts]

    def _groups(self) -> dict[str, object]:
        ids = torch.arange(1000, 1016).reshape(2, 8)
        return trace_groups(self.model, input_ids=ids, attention_mask=ids > 0)

    def pruned(self, model: nn.Module) -> Encoder:
        return self.encoder.with_model(model)

    @cache  # noqa: B019  one task lives as long as the program
    def dense(self, name: str) -> SearchResult:
        return search(self.encoder, getattr(self, name))


def encoder_macs(model: nn.Module) -> int:
    """Count the multiplications for one text, those of the attention included."""
    with sdpa_kernel(SDPBackend.MATH):
        return mac_count(model, torch.full((1, TOKENS), 2000))


def unit_macs(units: int) -> int:
    """Count the multiplications of a head, of 12, or of a feed-forward unit."""
    head = TOKENS * 4 * 384 * 32 + 2 * TOKENS**2 * 32
    return head if units == 12 else TOKENS * 2 * 384


def measured(task: Task, shapes: Mapping[str, nn.Module]) -> dict[str, list[float]]:
    """Return ms for one text, per round, of networks that run in turn."""
    text = {"input_ids": torch.full((1, TOKENS), 2000)}
    calls = {name: partial(net, **text) for name, net in shapes.items()}
    with torch.inference_mode():
        times = interleaved_times(calls, rounds=11, clock=time.thread_time)
    return {name: (1e3 * times[name]).tolist() for name in shapes}


def cut(task: Task, numbers: Mapping[str, int]) -> nn.Module:
    """Return a network of this shape, whatever it computes."""
    keep = {n: torch.arange(task.counts[n]) < left for n, left in numbers.items()}
    return remove_units(task.model, keep)


def costs(task: Task, key: Callable[[str], float]) -> dict[str, dict[int, float]]:
    """Return what each group costs with each number of units."""
    return {
        name: {left: left * key(name) for left in LEVELS[units]}
        for name, units in task.counts.items()
    }


def millisecond_costs(task: Task) -> dict[str, dict[int, float]]:
    """Measure a layer of each number of heads and of each width, in ms."""
    found = {}
    for units, levels in LEVELS.items():
        shapes = {
            str(left): cut(task, {n: left for n, own in task.counts.items()
                                  if own == units})
            for left in levels
        }  # fmt: skip
        times = measured(task, shapes)
        middle = {left: sorted(times[str(left)])[5] / 6 for left in levels}
        least = min(middle.values())
        found[units] = {left: ms - least for left, ms in middle.items()}
    return {name: found[units] for name, units in task.counts.items()}


def choose_shapes(task: Task) -> dict[str, dict[str, int]]:
    """Return three shapes with half of the arithmetic: uniform, by MACs, by ms."""
    target = encode(task.encoder, task.few)

    def loss(model: nn.Module) -> float:
        found = encode(task.pruned(model), task.few)
        return 1 - float((found * target).sum(1).mean())

    levels = {n: LEVELS[units][1:] for n, units in task.counts.items()}
    losses = structured.group_losses(
        task.model, levels, task.batches, loss, blocks=BLOCKS
    )
    for name, own in losses.items():
        own[task.counts[name]] = 0.0
    macs = costs(task, lambda name: unit_macs(task.counts[name]))
    whole = sum(unit_macs(u) * u for u in task.counts.values())
    by_macs = structured.fit_budget(losses, macs, whole / 2)
    ms = millisecond_costs(task)
    spent = sum(ms[name][left] for name, left in by_macs.items())
    shapes = {
        "uniform": {n: 9 if u == 12 else 564 for n, u in task.counts.items()},
        "by MACs": by_macs,
        "by ms": structured.fit_budget(losses, ms, spent),
    }
    _write("losses", {"losses": losses, "ms": ms, "shapes": shapes})
    return shapes


def ours(task: Task, shape: Mapping[str, int], ridge: float, taught: bool) -> nn.Module:
    """Return the network pruned layer by layer."""
    return structured.prune_layer_by_layer(
        task.model,
        shape,
        task.batches,
        select=partial(structured.least_error, ridge=ridge),
        refit=partial(structured.least_squares, ridge=ridge),
        teacher=task.model if taught else None,
        others=OTHERS,
        blocks=BLOCKS,
    )


def structured_methods(
    task: Task, shape: Mapping[str, int], ridge: float, taught: bool
) -> dict[str, Callable[[], Encoder]]:
    """Return everything that is compared at the same number of units per layer."""
    model = task.model

    def kept(scores: Mapping[str, Tensor]) -> dict[str, Tensor]:
        shares = {n: 1 - left / task.counts[n] for n, left in shape.items()}
        return structured.select_units(scores, shares)

    def drawn(seed: int) -> nn.Module:
        generator = torch.Generator().manual_seed(seed)
        return remove_units(model, kept(structured.random_scores(model, generator)))

    def contribution(refit: structured.folding.Refit) -> nn.Module:
        return structured.prune_layer_by_layer(
            model, shape, task.batches, select=structured.largest_contribution,
            refit=refit, blocks=BLOCKS,
        )  # fmt: skip

    def best() -> nn.Module:
        return _stored("pruned", lambda: ours(task, shape, ridge, taught))

    norms = partial(structured.weight_norms, model, 2)
    least = partial(structured.least_squares, ridge=ridge)
    networks: dict[str, Callable[[], nn.Module]] = {
        "ours: least error, least squares": best,
        "norm of incoming weights": lambda: remove_units(model, kept(norms())),
        "activation × outgoing norm": lambda: contribution(structured.keep_weights),
        "activation × outgoing norm, means folded": lambda: contribution(
            structured.fold_means
        ),
        "activation × outgoing norm, least squares": lambda: contribution(least),
        "Torch-Pruning, group magnitude": lambda: torch_pruning(task, shape),
        "random units": partial(drawn, 0),
        "norm, least squares": lambda: structured.fold_units(
            model, kept(norms()), task.batches, refit=least, blocks=BLOCKS
        ),
    }
    found = {n: lambda m=m: task.pruned(m()) for n, m in networks.items()}
    found["ours, with a final correction"] = lambda: corrected(
        task.pruned(best()), task.encoder, task.calibration
    )
    return found


def torch_pruning(task: Task, shape: Mapping[str, int]) -> nn.Module:
    """Return what Torch-Pruning cuts, told the shape and which layers have heads."""
    import torch_pruning as tp

    model = copy.deepcopy(task.model).requires_grad_(True)
    example = {"input_ids": torch.full((1, 8), 2000)}
    graph = tp.DependencyGraph().build_dependency(model, example_inputs=example)
    measure = tp.importance.GroupMagnitudeImportance(p=2)
    for name, left in shape.items():
        layer, units = model.get_submodule(name), task.counts[name]
        width, cut_outputs = layer.out_features, tp.prune_linear_out_channels
        whole = graph.get_pruning_group(layer, cut_outputs, list(range(width)))
        scores = measure(whole).reshape(units, -1).sum(1)
        going = scores.argsort()[: units - left]
        rows = (
            going[:, None] * (width // units) + torch.arange(width // units)
        ).flatten()
        if len(rows):
            graph.get_pruning_group(layer, cut_outputs, rows.tolist()).prune()
        if units == 12:
            owner = model.get_submodule(name.removesuffix(".query"))
            owner.num_attention_heads, owner.all_head_size = left, 32 * left
    return model.requires_grad_(False).eval()


def without_layers(task: Task, number: int) -> Encoder:
    """Drop whole layers one by one, each time that which is missed least."""
    left, target = list(range(6)), encode(task.encoder, task.few)

    def network(layers: list[int]) -> Encoder:
        model = copy.copy(task.model)
        model._modules = dict(model._modules)
        model.encoder = copy.copy(task.model.encoder)
        model.encoder._modules = dict(model.encoder._modules)
        model.encoder.layer = nn.ModuleList(task.model.encoder.layer[i] for i in layers)
        return task.pruned(model)

    for _ in range(number):
        losses = {}
        for layer in left:
            rest = [i for i in left if i != layer]
            losses[layer] = -float((encode(network(rest), task.few) * target).sum())
        left.remove(min(losses, key=losses.__getitem__))
    return network(left)


def unstructured_methods(task: Task) -> dict[str, Callable[[], Encoder]]:
    """Return three methods at the same share of zeros."""
    model = task.model
    products = cache(lambda: magnitude.input_products(model, task.batches))
    patterns = {f"{s:.0%}": partial(magnitude.magnitude_mask, sparsity=s)
                for s in (0.5, 0.7, 0.8)}  # fmt: skip
    patterns["2:4"] = partial(magnitude.n_m_mask, n=2, m=4)
    found = {}
    for label, choose in patterns.items():
        blocks = 4 if label == "2:4" else 128
        share = 0.5 if label == "2:4" else float(label[:-1]) / 100

        def by_size(choose=choose, label=label, share=share) -> Encoder:
            weights = magnitude.prunable_weights(model)
            masks = {n: choose(w) for n, w in weights.items()}
            if label != "2:4":  # the same as PyTorch's own
                for name, mask in masks.items():
                    layer = nn.Linear(1, 1, bias=False)
                    layer.weight = nn.Parameter(weights[name].clone())
                    torch_prune.l1_unstructured(layer, "weight", share)
                    assert torch.equal(layer.weight_mask.bool(), mask)
            return task.pruned(magnitude.masked(model, masks))

        def by_wanda(label=label, share=share) -> Encoder:
            masks = {
                n: magnitude.n_m_mask(s, 2, 4) if label == "2:4" else
                magnitude.n_m_mask(s, round((1 - share) * s.shape[1]), s.shape[1])
                for n, s in magnitude.wanda_scores(model, products()).items()
            }  # fmt: skip
            return task.pruned(magnitude.masked(model, masks))

        def by_solve(choose=choose, blocks=blocks) -> Encoder:
            net, _ = magnitude.prune_sparse_gpt(model, products(), choose, blocks)
            return task.pruned(net)

        found |= {f"{label} magnitude": by_size, f"{label} Wanda": by_wanda,
                  f"{label} SparseGPT": by_solve}  # fmt: skip
    return found


def evaluated(task: Task, make: Callable[[], Encoder], texts: str) -> Row:
    """Make a network, and measure it on the choice or the test."""
    start, clock = time.perf_counter(), time.process_time()
    with torch.no_grad():
        encoder = make()
    seconds = time.process_time() - clock, time.perf_counter() - start
    dense, found = task.dense(texts), search(encoder, getattr(task, texts))
    ranks = reciprocal_ranks(found)
    low, high = mean_interval(100 * (ranks - reciprocal_ranks(dense)), seed=0)
    try:
        news, judged = lee_corpus()
        people = agreement(encode(encoder, news), judged)
    except ValueError:
        people = float("nan")
    return {
        "cpu_s": seconds[0], "wall_s": seconds[1], "macs": encoder_macs(encoder.model),
        "parameters": parameter_count(encoder.model), "mrr": 100 * float(ranks.mean()),
        "low": low, "high": high, "recall1": found.recall(1),
        "recall10": found.recall(10), "cosine": float(cosines(dense, found).mean()),
        "overlap": float(neighbor_overlap(dense, found).mean()), "people": people,
        "difference": 100 * float((ranks - reciprocal_ranks(dense)).mean()),
    }  # fmt: skip


def _stored(name: str, make: Callable[[], object]) -> object:
    path = STORE / f"{name}.pt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(make(), path)
    return torch.load(path, weights_only=False)


def _write(name: str, value: object) -> None:
    STORE.mkdir(parents=True, exist_ok=True)
    (STORE / f"{name}.json").write_text(json.dumps(value, indent=1))


def rows(
    task: Task, stage: str, methods: Mapping[str, Callable[[], Encoder]], texts: str
) -> dict[str, Row]:
    """Evaluate every method that has not been, and print it."""
    path = STORE / f"{stage}.json"
    done: dict[str, Row] = json.loads(path.read_text()) if path.exists() else {}
    for name, make in methods.items():
        if name not in done:
            done[name] = evaluated(task, make, texts)
            _write(stage, done)
        row = done[name]
        print(
            f"{stage}: {name}: MRR {row['mrr']:.2f} ({row['difference']:+.2f}, "
            f"{row['low']:+.2f} to {row['high']:+.2f}), cosine {row['cosine']:.3f}, "
            f"{row['cpu_s']:.0f} s",
            flush=True,
        )
    return done


HEADER = ["network", "MACs", "seconds", "MRR", "change (95 % interval)", "recall@1",
          "recall@10", "cosine", "nearest ten", "people"]  # fmt: skip


def table(done: Mapping[str, Row]) -> list[str]:
    """Return the rows as a table in Markdown."""
    lines = [f"| {' | '.join(HEADER)} |", "|---|" + "--:|" * (len(HEADER) - 1)]
    whole = next(iter(done.values()))["macs"] if done else 1
    for name, row in done.items():
        cells = [
            name, f"{row['macs'] / whole:.0%}", f"{row['cpu_s']:.0f}",
            f"{row['mrr']:.1f}",
            f"{row['difference']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})",
            f"{row['recall1']:.0f}", f"{row['recall10']:.0f}", f"{row['cosine']:.3f}",
            f"{row['overlap']:.0%}", f"{row['people']:.3f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def speeds(times: Mapping[str, list[float]]) -> list[str]:
    """Return the time for one text, and the ratio to the unpruned, in Markdown."""
    frame = pd.DataFrame(times)
    lines = [
        "| network | ms for one text | times faster | range |",
        "|---|--:|--:|--:|",
    ]
    for name in frame:
        ratio = frame["dense"] / frame[name]
        lines.append(
            f"| {name} | {frame[name].median():.1f} | {ratio.median():.2f} | "
            f"{ratio.min():.2f} to {ratio.max():.2f} |"
        )
    return lines


def write(path: Path) -> None:
    """Put the tables of build/encoder/ between the marks of a page."""
    parts = []
    for stage in ("choice", "test", "unstructured"):
        file = STORE / f"{stage}.json"
        if file.exists():
            parts += [f"**{stage}**", "", *table(json.loads(file.read_text())), ""]
    times = json.loads((STORE / "times.json").read_text())
    parts += [f"Chosen: {times['chosen']}, shape {times['shape']}.", ""]
    text, (before, after) = path.read_text(), MARKS
    head, _, rest = text.partition(before)
    tail = rest.partition(after)[2]
    lines = "\n".join([*parts, *speeds(times["times"])])
    path.write_text(f"{head}{before}\n\n{lines}\n\n{after}{tail}")


def main() -> None:
    """Choose on pandas, then print and write the table on NumPy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=120)
    parser.add_argument("--choice", type=int, default=200)
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--candidates", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task = Task(arguments.pairs, arguments.choice, arguments.test)
    tokens = sum(batch["input_ids"].numel() for batch in task.batches)
    print(f"{tokens} tokens of calibration", flush=True)
    path = STORE / "losses.json"
    shapes = json.loads(path.read_text())["shapes"] if path.exists() else None
    shapes = shapes or choose_shapes(task)
    candidates = {
        f"{name}, ridge {ridge}, {'dense' if taught else 'own'} targets": (
            name, ridge, taught,
        )
        for name, ridge, taught in [
            ("by MACs", 1e-2, True), ("by MACs", 1e-2, False), ("by ms", 1e-2, True),
            ("uniform", 1e-2, True), ("by MACs", 1e-1, True),
        ]
    }  # fmt: skip
    choice = rows(
        task,
        "choice",
        {
            label: lambda n=n, r=r, t=t: task.pruned(ours(task, shapes[n], r, t))
            for label, (n, r, t) in list(candidates.items())[: arguments.candidates]
        },
        "choice",
    )
    best = max(choice, key=lambda label: choice[label]["mrr"])
    name, ridge, taught = candidates[best]
    print(f"chosen: {best}", flush=True)
    shape = shapes[name]
    times = measured(task, {"dense": task.model, "pruned": cut(task, shape),
                            "three layers": without_layers(task, 3).model})  # fmt: skip
    numbers = [[shape[n] for n, own in task.counts.items() if own == units]
               for units in LEVELS]  # fmt: skip
    _write("times", {"chosen": best, "tokens": tokens, "shape": numbers,
                     "times": times})  # fmt: skip
    ladder = {"unpruned": lambda: task.encoder}
    ladder |= structured_methods(task, shape, ridge, taught)
    ladder["three layers dropped"] = lambda: without_layers(task, 3)
    ladder["three layers dropped, with a final correction"] = lambda: corrected(
        without_layers(task, 3), task.encoder, task.calibration
    )
    rows(task, "test", ladder, "test")
    rows(task, "unstructured", unstructured_methods(task), "test")
    if arguments.write:
        write(arguments.write)


if __name__ == "__main__":
    main()
