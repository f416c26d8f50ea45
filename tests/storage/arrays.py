"""Arrays on which formats go wrong: empty, full, with -0.0, nan and long gaps."""

import numpy as np
from hypothesis import strategies as st

# bit patterns: zeros of both signs, a number, the smallest number, infinity, quiet
# and signalling nan
PATTERNS = [0, 0x80000000, 0x3F800000, 1, 0x7F800000, 0x7FC00001, 0x7F800001]


@st.composite
def arrays(draw, axes=(1, 4)):
    """float32 arrays of any bits, of one to four axes, mostly sparse."""
    shape = tuple(draw(st.lists(st.integers(0, 6), min_size=axes[0], max_size=axes[1])))
    size = int(np.prod(shape))
    pattern = st.sampled_from(PATTERNS) | st.integers(0, 2**32 - 1)
    # zero where nothing is drawn
    spots = st.integers(0, max(0, size - 1))
    found = draw(st.dictionaries(spots, pattern)) if size else {}
    bits = np.zeros(size, dtype=np.uint32)
    bits[list(found)] = list(found.values())
    return bits.view(np.float32).reshape(shape)


def same_bits(a, b):
    """Equal shape, dtype and bits, so that -0.0 is not 0.0 and nan is itself."""
    return (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())


def random_matrix(rows, columns, density, seed=0):
    """A float32 matrix whose positions are kept independently."""
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((rows, columns), dtype=np.float32)
    matrix[rng.random((rows, columns), dtype=np.float32) >= density] = 0
    return matrix
