"""A note is attached to an object of the page, saved while it is typed, and kept."""

import pytest

from course_lib import drafts, notes
from course_lib.page import research_note
from course_lib.page.objects import objects
from course_lib.page.questions import chapters, questions


@pytest.mark.parametrize("chapter", chapters())
def test_what_the_chapter_suggests_is_shown_and_is_no_word_of_the_learners(chapter):
    form = research_note.NoteForm(chapter)
    asked = questions(chapter).note
    shown = {name: area.placeholder for name, area in form.areas.items()}
    assert (shown["question"], shown["assumed"]) == (asked.question, asked.assumed)
    assert all(hint in shown["resolved_by"] for hint in asked.resolved_by)
    assert "Which prerequisite would repair the confusion?" in shown["prerequisite"]
    assert [area.value for area in form.areas.values()] == [""] * len(form.areas)
    assert asked.question not in form.handoff.value


def test_note_starts_at_the_first_object():
    form = research_note.NoteForm("02")
    assert form.line.value == f"object 1 of {len(objects('02'))} · 0 notes kept"


def test_another_object_changes_the_number_the_evidence_and_the_text_to_copy():
    form = research_note.NoteForm("02")
    before = form.handoff.value
    claim = next(one for one in objects("02") if one.kind == "claim")
    form.object.value = claim.number
    number = objects("02").index(claim) + 1
    assert form.line.value.startswith(f"object {number} of")
    assert claim.number in form.handoff.value
    assert form.handoff.value != before
    assert "Not" not in form.problem.value
    assert claim.number in form.evidence.value


def test_every_change_is_a_draft_and_the_next_visit_goes_on():
    form = research_note.NoteForm("02")
    form.object.value = objects("02")[3].number
    form.areas["note"].value = "half a tho"
    again = research_note.NoteForm("02")
    assert again.areas["note"].value == "half a tho"
    assert again.object.value == objects("02")[3].number


def test_kept_note_is_shown_again_and_its_draft_goes():
    form = research_note.NoteForm("02")
    form.areas["note"].value = "the dark column"
    form.areas["verified"].value = "In [7]"
    form.areas["prerequisite"].value = "the mean"
    form.keep.click()
    assert "1 note kept" in form.line.value
    assert drafts.drafts("02-note") == []
    (kept,), damaged = notes.read("02")
    assert (kept.note, kept.verified, damaged) == ("the dark column", "In [7]", [])
    assert kept.prerequisite == "the mean"
    again = research_note.NoteForm("02")
    assert "the dark column" in again.kept.value
    assert again.written == form.written


def test_new_note_starts_empty_and_so_does_the_next_visit():
    form = research_note.NoteForm("02")
    form.object.value = objects("02")[3].number
    form.areas["note"].value, form.areas["assumed"].value = "the dark column", "much"
    form.keep.click()
    form.new.click()
    assert {area.value for area in form.areas.values()} == {""}
    again = research_note.NoteForm("02")
    assert again.written == form.written
    assert again.object.value == objects("02")[3].number
    assert len(notes.read("02")[0]) == 1


def test_draft_of_an_earlier_version_loses_what_was_suggested_to_it():
    asked = questions("02").note
    first = objects("02")[0]
    note = notes.Note(
        "02", first.number, f"{first.kind}, {first.label}", note="mine",
        question=asked.question, assumed=f"{asked.assumed} And mine.", when="a draft",
    )  # fmt: skip
    drafts.Autosave("02-note").save(note.markdown())
    form = research_note.NoteForm("02")
    assert form.areas["question"].value == ""
    assert form.areas["assumed"].value == f"{asked.assumed} And mine."
    assert form.areas["note"].value == "mine"


def test_text_to_copy_is_shown_as_it_is_typed():
    form = research_note.NoteForm("02")
    form.areas["note"].value = "W < 0 & </textarea>"
    assert "W &lt; 0 &amp; &lt;/textarea&gt;" in form.handoff.value


def test_two_open_forms_keep_two_notes():
    one, two = research_note.NoteForm("02"), research_note.NoteForm("02")
    one.areas["note"].value, two.areas["note"].value = "one", "two"
    one.keep.click()
    two.keep.click()
    assert {note.note for note in notes.read("02")[0]} == {"one", "two"}


def test_note_without_a_word_is_not_kept_and_the_page_says_why():
    form = research_note.NoteForm("02")
    form.areas["question"].value = form.areas["note"].value = " "
    form.keep.click()
    assert "Not kept: note or question must not be empty" in form.problem.value


def test_damaged_notes_and_drafts_are_reported_and_kept(work):
    (work / "notes").mkdir(parents=True)
    (work / "drafts").mkdir()
    note, draft = work / "notes" / "02-x.md", work / "drafts" / "02-note.a.txt"
    note.write_text("no note")
    draft.write_text("no draft")
    form = research_note.NoteForm("02")
    assert "02-x.md" in form.kept.value
    assert "Draft 02-note.a cannot be read" in form.problem.value
    form.areas["note"].value = "new"
    form.keep.click()
    assert note.read_text() == "no note"
    assert draft.read_text() == "no draft"


@pytest.mark.parametrize("chapter", chapters())
def test_without_a_kernel_the_note_still_says_what_to_look_at(chapter):
    _, png, alt, markdown = research_note.build(chapter)
    assert png is None
    assert alt.startswith("Research note")
    for text in questions(chapter).note.inspect:
        assert text in markdown
    assert "Which prerequisite would repair the confusion?" in markdown
