"""Modules as other people write them: nothing here knows that it is going to be cut."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

# sizes of small networks of transformers
BERT = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
    "intermediate_size": 48, "vocab_size": 50, "max_position_embeddings": 16,
    "use_cache": False, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
GPT2_LM = {
    "n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 50, "n_positions": 16,
    "use_cache": False, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip


def of_transformers(name, **options):
    """A network of transformers, by the name of its class, with random weights."""
    transformers = pytest.importorskip("transformers", reason="its networks are cut")
    kind = getattr(transformers, name)
    return kind(kind.config_class(**options))


class BasicBlock(nn.Module):
    """The block of ResNet-18, by the names that torchvision uses."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


def resnet18(width=64, classes=1000):
    layers = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width),
              nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]  # fmt: skip
    inputs = width
    for stage in range(4):
        outputs = width * 2**stage
        layers += [BasicBlock(inputs, outputs, 2 if stage else 1),
                   BasicBlock(outputs, outputs, 1)]  # fmt: skip
        inputs = outputs
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes)]
    return nn.Sequential(*layers, *head)


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, 8, 1)
        self.norm2, self.conv2 = nn.BatchNorm2d(8), nn.Conv2d(8, growth, 3, padding=1)

    def forward(self, x):
        inside = self.conv1(F.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu(self.norm2(inside)))], 1)


def densenet():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), DenseLayer(6, 4), DenseLayer(10, 4), DenseLayer(14, 4),
        nn.BatchNorm2d(18), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(18, 5),
    )  # fmt: skip


class SqueezeExcite(nn.Module):
    def __init__(self, channels, inside):
        super().__init__()
        self.down, self.up = nn.Linear(channels, inside), nn.Linear(inside, channels)

    def forward(self, x):
        gate = torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3))))))
        return x * gate[:, :, None, None]


class Inverted(nn.Module):
    """A block of MobileNet: wider, depthwise, squeeze and excite, narrower, added."""

    def __init__(self, channels, inside):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, inside, 1), nn.BatchNorm2d(inside), nn.Hardswish(True),
            nn.Conv2d(inside, inside, 3, padding=1, groups=inside, bias=False),
            nn.BatchNorm2d(inside), nn.ReLU6(True), SqueezeExcite(inside, 3),
            nn.Conv2d(inside, channels, 1), nn.BatchNorm2d(channels),
        )  # fmt: skip

    def forward(self, x):
        return x + self.body(x)


def mobilenet():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, 2), nn.BatchNorm2d(6), Inverted(6, 10), Inverted(6, 8),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5),
    )  # fmt: skip


def grouped():
    """Convolutions in groups of more than one channel, with group normalization."""
    return nn.Sequential(
        nn.Conv2d(3, 12, 1), nn.Conv2d(12, 12, 3, groups=4), nn.GroupNorm(4, 12),
        nn.ReLU(), nn.Conv2d(12, 8, 1), nn.GroupNorm(4, 8), nn.PReLU(8),
        nn.ConvTranspose2d(8, 6, 2), nn.InstanceNorm2d(6, affine=True), nn.ReLU(),
        nn.Flatten(), nn.Linear(6 * 7 * 7, 5),
    )  # fmt: skip


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.weight * x * (x.pow(2).mean(-1, keepdim=True) + 1e-6).rsqrt()


def rotated(x):
    """Rotate pairs of columns of x (N, heads, tokens, width) by their position."""
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[-2])[:, None] / 10 ** torch.arange(half)
    cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
    turned = torch.cat([-x[..., half:], x[..., :half]], -1)
    return x * cos.to(x) + turned * sin.to(x)


class Llama(nn.Module):
    """Grouped queries, rotary positions, SwiGLU, RMS norms, tied embeddings."""

    def __init__(self, width=16, heads=4, kv_heads=2, head_dim=6, hidden=20):
        super().__init__()
        self.num_heads, self.num_key_value_heads = heads, kv_heads
        self.head_dim, self.num_groups = head_dim, heads // kv_heads
        self.embed = nn.Embedding(30, width)
        self.norm1, self.norm2, self.norm3 = (RMSNorm(width) for _ in range(3))
        self.q_proj = nn.Linear(width, heads * head_dim, bias=False)
        self.k_proj = nn.Linear(width, kv_heads * head_dim, bias=False)
        self.v_proj = nn.Linear(width, kv_heads * head_dim, bias=False)
        self.o_proj = nn.Linear(heads * head_dim, width, bias=False)
        self.gate, self.up = nn.Linear(width, hidden), nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)
        self.head = nn.Linear(width, 30, bias=False)
        self.head.weight = self.embed.weight

    def attention(self, x):
        n, tokens, _ = x.shape
        query = self.q_proj(x).view(n, tokens, self.num_heads, self.head_dim)
        key = self.k_proj(x).view(n, tokens, self.num_key_value_heads, self.head_dim)
        value = self.v_proj(x).view(n, tokens, self.num_key_value_heads, self.head_dim)
        query, key = rotated(query.transpose(1, 2)), rotated(key.transpose(1, 2))
        key = key.repeat_interleave(self.num_groups, 1)
        value = value.transpose(1, 2).repeat_interleave(self.num_groups, 1)
        scores = query @ key.transpose(-2, -1) / self.head_dim**0.5
        mask = torch.full((tokens, tokens), -torch.inf).triu(1).to(x)
        mixed = (scores + mask).softmax(-1) @ value
        return self.o_proj(mixed.transpose(1, 2).reshape(n, tokens, -1))

    def forward(self, ids):
        x = self.embed(ids)
        x = x + self.attention(self.norm1(x))
        y = self.norm2(x)
        x = x + self.down(F.silu(self.gate(y)) * self.up(y))
        return {"logits": self.head(self.norm3(x))}


class Conv1D(nn.Module):
    """A linear layer with a transposed weight, as GPT-2 has it."""

    def __init__(self, nf, nx):
        super().__init__()
        self.nf, self.nx = nf, nx
        self.weight = nn.Parameter(0.3 * torch.randn(nx, nf))
        self.bias = nn.Parameter(0.3 * torch.randn(nf))

    def forward(self, x):
        out = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return out.view(*x.shape[:-1], self.nf)


class GPT2(nn.Module):
    """Fused queries, keys, and values in a transposed weight, split by an attribute."""

    def __init__(self, width=12, heads=3):
        super().__init__()
        self.num_heads, self.head_dim, self.split_size = heads, width // heads, width
        self.wte, self.wpe = nn.Embedding(20, width), nn.Embedding(9, width)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.c_attn, self.c_proj = Conv1D(3 * width, width), Conv1D(width, width)
        self.c_fc, self.c_out = Conv1D(4 * width, width), Conv1D(width, 4 * width)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        query, key, value = (
            part.view(*part.shape[:-1], self.num_heads, self.head_dim).transpose(1, 2)
            for part in self.c_attn(self.ln_1(x)).split(self.split_size, 2)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.c_proj(mixed.transpose(1, 2).flatten(2))
        x = x + self.c_out(F.gelu(self.c_fc(self.ln_2(x))))
        return x @ self.wte.weight.T


class ViT(nn.Module):
    """Fused qkv as timm has it, a class token, positions, and layer scales."""

    def __init__(self, width=12, heads=3, tokens=4):
        super().__init__()
        self.num_heads, self.head_dim = heads, width // heads
        self.patch = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(1, tokens + 1, width))
        self.scale = nn.Parameter(torch.full((width,), 1e-6))
        self.norm, self.qkv = nn.LayerNorm(width), nn.Linear(width, 3 * width)
        self.proj, self.head = nn.Linear(width, width), nn.Linear(width, 5)
        self.fc1, self.fc2 = nn.Linear(width, 14), nn.Linear(7, width)

    def forward(self, images):
        x = self.patch(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        n, tokens, _ = x.shape
        qkv = self.qkv(self.norm(x)).reshape(
            n, tokens, 3, self.num_heads, self.head_dim
        )
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = (query @ key.transpose(-2, -1) * self.head_dim**-0.5).softmax(-1)
        x = x + self.scale * self.proj((weights @ value).transpose(1, 2).flatten(2))
        x = x + self.fc2(F.glu(self.fc1(x)))
        return self.head(x[:, 0])


class Attention(nn.Module):
    """nn.MultiheadAttention without norms, and two feed-forward layers."""

    def __init__(self):
        super().__init__()
        self.mha = nn.MultiheadAttention(8, 2, batch_first=True)
        self.fc1, self.fc2 = nn.Linear(8, 10), nn.Linear(10, 8)

    def forward(self, x):
        x = x + self.mha(x, x, x, need_weights=False)[0]
        return self.fc2(torch.relu(self.fc1(x)))


class Twice(nn.Module):
    """One layer used twice, and one activation module everywhere."""

    def __init__(self):
        super().__init__()
        self.first, self.shared = nn.Linear(5, 7), nn.Linear(7, 7)
        self.last, self.act = nn.Linear(7, 3), nn.Tanh()

    def forward(self, x):
        x = self.act(self.first(x))
        return self.last(self.act(self.shared(self.act(self.shared(x)))))


class Unequal(nn.Module):
    """Halves with separate readers: the code cuts by place, so nothing may move."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)
        self.left, self.right = nn.Conv2d(4, 2, 1), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        one, two = torch.relu(self.conv(x)).chunk(2, 1)
        return self.left(one) + self.right(two)


class HardCoded(nn.Module):
    """A size that only the code states."""

    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4 * 36, 5)

    def forward(self, x):
        return self.fc(self.conv(x).view(-1, 4 * 36))


IMAGES = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
IDS = torch.arange(12).reshape(2, 6)
# name -> module, its inputs, names of the groups that must be found
MODULES = {
    "resnet18": (lambda: resnet18(4, 5), (torch.rand(2, 3, 32, 32),), 12),
    "densenet": (densenet, (IMAGES,), 7),
    "mobilenet": (mobilenet, (IMAGES,), 5),
    "grouped": (grouped, (IMAGES,), 3),
    "llama": (Llama, (IDS,), 2),
    "gpt2": (GPT2, (IDS,), 2),
    "vit": (ViT, (IMAGES,), 2),
    "multihead": (Attention, (torch.rand(2, 4, 8),), 1),
    "twice": (Twice, (torch.rand(2, 5),), 1),
    "unequal": (Unequal, (IMAGES,), 1),
}
