"""Encoders that take no time: the names of BERT's layers, and a tokenizer of words."""

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import BertProcessing
from torch import nn
from torch.nn.functional import gelu

from course_lib.demos.search_explorer import UNPRUNED
from course_lib.encoder import Encoder
from course_lib.encoder.model import MAX_TOKENS
from course_lib.surgery import UnitGroup, remove_units

WORDS = [
    *("sort", "join", "table", "column", "array", "mean", "of", "the", "a", "two"),
    *("on", "how", "to", "sum", "file"),
]
VOCABULARY = {w: i for i, w in enumerate(["[UNK]", "[CLS]", "[SEP]", *WORDS])}
WIDTH, UNITS = 8, 16
IN, OUT = "encoder.layer.0.intermediate.dense", "encoder.layer.0.output.dense"
METHODS, SHARES = ("norm", "least squares"), (0.25, 0.75)
DOCUMENTS = tuple(f"{a} the {b} of a {c}" for a, b, c in zip(
    WORDS[:8], WORDS[1:9], WORDS[2:10], strict=True))  # fmt: skip


def block(**layers):
    return nn.ModuleDict(layers)


class Network(nn.Module):
    """One layer without softmax or norm; the padding is passed over."""

    def __init__(self):
        super().__init__()
        square = {n: nn.Linear(WIDTH, WIDTH) for n in ("query", "key", "value")}
        own = {"self": block(**square), "output": block(dense=nn.Linear(WIDTH, WIDTH))}
        layer = block(
            attention=block(**own),
            intermediate=block(dense=nn.Linear(WIDTH, UNITS)),
            output=block(dense=nn.Linear(UNITS, WIDTH)),
        )
        self.embeddings = nn.Embedding(len(VOCABULARY), WIDTH)
        self.encoder = block(layer=nn.ModuleList([layer]))
        self.unit_groups = {IN: UnitGroup([IN], [OUT])}

    def forward(self, input_ids, attention_mask=None):
        hidden, (layer,) = self.embeddings(input_ids), self.encoder["layer"]
        own, dense = layer["attention"]["self"], layer["attention"]["output"]["dense"]
        scores = own["query"](hidden) @ own["key"](hidden).mT
        if attention_mask is not None:
            scores = scores * attention_mask[:, None]
        hidden = hidden + dense(scores @ own["value"](hidden))
        inner = gelu(layer["intermediate"]["dense"](hidden))
        return Hidden(hidden + layer["output"]["dense"](inner))


class Hidden:
    def __init__(self, state):
        self.last_hidden_state = state


def tokenizer():
    made = Tokenizer(WordPiece(VOCABULARY, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    ends = (("[SEP]", VOCABULARY["[SEP]"]), ("[CLS]", VOCABULARY["[CLS]"]))
    made.post_processor = BertProcessing(*ends)
    made.enable_truncation(MAX_TOKENS)
    return made


def encoders():
    """Return the unpruned encoder, and every method with every share."""
    torch.manual_seed(0)
    whole = Encoder(Network().eval().requires_grad_(False), tokenizer())
    made = {UNPRUNED: whole}
    for number, method in enumerate(METHODS):
        order = torch.randperm(UNITS, generator=torch.Generator().manual_seed(number))
        for share in SHARES:
            keep = {IN: order < share * UNITS}
            made[method, share] = whole.with_model(remove_units(whole.model, keep))
    return made
