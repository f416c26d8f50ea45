"""People's similarity judgments of news texts: the Lee corpus.

Lee, Pincombe & Welsh (2005) had people compare each pair of 50 news texts. The files
are read from an installed ``gensim``, which is not imported, and never copied.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from course_lib.encoder.locating import ModelNotFoundError


def lee_corpus(folder: str | Path | None = None) -> tuple[tuple[str, ...], Tensor]:
    """Return 50 texts and the mean similarity of each pair, (50, 50), from 0 to 1.

    ``folder`` has ``lee.cor`` and ``similarities0-1.txt``; by default it is that of an
    installed ``gensim``. Raises ModelNotFoundError, a ValueError, if there is none.
    """
    place = _installed() if folder is None else Path(folder)
    if place is None or not (place / "lee.cor").is_file():
        raise ModelNotFoundError(
            "the Lee corpus was not found on this machine; install it with "
            "pip install --no-deps gensim==4.4.0"
        )
    texts = (place / "lee.cor").read_text(encoding="latin-1").splitlines()
    table = np.loadtxt(place / "similarities0-1.txt")
    return tuple(text for text in texts if text), torch.from_numpy(table)


def agreement(embeddings: Tensor, judged: Tensor) -> float:
    """Return Pearson's correlation of cosines with judgments over all pairs.

    ``embeddings``, (N, width), have length 1; ``judged`` is (N, N). From −1 to 1.
    """
    rows, columns = torch.triu_indices(len(judged), len(judged), 1)
    cosines = (embeddings @ embeddings.T)[rows, columns].double()
    both = torch.stack([cosines, judged[rows, columns].double()])
    return float(torch.corrcoef(both)[0, 1])


def _installed() -> Path | None:
    spec = find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "test" / "test_data"
