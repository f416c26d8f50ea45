"""A pretrained sentence encoder, and the task on which it is pruned.

The model is all-MiniLM-L6-v2 (Apache-2.0), a BERT of six layers whose mean over the
tokens is the embedding of a text. It is found on this machine and checked by hash;
nothing is downloaded. The task is a search engine for documentation: the first
paragraph of a docstring must find the rest. ``lee`` has a second measure, people's
similarity judgments of news texts.
"""

from course_lib.encoder.distilling import distill
from course_lib.encoder.lee import agreement, lee_corpus
from course_lib.encoder.locating import MODEL_SHA256, ModelNotFoundError, model_folder
from course_lib.encoder.model import (
    Encoder,
    embed,
    encode,
    load_encoder,
    mean_of_tokens,
)
from course_lib.encoder.packing import load_encoder_file, save_encoder
from course_lib.encoder.pairs import Pairs, documentation_pairs
from course_lib.encoder.rounding import balanced_steps, round_encoder, rounding_losses
from course_lib.encoder.searching import (
    SearchResult,
    cosines,
    neighbor_overlap,
    reciprocal_ranks,
    search,
)
from course_lib.encoder.vocabulary import (
    count_tokens,
    cut_positions,
    keep_tokens,
    prune_vocabulary,
)

__all__ = [
    "MODEL_SHA256",
    "Encoder",
    "ModelNotFoundError",
    "Pairs",
    "SearchResult",
    "agreement",
    "balanced_steps",
    "cosines",
    "count_tokens",
    "cut_positions",
    "distill",
    "documentation_pairs",
    "embed",
    "encode",
    "keep_tokens",
    "lee_corpus",
    "load_encoder",
    "load_encoder_file",
    "mean_of_tokens",
    "model_folder",
    "neighbor_overlap",
    "prune_vocabulary",
    "reciprocal_ranks",
    "round_encoder",
    "rounding_losses",
    "save_encoder",
    "search",
]
