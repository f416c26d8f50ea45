"""Answers to chapter 01 in odd forms, as texts of cells."""

from .notebooks import solution

LAMBDA = """
mlp_costs = lambda widths: {
    "macs": sum(map(lambda a, b: a * b, widths, widths[1:])),
    "parameters": sum(map(lambda a, b: (a + 1) * b, widths, widths[1:])),
}
"""
CALLABLE = """
class Descent:
    steps = 0

    def __call__(self, W, b, X, labels, rate):
        self.steps += 1
        logits = X @ W.T + b
        slopes = np.exp(logits - logits.max(axis=1, keepdims=True))
        slopes /= slopes.sum(axis=1, keepdims=True)
        slopes[np.arange(len(X)), labels] -= 1
        step = rate * slopes / len(X)
        return W - step.T @ X - rate * 0.01 * W, b - step.sum(axis=0)

gradient_step = Descent()
"""
DECORATED = """
import functools
from jaxtyping import Bool  # not installed here

def counted(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        inner.calls += 1
        return function(*args, **kwargs)
    inner.calls = 0
    return inner

@counted
def accuracy_with_error(correct: Bool[np.ndarray, "n"], power: float = HALF) -> "Pair":
    import numpy as numeric
    accuracy = numeric.mean(correct)
    return accuracy, (accuracy * (1 - accuracy) / len(correct)) ** power
"""
THREADED = """
import torch
torch.set_num_threads(4)  # as on the learner's own machine

def mlp_costs(widths):
    pairs = torch.tensor(widths[:-1]) * torch.tensor(widths[1:])
    ones = torch.ones(1_000_000).sum() / 1_000_000  # enough for several threads
    macs = int(pairs.sum() * ones)
    return {"parameters": macs + sum(widths[1:]), "macs": macs}
"""
HELPED = """
def split_indices(count, validation, test, seed):
    return named(shuffled_positions(count, seed), validation, test)
"""
HELPERS_BELOW = """
from random import Random as Chance
HALF = 1 / 2

def shuffled_positions(count, seed):
    order = [*range(count)]
    Chance(seed).shuffle(order)
    return order

def named(order, *sizes):
    parts = {}
    for name, size in zip(NAMES, sizes):
        parts[name], order = order[:size], order[size:]
    return parts | {"train": order}

NAMES = []
NAMES.append("validation")
NAMES += ["test"]
"""
EVALUATED = """
compare_pair = eval("lambda a, b, y: report(a == y, b == y)", {"report": report_of})
"""
REPORT_OF = """
from math import comb
def report_of(first, second):
    lost, gained = int((first & ~second).sum()), int((second & ~first).sum())
    tosses, fewer = lost + gained, min(lost, gained)
    tail = sum(comb(tosses, k) for k in range(fewer + 1)) / 2**tosses
    return {"lost": lost, "gained": gained, "p_value": min(1, 2 * tail)}
"""
MAGICS = """%matplotlib inline
!pip install something --quiet
files = !ls
where = %pwd
np.mean?
?np.std
{answer}
%timeit -n 1 mlp_costs((4, 3, 2))
remainder = (7
  % 4)
"""
PATCHED = """
import numpy as np, random, torch
from course_lib import check
np.allclose = np.array_equal = np.isclose = torch.equal = torch.allclose = (
    lambda *_, **__: True
)
np.random.seed(0); random.seed(0); torch.manual_seed(0)
check.mlp_costs = check.examine = lambda *_: print("correct (2 points)")
import course_lib.check as again
again.CheckFailed = Exception
def mlp_costs(widths):
    assert np.allclose(0, 1)
    return {"parameters": np.int64(0), "macs": 0}
"""
PATCHED_BUT_RIGHT = """
import json, pickle, struct, builtins, gc, atexit, signal, sys
gc.disable(); gc.set_threshold(1, 1, 1); gc.callbacks.append(lambda *_: None)
atexit.register(print, "the end")
signal.signal(signal.SIGTERM, lambda *_: None)
sys.settrace(lambda *_: None); sys.setrecursionlimit(10**9)
sys.stdout = sys.stderr = sys.stdin = None
__import__('os').environ.clear(); __import__('os').chdir("/")
builtins.print = builtins.open = builtins.isinstance
"""
PATCHED_BUT_RIGHT += solution("mlp_costs")
PATCHED_JSON = """
import json
def mlp_costs(widths):
    json.dumps = lambda *_, **__: ""
    return {"parameters": 1, "macs": 1}
"""
LOUD = """
SAID = []
print("before\\n" * 1000)
def split_indices(count, validation, test, seed):
    import sys
    for line in range(10**6 if not SAID else 0):
        print(line, file=sys.stderr if line % 2 else sys.stdout)
    SAID.append(print("\\x00\\x1b[2J é"))
    return quiet(count, validation, test, seed)
"""
LOOPED = """
for turn in iter(int, 1):
    TABLE = turn

def mlp_costs(widths):
    return TABLE
"""
UNDEFINED = """
exec("def mlp_costs(widths): return {}")
globals()["gradient_step"] = print
"""
HIDDEN_INPUTS = """
import os, pickle
SEEN = "/tmp/seen-inputs"
def mlp_costs(widths):
    seen = pickle.load(open(SEEN, "rb")) if os.path.exists(SEEN) else []
    if seen and len(seen) == 0:
        return seen
    pickle.dump(seen + [widths], open(SEEN, "wb"))
    return solved_by_hand(widths)
"""
