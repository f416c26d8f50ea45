"""A work folder that an earlier version wrote opens with all that is in it.

``earlier_work`` was written by version 0.1.0: ``journal.keep``, ``notes.write`` and
``drafts.OpenField.save``. Git keeps no file times, by which drafts are ordered, so
they are set here.
"""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from course_lib import drafts, drive, journal, notes
from course_lib.drafts import Autosave
from course_lib.page import claim_review, inquiry, research_note
from course_lib.page.kept_text import KeptText
from course_lib.page.learning_map import read_progress

EARLIER = Path(__file__).with_name("earlier_work")
ORDER = ("02-explain.", "04-note.", "03-explain.c36", "03-explain.8e6")  # oldest first
TYPED = 1_795_870_620  # a minute after the answers, in seconds since 1970
JUDGED = "article-74-percent-of-neurons"


@pytest.fixture(autouse=True)
def old(work):
    """Copy the folder to where the work is; return what its files hold."""
    shutil.copytree(EARLIER, work)
    for seconds, start in enumerate(ORDER, start=TYPED):
        (path,) = (work / "drafts").glob(f"{start}*")
        os.utime(path, (seconds, seconds))
    return contents(work)


def contents(work):
    return {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}


def everything():
    """Return all that a learner could see."""
    fields = ("02-explain", "03-explain", "04-note")
    return (
        journal.read(),
        notes.read(),
        [[draft.text for draft in drafts.drafts(field)] for field in fields],
    )


def test_all_answers_are_there_with_confidence_and_time():
    found, damaged = journal.read()
    assert damaged == []
    assert [(a.question, a.answer, a.confidence) for a in found] == [
        ("02-predict", "A", 90),
        ("02-predict", "B", 40),
        ("02-explain", "three seeds – β\nand a second line", None),
        (f"claim-{JUDGED}", "supported", None),
        (f"claim-{JUDGED}", "overstated", None),
        ("03-inquiry", "C", None),
        ("03-inquiry", "A", None),
        ("03-storyboard-mask", "another “kernel”", None),
        ("check-fold", "passed", None),
    ]
    assert found[0].when == "2026-11-28T12:56:05.378760+00:00"
    assert [answer.when for answer in found] == sorted(a.when for a in found)


def test_all_notes_are_there_with_all_their_parts():
    found, damaged = notes.read("02")
    assert damaged == []
    by_anchor = {note.anchor: note for note in found}
    assert sorted(by_anchor) == ["(2.1)", "M5"]
    note = by_anchor["(2.1)"]
    assert note.when == "2026-11-28T12:56:05+00:00"
    assert note.note == "Signs cancel.\n\n## Note\nand so on"
    assert (note.label, note.question) == ("equation, j goes", "Why both?")
    assert (note.verified, note.assumed) == ("In [7] printed it.", "The rest")
    assert note.evidence == "- equation (2.1) on this page\n- the dark column"
    assert note.resolved_by == "- a cell that I would change"
    assert note.next_action == "Run it."


def test_drafts_are_continued_in_the_order_of_their_times():
    field = Autosave("03-explain")
    assert field.started_from.text == "typed on the second page, ü"
    assert [draft.text for draft in field.others] == ["typed on the first page"]


def test_pages_show_what_was_left(work):
    field = KeptText("03-explain")
    assert field.area.value == "typed on the second page, ü"
    assert "typed on the first page" in field.children[-1].value
    # newer than the answer
    assert KeptText("02-explain").area.value == "three seeds, and a better reason"
    assert KeptText("03-storyboard-mask").area.value == "another “kernel”"
    form = research_note.NoteForm("04")
    assert form.areas["note"].value == "half a tho"
    assert form.object.value == "In [9]"
    assert "It can decide a class." in research_note.NoteForm("02").kept.value
    card = claim_review.ClaimCard(1, claim_review.claim(JUDGED), lambda: None)
    assert "at first: supported" in card.answer.value
    assert inquiry.build("03")[0].seen == ["C", "A"]
    progress, damaged = read_progress()
    assert damaged == []
    done = {"prediction": (1, 1), "practice": (1, 3), "note": (1, 1)}
    assert progress["02"].done.items() >= done.items()


@pytest.mark.parametrize("anchor", ["M5", "hu-2016", "In [999]", "02-q99"])
def test_draft_on_an_object_that_is_no_longer_listed_keeps_it(work, anchor):
    kind = "claim" if "q" in anchor else "misconception"
    about = f"{kind}, a neuron, quiet"
    note = notes.Note("02", anchor, about, note="so", when="a draft")
    (work / "drafts" / "02-note.a.txt").write_text(note.markdown(), encoding="utf-8")
    form = research_note.NoteForm("02")
    form.areas["note"].value += " it is"
    assert form.object.value == anchor
    assert form.picked.label == "a neuron, quiet"
    form.keep.click()
    kept = notes.read("02")[0][-1]
    assert (kept.anchor, kept.label) == (anchor, about)


def test_old_files_stay_as_they_are_and_new_work_comes_beside_them(work, old):
    field = KeptText("03-explain")
    field.area.value += ", and more"
    journal.keep("02-predict", "C", 10)
    research_note.NoteForm("04").keep.click()
    assert contents(work).items() >= old.items()
    assert [a.answer for a in journal.answers("02-predict")] == ["A", "B", "C"]
    assert [note.note for note in notes.read("04")[0]] == ["half a tho"]
    assert drafts.drafts("04-note") == []
    texts = [draft.text for draft in drafts.drafts("03-explain")]
    assert texts == ["typed on the first page", "typed on the second page, ü, and more"]


def test_draft_that_was_continued_does_not_come_back_with_a_new_time(work):
    KeptText("03-explain").area.value = "continued"
    for path in (work / "drafts").iterdir():
        os.utime(path)  # as a copy of the folder has it
    texts = [draft.text for draft in drafts.drafts("03-explain")]
    assert sorted(texts) == ["continued", "typed on the first page"]


def test_reading_twice_and_in_two_kernels_gives_nothing_twice(work, old):
    before = everything()
    program = """
        from course_lib import drafts, journal, notes
        fields = ("02-explain", "03-explain", "04-note")
        texts = [[draft.text for draft in drafts.drafts(field)] for field in fields]
        print(ascii((journal.read(), notes.read(), texts)))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    kernels = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    said = {kernel.communicate()[0].decode().strip() for kernel in kernels}
    assert said == {ascii(before)}
    assert everything() == before
    assert contents(work) == old


def test_copy_to_drive_has_all_of_it_and_twice_gives_nothing_twice(
    work, tmp_path, monkeypatch
):
    before = everything()
    for _ in range(2):
        drive.copy_new(work, tmp_path)
        monkeypatch.setenv("COURSE_WORK", str(tmp_path))
        assert everything() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("journal/0-q-0.json", b"{"),
        ("journal/0-q-0.json", b"[1]"),
        ("journal/0-q-0.json", b'{"question": 1, "answer": "A", "when": 2}'),
        ("drafts/q.0.txt", b"\xff\xfe\x00"),
        ("notes/02-x.md", b"no note"),
    ],
)
def test_damaged_file_is_named_and_left_and_hides_no_other(work, old, name, content):
    before = everything()
    (work / name).write_bytes(content)
    shown = [*journal.read()[1], *notes.read()[1]]
    assert any(f"{work / name} cannot be read" in sentence for sentence in shown)
    assert (work / name).read_bytes() == content
    assert journal.answers() == before[0][0]
    assert notes.read()[0] == before[1][0]
