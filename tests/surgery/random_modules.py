"""Random small networks, made of the operations that tracing has rules for."""

import random

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

ACTIVATIONS = [F.relu, F.gelu, F.silu, torch.sigmoid, torch.tanh, F.hardswish]


class RandomImages(nn.Module):
    """A stack of steps on images of shape (N, C, 8, 8), then a linear layer.

    A step gets the module, the number of channels, and a random generator; it adds
    layers and returns a function of the module and x, and the new number of channels.
    """

    def __init__(self, seed):
        super().__init__()
        rng, channels = random.Random(seed), 3
        torch.manual_seed(seed)
        self.layers, self.steps = nn.ModuleList(), []
        for step in [_conv, *rng.choices(STEPS, k=rng.randint(2, 5))]:
            run, channels = step(self, channels, rng)
            self.steps.append(run)
        self.pools = rng.random() < 0.5
        self.head = nn.Linear(channels * (1 if self.pools else 64), 4)

    def add(self, layer):
        """Add a layer and return a function that calls it, also in a copy."""
        place = len(self.layers)
        self.layers.append(layer)
        return lambda net, x: net.layers[place](x)

    def forward(self, x):
        for run in self.steps:
            x = run(self, x)
        return self.head(x.mean((2, 3)) if self.pools else x.flatten(1))


def _conv(net, channels, rng):
    size, act = rng.choice([1, 3]), rng.choice(ACTIVATIONS)
    width = rng.randint(2, 6)
    conv = net.add(nn.Conv2d(channels, width, size, padding=size // 2))
    return lambda n, x: act(conv(n, x)), width


def _norm(net, channels, rng):
    kinds = [nn.BatchNorm2d(channels), nn.GroupNorm(channels, channels),
             nn.InstanceNorm2d(channels, affine=True), nn.PReLU(channels)]  # fmt: skip
    return net.add(rng.choice(kinds)), channels


def _residual(net, channels, rng):
    run, width = _conv(net, channels, rng)
    back = net.add(nn.Conv2d(width, channels, 1))
    return lambda n, x: x + back(n, run(n, x)), channels


def _concat(net, channels, rng):
    run, width = _conv(net, channels, rng)
    return lambda n, x: torch.cat([x, run(n, x)], 1), channels + width


def _depthwise(net, channels, rng):
    many = rng.choice([1, 2])
    conv = nn.Conv2d(channels, channels * many, 3, padding=1, groups=channels)
    return net.add(conv), channels * many


def _grouped(net, channels, rng):
    groups = rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
    width = groups * rng.randint(1, 3)
    return net.add(nn.Conv2d(channels, width, 1, groups=groups)), width


def _gate(net, channels, rng):
    down, up = net.add(nn.Linear(channels, 3)), net.add(nn.Linear(3, channels))

    def run(n, x):
        return x * up(n, down(n, x.mean((2, 3))).relu())[:, :, None, None]

    return run, channels


def _glu(net, channels, rng):
    width = rng.randint(2, 4)
    conv = net.add(nn.Conv2d(channels, 2 * width, 1))
    return lambda n, x: F.glu(conv(n, x), 1), width


def _shuffle(net, channels, rng):
    groups = rng.choice(
        [g for g in (1, 2, 3) if channels % g == 0 and g * g <= channels]
    )

    def run(n, x):
        count, _, height, width = x.shape
        return x.view(count, groups, -1, height, width).transpose(1, 2).flatten(1, 2)

    return run, channels


def _halves(net, channels, rng):
    conv = net.add(nn.Conv2d(channels, 2 * channels, 1))
    other = net.add(nn.Conv2d(channels, 3, 1))

    def run(n, x):
        one, two = conv(n, x).chunk(2, 1)
        return torch.cat([one, other(n, two)], 1)

    return run, channels + 3


def _pool(net, channels, rng):
    return lambda n, x: F.max_pool2d(x, 3, 1, 1), channels


STEPS = [_conv, _norm, _residual, _concat, _depthwise, _grouped, _gate, _glu, _shuffle,
         _halves, _pool]  # fmt: skip


class RandomTokens(nn.Module):
    """Blocks of attention and feed-forward layers in many forms, on (N, 5, width)."""

    def __init__(self, seed):
        super().__init__()
        rng = random.Random(seed)
        torch.manual_seed(seed)
        kv, each = rng.randint(2, 3), rng.randint(1, 2)
        self.heads, self.kv_heads, self.head_dim = kv * each, kv, rng.choice([2, 4])
        width = rng.randint(3, 6)
        inner, shared = self.heads * self.head_dim, kv * self.head_dim
        norms = [nn.LayerNorm(width), nn.Identity(), nn.RMSNorm(width)]
        self.embed, self.norm = nn.Linear(4, width), rng.choice(norms)
        self.fused = each == 1 and rng.random() < 0.6
        self.layout = rng.choice(["3hd", "h3d", "chunk"])
        self.qkv = nn.Linear(width, 3 * inner) if self.fused else None
        self.q, self.k = nn.Linear(width, inner), nn.Linear(width, shared)
        self.v, self.out = nn.Linear(width, shared), nn.Linear(inner, width)
        self.by_hand, self.gated = rng.random() < 0.5, rng.random() < 0.5
        hidden = rng.randint(2, 7)
        self.up, self.gate = nn.Linear(width, hidden), nn.Linear(width, hidden)
        self.down, self.head = nn.Linear(hidden, width), nn.Linear(width, 3)

    def project(self, x):
        n, tokens, _ = x.shape
        if not self.fused:
            size = (n, tokens, -1, self.head_dim)
            return [f(x).view(size).transpose(1, 2) for f in (self.q, self.k, self.v)]
        if self.layout == "3hd":
            qkv = self.qkv(x).view(n, tokens, 3, self.heads, self.head_dim)
            return qkv.permute(2, 0, 3, 1, 4).unbind(0)
        if self.layout == "h3d":
            qkv = self.qkv(x).view(n, tokens, self.heads, 3 * self.head_dim)
            return qkv.transpose(1, 2).chunk(3, -1)
        size = (n, tokens, self.heads, self.head_dim)
        return [p.view(size).transpose(1, 2) for p in self.qkv(x).chunk(3, -1)]

    def forward(self, x):
        x = self.embed(x)
        query, key, value = self.project(self.norm(x))
        if self.by_hand:
            each = self.heads // self.kv_heads
            key, value = (t.repeat_interleave(each, 1) for t in (key, value))
            scores = torch.einsum("bhqd,bhkd->bhqk", query, key) / self.head_dim**0.5
            mixed = scores.softmax(-1) @ value
        else:
            mixed = F.scaled_dot_product_attention(query, key, value, enable_gqa=True)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        hidden = F.silu(self.up(x))
        return self.head(x + self.down(hidden * self.gate(x) if self.gated else hidden))
