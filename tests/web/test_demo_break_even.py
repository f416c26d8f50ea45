"""The break-even map measures this browser and shows the build's numbers beside it."""

import json

import numpy as np
import pytest

from tests.web.moving import readout
from tests.web.scripts import functions, opened
from tools.website import demos
from tools.website.demos.break_even import DENSITIES, FORMS, SIZES, grid

NAME = "break_even"
DATA = demos.stored(NAME)
SMALL = DATA | {
    "sizes": [[60, 48], [32, 64]],
    "densities": [0.5, 0.05],
    "built": [[[0.5, 2.0], [0.9, 1.0]], [[1.25, 4.0], [0.25, 0.75]]],
}
SAID = (
    "CSR rows beat the dense kernel up to 5% (60 × 48), up to 5% (32 × 64); 4 × "
    "1 blocks beat the dense kernel up to 50% (60 × 48), never (32 × 64)."
)


def test_all_but_the_times_is_what_python_writes():
    fresh = json.loads(json.dumps(grid()))
    assert fresh == {name: DATA[name] for name in fresh}
    assert np.shape(DATA["built"]) == (len(FORMS), len(SIZES), len(DENSITIES))
    assert np.min(DATA["built"]) > 0
    assert DATA["machine"]["versions"]["Chromium"]
    assert DATA["machine"]["processor"] in DATA["measured"]


@pytest.mark.parametrize("height", [1, 4])
def test_matrix_keeps_whole_blocks_at_random_positions(context, height):
    with functions(context, f"demos/{NAME}.js") as page:
        kept = page.evaluate("height => [...evenMatrix(200, 300, 0.2, height)]", height)
    blocks = np.reshape(kept, (200 // height, height, 300))
    assert (blocks == blocks[:, :1]).all()
    assert np.mean(kept) == pytest.approx(0.2, abs=0.02)
    # neither rows nor columns are alike
    assert len({row.tobytes() for row in blocks[:, 0]}) == len(blocks)


def test_page_opens_with_the_builds_numbers_and_measures_on_a_click(context, tmp_path):
    with opened(context, tmp_path / "page.html", {NAME: SMALL}) as page:
        assert readout(page) == (
            f"On the machine that built this page, by share of weights kept: {SAID}"
        )
        tables = [page.get_by_role("region", name=name) for name in FORMS]
        cells = [table.locator("td").all_inner_texts() for table in tables]
        assert cells[0] == ["–", "–", "0.50×", "2.00×", "–", "–", "0.90×", "1.00×"]
        won = tables[1].locator("td strong").all_inner_texts()
        assert won == ["1.25×", "4.00×"]
        page.get_by_role("button", name="measure in this browser").press("Enter")
        page.get_by_text("Measured just now").wait_for()
        assert readout(page).startswith(
            "In this browser, by share of weights kept: CSR rows"
        )
        for table, before in zip(tables, cells, strict=True):
            after = table.locator("td").all_inner_texts()
            assert "–" not in after
            assert [one for i, one in enumerate(after) if i % 4 > 1] == [
                one for i, one in enumerate(before) if i % 4 > 1
            ]


def test_kernels_are_timed_in_turn_and_the_fastest_sample_counts(context):
    with functions(context, f"demos/{NAME}.js") as page:
        found, shares = page.evaluate(
            """async (data) => {
              const shares = [];
              timeTurns = async (runs) => {
                runs.forEach((run) => run());
                return [[30, 10, 20], [5, 9, 8], [40, 80, 20]];
              };
              return [await evenMeasured(data, (share) => shares.push(share)), shares];
            }""",
            SMALL,
        )
    assert found == [[[2, 2], [2, 2]], [[0.5, 0.5], [0.5, 0.5]]]
    assert shares == [0.25, 0.5, 0.75, 1]
