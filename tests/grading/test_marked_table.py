"""A table that cannot be read as it was written is refused and left alone."""

import pytest

from grading.long_answers import COLUMNS, update
from grading.marked_table import DamagedTableError, read
from tests.grading.make_results import result

MADE = [result("ada", written="One."), result("bob", written="Two.\nThree.")]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "long_answers.csv"
    update(MADE, path)
    return path


def cut(data: bytes) -> bytes:
    return data[:-20]


def without_last_quote(data: bytes) -> bytes:
    return data[: data.rindex(b"Three.")]


def saved_as_latin_1(data: bytes) -> bytes:
    return data.replace(b"One.", "Ünï".encode("latin-1"))


def saved_as_utf_16(data: bytes) -> bytes:
    return data.decode("utf-8-sig").encode("utf-16")


def without_marks(data: bytes) -> bytes:
    return data.replace(b",mark,", b",")


def with_marks_twice(data: bytes) -> bytes:
    return data.replace(b",note,", b",note,mark,", 1)


def with_a_row_twice(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    return b"\r\n".join([*lines[:2], lines[1], *lines[2:]])


def with_a_broken_key(data: bytes) -> bytes:
    return data.replace(b"\nk-", b"\n#NAME?", 1)


def with_a_cell_more(data: bytes) -> bytes:
    return data.replace(b"One.", b"One.,x")


def empty(data: bytes) -> bytes:
    return b""


def another_file(data: bytes) -> bytes:
    return b"name,points\r\nada,3\r\n"


DAMAGES = (cut, without_last_quote, saved_as_latin_1, saved_as_utf_16, without_marks,
           with_marks_twice, with_a_row_twice, with_a_broken_key, with_a_cell_more,
           empty, another_file)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_table_is_refused_by_name_and_not_touched(path, damage):
    damaged = damage(path.read_bytes())
    assert damaged != path.read_bytes()
    path.write_bytes(damaged)
    with pytest.raises(DamagedTableError, match=r"long_answers\.csv .*move it away"):
        update(MADE, path)
    assert path.read_bytes() == damaged
    assert [p.name for p in path.parent.iterdir() if p.name != "work"] == [path.name]


def test_error_names_the_line(path):
    path.write_bytes(with_a_broken_key(path.read_bytes()))
    with pytest.raises(DamagedTableError, match="in column key of line 2"):
        read(path, COLUMNS)


def test_columns_may_stand_in_another_order(path):
    table = read(path, COLUMNS)
    lines = [table.columns, *(list(row.values()) for row in table.rows.values())]
    plain = [[cell.replace("\n", " ") for cell in reversed(line)] for line in lines]
    path.write_text("".join(";".join(line) + "\n" for line in plain), "utf-8")
    again = read(path, COLUMNS)
    assert again.separator == ";"
    assert list(again.columns) == list(COLUMNS)
    assert again.rows.keys() == table.rows.keys()
