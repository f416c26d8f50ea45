"""A number that was never measured does not get into the prose."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.prose_numbers import claims_in, problems

CLAIMS = """\
[[claim]]
statement = "62% of the size goes at a drop of 0.08 points"
year = 2015
error = 1.59
"""
TABLE = (
    "<style>td {width: 12.5em}</style>"
    "<table><tr><td>98.21</td><td>81%</td></tr></table>"
)


def lesson(prose):
    outputs = [
        new_output("stream", name="stdout", text="accuracy 98.40%, epochs 5, -0.25\n"),
        new_output("display_data", {"text/html": TABLE, "text/plain": "drop\n0  3.0"}),
        new_output("display_data", {"image/png": "77.7"}),
    ]
    code = new_code_cell("threshold = 0.1  # not 0.3\nkeep = 0.8", outputs=outputs)
    return new_notebook(cells=[code, new_markdown_cell(prose)])


def found(prose):
    return problems("notebooks/01_x.ipynb", lesson(prose), CLAIMS)


@pytest.mark.parametrize(
    "prose",
    [
        "It reaches 98.4% here.",
        "It reaches 98.40\u202f% here.",
        "It reaches 98.4 percent here.",
        "It loses 0.25 points.",  # printed with its sign
        "98.21 of 100 are right, with 81% gone.",
        "The seed: 62% at 0.08 points; Han: 1.59%.",
        "With a threshold of 0.1, 80% are kept and 3% lost.",
        "Five epochs of 256 images, 50 000 in all.",
        "`0.77`, $0.77 < x$, $$y = 0.77$$ and \\(0.77\\)",
        "```python\nx = 0.77\n```",
        "# 0.77 as a heading\n\nText.",
        'On 2026-08-19, <span style="width: 0.77em">see</span> [it](https://a.b/0.77).',
        "Python 3.11 and section 4.2, torch 2.13.0, CC BY-SA 3.0.",
        "It agrees to 1e-12.",
    ],
)
def test_number_that_has_evidence_or_claims_nothing_passes(prose):
    assert found(prose) == []


@pytest.mark.parametrize(
    ("prose", "number"),
    [
        ("It reaches 98.5% here.", "98.5%"),
        ("It reaches 98.5 % here.", "98.5%"),
        ("It reaches 98.4. Then 97.3, no more.", "97.3"),
        ("Only 5% are left.", "5%"),  # the epochs do not vouch for it
        ("Only 2015% are left.", "2015%"),
        ("Comments do not count: 0.3.", "0.3"),
        ("Pictures do not count: 77.7.", "77.7"),
        ("Style sheets do not count: 12.5.", "12.5"),
        ("From 63–81% of the size.", "63%"),
        ("It takes 11.5MB.", "11.5"),
        ("It is 2.5× smaller.", "2.5"),
        ("It costs $5 and loses 0.77, not $6.", "0.77"),
        ("| rule | drop |\n|---|---|\n| ours | 0.07 |", "0.07"),
        ("<details><summary>Why?</summary>It lost 0.07.</details>", "0.07"),
        ("![The curve ends at 98.9%](curve.png)", "98.9%"),
        ("1,234.5 images", "1234.5"),
    ],
)
def test_planted_number_is_caught(prose, number):
    (problem,) = found(prose)
    assert f"notebooks/01_x.ipynb, cell 1: {number} is in no" in problem


def test_message_quotes_the_sentence():
    (problem,) = found("First. The loss\nis 0.123 now. Last.")
    assert problem.endswith("“The loss is 0.123 now.”")


def test_both_ends_of_a_range_are_percentages():
    assert [n.percent for n, _ in claims_in("from 62–74% to 5 to 6%")] == [True] * 4
