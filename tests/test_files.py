"""A file appears whole or not at all."""

from unittest.mock import Mock

import pytest

from course_lib.files import atomic_write, write_new

from .full_disk import REASON, full_disk


def test_a_finished_file_stands_in_a_folder_that_was_made(tmp_path):
    path = tmp_path / "new" / "file"
    with atomic_write(path) as partial:
        partial.write_bytes(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert list(path.parent.iterdir()) == [path]


def test_what_stood_there_stays_where_writing_fails(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"earlier")

    def fail():
        with atomic_write(path) as partial:
            partial.write_bytes(b"half")
            raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        fail()
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("links", [True, False])
def test_new_file_that_finds_no_room_leaves_nothing(tmp_path, monkeypatch, links):
    if not links:  # then the text is written a second time, under its own name
        monkeypatch.setattr("os.link", Mock(side_effect=OSError))
    names = "*.partial" if links else "file"
    with full_disk(tmp_path, names), pytest.raises(OSError, match=REASON):
        write_new(tmp_path / "file", "all of it")
    assert list(tmp_path.iterdir()) == []
    assert write_new(tmp_path / "file", "all of it")
    assert (tmp_path / "file").read_text() == "all of it"
