"""A tokenizer and a network that stand in for those of the sentence encoder."""

from types import SimpleNamespace

import torch
from torch import nn

from course_lib.encoder import Encoder


class Tokenizer:
    """One token per word: its length."""

    def encode_batch(self, texts):
        return [SimpleNamespace(ids=[len(w) for w in t.split()]) for t in texts]


class Network(nn.Module):
    """Embeddings of tokens, plus the sum over all that the mask lets through."""

    def __init__(self, width=4):
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(20, width)
        self.shapes = []

    def forward(self, input_ids, attention_mask):
        self.shapes.append(tuple(input_ids.shape))
        hidden = self.table(input_ids)
        total = (hidden * attention_mask[..., None]).sum(1, keepdim=True)
        return SimpleNamespace(last_hidden_state=hidden + total)


def encoder():
    return Encoder(Network(), Tokenizer())


TEXTS = ["a bb ccc", "dddd", "ee f", "g hh iii jjjj", "kk", "l mm nnn"]
