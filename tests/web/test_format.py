"""Numbers on a page have the digits that Python prints, ties and extremes included."""

import random
import struct

import pytest

from course_lib.demos.assumptions import in_bytes, in_time
from tests.sampling import SEED, count
from tests.web.scripts import functions

WRITTEN = {
    "asFixed(x, 0)": "{:.0f}".format,
    "asFixed(x, 1)": "{:.1f}".format,
    "asFixed(x, 2)": "{:.2f}".format,
    "asFixed(x, 4)": "{:.4f}".format,
    "asGrouped(x)": "{:,.0f}".format,
    "asGrouped(x, 2)": "{:,.2f}".format,
    "asGeneral(x)": "{:g}".format,
    "inBytes(x)": in_bytes,
    "inTime(x)": in_time,
}


def numbers():
    """Return doubles of all sizes, ties of all printed digits, and NaN."""
    chance, some = random.Random(SEED), count(1000, 50_000)
    ties = [
        chance.randrange(-(10**6), 10**6) / 2 ** chance.randrange(8)
        for _ in range(some)
    ]
    near = [chance.randrange(10**5) / 1000 for _ in range(some)]
    large = [chance.uniform(-1, 1) * 10 ** chance.uniform(-8, 24) for _ in range(some)]
    bits = [struct.unpack("<d", chance.randbytes(8))[0] for _ in range(some)]
    special = [0.0, -0.0, 1e21, 1e22, 1e16, 123456.5, 1234565.0, 999999.5, 1e-5, 1e-4]
    steps = [10.0**power for power in range(-9, 24)]
    never = [float("nan"), float("inf"), -float("inf")]
    return ties + near + large + bits + special + steps + never


@pytest.fixture(scope="module")
def page(context):
    with functions(context, "format.js") as page:
        yield page


@pytest.mark.parametrize("call", WRITTEN)
def test_number_is_written_as_python_does(page, call):
    tried = numbers()
    data = struct.pack(f"<{len(tried)}d", *tried)  # JSON has neither -0 nor NaN
    found = page.evaluate(
        "bytes => [...new Float64Array(Uint8Array.from(bytes).buffer)]"
        f".map(x => {call})",
        list(data),
    )
    expected = [WRITTEN[call](x) for x in tried]
    cases = zip(tried, found, expected, strict=True)
    assert [case for case in cases if case[1] != case[2]] == []
