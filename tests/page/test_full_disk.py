"""A full disk: the page says so, why, and that nothing that was entered is gone."""

import ast
from functools import partial
from pathlib import Path

import ipywidgets
import pytest

from course_lib import check, controls, drive, journal, workspace
from course_lib.demos import pattern_race, which_faster, will_it_fit
from course_lib.demos.pattern_race import Speed
from course_lib.drafts import Autosave
from course_lib.page import (
    claim_review,
    inquiry,
    learning_map,
    practice,
    predict,
    research_note,
    saving,
    storyboard,
)
from course_lib.page.guess import GuessForm
from course_lib.page.inquiries import inquiry_of
from course_lib.page.kept_text import KeptText
from tests.check.correct_styles_03 import bill_standard

from ..full_disk import REASON, full_disk, written
from ..views import walk

ROOT = Path(saving.__file__).parents[1]
OWNERS = {"journal", "notes", "self._autosave", "store"}
INSIDE = [
    "kept_text.py: journal.keep",
    "kept_text.py: self._autosave.done",
    "research_note.py: notes.write",
    "research_note.py: self._autosave.done",
]
CLAIM, TYPED = "plain-page-privacy", "zeros are stored too"
WHY = controls.html(inquiry.comment(inquiry_of("03"), "A"))
WHY = controls.html(inquiry.comment(inquiry_of("03"), "A"))


def one(view, kind):
    return next(widget for widget in walk(view) if isinstance(widget, kind))


def guess(view, key):
    form = one(view, GuessForm)
    form.choose.value, form.sure.value = key, 70
    form.commit.click()


def typed(field):
    field.area.value = TYPED


def kept(field):
    typed(field)
    field.keep.click()


def choose(value):
    def act(view):
        one(view, ipywidgets.RadioButtons).value = value

    return act


def note_typed(form):
    form.areas["note"].value = "the dark column"


def note_kept(form):
    note_typed(form)
    form.keep.click()


def looked(view):
    look = one(view, ipywidgets.Dropdown)
    look.value = "LoRA" if look.value != "LoRA" else "Quantization"


def ticked(view):
    box = one(view, ipywidgets.Checkbox)
    box.value = not box.value


def nudged(view):
    buttons = [w for w in walk(view) if isinstance(w, ipywidgets.Button)]
    next(button for button in buttons if button.description == "nudge").click()


def moved(view):
    field = one(view, ipywidgets.FloatText)
    field.value = 3.5 if field.value != 3.5 else 4.5


# how a view is made, what a learner does there, and what must still be in it
WRITERS = {
    "draft": (lambda: KeptText("q"), typed, TYPED, "4 words · not saved"),
    "answer": (lambda: KeptText("q"), kept, TYPED, "4 words · not saved"),
    "practice": (
        lambda: practice.build("02")[0],
        lambda view: kept(one(view, KeptText)),
        TYPED,
    ),
    "storyboard": (
        lambda: storyboard.build("mask")[0],
        lambda view: kept(view.answer),
        TYPED,
    ),
    "once more": (lambda: practice.build_again("01")[0], choose("B"), "B"),
    "prediction": (lambda: predict.build("02")[0], lambda view: guess(view, "B"), "B"),
    "prediction before a demo": (
        lambda: predict.gate("02", ipywidgets.HTML()),
        lambda view: guess(view, "B"),
        "B",
    ),
    "claim": (lambda: claim_review.build(CLAIM)[0], choose("overstated"), "overstated"),
    "inquiry": (
        lambda: inquiry.build("03")[0],
        choose("A"),
        *("A", "0 of 3 looked at", WHY),
    ),
    "note typed": (lambda: research_note.build("02")[0], note_typed, "the dark column"),
    "note kept": (lambda: research_note.build("02")[0], note_kept, "the dark column"),
    "self-check": (lambda: practice.build("02")[0], ticked, True),
    "nudge": (lambda: practice.build("02")[0], nudged, "1 of 3 nudges · 0 of 3 checks"),
    "map": (lambda: learning_map.build("02")[0], looked, "LoRA"),
    "demo": (lambda: will_it_fit.build()[0], moved, 3.5),
    "race": (
        lambda: which_faster.build()[0],
        lambda view: guess(view, "none of them"),
        "none of them",
    ),
}


@pytest.fixture(autouse=True)
def nothing_is_measured(monkeypatch):
    names = (pattern_race.WHOLE, *pattern_race.PATTERNS)
    race = partial(pattern_race.Race, speeds=dict.fromkeys(names, Speed(1.0, 1.0)))
    monkeypatch.setattr(which_faster, "run_race", race)


def troubles(view):
    return [w.value for w in walk(view) if isinstance(w, saving.Saving) and w.value]


def values(view):
    return [getattr(widget, "value", None) for widget in walk(view)]


@pytest.mark.parametrize("name", WRITERS)
def test_page_says_what_could_not_be_saved_and_why(name, work):
    make, act, *entered = WRITERS[name]
    view = make()
    with full_disk(work):
        act(view)
    (said,) = troubles(view)
    assert f"Not saved: {REASON}." in said
    assert "What you entered is still here" in said
    assert set(entered) <= set(values(view))
    assert written(work) == []  # no half of a file either
    view = unlocked(view, make)
    act(view)
    assert troubles(view) == []
    both = ["notes", "records"]  # a kept note can be read in a file of its own
    folders = [path.parent.name for path in written(work)]
    assert sorted(folders) == (both if name == "note kept" else ["records"])


def unlocked(view, make):
    """Return the view, ready for the same once more, or a new one where it is done."""
    for widget in walk(view):
        if isinstance(widget, ipywidgets.RadioButtons):
            widget.value = controls.UNDECIDED
        if isinstance(widget, ipywidgets.Textarea):
            widget.set_trait("value", widget.value + " ")
        if isinstance(widget, GuessForm) and widget.commit.disabled:
            return make()
    return view


def test_demo_opens_after_a_guess_that_could_not_be_saved(work):
    demo = ipywidgets.HTML("the numbers")
    box = predict.gate("02", demo)
    with full_disk(work):
        guess(box, "B")
    first, shown = box.children
    waits, answered = predict.build_answer("02")[0].children  # nor take it back
    assert (first.layout.display, shown.layout.display) == ("none", None)
    assert (waits.layout.display, answered.layout.display) == ("none", None)
    assert "<strong>B</strong>" in answered.children[0].value


def test_passed_check_says_that_the_map_will_not_know(work, capsys):
    with full_disk(work):
        check.bill(bill_standard)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("bill: correct")
    assert said[1].startswith(f"Not saved: {REASON}. Your answer is right")
    assert written(work) == []
    check.bill(bill_standard)
    assert capsys.readouterr().out.splitlines() == said[:1]
    assert journal.newest("check-bill") is not None


def test_no_part_writes_past_the_line_that_says_what_failed():
    writers = {"append", "done", "keep", "save", "write"}
    calls = []
    for folder in ("page", "demos"):
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    owner = ast.unparse(node.func.value)
                    if node.func.attr in writers and owner in OWNERS:
                        calls.append(f"{path.name}: {ast.unparse(node.func)}")
    # these run inside of a write that is passed on as a whole
    assert calls == INSIDE


@pytest.fixture
def mounted(colab):
    """Colab, something typed, then a Drive; return the folder of that."""
    Autosave("q").save("typed before Drive was there")
    drive.MOUNTED.mkdir(parents=True)
    return drive.MOUNTED


def test_full_drive_leaves_all_on_the_runtime_and_the_page_says_so(mounted):
    with full_disk(mounted):
        field = KeptText("q")
        assert field.area.value == "typed before Drive was there"
        kept(field)
        found = journal.answers("q")
    (said,) = troubles(field)
    assert "Saved on this runtime only" in said
    assert REASON in said
    assert [entry.answer for entry in found] == [TYPED]
    assert written(mounted) == []
    field.area.value += ", each of them"
    assert troubles(field) == []
    assert workspace.work_folder() == mounted / drive.KEPT
    assert journal.answers("q") == found


def test_last_cell_on_a_full_drive_offers_the_download(mounted, capsys):
    with full_disk(mounted):
        workspace.keep()
    said = capsys.readouterr().out
    assert f"Your Drive could not be written: {REASON}." in said
    assert "make room in your Drive and run this cell again, or download" in said
    assert "my_work.zip" in said
    assert Path("my_work.zip").exists()
