"""Every misconception is met and measured, at places that are really there."""

import importlib
import re
from pathlib import Path

import pytest

from course_lib import check, claims, misconceptions
from course_lib.misconceptions import Misconception, Reference
from course_lib.page.questions import questions
from course_lib.page.storyboards import NAMES

ROOT = Path(__file__).resolve().parents[1]
ALL = misconceptions.misconceptions()
MET = [(name, ref) for name, entry in ALL.items() for ref in entry.met]
MEASURED = [(name, ref) for name, entry in ALL.items() for ref in entry.measured]


def _id(value):
    return value if isinstance(value, str) else f"{value.kind}:{value.target}"


def _code_cells(text):
    """The code of a lesson's cells, without what markdown cells say."""
    cells = re.split(r"(?m)^# %%", text)[1:]
    return [cell for cell in cells if not cell.startswith(" [markdown]")]


def _lesson(chapter):
    found = [
        path
        for path in (ROOT / "source").glob(f"{chapter}_*.py")
        if not path.stem.endswith("_exercises")
    ]
    assert len(found) == 1, f"chapter {chapter} has no lesson"
    return found[0].read_text(encoding="utf-8")


def _declared(reference):
    """The misconceptions that a place itself says it is about."""
    kind, target = reference.kind, reference.target
    if kind == "claim":
        return claims.claim(target).misconceptions
    if kind == "exercise":
        return (check.EXERCISES[target].misconception,)
    if kind == "predict":
        return questions(target).predict.misconceptions.values()
    if kind == "again":
        return questions(target).again.misconceptions.values()
    if kind == "practice":
        chapter, _, name = target.partition("-")
        (asked,) = [q for q in questions(chapter).practice if q.name == name]
        return asked.misconceptions
    assert kind == "demo"
    words = importlib.import_module(f"course_lib.demos.{target}").__doc__
    return re.findall(r"\bM\d+\b", words)


@pytest.mark.parametrize(("name", "reference"), MET, ids=_id)
def test_place_where_it_is_met_is_there_and_is_about_it(name, reference):
    if reference.kind == "storyboard":
        assert reference.target in NAMES
    else:
        assert name in _declared(reference)


@pytest.mark.parametrize(("name", "reference"), MEASURED, ids=_id)
def test_place_where_it_is_measured_is_there_and_measures(name, reference):
    if reference.kind == "claim":
        claim = claims.claim(reference.target)
        assert claim.check
        assert name in claim.misconceptions
    else:
        chapter, _, words = reference.target.partition(":")
        holding = [c for c in _code_cells(_lesson(chapter)) if words in c]
        assert len(holding) == 1


@pytest.mark.parametrize("entry", ALL.values(), ids=lambda entry: entry.name)
def test_each_is_met_by_a_prediction_a_hint_or_a_practice_question(entry):
    asked = {"predict", "again", "practice", "exercise"}
    assert {reference.kind for reference in entry.met} & asked
    assert entry.measured


def test_cells_are_told_from_prose():
    text = "# ---\n# %% [markdown]\n# a\n\n# %%\nb = 1\n# %% tags=['x']\nc = 2\n"
    assert [cell.split()[-3:] for cell in _code_cells(text)] == [
        ["b", "=", "1"],
        ["c", "=", "2"],
    ]


def test_table_in_docs_is_the_one_that_is_rendered():
    text = (ROOT / "docs" / "misconceptions.md").read_text(encoding="utf-8")
    marker = "<!-- misconceptions -->"
    assert text.count(marker) == 2
    assert text.split(marker)[1].strip() == misconceptions.table()


def test_table_has_a_row_for_each_and_names_kind_and_place():
    rows = misconceptions.table().split("\n")
    assert len(rows) == 18
    assert rows[2].startswith("| M1 | zeros make the file smaller | prediction of 00, ")
    assert all(row.count(" | ") == 3 for row in rows[2:])


ENTRY = {"belief": "b", "corrects": "c", "met": ["predict:03"], "measured": ["claim:a"]}


def _parse(**changes):
    data = dict.fromkeys(claims.MISCONCEPTIONS, ENTRY)
    data["M2"] = {**ENTRY, **changes}
    return misconceptions.parse_misconceptions(data)["M2"]


def test_entry_in_form_is_accepted():
    assert _parse(measured=["cell:05:a: b"]) == Misconception(
        "M2",
        "b",
        "c",
        (Reference("predict", "03"),),
        (Reference("cell", "05:a: b"),),
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"met": []}, r"M2: met is \[\]; allowed are one or more, each once"),
        ({"met": ["predict:03", "predict:03"]}, "each once"),
        ({"met": ["predict:07"]}, "met refers to 'predict:07'; allowed are predict:"),
        ({"met": ["practice:03"]}, "met refers to 'practice:03'"),
        ({"met": ["predict"]}, "met refers to 'predict'"),
        ({"met": ["cell:03:x"]}, "met refers to 'cell:03:x'"),
        ({"measured": []}, "M2: measured is"),
        ({"measured": ["predict:03"]}, "measured refers to 'predict:03'"),
        ({"measured": ["cell:03:"]}, "measured refers to 'cell:03:'"),
        ({"measured": ["claim:A b"]}, "measured refers to 'claim:A b'"),
        ({"more": 1}, r"M2 has \['belief', .*'more'\]; needed are"),
    ],
)
def test_entry_out_of_form_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        _parse(**changes)


def test_missing_misconception_is_refused():
    with pytest.raises(ValueError, match=r"misconceptions are \['M1'\]; needed are"):
        misconceptions.parse_misconceptions({"M1": ENTRY})
