"""Notes come back as they were written, and are never overwritten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import notes, store
from course_lib.notes import Note

from .full_disk import REASON, full_disk, written

NOTE = Note(
    "02", "(2.1)", "equation, j goes", question="Why?", note="Because\n\nof this.",
    verified="In [7] printed it.", assumed="## Assumed\nthe rest", evidence="- a\n- b",
    resolved_by="- a cell", prerequisite="the mean", next_action="Run it.",
)  # fmt: skip
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n#\\ "),
    max_size=80,
)


def test_note_comes_back_as_it_was_written(work):
    path = notes.write(NOTE)
    found, damaged = notes.read("02")
    assert damaged == []
    assert found == [notes.replace(NOTE, when=found[0].when)]
    assert found[0].when.endswith("+00:00")
    assert path.parent == work / "notes"
    assert path.read_text(encoding="utf-8") == found[0].markdown()


@pytest.mark.parametrize("anchor", ["(2.1)", "In [7]", "02-c1", "M5"])
def test_note_on_any_kind_of_object_comes_back(anchor):
    written = Note("02", anchor, "code, a – b", note="n", when="now")
    assert notes.parse(written.markdown()) == written


def test_note_of_a_version_without_prerequisites_is_read():
    old = NOTE.markdown().replace("## Prerequisite\n\nthe mean\n\n", "")
    assert "Prerequisite" not in old
    assert notes.parse(old) == notes.replace(NOTE, prerequisite="")


@given(TEXT, TEXT)
def test_any_text_survives_the_file(note, assumed):
    written = Note("02", "(2.1)", "x", note=note, assumed=assumed, when="now")
    found = notes.parse(written.markdown())
    assert found == notes.replace(written, note=note.strip(), assumed=assumed.strip())


def test_notes_never_overwrite_each_other(work):
    paths = {notes.write(NOTE) for _ in range(20)}
    assert len(paths) == 20
    assert len(notes.read("02")[0]) == 20
    assert notes.read("03") == ([], [])


def test_file_to_read_may_be_changed_or_thrown_away(work):
    path = notes.write(NOTE)
    path.write_text("something else")
    (found,), damaged = notes.read()
    assert (found.note, damaged) == (NOTE.note, [])
    assert path.read_text() == "something else"
    path.unlink()
    assert len(notes.read("02")[0]) == 1


def test_damaged_note_is_named_and_left(work):
    store.append("note", "02", "something else")
    found, (damaged,) = notes.read()
    assert found == []
    assert "line 1 cannot be read (its first lines must name" in damaged


def test_note_that_finds_no_room_leaves_neither_record_nor_file(work):
    for names in ("*.md*", "*.jsonl"):
        with full_disk(work, names), pytest.raises(OSError, match=REASON):
            notes.write(NOTE)
        assert written(work) == []


@pytest.mark.parametrize(
    "text", ["", "# Note on", NOTE.markdown().replace("## Note\n", "")]
)
def test_file_that_is_no_note_is_refused(text):
    with pytest.raises(ValueError, match="its "):
        notes.parse(text)


def test_note_that_says_nothing_is_not_kept(work):
    with pytest.raises(ValueError, match="note or question must not be empty"):
        notes.write(Note("02", "(2.1)", "x"))
    assert notes.read() == ([], [])


def test_question_to_take_away_keeps_verified_apart_from_assumed():
    text = notes.handoff(NOTE)
    for part in (NOTE.label, "(2.1)", "Why?", "- a cell", "- a\n- b", "the mean"):
        assert part in text
    assert text.index("Verified here: In [7]") < text.index("Assumed, not verified:")
