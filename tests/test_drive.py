"""On Colab all that was typed reaches Drive, and nothing there is overwritten."""

import pytest

from course_lib import drafts, drive, journal, notes
from course_lib.drafts import OpenField


@pytest.fixture
def content(tmp_path, monkeypatch):
    """Colab's folder, with no Drive yet; notebooks run in it."""
    monkeypatch.delenv("COURSE_WORK")
    monkeypatch.setattr(drive, "MOUNTED", tmp_path / "drive" / "MyDrive")
    (tmp_path / "content").mkdir()
    monkeypatch.chdir(tmp_path / "content")
    return tmp_path / "content"


@pytest.fixture
def mount(content):
    def now():
        drive.MOUNTED.mkdir(parents=True, exist_ok=True)
        return drive.MOUNTED / drive.KEPT

    return now


def test_without_drive_work_stands_beside_the_notebook(content):
    assert journal.work_folder() == content / "my_work"


def test_with_drive_work_stands_in_it_from_the_start(mount):
    kept = mount()
    assert journal.work_folder() == kept
    journal.keep("02-predict", "B")
    assert len(list((kept / "journal").glob("*.json"))) == 1


def test_environment_decides_before_drive(mount, tmp_path, monkeypatch):
    mount()
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "elsewhere"))
    assert journal.work_folder() == tmp_path / "elsewhere"


def test_what_was_written_before_mounting_is_found_again_and_stays(content, mount):
    before = journal.keep("02-predict", "B", 70)
    note = notes.write(notes.Note("02", "(2.1)", "an equation", note="ü"))
    mount()
    after = journal.keep("02-predict", "C")
    assert journal.answers("02-predict") == [before, after]
    assert [found.note for found in notes.read("02")[0]] == ["ü"]
    assert note.exists()
    assert len(list((content / "my_work" / "journal").iterdir())) == 1


def test_another_file_of_the_same_name_stays_and_both_are_kept(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    for folder, text in ((local, "mine, here"), (kept, "mine, there")):
        (folder / "drafts").mkdir(parents=True)
        (folder / "drafts" / "q.1.txt").write_text(text)
    drive.copy_new(local, kept)
    (local / drive.COPIED).unlink()  # as if it had never been copied
    drive.copy_new(local, kept)
    assert (kept / "drafts" / "q.1.txt").read_text() == "mine, there"
    texts = sorted(draft.text for draft in drafts.drafts("q", folder=kept))
    assert texts == ["mine, here", "mine, there"]


def test_only_a_file_that_changed_is_copied_again(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    local.mkdir()
    (local / "one.txt").write_text("1")
    (local / "two.txt").write_text("2")
    drive.copy_new(local, kept)
    for name in ("one.txt", "two.txt"):
        (kept / name).unlink()
    (local / "two.txt").write_text("2, changed")
    drive.copy_new(local, kept)
    assert [path.name for path in drive.files(kept)] == ["two.txt"]


def test_hidden_and_half_written_files_stay_behind(tmp_path):
    local, kept = tmp_path / "a", tmp_path / "b"
    (local / ".ipynb_checkpoints").mkdir(parents=True)
    for name in ("a.txt", "b.txt.partial", ".ipynb_checkpoints/c.ipynb"):
        (local / name).write_text("x")
    drive.copy_new(local, kept)
    assert [path.name for path in drive.files(kept)] == ["a.txt"]


def test_newest_draft_is_gone_on_from_after_the_copy(content, mount):
    for text in ("older", "newer"):
        OpenField("q").save(text)
    expected = OpenField("q").started_from.text
    mount()
    assert OpenField("q").started_from.text == expected


def test_field_that_was_open_while_drive_was_mounted_leaves_no_old_draft(mount):
    OpenField("q").save("from before")
    page = OpenField("q")
    page.save("typed before")
    kept = mount()
    page.save("typed before, and after")
    assert [draft.text for draft in drafts.drafts("q")] == ["typed before, and after"]
    page.done()
    drive.copy_new(journal.local_folder(), kept)
    assert drafts.drafts("q") == []


def test_started_draft_is_superseded_in_drive(mount):
    OpenField("q").save("first")
    page = OpenField("q")
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
