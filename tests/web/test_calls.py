"""The cells that show a part are found by their calls, in every committed lesson."""

import pytest

from tools.notebook import code_cells, load
from tools.settings import ROOT
from tools.stamp import PAGE_TAGS
from tools.website.calls import part_call

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('predict.show("00")', ("predict.show", ["00"])),
        ('page.practice.show("01", "explain")', ("practice.show", ["01", "explain"])),
        ('claim_review.show("a", "b")', ("claim_review.show", ["a", "b"])),
        ("which_faster.show()", ("which_faster.show", [])),
        (
            'predict.reveal("00", *will_it_fit.build())',
            ("predict.reveal", ["00", "will_it_fit"]),
        ),
        (
            'demo = threshold_explorer.build(few)\npage.predict.reveal("02", *demo)',
            ("predict.reveal", ["02", "threshold_explorer"]),
        ),
        ("%pip install x", None),
        ("figures.show(plot)", None),
        ("x = 1", None),
    ],
)
def test_call_and_its_arguments_are_found(source, expected):
    assert part_call(source) == expected


def test_demo_that_nothing_built_is_refused():
    with pytest.raises(ValueError, match=r"made by build\(\), got \*demo"):
        part_call('predict.reveal("00", *demo)')


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
def test_every_cell_that_is_tagged_as_a_part_calls_one(path):
    tagged = [
        cell.source
        for cell in code_cells(load(path))
        if {"demo", *PAGE_TAGS} & set(cell.metadata.get("tags", []))
    ]
    assert len(tagged) >= 7
    assert [source for source in tagged if part_call(source) is None] == []
