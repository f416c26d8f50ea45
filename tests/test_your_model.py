"""The page about a network of one's own: every block runs, also on other networks."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, TensorDataset

from course_lib.measure import parameter_count

PAGE = Path(__file__).resolve().parents[1] / "docs" / "your_model.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
TWENTY = 1  # the place of the twenty lines


def test_every_block_of_the_page_runs(tmp_path, monkeypatch):
    for package in ("transformers", "torch_pruning", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="the page shows it")
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    page = ModuleType("page")  # a pickle finds its classes there
    monkeypatch.setitem(sys.modules, "page", page)
    names = vars(page)
    for block in BLOCKS:
        exec(compile(block, str(PAGE), "exec"), names)
    sizes = {key: parameter_count(names[key]) for key in ("model", "smaller", "theirs")}
    assert sizes["smaller"] == sizes["theirs"] < 0.5 * sizes["model"]
    shapes = [
        [tuple(value.shape) for value in names[key].state_dict().values()]
        for key in ("smaller", "theirs")
    ]
    assert shapes[0] == shapes[1]
    norms = names["zeroed"][0].weight.detach().abs().sum((1, 2, 3))
    assert int((norms == 0).sum()) == 8
    size = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert size["smaller.pruned"] < size["theirs.pt"]


def test_twenty_lines_are_twenty():
    lines = [line for line in BLOCKS[TWENTY].splitlines() if line.strip()]
    assert len(lines) <= 20


class Double(nn.Module):
    """Two convolutions with group normalization, as in a U-Net."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.GroupNorm(4, outputs), nn.SiLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.GroupNorm(4, outputs), nn.SiLU(),
        )  # fmt: skip

    def forward(self, x):
        return self.layers(x)


class UNet(nn.Module):
    """Classifies pixels: down and up again, with skips that are concatenated."""

    def __init__(self, width=8, classes=3):
        super().__init__()
        self.enc1, self.enc2 = Double(1, width), Double(width, 2 * width)
        self.middle = Double(2 * width, 4 * width)
        self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, 2)
        self.dec2 = Double(4 * width, 2 * width)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, 2)
        self.dec1 = Double(2 * width, width)
        self.out = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        one = self.enc1(x)
        two = self.enc2(F.max_pool2d(one, 2))
        deep = self.middle(F.max_pool2d(two, 2))
        deep = self.dec2(torch.cat([self.up2(deep), two], 1))
        return self.out(self.dec1(torch.cat([self.up1(deep), one], 1)))


class GatedMixer(nn.Module):
    """Mixes patches, then channels, each by a gated layer that is added."""

    def __init__(self, patches=16, width=12, hidden=20, classes=5):
        super().__init__()
        self.embed = nn.Conv2d(1, width, 4, 4)
        self.blocks = nn.ModuleList()
        for _ in range(2):
            block = {
                "norm1": nn.LayerNorm(width), "norm2": nn.LayerNorm(width),
                "along": nn.Linear(patches, 2 * hidden),
                "back": nn.Linear(hidden, patches),
                "value": nn.Linear(width, hidden), "gate": nn.Linear(width, hidden),
                "project": nn.Linear(hidden, width, bias=False),
            }  # fmt: skip
            self.blocks.append(nn.ModuleDict(block))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        for block in self.blocks:
            one, two = block["along"](block["norm1"](x).transpose(1, 2)).chunk(2, -1)
            x = x + block["back"](one * torch.sigmoid(two)).transpose(1, 2)
            y = block["norm2"](x)
            x = x + block["project"](F.silu(block["gate"](y)) * block["value"](y))
        return self.head(self.norm(x).mean(1))


def _images(labels):
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(24, 1, 16, 16, generator=generator)
    return images, torch.randint(3, (24, *labels), generator=generator)


@pytest.mark.parametrize(
    ("build", "labels", "groups"), [(UNet, (16, 16), 12), (GatedMixer, (), 4)]
)
def test_fresh_network_is_pruned_by_the_twenty_lines(
    build, labels, groups, tmp_path, monkeypatch
):
    pytest.importorskip("onnxruntime", reason="the page shows it")
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    images, targets = _images(labels)
    names = {
        "torch": torch, "nn": nn, "build": build, "model": build(),
        "loader": DataLoader(TensorDataset(images, targets), batch_size=8),
        "images": images[:2],
    }  # fmt: skip
    exec(compile(BLOCKS[TWENTY], str(PAGE), "exec"), names)
    exec(compile(BLOCKS[TWENTY + 1], str(PAGE), "exec"), names)
    assert len(names["model"].unit_groups) == groups
    share = parameter_count(names["again"]) / parameter_count(names["model"])
    assert share < 0.6
    assert torch.equal(names["again"](images), names["smaller"](images))
