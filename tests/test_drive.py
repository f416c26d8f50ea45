"""On Colab all that was typed reaches Drive, and nothing there is overwritten."""

import pytest

from course_lib import drafts, drive, journal, notes, store, workspace
from course_lib.drafts import Autosave

from .full_disk import full_disk


@pytest.fixture
def mount(content):
    def now():
        drive.MOUNTED.mkdir(parents=True, exist_ok=True)
        return drive.MOUNTED / drive.KEPT

    return now


def test_without_drive_work_stands_beside_the_notebook(content):
    assert workspace.work_folder() == content / "my_work"


def test_with_drive_work_stands_in_it_from_the_start(mount):
    kept = mount()
    assert workspace.work_folder() == kept
    journal.keep("02-predict", "B")
    assert len(list((kept / "records").glob("*.jsonl"))) == 1


def test_environment_decides_before_drive(mount, tmp_path, monkeypatch):
    mount()
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "elsewhere"))
    assert workspace.work_folder() == tmp_path / "elsewhere"


def test_what_was_written_before_mounting_is_found_again_and_stays(content, mount):
    before = journal.keep("02-predict", "B", 70)
    note = notes.write(notes.Note("02", "(2.1)", "an equation", note="ü"))
    mount()
    after = journal.keep("02-predict", "C")
    assert journal.read("02-predict") == ([before, after], [])
    assert [found.note for found in notes.read("02")[0]] == ["ü"]
    assert note.exists()
    (local,) = (content / "my_work" / "records").iterdir()
    (kept,) = (workspace.work_folder() / "records").iterdir()
    assert kept.read_bytes().startswith(local.read_bytes())


def test_another_file_of_the_same_name_stays_and_both_are_kept(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    for folder, text in ((local, "mine, here"), (kept, "mine, there")):
        (folder / "drafts").mkdir(parents=True)
        (folder / "drafts" / "q.1.txt").write_text(text)
    drive.copy_new(local, kept)
    drive.copy_new(local, kept)
    assert (kept / "drafts" / "q.1.txt").read_text() == "mine, there"
    texts = sorted(draft.text for draft in drafts.drafts("q", folder=kept))
    assert texts == ["mine, here", "mine, there"]


def test_file_that_has_grown_is_copied_again_and_an_older_one_is_not(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    local.mkdir()
    for here, there in (("1", "1"), ("1\n2", "1\n2"), ("1", "1\n2")):
        (local / "one.jsonl").write_text(here)
        drive.copy_new(local, kept)
        assert [path.name for path in drive.files(kept)] == ["one.jsonl"]
        assert (kept / "one.jsonl").read_text() == there


def test_what_is_there_is_not_written_again(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    local.mkdir()
    (local / "one.txt").write_text("1")
    drive.copy_new(local, kept)
    with full_disk(tmp_path):
        drive.copy_new(local, kept)
    assert [path.name for path in drive.files(kept)] == ["one.txt"]


def test_records_written_on_both_sides_are_all_read_and_none_twice(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    journal.keep("q", "before Drive", folder=local)
    drive.copy_new(local, kept)
    journal.keep("q", "in Drive", folder=kept)
    journal.keep("q", "while Drive was away", folder=local)
    for _ in range(2):
        drive.copy_new(local, kept)
        found, damaged = journal.read("q", folder=kept)
        texts = [entry.answer for entry in found]
        assert texts == ["before Drive", "in Drive", "while Drive was away"]
        assert damaged == []
    assert len(list((kept / store.FOLDER).iterdir())) == 2


def test_hidden_and_half_written_files_stay_behind(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    (local / ".ipynb_checkpoints").mkdir(parents=True)
    for name in ("a.txt", "b.txt.partial", ".ipynb_checkpoints/c.ipynb"):
        (local / name).write_text("x")
    drive.copy_new(local, kept)
    assert [path.name for path in drive.files(kept)] == ["a.txt"]


def test_newest_draft_is_gone_on_from_after_the_copy(content, mount):
    for text in ("older", "newer"):
        Autosave("q").save(text)
    expected = Autosave("q").started_from.text
    mount()
    assert Autosave("q").started_from.text == expected


def test_field_that_was_open_while_drive_was_mounted_leaves_no_old_draft(mount):
    Autosave("q").save("from before")
    page = Autosave("q")
    page.save("typed before")
    kept = mount()
    page.save("typed before, and after")
    assert [draft.text for draft in drafts.drafts("q")] == ["typed before, and after"]
    page.done()
    drive.copy_new(workspace.local_folder(), kept)
    assert drafts.drafts("q") == []


def test_started_draft_is_superseded_in_drive(mount):
    Autosave("q").save("first")
    page = Autosave("q")
    mount()
    page.save("first, and more")
    assert [draft.text for draft in drafts.drafts("q")] == ["first, and more"]


def test_crash_while_copying_leaves_no_half_file_and_is_made_up_for(
    tmp_path, monkeypatch
):
    local, kept = tmp_path / "a", tmp_path / "b"
    local.mkdir()
    (local / "one.txt").write_text("1")

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(drive.os, "utime", crash)
        with pytest.raises(KeyboardInterrupt):
            drive.copy_new(local, kept)
    assert [path for path in kept.rglob("*") if path.is_file()] == []
    drive.copy_new(local, kept)
    assert (kept / "one.txt").read_text() == "1"
