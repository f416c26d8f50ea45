"""Modules of many kinds are cut rightly, or refused with a reason that is true."""

import copy
import re
import threading

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils import prune
from torch.utils._pytree import tree_leaves

from course_lib import storage, structured
from course_lib.magnitude import apply_masks
from course_lib.surgery import UnitGroup, remove_units, trace_groups
from tests.surgery import foreign

EXACT = {"rtol": 0, "atol": 1e-10}
NODES = torch.rand(5, 6, generator=torch.Generator().manual_seed(1))
EDGES = torch.tensor([[0, 1, 2, 3, 4, 4, 1], [1, 2, 0, 0, 3, 1, 4]])
TOKENS = torch.rand(2, 7, 24, generator=torch.Generator().manual_seed(2))


class Made(nn.Module):
    """Layers by name, and a function of the module and its inputs."""

    def __init__(self, function, /, **members):
        super().__init__()
        self.function = function
        for name, member in members.items():
            if type(member) is torch.Tensor:
                self.register_buffer(name, member)
            else:
                setattr(self, name, member)

    def forward(self, *inputs):
        return self.function(self, *inputs)


def head(channels):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 2))


def squeeze(m, x):
    x = m.conv(x)
    y = m.up(F.relu(m.down(x.mean((2, 3))))).sigmoid().view(*x.shape[:2], 1, 1)
    return m.out(x * y.expand_as(x))


def passing(m, x, edges):
    x = F.relu(m.first(x))
    x = x.new_zeros(x.shape).index_add(0, edges[1], x[edges[0]])
    x = F.relu(m.second(x))
    index = edges[1][:, None].expand(-1, x.shape[1])
    x = x.scatter_reduce(0, index, x.gather(0, index), "amax")
    return m.last(x)


def joined(m, x):
    one, two = torch.tensor_split(m.first(x), 2, -1)
    return m.last(torch.hstack([F.logsigmoid(one) * two, m.second(x)]))


def resized(m, x):
    x = m.first(x)
    y = F.interpolate(x, scale_factor=2, mode="nearest-exact")
    y = F.interpolate(y, size=8, mode="bilinear", antialias=True)
    where = torch.rand(len(x), 5, 5, 2, generator=torch.Generator().manual_seed(0))
    return m.out(F.grid_sample(y + x.reshape_as(y), where.to(x), align_corners=False))


def blurred(m, x):
    x = F.conv2d(m.first(x), m.kernel, groups=m.channels)
    x = F.conv2d(x, m.kernel[:, :, :1, :1], groups=x.shape[1])
    return m.out(F.group_norm(x, x.shape[1]))


def attention(m, x, heads, width, keys=None):
    n, tokens, _ = x.shape
    query, key, value = (
        layer(x).view(n, tokens, number, width).transpose(1, 2)
        for layer, number in ((m.q, heads), (m.k, keys or heads), (m.v, keys or heads))
    )
    query, key = F.normalize(query, dim=-1), F.normalize(key, dim=-1)
    scores = (query @ key.transpose(-2, -1)).softmax(-1)
    return m.last((scores @ value).transpose(1, 2).reshape(n, tokens, -1))


def layers(heads, width, keys=None):
    sizes = {"q": heads, "k": keys or heads, "v": keys or heads}
    made = {name: nn.Linear(24, number * width) for name, number in sizes.items()}
    return {**made, "last": nn.Linear(heads * width, 2)}


def sloped(m, x):
    """A constant for each head, of one dimension, as ALiBi has it."""
    n, tokens, _ = x.shape
    query, key, value = (
        layer(x).view(n, tokens, m.num_heads, 8).transpose(1, 2)
        for layer in (m.q, m.k, m.v)
    )
    bias = m.slopes[:, None, None] * torch.arange(tokens).to(x)
    mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias[None])
    return m.last(mixed.transpose(1, 2).flatten(2))


def queried(m, x):
    n = len(x)
    query, key, value = (
        part.reshape(n, -1, m.number, 8).transpose(1, 2)
        for part in (m.queries.expand(n, -1, -1), m.k(x), m.v(x))
    )
    mixed = F.scaled_dot_product_attention(query, key, value)
    return m.last(mixed.transpose(1, 2).reshape(n, 5, -1))


def chosen(m, x):
    x = m.first(x)
    best, out = m.router(x).argmax(-1), torch.zeros_like(x)
    for number, expert in enumerate(m.experts):
        rows = torch.where(best == number)[0]
        out = out.index_add(0, rows, expert(x[rows]))
    return m.last(x + out)


def tied():
    model = nn.Sequential(nn.Embedding(30, 6), nn.ReLU(), nn.Linear(6, 30, bias=False))
    model[2].weight = model[0].weight
    return model


def mixed_precision(m, x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        x = m.first(x)
    with torch.enable_grad():
        return m.last(F.relu(x))


MASK = (torch.rand(9, 12, generator=torch.Generator().manual_seed(3)) > 0.4).double()
# name -> module, its inputs, units of the groups that must be found
MODULES = {
    "squeeze and excite": (
        lambda: Made(
            squeeze, conv=nn.Conv2d(3, 8, 3), down=nn.Linear(8, 5),
            up=nn.Linear(5, 8), out=head(8),
        ), (foreign.IMAGES,), [5, 8],
    ),
    "messages between nodes": (
        lambda: Made(
            passing, first=nn.Linear(6, 8), second=nn.Linear(8, 7), last=nn.Linear(7, 2)
        ), (NODES, EDGES), [7, 8],
    ),
    "split and joined": (
        lambda: Made(
            joined, first=nn.Linear(6, 8), second=nn.Linear(6, 5), last=nn.Linear(9, 2)
        ), (NODES,), [4, 5],
    ),
    "resized and sampled": (
        lambda: Made(resized, first=nn.Conv2d(3, 6, 1), out=head(6)),
        (foreign.IMAGES,), [6],
    ),
    "functions with groups": (
        lambda: Made(
            blurred, first=nn.Conv2d(3, 6, 1), channels=6, out=head(6),
            kernel=torch.rand(6, 1, 3, 3),
        ), (foreign.IMAGES,), [6],
    ),
    "bag of words": (
        lambda: nn.Sequential(nn.EmbeddingBag(30, 6), nn.ReLU(), nn.Linear(6, 2)),
        (foreign.IDS,), [6],
    ),
    "as many heads as columns": (
        lambda: Made(
            lambda m, x: attention(m, x, m.h, m.d), h=4, d=4, **layers(4, 4)
        ), (TOKENS,), [4],
    ),
    "one head of keys": (
        lambda: Made(
            lambda m, x: attention(m, x, m.heads, 5, 1), heads=6, **layers(6, 5, 1)
        ), (TOKENS,), [6],
    ),
    "slopes": (
        lambda: Made(
            sloped, num_heads=3, slopes=torch.tensor([0.5, 0.25, 0.125]), **layers(3, 8)
        ), (TOKENS,), [3],
    ),
    "learned queries": (
        lambda: Made(
            queried, queries=nn.Parameter(torch.rand(1, 5, 24)), number=3,
            k=nn.Linear(24, 24), v=nn.Linear(24, 24), last=nn.Linear(24, 2),
        ), (TOKENS,), [3],
    ),
    "axes without letters": (
        lambda: Made(
            lambda m, x: m.last(torch.einsum("...i,oi->...o", m.first(x), m.second)),
            first=nn.Linear(24, 8), second=nn.Parameter(torch.rand(7, 8)),
            last=nn.Linear(7, 2),
        ), (TOKENS,), [7, 8],
    ),
    "padding beside the units": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 6, 3), nn.ZeroPad2d((0, 1, 2, -1)), nn.Conv2d(6, 8, 3),
            nn.ConstantPad2d(1, 0.5), nn.Unfold(2, padding=1), nn.Flatten(),
            nn.Linear(8 * 4 * 64, 2),
        ), (foreign.IMAGES,), [6, 8],
    ),
    "experts that the data chooses": (
        lambda: Made(
            chosen, first=nn.Linear(6, 8), router=nn.Linear(8, 2), last=nn.Linear(8, 2),
            experts=nn.ModuleList(
                [nn.Sequential(nn.Linear(8, 7), nn.Linear(7, 8)) for _ in range(2)]
            ),
        ), (NODES,), [7, 7, 8],
    ),
    "tied embedding": (tied, (foreign.IDS,), [6]),
    "compiled": (
        lambda: torch.compile(
            nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 2)), backend="eager"
        ), (NODES,), [8],
    ),
    "mixed precision": (
        lambda: Made(mixed_precision, first=nn.Linear(6, 8), last=nn.Linear(8, 2)),
        (NODES,), [8],
    ),
    "masked weight": (
        lambda: Made(
            lambda m, x: m.last(F.linear(m.first(x).relu(), m.weight * m.mask).relu()),
            first=nn.Linear(6, 12), weight=nn.Parameter(torch.rand(9, 12)), mask=MASK,
            last=nn.Linear(9, 2),
        ), (NODES,), [9, 12],
    ),
}  # fmt: skip


def traced(name):
    make, inputs, _ = MODULES[name]
    torch.manual_seed(0)
    model = make().double().eval()
    inputs = tuple(x.double() if x.is_floating_point() else x for x in inputs)
    model.unit_groups = trace_groups(model, *inputs)
    return model, inputs


@pytest.mark.parametrize("name", MODULES)
def test_half_of_the_units_leave_what_the_others_compute(name):
    model, inputs = traced(name)
    groups = model.unit_groups
    assert sorted(group.units for group in groups.values()) == MODULES[name][2]
    keep = structured.select_units(structured.weight_norms(model, p=2), 0.5)
    smaller = remove_units(model, keep, verify=inputs)
    for layer in smaller.modules():
        width = getattr(layer, "embedding_dim", getattr(layer, "in_features", None))
        assert width is None or width == layer.weight.shape[1]
    masked = copy.deepcopy(model)
    apply_masks(masked, structured.as_masks(model, keep))
    for new, old in zip(
        tree_leaves(smaller(*inputs)), tree_leaves(masked(*inputs)), strict=True
    ):
        torch.testing.assert_close(new, old, **EXACT)
    again = structured.select_units(structured.weight_norms(smaller, p=2), 0.5)
    remove_units(smaller, again, verify=inputs)


def test_number_of_heads_changes_and_no_number_that_equals_it_by_chance():
    class Windowed(foreign.Llama):
        """Reads only a window of tokens, which the example is shorter than."""

        def __init__(self):
            super().__init__(heads=8, kv_heads=8)
            self.window = self.depth = 8

        def attention(self, x):
            return super().attention(x[:, -self.window :])

    model = Windowed().double()
    model.unit_groups = trace_groups(model, foreign.IDS)
    keep = {"q_proj": torch.arange(8) < 3}
    smaller = remove_units(model, keep, verify=(foreign.IDS,))
    assert (smaller.num_heads, smaller.num_key_value_heads) == (3, 3)
    assert (smaller.window, smaller.depth) == (8, 8)


def test_weight_counts_for_the_norm_of_a_unit_and_not_its_mask():
    model, _ = traced("masked weight")
    name = next(n for n, g in model.unit_groups.items() if g.units == 9)
    norms = structured.weight_norms(model, p=1)[name]
    torch.testing.assert_close(norms, model.weight.detach().abs().sum(1))


def three():
    return nn.Sequential(
        nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 3)
    )


def masked_actions(m, x):
    logits = m.net(x).masked_fill(torch.tensor([False, True, False]), -torch.inf)
    return logits, logits.argmax(-1), logits > 0, logits.sum() * 0


def single(m, x):
    assert x.dtype == torch.float32, "only float32"
    return m.net(x)


def keeping(m, x):
    m.hidden = [m.net[:2](x)]
    return m.net[2:](m.hidden[0])


@pytest.mark.parametrize(
    "function",
    [
        masked_actions,
        single,
        keeping,
        lambda m, x: m.net(x + torch.randn(x.shape).to(x)),
    ],
    ids=["infinite, NaN, and no numbers", "assertion", "activation", "noise"],
)
def test_what_a_module_returns_asserts_keeps_or_draws_hinders_no_cut(function):
    torch.manual_seed(0)
    model = Made(function, net=three())
    model(NODES)
    model.unit_groups = trace_groups(model, NODES)
    assert list(model.unit_groups) == ["net.0", "net.2"]
    keep = structured.select_units(structured.weight_norms(model, p=2), 0.5)
    smaller = remove_units(model, keep, verify=NODES)
    assert smaller.net[0].out_features == 4


def test_whole_number_that_differs_by_one_is_found():
    model = Made(
        lambda m, x: (m.last(m.first(x)), 30_000 + m.first(x).argmax(-1)),
        first=nn.Linear(6, 8), last=nn.Linear(8, 3),
    )  # fmt: skip
    model.unit_groups = {"hidden": UnitGroup(["first"], ["last"])}
    nn.init.constant_(model.first.bias[1:2], 10.0)
    with pytest.raises(ValueError, match="differ by 1, of at most 3e"):
        remove_units(model, {"hidden": torch.arange(8) > 0}, verify=NODES)


@pytest.mark.parametrize(
    ("attach", "left"),
    [
        (lambda layer: prune.l1_unstructured(layer, "weight", 0.5), [6, 3]),
        (nn.utils.weight_norm, [8, 5]),  # stays: without a column, its norm changes
    ],
    ids=["mask", "norm"],
)
@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
def test_weight_that_a_hook_computes_is_copied_and_stored(attach, left, tmp_path):
    def build():
        model = three()
        attach(model[2])
        return model

    model = build()
    model.unit_groups = trace_groups(model, NODES)
    keep = {n: torch.arange(g.units) > 1 for n, g in model.unit_groups.items()}
    smaller = remove_units(model, keep, verify=NODES)
    assert [smaller[0].out_features, smaller[2].out_features] == left
    storage.save(smaller.eval(), tmp_path / "smaller.pruned")
    again = storage.load(tmp_path / "smaller.pruned", model=build())
    torch.testing.assert_close(again(NODES), smaller(NODES))


def test_single_units_and_positions_stay_for_the_reason_of_what_they_meet():
    model = Made(
        lambda m, x: m.last(m.norm(m.first(x) + m.place)) * m.gate(x),
        first=nn.Linear(24, 8), place=nn.Parameter(torch.rand(1, 7, 8)),
        norm=nn.LayerNorm(8), last=nn.Linear(8, 3), gate=nn.Linear(24, 1),
    )  # fmt: skip
    pinned = trace_groups(model, TOKENS).pinned
    assert "layer_norm in 'norm' normalizes over them" in pinned["place"]
    assert pinned["gate"] == "linear in 'gate' meets a value of fixed size"


class Returned:
    def __init__(self, value):
        self.value = value


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (three().to("meta"), ValueError, "got '0.weight' on the meta device"),
        (torch.jit.script(three()), ValueError, "one that can be copied, got Recurs"),
        (Made(lambda m, x: m.net(x), net=three(), lock=threading.Lock()), ValueError,
         "one that can be copied, got Made: cannot pickle"),
        (Made(lambda m, x: Returned(m.net(x)), net=three()), TypeError,
         "model must return tensors, .* got none from Made"),
        (Made(lambda m, x: m.net(x.values), net=three()), ValueError,
         "the example must be what Made can read, got"),
    ],
)  # fmt: skip
def test_model_that_cannot_be_tried_is_refused(model, error, message):
    with pytest.raises(error, match=re.compile(message)):
        trace_groups(model, NODES)


def test_model_of_transformers_that_returns_its_cache_is_refused_with_the_way_out():
    model = foreign.of_transformers(
        "GPT2LMHeadModel", **{**foreign.GPT2_LM, "use_cache": True}
    )
    with pytest.raises(ValueError, match=r"GPT2LMHeadModel: .* set use_cache=False"):
        trace_groups(model, foreign.IDS)


def test_proof_of_outputs_that_it_cannot_see_is_refused():
    model = Made(lambda m, x: Returned(m.net(x)), net=three())
    model.unit_groups = trace_groups(Made(lambda m, x: m.net(x), net=three()), NODES)
    keep = {"net.0": torch.arange(8) > 0}
    with pytest.raises(TypeError, match="must return tensors"):
        remove_units(model, keep, verify=NODES)
