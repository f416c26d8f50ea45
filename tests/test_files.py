"""A file appears whole or not at all."""

import pytest

from course_lib.files import whole


def test_a_finished_file_stands_in_a_folder_that_was_made(tmp_path):
    path = tmp_path / "new" / "file"
    with whole(path) as partial:
        partial.write_bytes(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert list(path.parent.iterdir()) == [path]


def test_what_stood_there_stays_where_writing_fails(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"earlier")

    def fail():
        with whole(path) as partial:
            partial.write_bytes(b"half")
            raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        fail()
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]
