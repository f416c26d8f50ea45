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


def with_a_row_twice(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    return b"\r\n".join([*lines[:2], lines[1], *lines[2:]])


def with_a_broken_key(data: bytes) -> bytes:
    return data.replace(b"\nk-", b"\n#NAME?", 1)


DAMAGES = {
    "cut": lambda data: data[:-20],
    "without-last-quote": lambda data: data[: data.rindex(b"Three.")],
    "saved-as-latin-1": lambda data: data.replace(b"One.", "Ünï".encode("latin-1")),
    "saved-as-utf-16": lambda data: data.decode("utf-8-sig").encode("utf-16"),
    "without-marks": lambda data: data.replace(b",mark,", b","),
    "with-marks-twice": lambda data: data.replace(b",note,", b",note,mark,", 1),
    "with-a-row-twice": with_a_row_twice,
    "with-a-broken-key": with_a_broken_key,
    "with-a-cell-more": lambda data: data.replace(b"One.", b"One.,x"),
    "empty": lambda data: b"",
    "another-file": lambda data: b"name,points\r\nada,3\r\n",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
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
