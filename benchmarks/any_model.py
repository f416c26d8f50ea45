"""Which units can be removed from the networks that other libraries define.

python benchmarks/any_model.py [--write docs/any_model.md] [name …]

``--write`` replaces the table on that page.

For each network (random weights, small shapes): the groups that ``trace_groups`` finds,
how many layers are pinned, and how long it takes; then half of the units of every group
is removed with ``verify``, in float64, and the share of parameters that is gone. Beside
it what Torch-Pruning does when asked for the same share of all channels, with the
network's output layers left out; its heads are declared to it by nobody. Needs
torchvision, timm, and transformers; what is not installed is passed over by name.
"""

import argparse
import copy
import importlib
import re
import signal
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from course_lib.measure import parameter_count
from course_lib.surgery import TracedGroups, remove_units, trace_groups

Inputs = Mapping[str, Tensor]
IMAGES = {"x": torch.rand(2, 3, 64, 64)}
LIMIT = 40  # seconds that a peer may think
IDS = {"input_ids": torch.arange(12).reshape(2, 6)}
TINY = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
    "intermediate_size": 48, "vocab_size": 50, "max_position_embeddings": 16,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
SHARED = {**TINY, "num_key_value_heads": 2}
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 50, "n_positions": 16,
        "bos_token_id": 1, "eos_token_id": 2}  # fmt: skip
T5 = {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4,
      "vocab_size": 50, "use_cache": False}  # fmt: skip
VISION: dict[str, dict[str, bool]] = {
    "resnet18": {}, "vgg11_bn": {}, "alexnet": {}, "squeezenet1_1": {},
    "densenet121": {}, "mobilenet_v2": {}, "mobilenet_v3_small": {}, "mnasnet0_5": {},
    "shufflenet_v2_x0_5": {}, "efficientnet_b0": {}, "regnet_y_400mf": {},
    "resnext50_32x4d": {}, "convnext_tiny": {},
    "googlenet": {"aux_logits": False, "init_weights": False},
}  # fmt: skip
TIMM = {
    "vit_tiny_patch16_224": {"img_size": 64, "depth": 2}, "mixer_s32_224":
    {"img_size": 64}, "resnetv2_50": {}, "ghostnet_100": {},
}  # fmt: skip
LANGUAGE = {
    "BertModel": TINY, "RobertaModel": TINY, "GPT2LMHeadModel": GPT2,
    "LlamaForCausalLM": SHARED, "MistralForCausalLM": SHARED,
    "Qwen2ForCausalLM": SHARED, "Qwen3ForCausalLM": {**SHARED, "head_dim": 8},
    "T5ForConditionalGeneration": T5,
}  # fmt: skip


def _vision(name: str, options: Mapping[str, Any]) -> nn.Module:
    models = importlib.import_module("torchvision.models")
    return models.get_model(name, num_classes=10, **options)


def _timm(name: str, options: Mapping[str, Any]) -> nn.Module:
    return importlib.import_module("timm").create_model(name, num_classes=10, **options)


def _language(name: str, options: Mapping[str, Any]) -> nn.Module:
    transformers = importlib.import_module("transformers")
    kind = getattr(transformers, name)
    config = kind.config_class(**options)
    config.use_cache = False
    return kind(config)


def _inputs(name: str) -> Inputs:
    return {**IDS, "decoder_input_ids": IDS["input_ids"]} if "T5" in name else IDS


CASES: dict[str, tuple[Callable[[], nn.Module], Inputs]] = {
    **{n: (lambda n=n, o=o: _vision(n, o), IMAGES) for n, o in VISION.items()},
    "vit_b_16 (smaller)": (
        lambda: importlib.import_module("torchvision.models").VisionTransformer(
            64, 16, 2, 4, 32, 48, num_classes=10
        ),
        IMAGES,
    ),
    **{n: (lambda n=n, o=o: _timm(n, o), IMAGES) for n, o in TIMM.items()},
    **{n: (lambda n=n, o=o: _language(n, o), _inputs(n)) for n, o in LANGUAGE.items()},
}


def ours(model: nn.Module, inputs: Inputs) -> tuple[dict[str, object], TracedGroups]:
    """Return a row of the table and the groups."""
    start = time.perf_counter()
    args, kwargs = _call(inputs)
    groups = trace_groups(model, *args, **kwargs)
    seconds = time.perf_counter() - start
    model.unit_groups = groups
    keep = {name: torch.arange(g.units) % 2 == 0 for name, g in groups.items()}
    smaller = remove_units(model, keep, verify=args or kwargs)
    left = parameter_count(smaller) / parameter_count(model)
    row = {"groups": len(groups), "pinned layers": len(groups.pinned),
           "parameters removed": f"{1 - left:.0%}", "verified": "yes",
           "seconds": f"{seconds:.1f}"}  # fmt: skip
    return row, groups


def _call(inputs: Inputs) -> tuple[tuple[Tensor, ...], Inputs]:
    return ((inputs["x"],), {}) if "x" in inputs else ((), inputs)


def torch_pruning(model: nn.Module, inputs: Inputs, groups: TracedGroups) -> str:
    """Return what Torch-Pruning answers to half of all channels."""
    import torch_pruning as tp

    returned = {n for n, why in groups.pinned.items() if "the model returns" in why}
    args, kwargs = _call(inputs)

    def stop(*_: object) -> None:
        raise TimeoutError(f"no answer in {LIMIT} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    before = [leaf.shape for leaf in tree_leaves(model(*args, **kwargs))]
    try:
        pruner = tp.pruner.BasePruner(
            model,
            dict(kwargs) or args[0],
            importance=tp.importance.GroupMagnitudeImportance(p=1),
            pruning_ratio=0.5,
            ignored_layers=[m for n, m in model.named_modules() if n in returned],
        )
        whole = parameter_count(model)
        pruner.step()
        after = [leaf.shape for leaf in tree_leaves(model(*args, **kwargs))]
    except Exception as error:  # whatever a peer raises is its answer
        first = str(error).strip().split("\n")[0][:60]
        return f"{type(error).__name__}: {first}"
    finally:
        signal.alarm(0)
    if after != before:
        return "outputs have another shape"
    return f"−{1 - parameter_count(model) / whole:.0%}"


def main() -> None:
    """Print the table, and write it on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    header = ["network", "groups", "pinned layers", "parameters removed", "verified",
              "seconds", "Torch-Pruning 1.6.1"]  # fmt: skip
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    print("\n".join(lines))
    for name in arguments.names or CASES:
        make, inputs = CASES[name]
        torch.manual_seed(0)
        try:
            model = make().eval()
        except ImportError as error:
            print(f"{name} passed over: {error}")
            continue
        twin = copy.deepcopy(model)
        row, groups = ours(model, inputs)
        cells = [name, *row.values(), torch_pruning(twin, inputs, groups)]
        lines.append(f"| {' | '.join(map(str, cells))} |")
        print(lines[-1], flush=True)
    if arguments.write:
        before, table = arguments.write.read_text(), "\n".join(lines)
        after = re.sub(r"(?m)^\|.*\n(\|.*\n)*", lambda _: f"{table}\n", before, count=1)
        arguments.write.write_text(after)


if __name__ == "__main__":
    main()
